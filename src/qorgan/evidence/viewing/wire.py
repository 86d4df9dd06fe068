"""What parent and child say to each other: one letter, a length, so many bytes.

``R`` the child asks for bytes (place, count); the parent answers with a length and the bytes. ``J`` a JSON value. ``D`` data.
``E`` the child gives up: a word of :data:`FAILURES`. ``Z`` the child is done.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

HEAD = struct.Struct(">cI")
ASKED = struct.Struct(">QI")
ANSWER = struct.Struct(">I")
MOST = 32 * 1024 * 1024
"""Bytes of one message; a child that announces more is not listened to any longer."""

FAILURES = {
    "unreadable": "Nothing can read this file: its index is missing or damaged, or it is no recording.",
    "no-picture": "There is no picture at this time.",
    "no-times": "Its packets have no times: nothing can be found by time.",
    "cannot-cut": "Its form cannot be cut without encoding it again.",
    "limit": "Looking at it took more time or memory than is allowed, and was stopped.",
    "crashed": "The decoder broke down over this file.",
    "stopped": "It was stopped: the vault is locked, or another view was begun.",
}
"""Every word that a failed look may end with, and what it means."""


class Failed(Exception):
    """The child gives up; ``code`` is a word of :data:`FAILURES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Teller:
    """The child's end that speaks; buffered by nobody, so that the parent hears at once."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def value(self, value: Mapping[str, Any]) -> None:
        """Tell a JSON value."""
        self._say(b"J", json.dumps(value).encode())

    def data(self, data: bytes | bytearray | memoryview) -> None:
        """Give bytes, in pieces if they are many."""
        whole = memoryview(data).cast("B")
        for start in range(0, len(whole), MOST):
            self._say(b"D", whole[start : start + MOST])

    def fail(self, code: str) -> None:
        """Give up."""
        self._say(b"E", code.encode())

    def done(self) -> None:
        """Say that nothing follows."""
        self._say(b"Z", b"")

    def ask(self, place: int, count: int) -> None:
        """Ask for bytes of the recording."""
        self._say(b"R", ASKED.pack(place, count))

    def _say(self, letter: bytes, payload: "bytes | memoryview[int]") -> None:
        self._out.write(HEAD.pack(letter, len(payload)))
        self._out.write(payload)
        self._out.flush()


class Asked:
    """The recording as the child sees it: a read-only, seekable file whose bytes come from the parent, on request."""

    def __init__(self, size: int, teller: Teller, answers: BinaryIO) -> None:
        self.size, self._teller, self._answers, self._place = size, teller, answers, 0

    def read(self, count: int = -1) -> bytes:
        """Up to ``count`` bytes; fewer only at the end. Raises ``OSError`` where the stored file is damaged."""
        left = max(0, self.size - self._place)
        wanted = left if count < 0 else min(count, left)
        if not wanted:
            return b""
        self._teller.ask(self._place, wanted)
        (length,) = ANSWER.unpack(_exactly(self._answers, ANSWER.size))
        if not length:
            raise OSError("the parent has no bytes here")
        piece = _exactly(self._answers, length)
        self._place += length
        return piece

    def seek(self, place: int, whence: int = 0) -> int:
        """Move; the end is known."""
        self._place = max(0, place + (0, self._place, self.size)[whence])
        return self._place

    def tell(self) -> int:
        """Where it stands."""
        return self._place


def _exactly(file: BinaryIO, count: int) -> bytes:
    parts, left = [], count
    while left:
        part = file.read(left)
        if not part:
            raise EOFError("the parent is gone")
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
