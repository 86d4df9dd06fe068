"""Whose turn it is to write to one SQLite file: first come, first served, among threads and among processes.

Threads queue in order; the process at the head of its queue takes ``flock`` on ``<database>.turn``, whose waiters the kernel wakes in
order too. A killed process gives its lock back by dying. Holding a turn never replaces SQLite's own locks: it only orders them.
"""

import fcntl
import os
import threading
from collections import deque
from pathlib import Path

from django.db import OperationalError


class Turn:
    """The queue for one database file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False
        self._descriptor = -1
        self._process = -1

    def take(self, *, seconds: float) -> None:
        """Wait for the turn. Raises ``OperationalError`` after ``seconds`` behind other threads of this process."""
        called = threading.Event()
        with self._mutex:
            if not self._held:
                self._held = True
                called.set()
            else:
                self._waiting.append(called)
        if not called.wait(seconds) and not self._leave_queue(called):
            raise OperationalError(f"no turn to write within {seconds:.0f} seconds")
        try:
            fcntl.flock(self._file(), fcntl.LOCK_EX)
        except BaseException:
            self._next()
            raise

    def give(self) -> None:
        """End the turn and call the next thread."""
        fcntl.flock(self._file(), fcntl.LOCK_UN)
        self._next()

    def _leave_queue(self, called: threading.Event) -> bool:
        """Stop waiting; True if the turn arrived in the very moment of leaving."""
        with self._mutex:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True

    def _next(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False

    def _file(self) -> int:
        if self._process != os.getpid():  # a forked child must not share its parent's lock
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._process = os.getpid()
        return self._descriptor


_turns: dict[str, Turn] = {}
_registry = threading.Lock()


def turn_for(database: str) -> Turn:
    """The one queue of this process for ``database`` (a path)."""
    with _registry:
        if database not in _turns:
            _turns[database] = Turn(Path(f"{database}.turn"))
        return _turns[database]


def _forget() -> None:
    _turns.clear()


os.register_at_fork(after_in_child=_forget)
