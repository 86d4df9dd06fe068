"""The folder of a replica: its marker, its places, and the refusal of every folder that is not the one it was.

``qorgan-replica.json`` is the marker, written once when the replica is begun: without it a folder is taken for an unmounted disk and left
alone. ``blobs/ab/cd/<blake3>`` are the copies, ``notes/ab/cd/<blake3>.note`` beside them what the ledger's key says of each: manifest,
receipt and dock, so that a recording can be entered again where only the replica survived. ``turn`` counts the passes.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from qorgan.evidence import durable
from qorgan.ledger.signing import ledger_key

MARKER = "qorgan-replica.json"
FORMAT = "qorgan.replica/1"


class ReplicaRefused(RuntimeError):
    """The folder is not to be used as a replica; nothing was written there. ``code``: gone, foreign, busy, taken."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Folder:
    """A replica's folder whose marker has been read."""

    path: Path
    id: uuid.UUID

    def blob(self, digest: str) -> Path:
        """Where the copy of a stored file lies."""
        return self.path / "blobs" / digest[:2] / digest[2:4] / digest

    def note(self, digest: str) -> Path:
        """Where the ledger's word on it lies."""
        return self.path / "notes" / digest[:2] / digest[2:4] / f"{digest}.note"

    def notes(self) -> Iterator[Path]:
        """Every note, in no order."""
        return (self.path / "notes").glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*.note")

    def turn(self) -> int:
        """How many passes copied something here."""
        try:
            return int((self.path / "turn").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def count_turn(self, turn: int) -> None:
        """Keep the count."""
        durable.rewrite(self.path / "turn", f"{turn}\n".encode())

    def free(self) -> int:
        """Bytes free on its disk."""
        return shutil.disk_usage(self.path).free

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder against other processes. Raises :class:`ReplicaRefused` at once when one has it."""
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise ReplicaRefused("busy", _("Another process is at work on the replica %(folder)s.") % {"folder": self.path}) from error
        finally:
            os.close(descriptor)


def begin(path: Path) -> Folder:
    """Make an empty folder a replica of this office. Raises :class:`ReplicaRefused` for one that holds something else."""
    if path.exists() and any(one.name != "lost+found" and one.suffix != ".part" for one in path.iterdir()):  # a part: begun, and killed
        if (path / MARKER).exists():
            return opened(path)
        raise ReplicaRefused("taken", _("%(folder)s is not empty and is no replica. Give an empty folder.") % {"folder": path})
    if Path(settings.DATA) in (path.resolve(), *path.resolve().parents):
        raise ReplicaRefused("taken", _("%(folder)s lies in the data folder itself. A replica belongs on another disk.") % {"folder": path})
    key = ledger_key()
    durable.make_directory(path)
    for part in path.glob(".*.part"):
        part.unlink()
    marker = {"format": FORMAT, "replica": str(uuid.uuid4()), "origin": key.name, "vkey": key.verifier.vkey}
    durable.write_new(path / MARKER, json.dumps(marker, indent=1).encode() + b"\n")
    return opened(path)


def opened(path: Path, origin: str = "") -> Folder:
    """Read the marker. Raises :class:`ReplicaRefused` when there is none, or it is another office's (than ``origin``, or than this one)."""
    try:
        marker = json.loads((path / MARKER).read_text(encoding="utf-8"))
        folder = Folder(path, uuid.UUID(marker["replica"]))
        there = str(marker["origin"])
    except OSError as error:
        sentence = _("%(folder)s holds no replica's marker: is the disk connected and mounted? To begin a new replica there, use --new.")
        raise ReplicaRefused("gone", sentence % {"folder": path}) from error
    except (ValueError, KeyError, TypeError) as error:
        raise ReplicaRefused("foreign", _("The marker of %(folder)s cannot be read.") % {"folder": path}) from error
    if marker.get("format") != FORMAT or there != (origin or ledger_key().name):
        sentence = _("%(folder)s is a replica of another office (%(origin)s). Nothing was written there.")
        raise ReplicaRefused("foreign", sentence % {"folder": path, "origin": there})
    return folder
