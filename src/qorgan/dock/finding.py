"""Which recorders are here: removable volumes and watched folders, held against the office's device table.

A drive is known by its marker file, then its volume serial, then its label; a folder of a vendor's station by its
marker or by a name equal to the inventory number. A stranger's drive is counted and left alone: not one of its files
is opened.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qorgan.dock.office import Recorder
from qorgan.dock.volumes import Volume
from qorgan.evidence.untouched import descriptor_of

MARKER = ".qorgan-recorder"
_MARKER_BYTES = 512
_COUNT_LIMIT = 100_000


@dataclass(frozen=True)
class Device:
    """A recorder that is here now."""

    recorder: Recorder
    root: Path
    serial: str
    label: str
    marker: str
    read_only: bool
    exported: bool = False
    """A folder that a vendor's station fills, not the recorder's own drive: its files may be half copied."""


@dataclass(frozen=True)
class Stranger:
    """A drive that the device table does not know. ``files``: how many it holds, found by listing alone."""

    mount: Path
    serial: str
    label: str
    files: int


@dataclass(frozen=True)
class Place:
    """Somewhere a recorder may be. ``name``: the subfolder's name in a watched folder, "" for a drive."""

    root: Path
    serial: str = ""
    label: str = ""
    name: str = ""
    read_only: bool = False


def places(watched: Iterable[str], drives: Sequence[Volume]) -> list[Place]:
    """Where to look: each drive; each watched folder itself when it holds a marker, else each of its subfolders."""
    found = [Place(drive.mount, drive.serial, drive.label, "", drive.read_only) for drive in drives]
    for text in watched:
        folder = Path(text).expanduser()
        if (folder / MARKER).is_file():
            found.append(Place(folder, name=folder.name, read_only=_read_only(folder)))
        else:
            found.extend(Place(sub, name=sub.name, read_only=_read_only(sub)) for sub in _subfolders(folder))
    return found


def identify(place: Place, table: Sequence[Recorder]) -> Device | None:
    """The recorder at ``place``, or None.

    A marker that the table does not know makes a stranger, whatever the label says.
    """
    marker = read_marker(place.root)
    known = _known(place, marker, table)
    if known is None:
        return None
    return Device(known, place.root, place.serial, place.label, marker, place.read_only, exported=bool(place.name))


def _known(place: Place, marker: str, table: Sequence[Recorder]) -> Recorder | None:
    tests: list[Callable[[Recorder], bool]] = [
        lambda row: bool(marker) and row.marker == marker,
        lambda row: not marker and bool(place.serial) and row.volume_serial.upper() == place.serial.upper(),
        lambda row: not marker and bool(place.label) and row.volume_label == place.label,
        lambda row: not marker and bool(place.name) and row.inventory_number == place.name,
    ]
    for test in tests:
        rows = [row for row in table if test(row)]
        if len(rows) == 1:  # two recorders with one label are nobody: a guess would file evidence under a wrong number
            return rows[0]
    return None


def read_marker(root: Path) -> str:
    """The marker text at ``root``, or "". The one file that is opened before a drive is known."""
    try:
        descriptor = descriptor_of(root / MARKER)
    except OSError:
        return ""
    try:
        return os.read(descriptor, _MARKER_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def still_there(device: Device) -> bool:
    """Whether the device is plugged in at this moment.

    an empty mount point must not be taken for an emptied recorder.
    """
    if device.marker:
        return read_marker(device.root) == device.marker
    if device.serial or device.label:
        return os.path.ismount(device.root)
    return device.root.is_dir()


def stranger(place: Place) -> Stranger:
    """Describe a drive nobody knows by its listing alone; counting stops at 100,000 files."""
    count = 0
    for _folder, _inside, names in os.walk(place.root, followlinks=False):
        count += len(names)
        if count >= _COUNT_LIMIT:
            break
    return Stranger(place.root, place.serial, place.label, count)


def _subfolders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."))
    except OSError:
        return []
    return [folder / name for name in names]


def _read_only(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False
