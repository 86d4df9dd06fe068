"""The only module that writes files durably. What it reports as done survives a power cut.

Each procedure is a list of steps, in order; before and after each one :func:`step` is called with its name
(``<step>.begin``, ``<step>.done``), where a test stops, fails or kills the process.

``write_new``   1 ``write.data``: temporary name beside the final one, bytes, mode · then as ``publish``
``publish``     1 ``publish.sync``: fsync the file · 2 ``publish.link``: give it the final name, never over another file
                3 ``publish.unlink``: drop the temporary name · 4 ``publish.directory``: fsync the folder
``append_at``   1 ``append.cut``: drop bytes behind the offset · 2 ``append.data`` · 3 ``append.sync``: fdatasync
``rewrite``     1 ``rewrite.data`` · 2 ``rewrite.sync`` · 3 ``rewrite.rename`` · 4 ``rewrite.directory``
``remove``      1 ``remove.unlink`` · 2 ``remove.directory``
``supplant``    1 ``supplant.sync``: fsync the file · 2 ``supplant.rename``: over the damaged one · 3 ``supplant.directory``
``publish_folder``  1 ``folder.sync``: fsync every file and folder in it · 2 ``folder.rename`` · 3 ``folder.directory``

The sad path that stays: between ``publish.link`` and ``publish.unlink`` a crash leaves both names on the same bytes;
publishing again finishes the work. A temporary file (``*.part``) without an owner is rubbish and may be removed.
"""

import errno
import filecmp
import os
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

STEPS = (
    "write.data",
    "publish.sync",
    "publish.link",
    "publish.unlink",
    "publish.directory",
    "append.cut",
    "append.data",
    "append.sync",
    "rewrite.data",
    "rewrite.sync",
    "rewrite.rename",
    "rewrite.directory",
    "remove.unlink",
    "remove.directory",
    "supplant.sync",
    "supplant.rename",
    "supplant.directory",
    "folder.sync",
    "folder.rename",
    "folder.directory",
)
"""Every step of this module, for fault matrices: each is called with ``.begin`` and ``.done``."""

