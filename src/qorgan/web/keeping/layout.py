"""How a backup lies on its disk, and what its signed list says.

``qorgan-backups.json`` marks the folder; ``blobs/ab/cd/<blake3>`` are the stored files, once for all backups; ``backups/<time>/`` is one
backup, there under its name only when it is whole:

``contents.note``   the list, signed by the ledger's key: every file with size and SHA-256, ledger size, checkpoint, schema
``database``        the snapshot: an SQLite file, or what pg_dump wrote
``blobs.txt``       the stored files that belong to it, a line each: BLAKE3 and size
``keys``            the ledger's and other keys, as JSON; sealed by age when wished
``data/...``        everything else of the data folder
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from qorgan.evidence import durable
from qorgan.evidence.keys import Verifier
from qorgan.evidence.manifest import ManifestError, Statement

MARKER = "qorgan-backups.json"
FORMAT = "qorgan.backups/1"
CONTENTS, DATABASE, BLOBS, KEYS, DATA = "contents.note", "database", "blobs.txt", "keys", "data"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
_HEX = re.compile(r"[0-9a-f]{64}")
MAKING = ".making-"
GOING = ".going-"


class KeepingRefused(RuntimeError):
    """A backup or a restoring is not carried out; the sentence says why. Nothing that was there is changed."""


@dataclass(frozen=True, kw_only=True)
class Contents(Statement):
    """The signed list of one backup. ``keys``: open, recipient or passphrase. ``lacking``: stored files that were not whole."""

    FORMAT: ClassVar[str] = "qorgan.backup/1"

    origin: str
    vkey: str
    installation: str
    made_at: str
    software: str
    engine: str
    migrations: list[str]
    ledger_size: int
    checkpoint: str
    keys: str
    files: list[dict[str, Any]]
    recordings: int
    bytes: int
    lacking: list[str]
    format: str = FORMAT

    def validate(self) -> None:
        """Raises :class:`ManifestError` for fields of another kind, and for paths that lead out of the backup."""
        for entry in self.files:
            path = entry.get("path") if isinstance(entry, dict) else None
            if not isinstance(path, str) or not is_inside(path) or not isinstance(entry.get("size"), int) or not _HEX.fullmatch(str(entry.get("sha256"))):
                raise ManifestError("The list of a backup names a file that cannot be in it.")


@dataclass(frozen=True)
class Shelf:
    """A folder that holds backups, its marker read."""

    path: Path

    def blob(self, digest: str) -> Path:
        """Where a stored file lies. Raises ``ValueError`` for what is no hash."""
        if not _HEX.fullmatch(digest):
            raise ValueError("not a BLAKE3 hash in hex")
        return self.path / "blobs" / digest[:2] / digest[2:4] / digest

    def backups(self) -> list[Path]:
        """The whole backups, oldest first."""
        folder = self.path / "backups"
        return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name)) if folder.is_dir() else []

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the shelf against other processes. Raises :class:`KeepingRefused` at once."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise KeepingRefused(_("Another process is making a backup in %(folder)s.") % {"folder": self.path}) from error
        finally:
            os.close(descriptor)


def shelf(path: Path, origin: str = "") -> Shelf:
    """Read the marker of a folder with backups. Raises :class:`KeepingRefused` without one, or for another ``origin``."""
    try:
        marker = json.loads((path / MARKER).read_text(encoding="utf-8"))
        found = (marker.get("format"), str(marker.get("origin")))
    except OSError as error:
        sentence = _("%(folder)s holds no backups of Qorgan: is the disk connected and mounted? To begin there, use --new.")
        raise KeepingRefused(sentence % {"folder": path}) from error
    except (ValueError, AttributeError) as error:
        raise KeepingRefused(_("The marker of %(folder)s cannot be read.") % {"folder": path}) from error
    if found[0] != FORMAT or (origin and found[1] != origin):
        raise KeepingRefused(_("%(folder)s holds the backups of another office (%(origin)s).") % {"folder": path, "origin": found[1]})
    return Shelf(path)


def new_shelf(path: Path, origin: str) -> Shelf:
    """Begin a folder for backups. Raises :class:`KeepingRefused` when it holds something else."""
    if (path / MARKER).exists():
        return shelf(path, origin)
    if path.exists() and any(one.name != "lost+found" and one.suffix != ".part" for one in path.iterdir()):  # a part: begun, and killed
        raise KeepingRefused(_("%(folder)s is not empty and holds no backups. Give an empty folder.") % {"folder": path})
    durable.make_directory(path)
    durable.write_new(path / MARKER, json.dumps({"format": FORMAT, "origin": origin}, indent=1).encode() + b"\n")
    return Shelf(path)


def read_contents(backup: Path, vkey: str = "") -> Contents:
    """The list of a backup, under ``vkey``, or under the key that it names itself. Raises :class:`KeepingRefused`."""
    try:
        text = (backup / CONTENTS).read_text(encoding="utf-8")
        key = vkey or str(json.loads(text.split("\n", 2)[1])["vkey"])
        return Contents.from_note(text, [Verifier(key)])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise KeepingRefused(_("The list of the backup %(name)s does not hold: %(why)s") % {"name": backup.name, "why": error}) from error


def blobs_of(backup: Path) -> Iterator[tuple[str, int]]:
    """Hash and size of every stored file of a backup."""
    with (backup / BLOBS).open(encoding="ascii") as lines:
        for line in lines:
            digest, _space, size = line.partition(" ")
            yield digest, int(size)


def described(path: Path, root: Path) -> dict[str, Any]:
    """A file as the list has it."""
    with path.open("rb") as file:
        return {"path": path.relative_to(root).as_posix(), "size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def is_inside(path: str) -> bool:
    """Whether a path of a list stays below its folder."""
    return bool(path) and "\\" not in path and "\x00" not in path and all(part not in ("", ".", "..") for part in path.split("/"))
