"""Reading a sealed file as if it were plain: any place, any length, and no byte before its chunk is authenticated."""

import io
import os
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from qorgan.evidence.errors import Damaged, Truncated

CHUNK = 64 * 1024
"""Plain bytes in a chunk."""
TAG = 16
SEALED_CHUNK = CHUNK + TAG
NOT_FINAL = b"\x00"
FINAL = b"\x01"

_MOST_AHEAD = 16
"""Chunks decrypted at once when somebody reads on: 1 MiB. Larger leaves the processor's cache and is slower."""


class SealedReader(io.BufferedIOBase):
    """The plain bytes of a sealed file, read-only and seekable. Made by :func:`qorgan.evidence.age.open_sealed`.

    Not to be shared between threads. Raises :class:`Damaged` where a chunk was altered; bytes before it stay readable.
    """

    def __init__(self, file: BinaryIO, start: int, cipher: ChaCha20Poly1305) -> None:
        """Verify the final chunk. ``start`` is where the first chunk begins in ``file``."""
        self._file = file
        self._start = start
        self._cipher = cipher
        self._position = 0
        self._window = memoryview(bytearray(CHUNK))
        self._sealed = memoryview(bytearray(SEALED_CHUNK))
        self._first = self._count = 0
        self._ahead = 1
        length = file.seek(0, os.SEEK_END) - start
        self._last = max(0, length - 1) // SEALED_CHUNK
        tail = length - self._last * SEALED_CHUNK - TAG
        if tail < 0 or (tail == 0 and self._last > 0):
            raise Truncated("The sealed file is cut off.")
        self.size = self._last * CHUNK + tail
        """Plain bytes in the whole file."""
        self._verify_end()

    def _verify_end(self) -> None:
        try:
            self._load(self._last, 1)
        except Damaged:
            full = self._sealed[: self._length(self._last) + TAG]
            try:
                self._cipher.decrypt(self._last.to_bytes(11, "big") + NOT_FINAL, full, None)
            except InvalidTag:
                pass
            else:
                raise Truncated("The sealed file is cut off between two chunks.") from None
            raise

    def _length(self, chunk: int) -> int:
        return CHUNK if chunk < self._last else self.size - self._last * CHUNK

    def _load(self, first: int, wanted: int) -> None:
        """Fill the window with up to ``wanted`` chunks from ``first`` on; fewer if a later one is damaged."""
        count = min(wanted, self._last + 1 - first)
        if len(self._window) < count * CHUNK:
            self._window = memoryview(bytearray(count * CHUNK))
            self._sealed = memoryview(bytearray(count * SEALED_CHUNK))
        sealed_size = (count - 1) * SEALED_CHUNK + self._length(first + count - 1) + TAG
        self._count = 0
        self._file.seek(self._start + first * SEALED_CHUNK)
        _fill(self._file, self._sealed[:sealed_size])
        self._first = first
        for index in range(count):
            chunk = first + index
            length = self._length(chunk)
            nonce = chunk.to_bytes(11, "big") + (FINAL if chunk == self._last else NOT_FINAL)
            source = self._sealed[index * SEALED_CHUNK : index * SEALED_CHUNK + length + TAG]
            try:
                self._cipher.decrypt_into(nonce, source, None, self._window[index * CHUNK : index * CHUNK + length])
            except InvalidTag as error:
                if index == 0:
                    raise Damaged(chunk) from error
                return
            self._count += 1

    def _at_hand(self, wanted: int) -> memoryview:
        """Return decrypted bytes from the position on, at least one unless at the end, at most ``wanted``."""
        self._check_open()
        if self._position >= self.size:
            return self._window[:0]
        chunk, within = divmod(self._position, CHUNK)
        if not self._first <= chunk < self._first + self._count:
            goes_on = self._count > 0 and chunk == self._first + self._count
            self._ahead = min(_MOST_AHEAD, self._ahead * 4) if goes_on else 1
            needed = min(_MOST_AHEAD, -(-(within + wanted) // CHUNK))
            self._load(chunk, max(self._ahead, needed))
        begin = (chunk - self._first) * CHUNK + within
        end = min((self._first + self._count) * CHUNK, self.size) - self._first * CHUNK
        return self._window[begin : min(end, begin + wanted)]

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        """Fill ``buffer`` and return how many bytes were there; fewer only at the end."""
        target = memoryview(buffer).cast("B")
        done = 0
        while done < len(target):
            piece = self._at_hand(len(target) - done)
            if not piece:
                break
            target[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
        return done

    def read(self, size: int | None = -1) -> bytes:
        """Return ``size`` bytes, fewer only at the end; without a size, all that is left."""
        self._check_open()
        left = max(0, self.size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted > 0:
            parts.append(self.read1(wanted))
            wanted -= len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read1(self, size: int = -1) -> bytes:
        """Return some bytes, at most ``size``, with at most one read of the file below."""
        piece = bytes(self._at_hand(size if size >= 0 else CHUNK))
        self._position += len(piece)
        return piece

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place counted from the start, the position or the end; return it. Raises ValueError if negative."""
        self._check_open()
        place = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence] + offset
        if place < 0:
            raise ValueError("A place before the beginning of the file.")
        self._position = place
        return place

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readable(self) -> bool:
        """True: that is all it does."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Close the file below and forget the plain bytes."""
        if not self.closed:
            self._window = memoryview(b"")
            self._count = 0
            self._file.close()
        super().close()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("The sealed file is closed.")


def _fill(file: BinaryIO, target: memoryview) -> None:
    """Read exactly ``len(target)`` bytes. Raises :class:`Truncated` if the file has become shorter."""
    done = 0
    readinto = getattr(file, "readinto", None)
    while done < len(target):
        if readinto is not None:
            count = readinto(target[done:]) or 0
        else:
            piece = file.read(len(target) - done)
            count = len(piece)
            target[done : done + count] = piece
        if not count:
            raise Truncated("The sealed file became shorter while it was read.")
        done += count
