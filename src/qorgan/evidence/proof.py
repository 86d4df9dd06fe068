"""Proofs to hand out (C2SP tlog-proof): an entry stands at its place in the log. Checked offline with a public key.

A ``.tlog-proof`` file has the entry's index, the hashes up to the root and the signed checkpoint, not the entry itself:
whoever checks it has that.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from qorgan.evidence import merkle, note
from qorgan.evidence.checkpoint import Checkpoint, CheckpointError, parse_hash
from qorgan.evidence.merkle import ProofError

FIRST_LINE = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"

_MOST_HASHES = 64
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Proof:
    """The parts of a proof. ``extra`` proves nothing; ``checkpoint`` is a signed note, not yet checked."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def to_text(self) -> str:
        """Return the file's text."""
        lines = [FIRST_LINE]
        if self.extra:
            lines.append(f"extra {b64encode(self.extra).decode('ascii')}")
        lines.append(f"index {self.index}")
        lines += [b64encode(node).decode("ascii") for node in self.path]
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def from_text(cls, text: str) -> "Proof":
        """Read the file's text; nothing is verified yet. Raises :class:`qorgan.evidence.merkle.ProofError`."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or len(text) > note.LONGEST_NOTE or lines.pop(0) != FIRST_LINE:
            raise ProofError("This is not a proof of the form tlog-proof version 1.")
        extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else b""
        index = _INDEX.fullmatch(lines.pop(0) if lines else "")
        if not index or len(lines) > _MOST_HASHES:
            raise ProofError("The proof does not say which entry it is about, or is too long.")
        try:
            path = tuple(parse_hash(line) for line in lines)
        except CheckpointError as error:
            raise ProofError(str(error)) from error
        return cls(int(index[1]), path, checkpoint, extra)


def make(index: int, size: int, get: merkle.Get, checkpoint: str, extra: bytes = b"") -> str:
    """Return the text that proves entry ``index`` under ``checkpoint``, the signed note for ``size`` leaves."""
    return Proof(index, tuple(merkle.inclusion_path(index, size, get)), checkpoint, extra).to_text()


def verify(text: str, entry_leaf: bytes, verifiers: Sequence[note.Checker], origin: str | None = None) -> tuple[int, Checkpoint]:
    """Return the entry's index and the checkpoint it is proven under. ``entry_leaf`` is the leaf **hash** of the entry.

    Raises :class:`qorgan.evidence.merkle.ProofError` if the proof does not hold, and
    :class:`qorgan.evidence.note.NoteError` if no one of ``verifiers`` signed the checkpoint, or it is another log's.
    """
    proof = Proof.from_text(text)
    checkpoint = Checkpoint.open(proof.checkpoint, verifiers, origin)
    merkle.verify_inclusion(entry_leaf, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return proof.index, checkpoint


def _extra(line: str) -> bytes:
    try:
        return b64decode(line.removeprefix("extra "), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("The extra line of the proof is not Base64.") from error
