"""A recorder played from a folder of videos.

model's names and folders, device times, marker; unplugged in mid-file on wish.

The folder that appears acts as a mounted drive. Unplugging cuts its files short and takes the folder away, so that an
agent that was reading sees what a pulled card shows. The same call again plugs the same recorder in again: names and
times depend on the source files alone.
"""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from qorgan.dock import patterns
from qorgan.dock.finding import MARKER
from qorgan.dock.language import gettext as _

_PIECE = 256 * 1024
_FILE_MINUTES = 5
_PLACE = ".qorgan-plugging"


class SimulationError(ValueError):
    """The recorder cannot be played; the message is a sentence."""


@dataclass(frozen=True)
class Play:
    """What to play. ``unplug_after``: bytes, or None; ``speed``: bytes a second, or None for all at once."""

    source: Path
    watched: Path
    inventory_number: str
    marker: str = ""
    pattern: str = "novatek"
    user: str = "000000"
    clock_offset_seconds: int = 0
    speed: int | None = None
    unplug_after: int | None = None
    plugged_seconds: float | None = None


@dataclass(frozen=True)
class Planned:
    """One file: from where, to where on the device, when by the device's clock."""

    source: Path
    path: str
    started: datetime
    size: int


def plan(play: Play) -> list[Planned]:
    """The device's files in order. Raises :class:`SimulationError` when there is nothing to play or no such pattern."""
    pattern = patterns.shipped().get(play.pattern)
    if pattern is None:
        known = ", ".join(patterns.shipped())
        raise SimulationError(_("There is no pattern %(key)s. Known are: %(known)s") % {"key": play.pattern, "known": known})
    sources = sorted(path for path in play.source.rglob("*") if path.is_file()) if play.source.is_dir() else []
    if not sources:
        raise SimulationError(_("%(folder)s holds no files to play.") % {"folder": play.source})
    zone = timezone(timedelta(minutes=pattern.zone_minutes))
    first = _device_clock(sources[0], zone, play)
    planned: list[Planned] = []
    taken: set[str] = set()
    for sequence, source in enumerate(sources, 1):
        started = _device_clock(source, zone, play)
        path = _path(pattern, play, source, sequence, started, first)
        while path in taken:
            started += timedelta(seconds=1)
            path = _path(pattern, play, source, sequence, started, first)
        taken.add(path)
        planned.append(Planned(source, path, started, source.stat().st_size))
    return planned


def _device_clock(source: Path, zone: timezone, play: Play) -> datetime:
    moment = datetime.fromtimestamp(int(source.stat().st_mtime), zone)
    return moment + timedelta(seconds=play.clock_offset_seconds)


def _path(pattern: patterns.Pattern, play: Play, source: Path, sequence: int, started: datetime, first: datetime) -> str:
    named = pattern.layout.format(
        device7=play.inventory_number[:7],
        user=play.user,
        started=started,
        ended=started + timedelta(minutes=_FILE_MINUTES),
        first=first,
        sequence=sequence,
    )
    return str(Path(named).with_suffix(source.suffix)) if source.suffix.lower() != Path(named).suffix.lower() else named


def run(play: Play, stop: threading.Event) -> dict[str, int | bool]:
    """Play the recorder; returns how many files and bytes were laid out, and whether it is still plugged in."""
    planned = plan(play)
    mount = play.watched / play.inventory_number
    play.watched.mkdir(parents=True, exist_ok=True)
    if mount.exists():
        unplug(mount)
    files, count, cut = 0, 0, False
    if play.speed is None:
        hidden = play.watched / f"{_PLACE}-{play.inventory_number}"
        shutil.rmtree(hidden, ignore_errors=True)
        files, count, cut = _lay_out(play, planned, hidden, stop)
        hidden.rename(mount)
    else:
        files, count, cut = _lay_out(play, planned, mount, stop)
    if play.plugged_seconds is not None:
        stop.wait(play.plugged_seconds)
    if cut or play.plugged_seconds is not None:
        unplug(mount)
    return {"files": files, "bytes": count, "plugged": mount.exists()}


def _lay_out(play: Play, planned: list[Planned], mount: Path, stop: threading.Event) -> tuple[int, int, bool]:
    mount.mkdir()
    (mount / MARKER).write_text(play.marker or play.inventory_number, encoding="utf-8")
    files, count = 0, 0
    for one in planned:
        target = mount / one.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for piece in _pieces(one.source):
                if stop.is_set():
                    return files, count, False
                if play.unplug_after is not None and count + len(piece) > play.unplug_after:
                    file.write(piece[: max(0, play.unplug_after - count)])
                    return files, play.unplug_after, True
                file.write(piece)
                count += len(piece)
                if play.speed:
                    time.sleep(len(piece) / play.speed)
        ended = one.started.astimezone(UTC).timestamp()
        os.utime(target, (ended, ended))
        files += 1
    return files, count, False


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def unplug(mount: Path) -> None:
    """Pull the recorder: whoever reads its files finds them cut short, then the folder is gone."""
    for path in sorted(mount.rglob("*")):
        if path.is_file():
            os.truncate(path, 0)
    shutil.rmtree(mount)


def amount(text: str, total: int) -> int:
    """Read ``30%`` (of ``total``), ``5000000``, ``12M`` or ``1G`` as bytes. Raises :class:`SimulationError`."""
    units = {"%": total / 100, "K": 10**3, "M": 10**6, "G": 10**9}
    unit = units.get(text[-1:].upper(), 1)
    try:
        return int(float(text if unit == 1 else text[:-1]) * unit)
    except ValueError as error:
        raise SimulationError(_("%(text)s is neither bytes nor a percentage.") % {"text": text}) from error
