"""The server's leave to erase copies on a recorder: a signed note, given only after it is written in the ledger.

A dock erases what a verified permission names, nothing else; the note is kept as the proof of who allowed it, and when.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import ClassVar

from qorgan.evidence import note
from qorgan.evidence.canonical import CanonicalError, canonical, parse

_HEX = re.compile(r"[0-9a-f]{64}")


class PermissionNoteError(ValueError):
    """A permission is not signed by a trusted key, or malformed. The message says which."""


@dataclass(frozen=True, kw_only=True)
class ErasePermission:
    """Which recordings ``dock`` may erase on ``recorder``. ``allowed``: SHA-256 of the plain bytes, hex, sorted."""

    FORMAT: ClassVar[str] = "qorgan.erase/1"

    origin: str
    dock: str
    recorder: str
    allowed: tuple[str, ...]
    given_at: str
    """ISO 8601, UTC."""
    position: int
    """Place of the entry in the server's log, counted from 0."""

    def to_note(self, key: note.Signer) -> str:
        """Return the signed note."""
        body = canonical(asdict(self)).decode("utf-8")
        return note.sign(f"{self.FORMAT}\n{body}\n", key)

    @classmethod
    def from_note(cls, text: str, verifiers: Sequence[note.Checker]) -> "ErasePermission":
        """Read a note signed by one of ``verifiers``. Raises :class:`PermissionNoteError`."""
        try:
            name, _, rest = note.open_note(text, verifiers).partition("\n")
            values = parse(rest.removesuffix("\n").encode("utf-8"))
        except (note.NoteError, CanonicalError) as error:
            raise PermissionNoteError(str(error)) from error
        if name != cls.FORMAT or not isinstance(values, dict) or set(values) != {entry.name for entry in fields(cls)}:
            raise PermissionNoteError(f"This is not a note of the format {cls.FORMAT}.")
        texts = (values["origin"], values["dock"], values["recorder"], values["given_at"])
        allowed = values["allowed"]
        fits = all(isinstance(text, str) for text in texts) and isinstance(values["position"], int) and isinstance(allowed, list)
        if not fits or not all(isinstance(digest, str) and _HEX.fullmatch(digest) for digest in allowed):
            raise PermissionNoteError("A field of the permission is not of its kind.")
        return cls(**{**values, "allowed": tuple(allowed)})
