"""The body of an upload request, block by block, read ahead by a thread of its own.

The server's read waits until it has all it was asked for, or the client is gone: so it is asked for small pieces. A client that sends
nothing for a while is *stalled*: the request ends and frees its place. The reading thread then ends with the connection: when the
client closes it, or when the network gives it up for lost.
"""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

PIECE = 64 * 1024
BLOCK = 1024 * 1024
_PIECES_AHEAD = 96


class Stalled(Exception):
    """Nothing came for too long."""


class Incoming:
    """At most ``length`` bytes of ``stream`` (to its end if None), given as blocks of up to 1 MiB."""

    def __init__(self, stream: Any, length: int | None, *, seconds: float) -> None:
        self._stream, self._left, self._seconds = stream, length, seconds
        self._pieces: queue.Queue[bytes] = queue.Queue(_PIECES_AHEAD)
        self._over = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        """Blocks until the body ends. A client that went away looks like an early end. Raises :class:`Stalled`."""
        threading.Thread(target=self._read, name="incoming", daemon=True).start()
        try:
            more = True
            while more:
                block, more = self._block()
                if block:
                    yield block
        finally:
            self._over.set()

    def _block(self) -> tuple[bytes, bool]:
        """One block, and whether the body goes on."""
        try:
            pieces = [self._pieces.get(timeout=self._seconds)]
        except queue.Empty:
            raise Stalled from None
        size = len(pieces[0])
        with suppress(queue.Empty):
            while pieces[-1] and size < BLOCK:
                pieces.append(self._pieces.get_nowait())
                size += len(pieces[-1])
        return b"".join(pieces), bool(pieces[-1])

    def _read(self) -> None:
        try:
            while not self._over.is_set():
                wanted = PIECE if self._left is None else min(PIECE, self._left)
                piece = self._stream.read(wanted) if wanted else b""
                self._put(piece)
                if not piece:
                    return
                if self._left is not None:
                    self._left -= len(piece)
        except Exception:  # noqa: BLE001 - whatever breaks the connection ends the body; the offset tells how far it came
            self._put(b"")

    def _put(self, piece: bytes) -> None:
        while not self._over.is_set():
            with suppress(queue.Full):
                self._pieces.put(piece, timeout=1)
                return
