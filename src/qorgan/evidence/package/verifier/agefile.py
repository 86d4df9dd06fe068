"""Opening a sealed package (age v1): to a key (X25519) or by a passphrase (scrypt). Any place is read, each chunk authenticated first."""

import binascii
import hashlib
import unicodedata
from base64 import b64decode
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qorgan.evidence.package.verifier.files import Bytes, bytes_at
from qorgan.evidence.package.verifier.findings import Broken, Refused, Untold

AGE = b"age-encryption.org/v1\n"
AGE_CHUNK = 64 * 1024
AGE_TAG = 16
LONGEST_HEADER = 64 * 1024
HIGHEST_WORK = 20
"""scrypt's cost as a power of two: 1 GiB of memory; a package has 18. More is refused."""

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class AgeFile:
    """The plain bytes under a sealed file."""

    def __init__(self, source: Bytes, start: int, cipher: ChaCha20Poly1305) -> None:
        self.source, self.start, self.cipher = source, start, cipher
        length = source.size - start
        self.last = max(0, length - 1) // (AGE_CHUNK + AGE_TAG)
        tail = length - self.last * (AGE_CHUNK + AGE_TAG) - AGE_TAG
        if tail < 0 or (tail == 0 and self.last):
            raise Refused("sealed-cut-off")
        self.size = self.last * AGE_CHUNK + tail
        self.at, self.plain = -1, b""
        self.load(self.last)

    def load(self, chunk: int) -> bytes:
        """A chunk, opened. Raises :class:`Broken` where it was altered."""
        if chunk != self.at:
            length = AGE_CHUNK if chunk < self.last else self.size - self.last * AGE_CHUNK
            data = bytes_at(self.source, self.start + chunk * (AGE_CHUNK + AGE_TAG), length + AGE_TAG)
            nonce = chunk.to_bytes(11, "big") + (b"\x01" if chunk == self.last else b"\x00")
            try:
                self.plain = self.cipher.decrypt(nonce, data, None)
            except InvalidTag as error:
                raise Refused("sealed-damaged", chunk=chunk, offset=self.start + chunk * (AGE_CHUNK + AGE_TAG)) from error
            self.at = chunk
        return self.plain

    def into(self, offset: int, target: memoryview) -> None:
        """See :class:`Bytes`."""
        done = 0
        while done < len(target):
            chunk, within = divmod(offset + done, AGE_CHUNK)
            piece = memoryview(self.load(chunk))[within : within + len(target) - done]
            target[done : done + len(piece)] = piece
            done += len(piece)


def open_age(source: Bytes, passphrase: str, identities: Sequence[str]) -> AgeFile:
    """The package in a sealed file. Raises :class:`Untold` without a way in, :class:`Refused` when it was altered."""
    header = bytes_at(source, 0, min(LONGEST_HEADER, source.size))
    stanzas, signed, code, start = age_header(header)
    file_key = next(filter(None, (age_key(stanza, passphrase, identities) for stanza in stanzas)), None)
    if file_key is None:
        raise Untold("sealed-no-key")
    mac = hmac.HMAC(age_derive(file_key, b"", b"header"), hashes.SHA256())
    mac.update(signed)
    try:
        mac.verify(code)
    except InvalidSignature as error:
        raise Refused("sealed-header") from error
    return AgeFile(source, start + 16, ChaCha20Poly1305(age_derive(file_key, bytes_at(source, start, 16), b"payload")))


def age_by_passphrase(source: Bytes) -> bool:
    """Whether it was sealed by a passphrase."""
    return b"\n-> scrypt " in bytes_at(source, 0, min(256, source.size))


def age_header(header: bytes) -> tuple[list[tuple[list[bytes], bytes]], bytes, bytes, int]:
    """Stanzas (arguments, body), the bytes under the code, the code, where the rest begins. Raises :class:`Refused`."""
    lines, at, stanzas = header.split(b"\n"), 1, list[tuple[list[bytes], bytes]]()
    try:
        while lines[at].startswith(b"-> "):
            arguments, body = lines[at][3:].split(b" "), b""
            while True:
                at += 1
                body += lines[at]
                if len(lines[at]) < 64:
                    break
            stanzas.append((arguments, age_base64(body)))
            at += 1
        if not stanzas or not lines[at].startswith(b"--- "):
            raise Refused("sealed-header")
        end = sum(len(line) + 1 for line in lines[: at + 1])
        return stanzas, header[: end - len(lines[at]) - 1] + b"---", age_base64(lines[at][4:]), end
    except IndexError as error:
        raise Refused("sealed-header") from error


def age_key(stanza: tuple[list[bytes], bytes], passphrase: str, identities: Sequence[str]) -> bytes | None:
    """The file key out of one stanza, or None when it is for others."""
    arguments, body = stanza
    if arguments[0] == b"scrypt" and passphrase and len(arguments) == 3:
        work = int(arguments[2]) if arguments[2].isdigit() and len(arguments[2]) < 3 else HIGHEST_WORK + 1
        if work > HIGHEST_WORK:
            raise Refused("sealed-costly")
        salt, cost = b"age-encryption.org/v1/scrypt" + age_base64(arguments[1]), 1 << work
        secret = unicodedata.normalize("NFC", passphrase).encode()
        return age_unwrap(hashlib.scrypt(secret, salt=salt, n=cost, r=8, p=1, maxmem=1024 * (cost + 4), dklen=32), body)
    if arguments[0] == b"X25519" and len(arguments) == 2:
        share = age_base64(arguments[1])
        for text in identities:
            identity = X25519PrivateKey.from_private_bytes(age_identity(text))
            try:
                shared = identity.exchange(X25519PublicKey.from_public_bytes(share))
            except ValueError as error:
                raise Refused("sealed-header") from error
            salt = share + identity.public_key().public_bytes_raw()
            if key := age_unwrap(age_derive(shared, salt, b"age-encryption.org/v1/X25519"), body):
                return key
    return None


def age_unwrap(key: bytes, body: bytes) -> bytes | None:
    """The file key under a stanza's key, None if it is another's."""
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(12), body, None)
    except InvalidTag:
        return None


def age_derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 to 32 bytes."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def age_base64(text: bytes) -> bytes:
    """Base64 without padding. Raises :class:`Refused`."""
    try:
        return b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise Refused("sealed-header") from error


def age_identity(text: str) -> bytes:
    """The 32 bytes of ``AGE-SECRET-KEY-1...`` (Bech32). Raises :class:`Broken` for another text, which it does not repeat."""
    text = text.strip().lower()
    prefix, _one, data = text.rpartition("1")
    if prefix != "age-secret-key-" or any(letter not in BECH32 for letter in data):
        raise Broken("identity-form")
    values = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix] + [BECH32.index(letter) for letter in data]
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, factor in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= factor if top >> bit & 1 else 0
    number = 0
    for letter in data[:-6]:
        number = number << 5 | BECH32.index(letter)
    if check != 1 or len(data) != 58:
        raise Broken("identity-form")
    return (number >> 4).to_bytes(32, "big")
