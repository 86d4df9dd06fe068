"""The files of a package, from whatever holds them: opened read-only, no link followed, nothing outside reached."""

import os
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from qorgan.evidence.package.verifier.findings import Broken, Refused

MOST_FILES = 50_000
DEEPEST = 8
LONGEST_PATH = 1000
BLOCK = 1 << 20
ROOMS = 4
LARGEST_NOTE = 1 << 20
LARGEST_LIST = 16 << 20
MARKS = ("bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/custody.json", "ledger/checkpoint")
"""One of them is enough to say that something was meant to be a package."""

FORBIDDEN_LETTERS = frozenset('\\:*?"<>|')


class Bytes(Protocol):
    """Bytes of known number that are read at any place."""

    @property
    def size(self) -> int: ...
    def into(self, offset: int, target: memoryview) -> None:
        """Fill ``target`` from ``offset`` on. Raises :class:`Broken` when the bytes cannot be had."""
        ...


class PlainFile:
    """A file of this machine."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)

    def into(self, offset: int, target: memoryview) -> None:
        """See :class:`Bytes`."""
        self.file.seek(offset)
        done = 0
        while done < len(target):
            count = self.file.readinto(target[done:])  # type: ignore[attr-defined]
            if not count:
                raise Broken("cut-off")
            done += count


def bytes_at(source: Bytes, offset: int, size: int) -> bytes:
    """A few bytes of it. Raises :class:`Broken` beyond its end."""
    if offset < 0 or size < 0 or offset + size > source.size:
        raise Broken("cut-off")
    room = bytearray(size)
    source.into(offset, memoryview(room))
    return bytes(room)


def blocks_of(source: Bytes, offset: int, size: int) -> Iterator[memoryview]:
    """All of a stretch, in :data:`ROOMS` by turns: a block stays as it is until so many further ones are asked for."""
    rooms, end, turn = [memoryview(bytearray(min(BLOCK, size or 1))) for _ in range(min(ROOMS, size // BLOCK + 1))], offset + size, 0
    while offset < end:
        block = rooms[turn][: min(BLOCK, end - offset)]
        source.into(offset, block)
        yield block
        offset, turn = offset + len(block), (turn + 1) % len(rooms)


@dataclass(frozen=True)
class Item:
    """One file of the package: its size, and how to read all of it. ``crc`` is what a ZIP says of it."""

    size: int
    blocks: Callable[[], Iterator[memoryview]]
    crc: int | None = None


class Package:
    """The files by their path within the bag."""

    def __init__(self, items: dict[str, Item]) -> None:
        self.items = items

    def read(self, path: str, limit: int = LARGEST_NOTE) -> bytes:
        """All of a small file. Raises :class:`Broken` when it is missing or larger than such a file can be."""
        item = self.items.get(path)
        if item is None:
            raise Broken("missing")
        if item.size > limit:
            raise Broken("too-large", limit=limit)
        return b"".join(map(bytes, item.blocks()))

    def text(self, path: str, limit: int = LARGEST_NOTE) -> str:
        """A small file as text."""
        try:
            return self.read(path, limit).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Broken("not-utf8") from error

    def under(self, folder: str) -> list[str]:
        """Paths in a folder, sorted."""
        return sorted(path for path in self.items if path.startswith(folder))


def check_path(path: str) -> str:
    """The path as it is compared with others (letter case and composition apart). Raises :class:`Refused` for one that could lead elsewhere."""
    parts = path.split("/")
    if len(path) > LONGEST_PATH or len(parts) > DEEPEST:
        raise Refused("path-long", path=path)
    for part in parts:
        strange = any(letter in FORBIDDEN_LETTERS or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in part)
        if part.strip(". ") == "" or part != part.rstrip(". ") or strange:
            raise Refused("path-unsafe", path=path)
    return unicodedata.normalize("NFC", path).casefold()


def check_paths_differ(paths: list[str]) -> None:
    """Raises :class:`Refused` for too many paths, an unsafe one, or two that some system takes for the same."""
    if len(paths) > MOST_FILES:
        raise Refused("too-many", limit=MOST_FILES)
    seen: dict[str, str] = {}
    for path in paths:
        folded = check_path(path)
        if folded in seen:
            raise Refused("path-twice", path=path, other=seen[folded])
        seen[folded] = path


def folder_package(folder: Path) -> Package:
    """The files of an unpacked package: ``folder`` itself, or the only folder in it. Raises :class:`Refused`."""
    if not any((folder / mark).exists() for mark in MARKS):
        inner = [entry for entry in folder_entries(folder) if entry.is_dir(follow_symlinks=False)]
        if len(inner) != 1:
            raise Refused("not-a-package")
        folder = Path(inner[0].path)
    found: dict[str, Item] = {}
    waiting = [("", folder)]
    while waiting:
        prefix, place = waiting.pop()
        for entry in folder_entries(place):
            path = prefix + entry.name
            kind = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(kind.st_mode):
                check_path(path)
                waiting.append((f"{path}/", Path(entry.path)))
            elif stat.S_ISREG(kind.st_mode):
                found[path] = Item(kind.st_size, file_reader(Path(entry.path), kind.st_size))
            else:
                raise Refused("link", path=path)
            if len(found) + len(waiting) > MOST_FILES:
                raise Refused("too-many", limit=MOST_FILES)
    check_paths_differ(list(found))
    return Package(found)


def folder_entries(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """What stands in a folder. Raises :class:`Refused` when it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        raise Refused("unreadable", path=folder.name, problem=error.strerror) from error


def file_reader(path: Path, size: int) -> Callable[[], Iterator[memoryview]]:
    """How to read all of a file of a folder, without following a link that took its place."""

    def read() -> Iterator[memoryview]:
        try:
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
                yield from blocks_of(PlainFile(file), 0, size)
        except OSError as error:
            raise Broken("unreadable", path=path.name, problem=error.strerror) from error

    return read
