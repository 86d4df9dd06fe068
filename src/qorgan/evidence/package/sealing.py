"""A package for its receiver alone: the same stream as a plain age v1 file, to keys or by a passphrase."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from qorgan.evidence.age import Recipient, new_header, new_passphrase_header
from qorgan.evidence.package.refusals import PackageError
from qorgan.evidence.reader import CHUNK, FINAL, NOT_FINAL, TAG

_TOGETHER = 16
_CHEAP = 10
"""A work factor of two digits, as the real one has: a header of the same length, in no time."""


def sealed(blocks: Iterable[bytes], *, recipients: Sequence[Recipient] = (), passphrase: str = "") -> Iterator[bytes]:
    """Yield ``blocks`` sealed to ``recipients``, or by ``passphrase`` (NFC): any age program opens it.

    Raises :class:`PackageError` at once unless exactly one of the two is given. What ``blocks`` raises ends the stream before its final chunk, so
    a sealed package that was cut off never opens.
    """
    return _seal(blocks, *_header(recipients, passphrase))


def sealed_size(plain: int, *, recipients: Sequence[Recipient] = (), passphrase: str = "") -> int:
    """The exact length in bytes of ``plain`` bytes once sealed in the same way."""
    chunks = max(1, -(-plain // CHUNK))
    return len(_header(recipients, passphrase, _CHEAP)[0]) + plain + chunks * TAG


def _header(recipients: Sequence[Recipient], passphrase: str, work_factor: int = 18) -> tuple[bytes, ChaCha20Poly1305]:
    if bool(recipients) == bool(passphrase):
        raise PackageError("A package is sealed either to keys or by a passphrase.")
    return new_header(recipients) if recipients else new_passphrase_header(unicodedata.normalize("NFC", passphrase), work_factor)


def _seal(blocks: Iterable[bytes], header: bytes, cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    yield header
    waiting, first = bytearray(), 0
    with ThreadPoolExecutor(1, "package-seal") as worker:
        encrypted = None
        for block in blocks:
            waiting += block
            count = (len(waiting) - 1) // CHUNK  # at least one byte waits on: only the end tells which chunk is the last
            if count < _TOGETHER:
                continue
            plain = bytes(memoryview(waiting)[: count * CHUNK])
            del waiting[: count * CHUNK]
            if encrypted is not None:
                yield encrypted.result()
            encrypted = worker.submit(_encrypt, cipher, plain, first, last=False)
            first += count
        if encrypted is not None:
            yield encrypted.result()
        yield _encrypt(cipher, bytes(waiting), first, last=True)


def _encrypt(cipher: ChaCha20Poly1305, plain: bytes, first: int, *, last: bool) -> bytes:
    count = max(1, -(-len(plain) // CHUNK))
    view, parts = memoryview(plain), []
    for index in range(count):
        mark = FINAL if last and index == count - 1 else NOT_FINAL
        parts.append(cipher.encrypt((first + index).to_bytes(11, "big") + mark, view[index * CHUNK : (index + 1) * CHUNK], None))
    return b"".join(parts)
