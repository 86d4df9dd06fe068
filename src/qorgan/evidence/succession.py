"""How one signing key of a ledger hands over to the next: a note that both sign.

The old key's signature says whom to believe from then on; the new key's shows that someone holds it. Whoever pinned an old key (a dock, a paper)
follows the notes from it to the present one, and believes no other way of changing it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import ClassVar, Protocol

from qorgan.evidence import note
from qorgan.evidence.canonical import CanonicalError, canonical, parse
from qorgan.evidence.keys import KeyFormatError, Verifier

MOST = 200
"""Notes that are followed at most: a key a month for sixteen years."""


class SuccessionError(ValueError):
    """A hand-over of keys is malformed, of another ledger, or not signed by both. The message is a sentence."""


class Key(note.Signer, Protocol):
    """A signing key with its public half: see :class:`qorgan.evidence.keys.SigningKey`."""

    @property
    def verifier(self) -> Verifier: ...


@dataclass(frozen=True, kw_only=True)
class Succession:
    """The ledger ``origin`` signs with ``new`` from checkpoint size ``since`` on, and no longer with ``old`` (both vkey texts)."""

    FORMAT: ClassVar[str] = "qorgan.succession/1"

    origin: str
    old: str
    new: str
    since: int
    at: str
    """ISO 8601, UTC."""

    @classmethod
    def between(cls, old: Key, new: Key, *, since: int, at: str) -> str:
        """Return the note that hands over from ``old`` to ``new``, signed by both. Raises :class:`SuccessionError` for different names."""
        statement = cls(origin=old.name, old=str(old.verifier), new=str(new.verifier), since=since, at=at)
        statement.check()
        body = canonical(asdict(statement)).decode("utf-8")
        return note.add_signature(note.sign(f"{cls.FORMAT}\n{body}\n", old), new)

    @classmethod
    def from_note(cls, text: str) -> "Succession":
        """Read a hand-over that both of its keys signed. Raises :class:`SuccessionError`."""
        try:
            body, _signatures = note.split(text)
            name, _, rest = body.partition("\n")
            values = parse(rest.removesuffix("\n").encode("utf-8"))
        except (note.NoteError, CanonicalError) as error:
            raise SuccessionError(str(error)) from error
        if name != cls.FORMAT or not isinstance(values, dict) or set(values) != {entry.name for entry in fields(cls)}:
            raise SuccessionError(f"This is not a note of the format {cls.FORMAT}.")
        texts = (values["origin"], values["old"], values["new"], values["at"])
        if not all(isinstance(one, str) for one in texts) or type(values["since"]) is not int:
            raise SuccessionError("A field of the hand-over is not of its kind.")
        statement = cls(**values)
        for verifier in statement.check():
            try:
                verifier.verify(text)
            except note.NoteError as error:
                raise SuccessionError(f"The hand-over is not signed by both keys: {error}") from error
        return statement

    def check(self) -> tuple[Verifier, Verifier]:
        """Return both keys. Raises :class:`SuccessionError` unless they are two keys of this ledger."""
        try:
            old, new = Verifier(self.old), Verifier(self.new)
        except KeyFormatError as error:
            raise SuccessionError(str(error)) from error
        if old == new or {old.name, new.name} != {self.origin}:
            raise SuccessionError("A hand-over is between two different keys of one ledger, both called by its name.")
        return old, new


def follow(pinned: Verifier, notes: Sequence[str]) -> Verifier:
    """Return the key to believe, beginning at ``pinned``: each hand-over that begins at the key reached so far is taken.

    Notes that begin elsewhere (older ones) are passed over. Raises :class:`SuccessionError` for a malformed note, for one that leads back to a
    key that was left, and for more than :data:`MOST`.
    """
    if len(notes) > MOST:
        raise SuccessionError("There are too many hand-overs of keys.")
    reached, left = pinned, set[Verifier]()
    for statement in map(Succession.from_note, notes):
        if statement.old == reached.vkey and statement.origin == pinned.name:
            left.add(reached)
            reached = Verifier(statement.new)
            if reached in left:
                raise SuccessionError("A hand-over leads back to a key that was left.")
    return reached
