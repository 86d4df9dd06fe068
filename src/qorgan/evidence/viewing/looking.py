"""The parent's end: start the child, feed it the bytes it asks for, hand on what it makes, and end it when it must not go on."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import qorgan
from qorgan.evidence.errors import SealError
from qorgan.evidence.viewing.wire import ANSWER, ASKED, FAILURES, HEAD, MOST

ASK_EVERY_SECONDS = 2.0
_MOST_ASKED = 4 * 1024 * 1024


class Plain(Protocol):
    """A recording that can be read anywhere."""

    def read(self, size: int, /) -> bytes:
        """Bytes from the place on."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move."""

    def close(self) -> None:
        """Close."""


class ViewFailed(Exception):
    """The child could not do it; ``code`` is a word of :data:`qorgan.evidence.viewing.wire.FAILURES`."""

    def __init__(self, code: str) -> None:
        self.code = code if code in FAILURES else "crashed"
        super().__init__(FAILURES[self.code])


@dataclass(frozen=True)
class Limits:
    """What a child may use: processor seconds, MiB of memory, seconds by the clock, seconds without a word, and its courtesy."""

    cpu_seconds: int = 30
    memory_mib: int = 1024
    seconds: float = 60.0
    silence: float = 30.0
    nice: int = 5


@dataclass(frozen=True)
class Told:
    """One thing the child told: a value, or data."""

    value: dict[str, Any] = field(default_factory=dict)
    data: bytes = b""


class Look:
    """One job on one recording. Iterate for what comes; close it, always: that ends the child and closes the recording.

    ``may_go_on`` is asked every two seconds. Raises :class:`ViewFailed` while iterating. Another thread may call :meth:`stop`.
    """

    def __init__(self, plain: Plain, size: int, job: dict[str, Any], limits: Limits = Limits(), may_go_on: Callable[[], bool] = lambda: True) -> None:
        self._plain, self._limits, self._may_go_on = plain, limits, may_go_on
        self._asked, self._stopped = time.monotonic(), False
        told = {**job, "size": size, "cpu_seconds": limits.cpu_seconds, "memory_mib": limits.memory_mib, "seconds": limits.seconds, "nice": limits.nice}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "qorgan.evidence.viewing.child", json.dumps(told)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=_environment(), bufsize=0,
        )

    def __iter__(self) -> Iterator[Told]:
        while True:
            letter, payload = self._message()
            if letter == b"R":
                self._answer(payload)
            elif letter == b"J":
                yield Told(value=_value(payload))
            elif letter == b"D":
                yield Told(data=payload)
            elif letter == b"Z":
                return
            else:
                raise ViewFailed(payload.decode("ascii", "replace") if letter == b"E" else "crashed")

    def stop(self) -> None:
        """End the child from another thread; whoever iterates hears ``stopped``."""
        self._stopped = True
        self._child.kill()

    def close(self) -> None:
        """End the child, if it lives, and close the recording."""
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child.wait()
        self._plain.close()

    def __enter__(self) -> "Look":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _message(self) -> tuple[bytes, bytes]:
        letter, length = HEAD.unpack(self._read(HEAD.size))
        if length > MOST:
            raise ViewFailed("crashed")
        return letter, self._read(length)

    def _read(self, count: int) -> bytes:
        """Exactly so many bytes of the child, in its time."""
        parts: list[bytes] = []
        out = self._child.stdout
        assert out is not None  # noqa: S101 - Popen was asked for a pipe
        watch = select.poll()
        watch.register(out, select.POLLIN | select.POLLHUP)
        quiet_until = time.monotonic() + self._limits.silence
        while count:
            self._ask()
            if not watch.poll(500):
                if time.monotonic() > quiet_until:
                    raise ViewFailed("limit")
                continue
            part = os.read(out.fileno(), count)
            if not part:
                raise ViewFailed(self._why_it_ended())
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def _ask(self) -> None:
        if self._stopped:
            raise ViewFailed("stopped")
        if time.monotonic() - self._asked > ASK_EVERY_SECONDS:
            if not self._may_go_on():
                raise ViewFailed("stopped")
            self._asked = time.monotonic()

    def _why_it_ended(self) -> str:
        """A child that its own limits killed ends by SIGXCPU, SIGKILL or SIGALRM; out of memory it may also abort."""
        code = self._child.wait()
        return "stopped" if self._stopped else "limit" if -code in _LIMIT_SIGNALS else "crashed"

    def _answer(self, payload: bytes) -> None:
        if len(payload) != ASKED.size:
            raise ViewFailed("crashed")
        place, count = ASKED.unpack(payload)
        try:
            self._plain.seek(place)
            piece = self._plain.read(min(count, _MOST_ASKED))
        except (OSError, SealError):
            piece = b""
        into = self._child.stdin
        assert into is not None  # noqa: S101 - Popen was asked for a pipe
        try:
            self._write(into.fileno(), ANSWER.pack(len(piece)) + piece)
        except BrokenPipeError:
            raise ViewFailed(self._why_it_ended()) from None

    def _write(self, descriptor: int, data: bytes) -> None:
        """All of it, unless the child does not take it: one that is no longer itself may leave its parent waiting."""
        os.set_blocking(descriptor, False)
        ready = select.poll()
        ready.register(descriptor, select.POLLOUT)
        left = memoryview(data)
        while left:
            if not ready.poll(int(1000 * self._limits.silence)):
                raise ViewFailed("limit")
            left = left[os.write(descriptor, left) :]


_LIMIT_SIGNALS = frozenset({9, 14, 24})  # SIGKILL, SIGALRM, SIGXCPU


def _value(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except ValueError:
        raise ViewFailed("crashed") from None
    if not isinstance(value, dict):
        raise ViewFailed("crashed")
    return value


def _environment() -> dict[str, str]:
    """The child finds this very package, and none of the parent's secrets."""
    found = {"PYTHONPATH": str(Path(qorgan.__file__).parents[1]), "PYTHONUTF8": "1"}
    return found | {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
