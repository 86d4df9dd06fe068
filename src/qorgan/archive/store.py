"""Where sealed files lie: the spool for what is arriving, blobs for what is stored, each named by its BLAKE3.

``<data>/spool/<upload>`` grows; ``<data>/blobs/ab/cd/<blake3>`` is written once, mode 0444, and never changes. Both folders are on
one file system, so that storing is a rename.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from qorgan.evidence import durable
from qorgan.evidence.names import is_uuid

READ_ONLY = 0o444
_HEX = re.compile(r"[0-9a-f]{64}")
_GIB = 1 << 30


class Busy(RuntimeError):
    """Another request, of this process or another, is writing this upload."""


@contextmanager
def step(name: str) -> Iterator[None]:
    """Name a durable step, before and after, for fault matrices (as :mod:`qorgan.evidence.durable` does with its own)."""
    durable.step(f"{name}.begin")
    yield
    durable.step(f"{name}.done")


def blob_path(sealed_blake3: str) -> Path:
    """Where the stored file of this hash lies. Raises ``ValueError`` for what is no hash."""
    if not _HEX.fullmatch(sealed_blake3):
        raise ValueError("not a BLAKE3 hash in hex")
    return Path(settings.DATA) / "blobs" / sealed_blake3[:2] / sealed_blake3[2:4] / sealed_blake3


def open_blob(sealed_blake3: str) -> BinaryIO:
    """Open a stored file for reading, unbuffered. Raises ``FileNotFoundError``."""
    return blob_path(sealed_blake3).open("rb", buffering=0)


def blob_size(sealed_blake3: str) -> int | None:
    """Bytes of a stored file, None when it is not there."""
    try:
        return blob_path(sealed_blake3).stat().st_size
    except FileNotFoundError:
        return None


def spool_path(upload: UUID) -> Path:
    """Where the arriving bytes of an upload lie."""
    return Path(settings.DATA) / "spool" / str(upload)


def create_spool(upload: UUID) -> None:
    """Make the empty spool file; the name is durable when this returns. One that exists is left as it is."""
    path = spool_path(upload)
    durable.make_directory(path.parent)
    path.touch(mode=0o600)
    durable.sync_directory(path.parent)


@contextmanager
def held_spool(upload: UUID) -> Iterator[BinaryIO]:
    """The spool file, open for reading and writing, and held against everybody else until the end of the block.

    The hold is ``flock``: a killed process lets go by dying. Raises :class:`Busy` at once, ``FileNotFoundError`` if there is none.
    """
    with spool_path(upload).open("r+b", buffering=0) as spool:
        try:
            fcntl.flock(spool, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield spool


def publish(upload: UUID, sealed_blake3: str) -> None:
    """Make the spool file the stored file of this hash: read-only, synced, named without overwriting. Repeatable."""
    source, target = spool_path(upload), blob_path(sealed_blake3)
    with step("blob.mode"):
        durable.make_directory(target.parent)
        source.chmod(READ_ONLY)
    durable.publish(source, target, digest=sealed_blake3)


def drop_spool(upload: UUID) -> None:
    """Forget what had arrived."""
    with step("spool.drop"):
        durable.remove(spool_path(upload))


def drop_blob(sealed_blake3: str) -> None:
    """Remove a stored file that no recording names."""
    durable.remove(blob_path(sealed_blake3))


def blobs() -> Iterator[Path]:
    """Every stored file, in no order."""
    return (Path(settings.DATA) / "blobs").glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")


def spooled() -> list[UUID]:
    """Uploads of which a spool file lies on the disk."""
    folder = Path(settings.DATA) / "spool"
    return [UUID(path.name) for path in folder.iterdir() if is_uuid(path.name)] if folder.is_dir() else []


def room_bytes() -> int:
    """Bytes that may still come in: free space less the reserve of ``QORGAN_DISK_RESERVE_GIB``; may be negative."""
    folder = Path(settings.DATA)
    free = shutil.disk_usage(folder).free
    return free - int(settings.QORGAN["QORGAN_DISK_RESERVE_GIB"] * _GIB)


def size_of(spool: BinaryIO) -> int:
    """Bytes of an open file."""
    return os.fstat(spool.fileno()).st_size
