"""Signed notes, keys, checkpoints and proofs: the public formats of C2SP, and the tree hashing of RFC 6962."""

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from qorgan.evidence.package.verifier.findings import Broken

ED25519 = b"\x01"
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Key:
    """A public key with its name: ``name+number+letters``."""

    name: str
    number: bytes
    public: bytes
    text: str

    def checks(self, message: bytes, signature: bytes) -> bool:
        """Whether it signed exactly these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Head:
    """A checkpoint: the ledger's name, size and root; ``key`` signed it, ``note`` is its whole text."""

    origin: str
    size: int
    root: bytes
    key: Key
    note: str


def read_key(text: str) -> Key:
    """A key from its text. Raises :class:`Broken`."""
    parts = text.strip().split("+", 2)
    data = strict_base64(parts[2]) if len(parts) == 3 else b""
    if len(data) != 33 or data[:1] != ED25519 or not parts[0] or any(letter.isspace() for letter in parts[0]):
        raise Broken("key-form")
    number = sha256(parts[0].encode() + b"\n" + data).digest()[:4]
    if parts[1] != number.hex():
        raise Broken("key-form")
    return Key(parts[0], number, data[1:], text.strip())


def open_signed(note: str, keys: Iterable[Key]) -> tuple[str, Key]:
    """Text of a note and the first of ``keys`` that signed it. Raises :class:`Broken`; a signature that claims to be by one of them must fit."""
    text, signatures = split_note(note)
    known, signer = {(key.name, key.number): key for key in keys}, None
    for name, raw in signatures:
        key = known.get((name, raw[:4]))
        if key is not None and not key.checks(text.encode(), raw[4:]):
            raise Broken("signature", name=name)
        signer = signer or key
    if signer is None:
        raise Broken("signer", names=", ".join(name for name, _ in signatures))
    return text, signer


def split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text, and (name, number and signature) of each line below, unchecked. Raises :class:`Broken`."""
    text, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or not text or lines.pop() or not lines or len(lines) > 64 or any(ord(letter) < 32 and letter != "\n" for letter in note):
        raise Broken("note-form")
    found = []
    for line in lines:
        match = SIGNATURE.fullmatch(line)
        if not match or len(raw := strict_base64(match[2])) < 5:
            raise Broken("note-form")
        found.append((match[1], raw))
    return text + "\n", found


def read_head(note: str, keys: Iterable[Key]) -> Head:
    """A signed checkpoint. Raises :class:`Broken`."""
    text, key = open_signed(note, keys)
    lines = text.split("\n")
    if len(lines) < 4 or not all(lines[:3]) or not NUMBER.fullmatch(lines[1]) or len(root := strict_base64(lines[2])) != 32:
        raise Broken("checkpoint-form")
    return Head(lines[0], int(lines[1]), root, key, note)


def check_proof(text: str, position: int, commitment: bytes, head: Head) -> None:
    """Raises :class:`Broken` unless the proof leads from this entry at this position to the root that was signed."""
    before, gap, checkpoint = text.partition("\n\n")
    lines = [line for line in before.split("\n") if not line.startswith("extra ")]
    if not gap or lines[0] != PROOF or len(lines) < 2 or len(lines) > 66:
        raise Broken("proof-form")
    if lines[1] != f"index {position}":
        raise Broken("proof-index", position=position)
    if checkpoint != head.note:
        raise Broken("proof-checkpoint")
    path = [strict_base64(line) for line in lines[2:]]
    if any(len(node) != 32 for node in path):
        raise Broken("proof-form")
    if position >= head.size or root_by_path(commitment, position, head.size, path) != head.root:
        raise Broken("proof-root", position=position)


def root_by_path(commitment: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that this path leads to, None when it is of a wrong length (RFC 9162, 2.1.3.2)."""
    node, last = sha256(b"\x00" + commitment).digest(), size - 1
    for sibling in path:
        if last == 0:
            return None
        if position & 1 or position == last:
            node = sha256(b"\x01" + sibling + node).digest()
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling).digest()
        position, last = position >> 1, last >> 1
    return node if last == 0 else None


def read_statement(note: str, form: str, keys: Iterable[Key]) -> dict[str, Any]:
    """The fields of a note of two lines, the name of its format and canonical JSON. Raises :class:`Broken`."""
    text, _key = open_signed(note, keys)
    name, _, rest = text.partition("\n")
    if name != form:
        raise Broken("format", form=form)
    return read_json(rest.removesuffix("\n"))


def read_json(text: str) -> dict[str, Any]:
    """A JSON object without floats, without keys told twice. Raises :class:`Broken`."""
    try:
        value = json.loads(text, object_pairs_hook=json_object, parse_float=json_never, parse_constant=json_never)
    except (ValueError, RecursionError) as error:
        raise Broken("json") from error
    if not isinstance(value, dict):
        raise Broken("json")
    return value


def json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key told twice: two readers would understand two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def json_never(text: str) -> Any:
    """Refuses numbers that two programs print differently."""
    raise ValueError(text)


def strict_base64(text: str) -> bytes:
    """Bytes of Base64 in its one form. Raises :class:`Broken`."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Broken("base64") from error
    if b64encode(data).decode() != text:
        raise Broken("base64")
    return data
