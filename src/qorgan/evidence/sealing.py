"""Sealing a recording in one pass: read, SHA-256 of the plain bytes, age, BLAKE3 of the sealed bytes, write.

The plain file is read once and hashed where it is read; encrypting and writing run beside it. All three release the
interpreter's lock, so two processor cores are used; buffers are reused, so memory does not grow with the file.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO

from blake3 import blake3
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from qorgan.evidence.age import Recipient, new_header
from qorgan.evidence.durable import begin_writing
from qorgan.evidence.reader import CHUNK, FINAL, NOT_FINAL, SEALED_CHUNK

BLOCK_CHUNKS = 16
"""Chunks that travel from thread to thread together: 1 MiB."""
_SLOTS = 4

Progress = Callable[[int], None]
"""Called with the plain bytes read so far, in the thread of :func:`seal`; an exception in it ends the sealing."""


@dataclass(frozen=True)
class Sealed:
    """Hashes in hex (``plain_sha256``: the evidence; ``sealed_blake3``: the stored file) and sizes in bytes."""

    plain_sha256: str
    sealed_blake3: str
    plain_size: int
    sealed_size: int


@dataclass
class _Slot:
    """One block on its way. Owned by the reading thread until submitted, then by encrypting, then by writing."""

    plain: memoryview = field(default_factory=lambda: memoryview(bytearray(BLOCK_CHUNKS * CHUNK)))
    sealed: memoryview = field(default_factory=lambda: memoryview(bytearray(BLOCK_CHUNKS * SEALED_CHUNK)))
    length: int = 0
    written: Future[None] | None = None

    def wait(self) -> None:
        """Return when the block is written. Raises what went wrong with it."""
        if self.written is not None:
            self.written.result()
            self.written = None


class _Output:
    """The target and the hash of everything written to it. Used by one thread at a time."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._hash = blake3()
        self._descriptor = _descriptor(target)
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        self._hash.update(data)
        view = memoryview(data)
        while view:
            # an unbuffered file may take less than all of it
            view = view[self._target.write(view) or 0 :]
        if self._descriptor is not None and len(data) > CHUNK:
            begin_writing(self._descriptor, self.size, len(data))
        self.size += len(data)

    def digest(self) -> str:
        return str(self._hash.hexdigest())


def seal(source: BinaryIO, target: BinaryIO, recipients: Sequence[Recipient], progress: Progress | None = None) -> Sealed:
    """Seal all of ``source`` from its position on into ``target``, a plain age v1 file for ``recipients``.

    ``target`` is written from its position on and flushed, not synced: :func:`qorgan.evidence.durable.publish` does
    that when the file gets its name. Raises OSError of either file (also a full disk), KeyTextError without recipients.
    """
    header, cipher = new_header(recipients)
    output = _Output(target)
    output.write(header)
    plain_hash = hashlib.sha256()
    plain_size = 0
    with ThreadPoolExecutor(1, "seal-encrypt") as encryptor, ThreadPoolExecutor(1, "seal-write") as writer:
        slots = [_Slot() for _ in range(_SLOTS)]
        block, slot = 0, slots[0]
        slot.length = _read_block(source, slot.plain)
        while True:
            plain_hash.update(slot.plain[: slot.length])
            plain_size += slot.length
            after = slots[(block + 1) % _SLOTS]
            after.wait()
            # Only reading on tells whether this block was the last: age marks the final chunk.
            after.length = _read_block(source, after.plain)
            encrypted = encryptor.submit(_encrypt, cipher, slot, block * BLOCK_CHUNKS, not after.length)
            slot.written = writer.submit(_write, encrypted, slot, output)
            if progress is not None:
                progress(plain_size)
            if not after.length:
                break
            block, slot = block + 1, after
        for slot in slots:
            slot.wait()
    target.flush()
    return Sealed(plain_hash.hexdigest(), output.digest(), plain_size, output.size)


def _encrypt(cipher: ChaCha20Poly1305, slot: _Slot, first: int, final: bool) -> int:
    """Encrypt the slot's block, whose first chunk is number ``first``; return the sealed length."""
    count = max(1, -(-slot.length // CHUNK))
    end = 0
    for index in range(count):
        plain = slot.plain[index * CHUNK : min((index + 1) * CHUNK, slot.length)]
        mark = FINAL if final and index == count - 1 else NOT_FINAL
        begin, end = index * SEALED_CHUNK, index * SEALED_CHUNK + len(plain) + SEALED_CHUNK - CHUNK
        cipher.encrypt_into((first + index).to_bytes(11, "big") + mark, plain, None, slot.sealed[begin:end])
    return end


def _write(encrypted: "Future[int]", slot: _Slot, output: _Output) -> None:
    output.write(slot.sealed[: encrypted.result()])


def _read_block(source: BinaryIO, block: memoryview) -> int:
    """Fill ``block`` unless the source ends before; return how much there is."""
    done = 0
    readinto = getattr(source, "readinto", None)
    while done < len(block):
        if readinto is not None:
            count = readinto(block[done:]) or 0
        else:
            piece = source.read(len(block) - done)
            count = len(piece)
            block[done : done + count] = piece
        if not count:
            break
        done += count
    return done


def _descriptor(target: BinaryIO) -> int | None:
    try:
        return target.fileno()
    except (AttributeError, io.UnsupportedOperation):
        return None
