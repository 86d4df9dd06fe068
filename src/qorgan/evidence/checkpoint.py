"""Checkpoints (C2SP tlog-checkpoint): the log's name, size and root at a moment, signed.

Whoever keeps one can prove later that the log was rewritten.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from qorgan.evidence import note
from qorgan.evidence.merkle import HASH

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(note.NoteError):
    """The text is signed, or was to be, but it is not a checkpoint of this log."""


@dataclass(frozen=True)
class Checkpoint:
    """``size`` leaves with the Merkle ``root``, in the log called ``origin``."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return the three lines that are signed. Raises :class:`CheckpointError` for values that have no such form."""
        if not self.origin or "\n" in self.origin or self.size < 0 or len(self.root) != HASH:
            raise CheckpointError("A checkpoint has an origin in one line, a size and a root of 32 bytes.")
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode('ascii')}\n"

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """Read the signed lines; any after the third are ignored. Raises :class:`CheckpointError`."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not text.endswith("\n") or not all(lines):
            raise CheckpointError("A checkpoint has at least three lines, none of them empty.")
        if not _NUMBER.fullmatch(lines[1]):
            raise CheckpointError("The size of the checkpoint is not a number in its plain form.")
        return cls(lines[0], int(lines[1]), parse_hash(lines[2]))

    def sign(self, key: note.Signer) -> str:
        """Return the signed note. The key's name should be the origin."""
        return note.sign(self.to_text(), key)

    @classmethod
    def open(cls, signed_note: str, verifiers: Sequence[note.Checker], origin: str | None = None) -> "Checkpoint":
        """Read a checkpoint that one of ``verifiers`` signed, of the log ``origin`` if given.

        Raises :class:`qorgan.evidence.note.NoteError`; :class:`CheckpointError` if it is another log's.
        """
        checkpoint = cls.from_text(note.open_note(signed_note, verifiers))
        if origin is not None and checkpoint.origin != origin:
            raise CheckpointError(f"This checkpoint is of another log: {checkpoint.origin}.")
        return checkpoint


def parse_hash(text: str) -> bytes:
    """Return the 32 bytes of a Base64 hash. Raises :class:`CheckpointError` on any other text."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("A hash is not Base64.") from error
    if len(data) != HASH or b64encode(data).decode("ascii") != text:
        raise CheckpointError("A hash has 32 bytes in their one Base64 form.")
    return data
