"""The text header of an age v1 file: stanzas that each wrap the file key, and a code that authenticates them."""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from qorgan.evidence.errors import HeaderError

VERSION_LINE = b"age-encryption.org/v1\n"
LONGEST_HEADER = 64 * 1024
"""Bytes. A header of ten recipients has about 1,200; the limit keeps a hostile file from filling memory."""

_COLUMNS = 64
_ARGUMENTS = re.compile(rb"-> ([!-~]+(?: [!-~]+)*)\n")


@dataclass(frozen=True)
class Stanza:
    """One wrapped copy of the file key: ``arguments[0]`` names the kind, ``body`` is what that kind wrote."""

    arguments: tuple[str, ...]
    body: bytes

    def to_bytes(self) -> bytes:
        """Return the stanza's lines, the body wrapped at 64 columns and ended by a shorter line."""
        text = encode64(self.body)
        lines = [text[start : start + _COLUMNS] for start in range(0, len(text) + 1, _COLUMNS)]
        return "\n".join([" ".join(["->", *self.arguments]), *lines, ""]).encode("ascii")


@dataclass(frozen=True)
class Header:
    """A parsed header. ``signed`` are the bytes under the code ``mac``; ``size`` is where the payload begins."""

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes
    size: int


def encode64(data: bytes) -> str:
    """Return unpadded standard Base64."""
    return b64encode(data).rstrip(b"=").decode("ascii")


def decode64(text: str | bytes) -> bytes:
    """Return the bytes of unpadded canonical Base64. Raises :class:`HeaderError` on anything else."""
    raw = text.encode("utf-8") if isinstance(text, str) else text
    try:
        data = b64decode(raw + b"=" * (-len(raw) % 4), validate=True)
    except binascii.Error as error:
        raise HeaderError("The header holds text that is not Base64.") from error
    if b64encode(data).rstrip(b"=") != raw:
        raise HeaderError("The header holds Base64 that is not in its one canonical form.")
    return data


def derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 to 32 bytes, as age uses it everywhere."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _code(file_key: bytes, signed: bytes) -> hmac.HMAC:
    code = hmac.HMAC(derive(file_key, b"", b"header"), hashes.SHA256())
    code.update(signed)
    return code


def write_header(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """Return the whole header, its code included."""
    signed = VERSION_LINE + b"".join(stanza.to_bytes() for stanza in stanzas) + b"---"
    return signed + b" " + encode64(_code(file_key, signed).finalize()).encode("ascii") + b"\n"


def verify_header(header: Header, file_key: bytes) -> None:
    """Raises ``cryptography.exceptions.InvalidSignature`` if the header is not the one made with this file key."""
    _code(file_key, header.signed).verify(header.mac)


def read_header(file: BinaryIO) -> Header:
    """Parse the header at the start of ``file`` and leave the position behind it. Raises :class:`HeaderError`."""
    file.seek(0)
    lines = _Lines(file)
    if lines.next() != VERSION_LINE:
        raise HeaderError("This is not an age v1 file.")
    stanzas: list[Stanza] = []
    while (line := lines.next()).startswith(b"-> "):
        stanzas.append(_read_stanza(line, lines))
    if not stanzas or not line.startswith(b"--- "):
        raise HeaderError("The header does not end as an age header does.")
    mac = decode64(line[4:-1])
    if len(mac) != 32:
        raise HeaderError("The header's authentication code has a wrong length.")
    taken = lines.taken
    return Header(tuple(stanzas), taken[: -len(line)] + b"---", mac, len(taken))


def _read_stanza(line: bytes, lines: "_Lines") -> Stanza:
    arguments = _ARGUMENTS.fullmatch(line)
    if not arguments:
        raise HeaderError("A recipient line of the header is malformed.")
    body = b""
    while True:
        part = lines.next()[:-1]
        if len(part) > _COLUMNS:
            raise HeaderError("A line of the header is longer than 64 letters.")
        body += part
        if len(part) < _COLUMNS:
            return Stanza(tuple(arguments[1].decode("ascii").split(" ")), decode64(body))


class _Lines:
    """Lines of the header, read one by one and kept, never more than :data:`LONGEST_HEADER` bytes in all."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.taken = b""

    def next(self) -> bytes:
        line = self._file.readline(LONGEST_HEADER - len(self.taken))
        if not line.endswith(b"\n"):
            raise HeaderError("The header is cut off or too long.")
        self.taken += line
        return line
