"""What the agent's threads share: who works at which file, when to try again, when to stop."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from qorgan.dock.board import Board
from qorgan.dock.client import Client
from qorgan.dock.clocks import Clocks
from qorgan.dock.intake import Identity, Spool
from qorgan.dock.office import Office
from qorgan.dock.queue import File, Queue
from qorgan.dock.settings import DockFolder, Settings
from qorgan.dock.trust import Trust

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
REVOKED = 3
"""Exit code when the server no longer accepts this dock: starting again does not help."""


class Backoff:
    """When to speak to the server again.

    each failure doubles the pause, up to a minute, with jitter so that docks do not march in step.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures, self._until, self._asked = 0, 0.0, 0.0

    def failed(self) -> None:
        """The server did not answer."""
        with self._lock:
            if time.monotonic() < self._until:
                return  # several workers met the same outage: one failure
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._failures)
            self._failures = min(self._failures + 1, 10)
            self._until = time.monotonic() + pause * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing

    def wait(self, seconds: float) -> None:
        """The server answered, and wants to be left alone for so long."""
        with self._lock:
            self._asked = max(self._asked, time.monotonic() + seconds)

    def worked(self) -> None:
        """The server answered."""
        with self._lock:
            self._failures, self._until = 0, 0.0

    def left(self) -> float:
        """Seconds to wait still."""
        with self._lock:
            return max(0.0, max(self._until, self._asked) - time.monotonic())


@dataclass
class Desk:
    """One running agent. ``office`` is None until an answer of the office is known, today's or one kept from before."""

    folder: DockFolder
    settings: Settings
    identity: Identity
    trust: Trust
    queue: Queue
    client: Client
    spool: Spool
    clocks: Clocks
    board: Board
    office: Office | None
    stop: threading.Event
    backoff: Backoff = field(default_factory=Backoff)
    exit_code: int = 0
    touched: dict[str, float] = field(default_factory=dict)
    asked_to_erase: set[int] = field(default_factory=set)
    trusted: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _busy: set[int] = field(default_factory=set)
    _later: dict[int, float] = field(default_factory=dict)
    _postponed: dict[str, float] = field(default_factory=dict)
    _unfinished: dict[int, tuple[int, int, float]] = field(default_factory=dict)
    _doubted: set[str] = field(default_factory=set)
    _attempts: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))

    def stopped(self) -> bool:
        """Whether the agent is asked to stop."""
        return self.stop.is_set()

    def claim(self, choose: Callable[[set[int]], File | None]) -> File | None:
        """Take a file that nobody works at and that need not wait; give it back with :meth:`release`."""
        with self._lock:
            now = time.monotonic()
            waiting = {file for file, until in self._later.items() if until > now}
            chosen = choose(self._busy | waiting)
            if chosen is not None:
                self._busy.add(chosen.id)
        return chosen

    def release(self, file: File, later: float = 0.0) -> None:
        """Nobody works at ``file`` any more; it is not taken up again for ``later`` seconds."""
        with self._lock:
            self._busy.discard(file.id)
            self._later.pop(file.id, None)
            if later:
                self._later[file.id] = time.monotonic() + later
        self.board.rests(file.recorder, file.id)
        self.nudge()

    def attempt(self, file: File) -> int:
        """Count a failed attempt at ``file`` since the agent started."""
        with self._lock:
            self._attempts[file.id] += 1
            return self._attempts[file.id]

    def succeeded(self, file: File) -> None:
        """Forget failed attempts."""
        with self._lock:
            self._attempts.pop(file.id, None)
            self._unfinished.pop(file.id, None)

    def unfinished(self, file: File) -> None:
        """``file`` looks half copied: from this moment it must rest as it is."""
        with self._lock:
            self._unfinished[file.id] = (file.size, file.modified_ns, time.monotonic())

    def must_rest(self, file: File) -> float | None:
        """Seconds that ``file`` must stay as it is, 0.0 when it did so long enough; None if nobody found it half copied so."""
        with self._lock:
            size, modified_ns, since = self._unfinished.get(file.id, (-1, -1, 0.0))
        if (size, modified_ns) != (file.size, file.modified_ns):
            return None
        return max(0.0, since + self.settings.unfinished_seconds - time.monotonic())

    def arrived(self, recorder: str) -> None:
        """A recorder came: whatever waited for it need not wait, and erasure may be asked for again."""
        files = {file.id for file in self.queue.in_state(recorder, "discovered", "confirmed")}
        with self._lock:
            self.asked_to_erase -= files
            for file in files:
                self._later.pop(file, None)

    def doubt(self, what: str) -> float:
        """Seconds to wait when ``what`` is signed by an unknown key: the server may have changed its key since it was last asked. 0.0 the second time."""
        with self._lock:
            first = what not in self._doubted
            self._doubted.add(what)
        return 1.0 + (self.office.poll_seconds if self.office else 0) if first else 0.0

    def postpone(self, what: str, seconds: float) -> None:
        """Leave ``what`` alone for so long."""
        with self._lock:
            self._postponed[what] = time.monotonic() + seconds

    def postponed(self, what: str) -> bool:
        """Whether ``what`` is to be left alone still."""
        with self._lock:
            return self._postponed.get(what, 0.0) > time.monotonic()

    def quiet(self, recorder: str) -> bool:
        """Whether a recorder's listing was the same for two scans: a station copying slowly is not finished."""
        still = time.monotonic() - self.touched.get(recorder, 0.0)
        return still >= 2 * self.settings.scan_seconds or recorder not in self.board.present()

    def nudge(self) -> None:
        """Something changed: idle workers look again."""
        with self._changed:
            self._changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Wait for a change, at most ``seconds``."""
        if not self.stopped():
            with self._changed:
                self._changed.wait(seconds)

    def end(self, code: int) -> None:
        """Stop the agent for a reason of its own."""
        self.exit_code = code
        self.stop.set()
        self.nudge()
