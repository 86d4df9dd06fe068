"""Ed25519 keys that sign notes: the ledger's, each dock's. Texts are those of the Go checksum database and C2SP."""

import binascii
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from qorgan.evidence import durable, note

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"


class KeyFormatError(ValueError):
    """A text or file is not a key of this kind. The message never repeats a private key."""


class Verifier:
    """A public key with the name of who signs: text ``name+keyid+base64``. Pinned once, checks notes for ever."""

    def __init__(self, vkey: str) -> None:
        name, key_id, data = _split(vkey)
        try:
            self._key = Ed25519PublicKey.from_public_bytes(data)
        except ValueError as error:
            raise KeyFormatError("The public key is not an Ed25519 key.") from error
        self.name = name
        self.key_id = _key_id(name, data)
        if key_id != self.key_id.hex():
            raise KeyFormatError("The public key does not fit its own number: it was mistyped or altered.")
        self.vkey = f"{name}+{key_id}+{b64encode(_ED25519 + data).decode('ascii')}"

    def __str__(self) -> str:
        return self.vkey

    def __repr__(self) -> str:
        return f"Verifier({self.vkey!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verifier) and other.vkey == self.vkey

    def __hash__(self) -> int:
        return hash(self.vkey)

    def checks(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is this key's over exactly ``message``."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def verify(self, signed_note: str) -> str:
        """Return the text of a note that this key signed. Raises :class:`qorgan.evidence.note.NoteError`."""
        return note.open_note(signed_note, [self])


class SigningKey:
    """A private key with a name. ``repr()`` never shows the secret; :meth:`save` is the only way out."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not note.is_key_name(name):
            raise KeyFormatError("The name of a key has no spaces and no plus sign, and is not empty.")
        self.name = name
        self._key = key
        self._public = key.public_key().public_bytes_raw()
        self.key_id = _key_id(name, self._public)

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """Make a fresh key. ``name`` is a schema-less address, for example ``office.example.kz/ledger``."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read what :meth:`save` wrote. Raises :class:`KeyFormatError`, or OSError if the file cannot be read."""
        text = path.read_bytes().decode("utf-8", "replace").strip()
        if not text.startswith(_PRIVATE):
            raise KeyFormatError(f"{path.name} is not a private signing key.")
        name, key_id, seed = _split(text.removeprefix(_PRIVATE))
        key = cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        if key.key_id.hex() != key_id:
            raise KeyFormatError(f"{path.name} does not fit its own number: it is damaged.")
        return key

    def save(self, path: Path) -> None:
        """Write the key durably, readable by its owner alone (0600). Never overwrites another key."""
        secret = b64encode(_ED25519 + self._key.private_bytes_raw()).decode("ascii")
        durable.write_new(path, f"{_PRIVATE}{self.name}+{self.key_id.hex()}+{secret}\n".encode(), mode=0o600)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        public = b64encode(_ED25519 + self._public).decode("ascii")
        return Verifier(f"{self.name}+{self.key_id.hex()}+{public}")

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of an Ed25519 signature over ``message``."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"<SigningKey {self.name}+{self.key_id.hex()}>"


def verifiers(texts: Sequence[str]) -> list[Verifier]:
    """Parse several public keys. Raises :class:`KeyFormatError` at the first that is not one."""
    return [Verifier(text) for text in texts]


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + _ED25519 + public).digest()[:4]


def _split(text: str) -> tuple[str, str, bytes]:
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not note.is_key_name(parts[0]):
        raise KeyFormatError("A key is written name+number+letters.")
    try:
        data = b64decode(parts[2], validate=True)
        parts[0].encode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise KeyFormatError("The last part of the key is not Base64.") from error
    if len(data) != 33 or data[:1] != _ED25519:
        raise KeyFormatError("The key is not an Ed25519 key.")
    return parts[0], parts[1], data[1:]
