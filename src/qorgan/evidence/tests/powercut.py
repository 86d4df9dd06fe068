"""A power cut, as a disk means it: what was not synced is gone.

:class:`Disk` notes what each fsync made durable: of a file its bytes, of a folder its names. :meth:`Disk.after_a_cut` says what would be
found if the power went now, in two worlds between which every file system lies: in ``strict`` only synced names exist; in ``eager`` names
came to the disk by themselves, ahead of the bytes they stand for. Bytes never come by themselves. Nothing but fsync counts, so a write
that went past :mod:`qorgan.evidence.durable` is lost here as it would be there. SQLite's own files are outside (it does this by itself).
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

WORLDS = ("strict", "eager")


class Disk:
    """What is durable below ``root``. ``on_sync`` is called after every fsync: each is a moment at which the power may go."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.on_sync: Callable[[], None] = lambda: None
        self.syncs = 0
        self._bytes: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._folders: set[int] = set()
        self._kept: list[int] = []  # open descriptors: an inode that is in use is not given to another file
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
            self._note(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))
        for path in root.rglob("*"):
            if path.is_file():
                self._note(os.open(path, os.O_RDONLY))

    @contextmanager
    def watched(self) -> Iterator["Disk"]:
        """Note every fsync of this process until the end of the block."""
        real = {name: getattr(os, name) for name in ("fsync", "fdatasync")}

        def wrapped(name: str) -> Callable[[int], None]:
            def sync(descriptor: int) -> None:
                real[name](descriptor)
                if self._is_mine(descriptor):
                    self._note(os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY))
                    self.syncs += 1
                    self.on_sync()

            return sync

        with mock.patch.object(os, "fsync", wrapped("fsync")), mock.patch.object(os, "fdatasync", wrapped("fdatasync")):
            yield self
        for descriptor in self._kept:
            os.close(descriptor)

    def after_a_cut(self, world: str) -> dict[str, bytes]:
        """Path (below the root) and bytes of every file that would be found."""
        found: dict[str, bytes] = {}
        self._walk(self.root.stat().st_ino, "", world, found)
        return found

    def _walk(self, inode: int, prefix: str, world: str, found: dict[str, bytes]) -> None:
        for name, child in self._entries(inode, prefix, world).items():
            if child in self._folders or (world == "eager" and (self.root / prefix / name).is_dir()):
                self._walk(child, f"{prefix}{name}/", world, found)
            else:
                found[f"{prefix}{name}"] = self._bytes.get(child, b"")

    def _entries(self, inode: int, prefix: str, world: str) -> dict[str, int]:
        if world == "strict":
            return self._names.get(inode, {})
        folder = self.root / prefix
        return {entry.name: entry.inode() for entry in os.scandir(folder)} if folder.is_dir() else {}

    def _note(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        self._kept.append(descriptor)
        if stat.S_ISDIR(status.st_mode):
            self._folders.add(status.st_ino)
            self._names[status.st_ino] = {entry.name: entry.inode() for entry in os.scandir(descriptor)}
        else:
            with open(f"/proc/self/fd/{descriptor}", "rb") as file:  # noqa: PTH123 - a descriptor, not a path
                self._bytes[status.st_ino] = file.read()

    def _is_mine(self, descriptor: int) -> bool:
        return Path(os.readlink(f"/proc/self/fd/{descriptor}")).is_relative_to(self.root)  # noqa: PTH115 - a descriptor, not a path
