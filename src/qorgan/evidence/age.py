"""Sealing in the public format age v1: anyone can put in, only the holder of an identity can open.

Files are what the ``age`` program writes and reads: X25519 recipients (several may share a file), or one passphrase.
A file is 64 KiB chunks, each authenticated, so any place in it can be read without reading the rest.
"""

import hashlib
import io
import secrets
from collections.abc import Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from qorgan.evidence import bech32
from qorgan.evidence.errors import (
    Damaged,
    HeaderChanged,
    HeaderError,
    KeyTextError,
    NoKey,
    SealError,
    Truncated,
    WrongSecret,
)
from qorgan.evidence.header import Header, Stanza, decode64, derive, encode64, read_header, verify_header, write_header
from qorgan.evidence.reader import CHUNK, FINAL, NOT_FINAL, SealedReader

__all__ = [
    "Damaged",
    "HeaderChanged",
    "HeaderError",
    "Identity",
    "KeyTextError",
    "NoKey",
    "Recipient",
    "SealError",
    "SealedReader",
    "Truncated",
    "WrongSecret",
    "decrypt",
    "encrypt",
    "new_header",
    "new_passphrase_header",
    "open_sealed",
    "unwrap",
    "wrap",
]

_X25519 = "X25519"
_SCRYPT = "scrypt"
_X25519_INFO = b"age-encryption.org/v1/X25519"
_SCRYPT_SALT = b"age-encryption.org/v1/scrypt"
_ZERO_NONCE = bytes(12)
_WRAPPED_KEY = 32
_FILE_KEY = 16
_HIGHEST_WORK = 22
"""Work factors above this are refused when opening: 4 GiB of memory and about a minute, a way to stop a server."""


class Recipient:
    """A public key that files are sealed to: text ``age1...``. Not secret."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Read ``age1...``. Raises :class:`KeyTextError`."""
        prefix, key = bech32.decode(text)
        if prefix != "age" or len(key) != 32:
            raise KeyTextError("This is not a recipient: one begins with age1 and has 62 letters.")
        return cls(key)

    def __str__(self) -> str:
        return bech32.encode("age", self._key)

    def __repr__(self) -> str:
        return f"Recipient({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key)

    def wrap(self, file_key: bytes) -> Stanza:
        """Return the stanza that gives ``file_key`` to this key's owner. Raises :class:`KeyTextError` if weak."""
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        try:
            shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self._key))
        except ValueError as error:
            raise KeyTextError("This recipient is a key that protects nothing.") from error
        key = derive(shared, share + self._key, _X25519_INFO)
        return Stanza((_X25519, encode64(share)), ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None))


class Identity:
    """A private key that opens what was sealed to its recipient. ``str()`` is the secret; ``repr()`` never shows it."""

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "Identity":
        """Make a fresh identity from the system's random source."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Read ``AGE-SECRET-KEY-1...``. Raises :class:`KeyTextError`, whose message does not repeat the text."""
        prefix, key = bech32.decode(text)
        if prefix != "age-secret-key-" or len(key) != 32:
            raise KeyTextError("This is not an identity: one begins with AGE-SECRET-KEY-1 and has 74 letters.")
        return cls(X25519PrivateKey.from_private_bytes(key))

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        return Recipient(self._key.public_key().public_bytes_raw())

    def __str__(self) -> str:
        return bech32.encode("age-secret-key-", self._key.private_bytes_raw()).upper()

    def __repr__(self) -> str:
        return f"<Identity of {self.recipient}>"

    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file key if the stanza is for this identity, or None. Raises :class:`HeaderError`."""
        if stanza.arguments[0] != _X25519:
            return None
        if len(stanza.arguments) != 2 or len(stanza.body) != _WRAPPED_KEY:
            raise HeaderError("An X25519 recipient of the header is malformed.")
        share = decode64(stanza.arguments[1])
        if len(share) != 32:
            raise HeaderError("An X25519 recipient of the header has a key of a wrong length.")
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError as error:
            raise HeaderError("An X25519 recipient of the header is a key that protects nothing.") from error
        key = derive(shared, share + self._key.public_key().public_bytes_raw(), _X25519_INFO)
        try:
            return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, stanza.body, None)
        except InvalidTag:
            return None


def new_header(recipients: Sequence[Recipient]) -> tuple[bytes, ChaCha20Poly1305]:
    """Draw a file key; return the header with the payload's nonce, and the payload's cipher."""
    if not recipients:
        raise KeyTextError("Nothing can be sealed without a recipient: nobody could open it.")
    file_key = secrets.token_bytes(_FILE_KEY)
    return _start(write_header([recipient.wrap(file_key) for recipient in recipients], file_key), file_key)


def _start(header: bytes, file_key: bytes) -> tuple[bytes, ChaCha20Poly1305]:
    nonce = secrets.token_bytes(16)
    return header + nonce, ChaCha20Poly1305(derive(file_key, nonce, b"payload"))


def open_sealed(file: BinaryIO, identities: Sequence[Identity]) -> SealedReader:
    """Return a seekable, read-only view of the plain bytes; its final chunk has been verified, so nothing is cut off.

    Other chunks are verified as they are read (:class:`Damaged`). The reader uses ``file`` and closes it when closed.
    Raises :class:`HeaderError`, :class:`HeaderChanged`, :class:`NoKey`, :class:`Truncated` or :class:`Damaged`.
    """
    header = read_header(file)
    if any(stanza.arguments[0] == _SCRYPT for stanza in header.stanzas):
        _lone_scrypt(header)
        raise NoKey("This file is sealed by a passphrase, not to a key.")
    return _reader(file, header, _file_key(header, identities))


def _file_key(header: Header, identities: Sequence[Identity]) -> bytes:
    for stanza in header.stanzas:
        for identity in identities:
            if key := identity.unwrap(stanza):
                return key
    raise NoKey("None of these keys opens this file.")


def _reader(file: BinaryIO, header: Header, file_key: bytes) -> SealedReader:
    try:
        verify_header(header, file_key)
    except InvalidSignature as error:
        raise HeaderChanged("The header of this sealed file was altered.") from error
    file.seek(header.size)
    nonce = file.read(16)
    if len(nonce) < 16:
        raise Truncated("The sealed file ends right behind its header.")
    return SealedReader(file, header.size + 16, ChaCha20Poly1305(derive(file_key, nonce, b"payload")))


def encrypt(plain: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Seal something small in memory. For recordings use :func:`qorgan.evidence.sealing.seal`."""
    return _payload(*new_header(recipients), plain)