_WRITTEN_BEHIND = 32 * 1024 * 1024
_NO_LINKS = frozenset({errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class DifferentBytes(FileExistsError):
    """The name is taken by other bytes. Nothing was changed."""


class LostBytes(OSError):
    """A file is shorter than what was acknowledged of it: the disk lost bytes."""


def _no_fault(_name: str) -> None:
    """Outside tests nothing happens at a step."""


def _fault(wish: str) -> Callable[[str], None]:
    """Read ``QORGAN_FAULT``: ``step.begin:kill``, ``:fail`` (EIO) or ``:full`` (ENOSPC); ``:3`` more: the third time."""
    if not wish:
        return _no_fault
    name, action, *times = wish.split(":")
    remaining = int(times[0]) if times else 1

    def at(step_name: str) -> None:
        nonlocal remaining
        remaining -= step_name == name
        if step_name != name or remaining != 0:
            return
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        code = errno.ENOSPC if action == "full" else errno.EIO
        raise OSError(code, os.strerror(code), step_name)

    return at


on_step: Callable[[str], None] = _fault(os.environ.get("QORGAN_FAULT", ""))
"""Called with the name of each step; tests replace it. Set from ``QORGAN_FAULT`` when the process starts."""


def step(name: str) -> None:
    """Mark a place where a crash is interesting. Other rooms call it around their own durable steps."""
    on_step(name)


@contextmanager
def _around(name: str) -> Iterator[None]:
    step(f"{name}.begin")
    yield
    step(f"{name}.done")


def write_new(path: Path, data: bytes, mode: int = 0o444) -> None:
    """Make a small file with ``data``, durable when this returns. The same bytes again are fine.

    Raises :class:`DifferentBytes` if the name is taken by other bytes; never overwrites.
    """
    with _temporary(path) as temporary:
        with _around("write.data"):
            _write(temporary, data, mode)
        publish(temporary, path)


def publish(temporary: Path, final: Path, *, digest: str | None = None) -> None:
    """Give a written file its final name, durably and without overwriting; the temporary name is gone afterwards.

    Both names are on one file system. If ``final`` exists with the same bytes, the temporary file is dropped and all
    is well. Bytes are compared; but if ``digest`` is given and ``final`` carries it in its name (stores named by
    content), equal sizes suffice, so that gigabytes are not read again. Raises :class:`DifferentBytes`, and then the
    temporary file stays.
    """
    with _around("publish.sync"):
        sync_path(temporary)
    with _around("publish.link"):
        taken = not _name_without_overwriting(temporary, final)
    if taken and not _same(temporary, final, digest):
        raise DifferentBytes(errno.EEXIST, "The name is taken by other bytes", str(final))
    with _around("publish.unlink"), suppress(FileNotFoundError):
        temporary.unlink()
    with _around("publish.directory"):
        sync_directory(final.parent)


def append_at(file: BinaryIO, offset: int, data: bytes | bytearray | memoryview, *, sync: bool = True) -> int:
    """Write ``data`` at ``offset``, the end of what is acknowledged; return the new end, durable if ``sync``.

    Bytes behind ``offset`` were never acknowledged and are cut off first. With ``sync=False`` the caller goes on and
    calls :func:`sync_file` before acknowledging anything; the kernel is asked to begin writing meanwhile. ``file`` is
    unbuffered and writable. Raises :class:`LostBytes` if the file ends before ``offset``.
    """
    descriptor = file.fileno()
    size = os.fstat(descriptor).st_size
    if size < offset:
        raise LostBytes(errno.EIO, f"The file has {size} bytes of {offset} acknowledged")
    if size > offset:
        with _around("append.cut"):
            os.ftruncate(descriptor, offset)
    with _around("append.data"):
        os.lseek(descriptor, offset, os.SEEK_SET)
        _write_all(descriptor, data)
    if sync:
        sync_file(file)
    else:
        begin_writing(descriptor, offset, len(data))
    return offset + len(data)


def sync_file(file: BinaryIO) -> None:
    """Return when every byte written to ``file`` is on the disk."""
    file.flush()
    with _around("append.sync"):
        getattr(os, "fdatasync", os.fsync)(file.fileno())


def begin_writing(descriptor: int, offset: int, length: int) -> None:
    """Ask the kernel to start writing a range just written, without waiting; a later fsync then has little left.

    Called for each piece of a long file in turn. Linux starts write-back when told that pages are not needed soon; told
    again :data:`_WRITTEN_BEHIND` bytes later, when they are on the disk, it frees them. A long recording then passes
    through memory without pushing everything else out of it.
    """
    if not hasattr(os, "posix_fadvise"):
        return
    # Only a hint: a pipe or an odd file system refuses it, and loses nothing.
    with suppress(OSError):
        os.posix_fadvise(descriptor, offset, length, os.POSIX_FADV_DONTNEED)
        if offset >= _WRITTEN_BEHIND:
            os.posix_fadvise(descriptor, offset - _WRITTEN_BEHIND, length, os.POSIX_FADV_DONTNEED)


def rewrite(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a small file of changing state: after a crash it has the old or the new bytes. Never for evidence."""
    with _temporary(path) as temporary:
        with _around("rewrite.data"):
            _write(temporary, data, mode)
        with _around("rewrite.sync"):
            sync_path(temporary)
        with _around("rewrite.rename"):
            temporary.replace(path)
        with _around("rewrite.directory"):
            sync_directory(path.parent)


def remove(path: Path) -> None:
    """Delete a file durably. One that is not there is fine: the wish was carried out earlier."""
    with _around("remove.unlink"), suppress(FileNotFoundError):
        path.unlink()
    with _around("remove.directory"):
        sync_directory(path.parent)


def supplant(temporary: Path, final: Path) -> None:
    """Put a written file in the place of a damaged one of the same name, durably; after a crash one of the two is there.

    Only for stores named by content, by a caller who has just compared the new bytes with the name: what goes are bytes that are
    not what their name says. Both names are on one file system.
    """
    with _around("supplant.sync"):
        sync_path(temporary)
    with _around("supplant.rename"):
        temporary.replace(final)
    with _around("supplant.directory"):
        sync_directory(final.parent)


def publish_folder(temporary: Path, final: Path) -> None:
    """Give a folder, written whole, its final name: nobody ever sees a part of it under that name, also after a power cut.

    Raises :class:`DifferentBytes` if the name is taken; the temporary folder stays.
    """
    with _around("folder.sync"):
        for path in sorted(temporary.rglob("*"), reverse=True):
            (sync_directory if path.is_dir() else sync_path)(path)
        sync_directory(temporary)
    if final.exists():
        raise DifferentBytes(errno.EEXIST, "The name is taken", str(final))
    with _around("folder.rename"):
        temporary.rename(final)
    with _around("folder.directory"):
        sync_directory(final.parent)


def make_directory(path: Path, mode: int = 0o700) -> None:
    """Make a folder and those above it, durably."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=mode, exist_ok=True)
        sync_directory(folder.parent)


def sync_directory(path: Path) -> None:
    """Return when the names in a folder are on the disk. Windows has no such call and keeps names in its journal."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``; if the work on it fails, the file is removed."""
    # Not made from the final name: beside a long one there may be no room for more letters.
    temporary = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        yield temporary
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        _write_all(descriptor, data)
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes | bytearray | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_path(path: Path) -> None:
    """Return when the bytes of a file, written by whatever means, are on the disk."""
    # Windows syncs only what is open for writing; elsewhere a read-only (0444) file must be accepted too.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name_without_overwriting(temporary: Path, final: Path) -> bool:
    """Return False if the name is taken."""
    try:
        if sys.platform == "win32":
            temporary.rename(final)
        else:
            os.link(temporary, final)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _rename_where_links_are_unknown(temporary, final)
    return True


def _rename_where_links_are_unknown(temporary: Path, final: Path) -> bool:
    # FAT and some network shares. Reserving the name first keeps two of us apart; a crash in between leaves it empty.
    try:
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if final.stat().st_size or not temporary.stat().st_size:
            return False
    temporary.replace(final)
    return True


def _same(temporary: Path, final: Path, digest: str | None) -> bool:
    if not temporary.exists() or temporary.samefile(final):
        return True
    if temporary.stat().st_size != final.stat().st_size:
        return False
    if digest and digest in final.name:
        return True
    return filecmp.cmp(temporary, final, shallow=False)
