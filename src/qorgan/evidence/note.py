"""Signed notes (C2SP signed-note): a text a person can read, and below it who signed it.

The text ends with a newline; then an empty line; then lines ``— name base64(key id ‖ signature)``. Several may sign.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Protocol

LONGEST_NOTE = 1 << 20
"""Bytes. A manifest of a recording with a thousand gaps has about 40 kB."""

_MOST_SIGNATURES = 64
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteError(ValueError):
    """A note is malformed, or nobody trusted signed it. The message is a sentence."""


class UnknownSigner(NoteError):
    """The note is well formed, but not signed by any key that was asked for: another dock, another server."""


class BadSignature(NoteError):
    """A signature claims to be by a known key and is not: the text was altered, or the note forged."""


class Signer(Protocol):
    """Who can sign: see :class:`qorgan.evidence.keys.SigningKey`."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...


class Checker(Protocol):
    """Who can check a signature: see :class:`qorgan.evidence.keys.Verifier`."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def checks(self, message: bytes, signature: bytes) -> bool: ...


def is_key_name(name: str) -> bool:
    """Whether a key may be so called: not empty, no white space, no plus sign, no control characters."""
    return bool(name) and "+" not in name and not any(letter.isspace() or ord(letter) < 32 for letter in name)


def sign(text: str, key: Signer) -> str:
    """Return the note: ``text`` and one signature. Raises :class:`NoteError` if the text cannot be signed as a note."""
    _check_text(text)
    return f"{text}\n{_signature_line(text, key)}"


def add_signature(note: str, key: Signer) -> str:
    """Return the note with one more signature over the same text (a witness)."""
    text, _ = split(note)
    return note + _signature_line(text, key)


def open_note(note: str, verifiers: Sequence[Checker]) -> str:
    """Return the text, which at least one of ``verifiers`` signed. Signatures by other keys are passed over.

    Raises :class:`BadSignature` if a known key's signature does not fit, :class:`UnknownSigner` if no known key
    signed, :class:`NoteError` if this is no note.
    """
    text, signatures = split(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    trusted = False
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        if not verifier.checks(text.encode("utf-8"), signature):
            raise BadSignature(f"The signature of {name} does not fit the text: it was altered or forged.")
        trusted = True
    if not trusted:
        raise UnknownSigner("The note is not signed by a key that is trusted here.")
    return text


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text and (name, key id, signature) of each line, **unchecked**. Raises :class:`NoteError`."""
    if len(note) > LONGEST_NOTE:
        raise NoteError("The note is too long.")
    text, separator, tail = note.rpartition("\n\n")
    text += "\n"
    if not separator or not tail.endswith("\n"):
        raise NoteError("The note has no signatures.")
    _check_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise NoteError("The note has too many signatures.")
    return text, [_parse_signature(line) for line in lines]


def _check_text(text: str) -> None:
    if not text.endswith("\n") or text == "\n":
        raise NoteError("The text of a note is not empty and ends with a newline.")
    if _CONTROL.search(text):
        raise NoteError("The text of a note holds no control characters.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NoteError("The text of a note must be writable in UTF-8.") from error


def _signature_line(text: str, key: Signer) -> str:
    return f"— {key.name} {b64encode(key.key_id + key.sign(text.encode('utf-8'))).decode('ascii')}\n"


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    match = _SIGNATURE.fullmatch(line)
    if not match or not is_key_name(match[1]):
        raise NoteError("A signature line of the note is malformed.")
    try:
        raw = b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise NoteError("A signature of the note is not Base64.") from error
    if len(raw) < 5:
        raise NoteError("A signature of the note is too short.")
    return match[1], raw[:4], raw[4:]