def decrypt(blob: bytes, identities: Sequence[Identity]) -> bytes:
    """Open something small in memory. Raises as :func:`open_sealed` does."""
    return open_sealed(io.BytesIO(blob), identities).read()


def _payload(start: bytes, cipher: ChaCha20Poly1305, plain: bytes) -> bytes:
    parts = [start]
    last = max(0, len(plain) - 1) // CHUNK
    for chunk in range(last + 1):
        nonce = chunk.to_bytes(11, "big") + (FINAL if chunk == last else NOT_FINAL)
        parts.append(cipher.encrypt(nonce, plain[chunk * CHUNK : (chunk + 1) * CHUNK], None))
    return b"".join(parts)


def wrap(secret: str, plain: bytes, work_factor: int = 18) -> bytes:
    """Lock ``plain`` under a person's secret: a standard age passphrase file.

    ``work_factor`` is the base-two logarithm of scrypt's cost; 18 takes 256 MiB and about a second for every guess.
    The secret is used as typed in UTF-8: normalise it (NFC) before, if keyboards differ.
    """
    return _payload(*new_passphrase_header(secret, work_factor), plain)


def new_passphrase_header(secret: str, work_factor: int = 18) -> tuple[bytes, ChaCha20Poly1305]:
    """As :func:`new_header`, for a secret: see :func:`wrap`."""
    if not 1 <= work_factor <= _HIGHEST_WORK:
        raise KeyTextError(f"The work factor must be between 1 and {_HIGHEST_WORK}.")
    file_key, salt = secrets.token_bytes(_FILE_KEY), secrets.token_bytes(16)
    body = _scrypt(secret, salt, work_factor).encrypt(_ZERO_NONCE, file_key, None)
    stanza = Stanza((_SCRYPT, encode64(salt), str(work_factor)), body)
    return _start(write_header([stanza], file_key), file_key)


def unwrap(secret: str, blob: bytes) -> bytes:
    """Return what :func:`wrap` locked. Raises :class:`WrongSecret`, or another :class:`SealError` if it is damaged."""
    file = io.BytesIO(blob)
    header = read_header(file)
    salt, work_factor, body = _lone_scrypt(header)
    try:
        file_key = _scrypt(secret, salt, work_factor).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag as error:
        raise WrongSecret("The secret is not the right one.") from error
    return _reader(file, header, file_key).read()


def _lone_scrypt(header: Header) -> tuple[bytes, int, bytes]:
    stanza = header.stanzas[0]
    if stanza.arguments[0] != _SCRYPT or len(header.stanzas) != 1:
        raise HeaderError("A passphrase must be the only way into a file; this header is not of that form.")
    if len(stanza.arguments) != 3 or len(stanza.body) != _WRAPPED_KEY:
        raise HeaderError("The passphrase line of the header is malformed.")
    salt, work = decode64(stanza.arguments[1]), stanza.arguments[2]
    if len(salt) != 16 or not (work.isascii() and work.isdigit()) or work.startswith("0") or len(work) > 2:
        raise HeaderError("The passphrase line of the header is malformed.")
    if int(work) > _HIGHEST_WORK:
        raise HeaderError("The passphrase of this file was made too costly to try.")
    return salt, int(work), stanza.body


def _scrypt(secret: str, salt: bytes, work_factor: int) -> ChaCha20Poly1305:
    cost = 1 << work_factor
    # OpenSSL wants the memory named: 128 * r * N for the table, and a little for the blocks.
    room = 128 * 8 * (cost + 4)
    return ChaCha20Poly1305(hashlib.scrypt(secret.encode(), salt=_SCRYPT_SALT + salt, n=cost, r=8, p=1, maxmem=room, dklen=32))
