"""What the demonstration's recorders bring back: files made once, kept in the data folder, laid out as each model does."""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from qorgan.web.demo.footage import Clip, make

MINUTES = 10


@dataclass(frozen=True)
class Reel:
    """One recorder's files of the day: each starts at (hour, minute); ``hole`` is in the second file; ``off`` seconds of clock."""

    inventory_number: str
    pattern: str
    starts: tuple[tuple[int, int], ...]
    hole: tuple[int, int] | None = None
    off: int = 0


# 0417: a file is missing between 10:32 and 10:46, and one file has a hole of four minutes. 0421: its clock is an hour ahead.
REELS = (
    Reel("0417", "novatek", ((10, 2), (10, 12), (10, 22), (10, 46), (10, 56), (11, 6)), hole=(200, 440)),
    Reel("0418", "hikvision", ((9, 40), (9, 50), (10, 0))),
    Reel("extra", "", ((10, 10),)),
    Reel("0421", "ga-t-947", ((14, 15), (14, 25), (14, 35)), off=3600),
)


def make_reels(folder: Path, day: date, told: Callable[[int, int], None]) -> None:
    """Make the files of every reel that are not there yet; ``told(done, all)`` after each."""
    jobs = [(path, clip, reel.off) for reel in REELS for path, clip in _clips(folder / reel.inventory_number, reel, day) if not path.exists()]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(_make, *zip(*jobs, strict=True)) if jobs else (), 1):
            told(done, len(jobs))


def lay_in_cyrillic_folder(device: Path, source: Path) -> None:
    """One more recording in a folder with a Kazakh name, as when an inspector tidied the card by hand."""
    target = device / "Тексеру жазбалары, қараша" / "ҚОСЫМША жазба № 1.mp4"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _clips(folder: Path, reel: Reel, day: date) -> list[tuple[Path, Clip]]:
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for number, (hours, minutes) in enumerate(reel.starts):
        started = datetime.combine(day, time(hours, minutes)) + timedelta(seconds=reel.off)
        clips.append(
            (
                folder / f"{day:%Y%m%d}-{number:02}.mp4",
                Clip(started, MINUTES * 60, reel.inventory_number if reel.pattern else "", reel.hole if number == 1 else None),
            )
        )
    return clips


def _make(path: Path, clip: Clip, off: int) -> None:
    temporary = path.with_suffix(".part")
    make(temporary, clip)
    began = timezone.make_aware(clip.started) - timedelta(seconds=off)  # the true time; the device's is laid on when it is plugged in
    os.utime(temporary, (began.timestamp(), began.timestamp()))
    temporary.rename(path)
