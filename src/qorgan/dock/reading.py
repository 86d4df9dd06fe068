"""Reading a device, and never writing to it.

listings, edges, whole hashes. Links are not followed, odd files not opened.

Access times are left alone where the system allows it, so that a recorder mounted for writing stays as it was.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from qorgan.dock import patterns
from qorgan.dock.queue import Seen, shown
from qorgan.evidence.untouched import descriptor_of

_EDGE = 64 * 1024
_PIECE = 1 << 20
_LEFT = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOTCONN, errno.ESTALE, errno.ENOTDIR})


class Unplugged(Exception):
    """The device, or the file on it, is not there any more."""


class Changed(Exception):
    """The file was written to while it was read."""


class Stopped(Exception):
    """The agent is stopping; what was begun is done again after the next start."""


def listing(root: Path, pattern: str) -> list[Seen]:
    """Every file of a device that is a recording or belongs to one.

    Raises :class:`Unplugged` when the listing breaks off.
    """
    try:
        return sorted(_walk(os.fsencode(root), b"", pattern), key=lambda seen: seen.path)
    except OSError as error:
        raise Unplugged(str(error)) from error


def _walk(root: bytes, folder: bytes, pattern: str) -> Iterator[Seen]:
    with os.scandir(root + os.sep.encode() + folder) as entries:
        found = list(entries)
    for entry in found:
        path = folder + os.sep.encode() + entry.name if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, path, pattern)
        elif entry.is_file(follow_symlinks=False) and patterns.read(pattern, shown(path)).kind != "ignored":
            known = entry.stat(follow_symlinks=False)
            yield Seen(path, known.st_size, known.st_mtime_ns)


def place(root: Path, path: bytes) -> Path:
    """Where a listed file is. The path came from a listing of this root and holds no way out of it."""
    return root / os.fsdecode(path)


def open_device_file(root: Path, seen: Seen) -> BinaryIO:
    """Open a listed file for reading.

    Raises :class:`Unplugged`, or :class:`Changed` when it is not the file that was listed.
    """
    descriptor = _open(place(root, seen.path))
    file = os.fdopen(descriptor, "rb", buffering=0)
    try:
        _check(os.fstat(descriptor), seen)
    except BaseException:
        file.close()
        raise
    return file


def check_unchanged(root: Path, seen: Seen) -> None:
    """Raise :class:`Unplugged` or :class:`Changed` unless the file is there as it was listed."""
    try:
        _check(place(root, seen.path).lstat(), seen)
    except OSError as error:
        raise Unplugged(str(error)) from error


def _check(known: os.stat_result, seen: Seen) -> None:
    if not stat.S_ISREG(known.st_mode) or (known.st_size, known.st_mtime_ns) != (seen.size, seen.modified_ns):
        raise Changed(shown(seen.path))


def _open(path: Path) -> int:
    try:
        return descriptor_of(path)
    except OSError as error:
        raise Unplugged(str(error)) from error


def left(error: OSError) -> bool:
    """Whether an error means that the device went away rather than that something is wrong with this PC."""
    return error.errno in _LEFT


def edges(root: Path, seen: Seen) -> str:
    """A quick fingerprint: SHA-256 of size, first and last 64 KiB. It tells apart, it proves nothing."""
    digest = hashlib.sha256(str(seen.size).encode())
    try:
        with open_device_file(root, seen) as file:
            digest.update(_exactly(file, _EDGE))
            file.seek(max(0, seen.size - _EDGE))
            digest.update(_exactly(file, _EDGE))
    except OSError as error:
        raise Unplugged(str(error)) from error
    return digest.hexdigest()


def _exactly(file: BinaryIO, length: int) -> bytes:
    pieces: list[bytes] = []
    while length and (piece := file.read(length)):
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def sha256(root: Path, seen: Seen, stopped: Callable[[], bool]) -> str:
    """SHA-256 of the whole file as it is on the device at this moment.

    Raises :class:`Unplugged`, :class:`Changed`, :class:`Stopped`.
    """
    digest = hashlib.sha256()
    try:
        with open_device_file(root, seen) as file:
            while piece := file.read(_PIECE):
                if stopped():
                    raise Stopped
                digest.update(piece)
    except OSError as error:
        raise Unplugged(str(error)) from error
    check_unchanged(root, seen)
    return digest.hexdigest()
