"""Copying one stored file to another folder, compared with its name on the way, resumed after an interruption.

Steps: ``copy.data`` the bytes into a hidden ``.part`` beside the final name, hashed as they pass · then as ``durable.publish``, or as
``durable.supplant`` where a damaged file is replaced. What does not hash to its name never gets it.
"""

import errno
import os
from pathlib import Path
from typing import Any, BinaryIO

from blake3 import blake3

from qorgan.archive.pace import Budget
from qorgan.archive.store import READ_ONLY, step
from qorgan.evidence import durable

_BLOCK = 1 << 20


class DamagedSource(OSError):
    """The file that was to be copied is not what its name says. Nothing was published."""


def copy_verified(source: Path, target: Path, *, digest: str, size: int, budget: Budget | None = None) -> None:
    """Make ``target`` a durable, read-only copy of ``source`` whose BLAKE3 is ``digest``; a damaged ``target`` is replaced.

    An interrupted copy goes on where it stopped. Raises :class:`DamagedSource`; ``FileNotFoundError`` without source; ``OSError`` with
    ENOSPC for a full disk: what was copied stays for the next time.
    """
    durable.make_directory(target.parent)
    part = target.parent / f".{digest}.part"
    with step("copy.data"):
        resumed = _fill(source, part, digest, size, budget)
        if not resumed and not _fill(source, part, digest, size, budget):
            raise DamagedSource(errno.EIO, "The file is not what its name says", str(source))
    part.chmod(READ_ONLY)
    if target.exists():
        durable.supplant(part, target)
    else:
        durable.publish(part, target, digest=digest)


def hash_of(path: Path, budget: Budget | None = None) -> tuple[str, int]:
    """BLAKE3 in hex and length of a file, read whole. Raises ``OSError``."""
    digest, read, buffer = blake3(), 0, bytearray(_BLOCK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(view[:count])
            read += count
            if budget:
                budget.spend(count)
    return digest.hexdigest(), read


def is_sound(path: Path, digest: str, size: int) -> bool:
    """Whether a file is there, can be read, and is what its name says."""
    try:
        return hash_of(path) == (digest, size)
    except OSError:
        return False


def _fill(source: Path, part: Path, digest: str, size: int, budget: Budget | None) -> bool:
    """Bring the part to its full length; False, and no part, when the bytes are not those of the name."""
    with source.open("rb", buffering=0) as read, _opened(part) as written:
        seen = blake3()
        end = _again(written, size, seen)
        read.seek(end)
        while block := read.read(_BLOCK):
            end = durable.append_at(written, end, block, sync=False)
            seen.update(block)
            if budget:
                budget.spend(len(block))
    if (seen.hexdigest(), end) == (digest, size):
        return True
    part.unlink()
    return False


def _opened(part: Path) -> BinaryIO:
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) if not part.exists() or os.access(part, os.W_OK) else _reopened(part)
    return os.fdopen(descriptor, "r+b", buffering=0)


def _reopened(part: Path) -> int:
    """A part that was made read-only just before a crash."""
    part.chmod(0o600)
    return os.open(part, os.O_RDWR | os.O_CLOEXEC)


def _again(written: Any, size: int, seen: Any) -> int:
    """Hash what is there already; longer than it may be counts as nothing."""
    end = os.fstat(written.fileno()).st_size
    if end > size:
        return 0
    written.seek(0)
    left = end
    while left and (block := written.read(min(_BLOCK, left))):
        seen.update(block)
        left -= len(block)
    return end
