"""The dock at this moment, in memory: which recorders are here, what is being done with them, how fast, what is wrong.

Everything here may be lost; what must not be is in :mod:`qorgan.dock.queue`. Safe for threads.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from qorgan.dock.counting import Tally
from qorgan.dock.finding import Device, Stranger
from qorgan.dock.problems import sentence
from qorgan.dock.queue import KEPT

_WINDOW_SECONDS = 10.0
_FAILING = frozenset({"unreadable", "false-receipt", "refused", "erase-failed", "false-permission", "changed", "gone", "spool"})


@dataclass(frozen=True)
class Sight:
    """One recorder as the screen and the office see it. Bytes are those of the device's files."""

    recorder: str
    inventory_number: str
    state: str
    files_total: int
    files_done: int
    bytes_total: int
    bytes_done: int
    bytes_per_second: int
    seconds_left: int | None
    problem: str
    message: str


@dataclass
class _Doings:
    """What goes on with one recorder."""

    sealing: dict[int, int] = field(default_factory=dict)  # file number → bytes read
    uploading: dict[int, int] = field(default_factory=dict)  # file number → bytes the server has or is being sent
    moved: deque[tuple[float, int]] = field(default_factory=deque)
    problem: str = ""
    detail: str = ""


class Board:
    """The picture that workers draw and screen and status read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._present: dict[str, Device] = {}
        self._doings: defaultdict[str, _Doings] = defaultdict(_Doings)
        self._known: dict[str, Tally] = {}
        self._strangers: dict[str, tuple[Stranger, bool]] = {}
        self._general: dict[str, str] = {}

    # what is here ------------------------------------------------------------------------------

    def here(self, devices: Iterable[Device]) -> tuple[list[Device], list[Device]]:
        """Take in who is plugged in; return who has arrived and who has left."""
        with self._lock:
            now = {device.recorder.recorder: device for device in devices}
            arrived = [device for recorder, device in now.items() if recorder not in self._present]
            left = [device for recorder, device in self._present.items() if recorder not in now]
            self._present = now
            for device in arrived:
                self._doings[device.recorder.recorder] = _Doings()
            for device in left:
                self._known.pop(device.recorder.recorder, None)
        return arrived, left

    def forget_arrival(self, recorder: str) -> None:
        """The first listing failed: the recorder counts as not yet here."""
        with self._lock:
            self._present.pop(recorder, None)

    def present(self) -> dict[str, Device]:
        """Recorders that are plugged in, by id."""
        with self._lock:
            return dict(self._present)

    def strangers(self, found: dict[str, Stranger]) -> list[Stranger]:
        """Take in the strangers' drives by mount; return those that have just come."""
        with self._lock:
            fresh = [stranger for mount, stranger in found.items() if mount not in self._strangers]
            self._strangers = {mount: self._strangers.get(mount, (stranger, False)) for mount, stranger in found.items()}
        return fresh

    def known_strangers(self) -> dict[str, Stranger]:
        """Strangers' drives that are here and were counted."""
        with self._lock:
            return {mount: stranger for mount, (stranger, _told) in self._strangers.items()}

    def untold_strangers(self) -> list[Stranger]:
        """Strangers' drives of which the office has not heard."""
        with self._lock:
            return [stranger for stranger, told in self._strangers.values() if not told]

    def told(self, strangers: Sequence[Stranger]) -> None:
        """The office has heard of these."""
        with self._lock:
            for stranger in strangers:
                mount = str(stranger.mount)
                if mount in self._strangers:
                    self._strangers[mount] = (stranger, True)

    # what is done ------------------------------------------------------------------------------

    def sealing(self, recorder: str, file: int, done: int) -> None:
        """``done`` bytes of ``file`` are read and sealed."""
        with self._lock:
            self._doings[recorder].sealing[file] = done

    def uploading(self, recorder: str, file: int, have: int) -> None:
        """The server has ``have`` bytes of ``file``, and more are sent."""
        with self._lock:
            self._doings[recorder].uploading[file] = have

    def moved(self, recorder: str, file: int, count: int) -> None:
        """``count`` more bytes of ``file`` were handed to the network."""
        with self._lock:
            doings = self._doings[recorder]
            doings.uploading[file] = doings.uploading.get(file, 0) + count
            doings.moved.append((time.monotonic(), count))

    def rests(self, recorder: str, file: int) -> None:
        """Nobody works at ``file`` any more."""
        with self._lock:
            self._doings[recorder].sealing.pop(file, None)
            self._doings[recorder].uploading.pop(file, None)

    def problem(self, recorder: str, code: str, detail: str = "") -> bool:
        """Something is wrong with one recorder; "" for nothing any more. True when that is news."""
        with self._lock:
            doings = self._doings[recorder]
            news = (doings.problem, doings.detail) != (code, detail)
            doings.problem, doings.detail = code, detail
        return news

    def general(self, code: str, detail: str | None) -> bool:
        """Something is wrong with the whole dock; a detail of None takes it back. True when that is news."""
        with self._lock:
            news = self._general.get(code) != detail
            if detail is None:
                self._general.pop(code, None)
            else:
                self._general[code] = detail
        return news

    def generals(self) -> dict[str, str]:
        """What is wrong with the whole dock: code → detail."""
        with self._lock:
            return dict(self._general)

    # what it looks like ------------------------------------------------------------------------

    def remember(self, tallies: Sequence[Tally]) -> None:
        """Keep what the open dockings hold, to be shown after they are closed while their recorders are still here."""
        with self._lock:
            self._known |= {tally.recorder: tally for tally in tallies}

    def sights(self, tallies: Sequence[Tally]) -> list[Sight]:
        """Every recorder that is here or still has files in the queue."""
        with self._lock:
            open_now = {tally.recorder: tally for tally in tallies}
            for recorder, tally in open_now.items():
                self._known[recorder] = tally
            done = [recorder for recorder in self._known if recorder not in open_now and recorder not in self._present]
            for recorder in done:
                del self._known[recorder]
            recorders = [*self._present, *(recorder for recorder in open_now if recorder not in self._present)]
            return [self._sight(recorder, open_now.get(recorder)) for recorder in recorders]

    def _sight(self, recorder: str, tally: Tally | None) -> Sight:
        doings, device = self._doings[recorder], self._present.get(recorder)
        last = tally or self._known.get(recorder)
        number = device.recorder.inventory_number if device else (last.inventory_number if last else "")
        files, sizes = (last.files, last.bytes) if last else ({}, {})
        files_total, bytes_total = _sum(files), _sum(sizes)
        files_done, bytes_done = files_total, bytes_total
        if tally is not None:
            files_done, bytes_done = _sum(files, KEPT), _sum(sizes, KEPT) + sum(doings.uploading.values())
        speed = _speed(doings.moved)
        owed = max(0, bytes_total - bytes_done)
        problem = doings.problem or (tally.problem if tally else "")
        if not problem and device is None and tally is not None and tally.files.get("discovered"):
            problem = "unplugged"
        problem = problem or self._general_for(tally)
        return Sight(
            recorder=recorder,
            inventory_number=number,
            state=_state(doings, device is not None, tally, problem),
            files_total=files_total,
            files_done=files_done,
            bytes_total=bytes_total,
            bytes_done=min(bytes_done, bytes_total),
            bytes_per_second=speed,
            seconds_left=owed // speed if speed else (0 if not owed else None),
            problem=problem,
            message=doings.detail or sentence(problem),
        )

    def _general_for(self, tally: Tally | None) -> str:
        """The general problem that holds up a recorder with files to go, if any."""
        if tally is None:
            return ""
        blocking = ("vault", "dock-full", "revoked", "server-changed", "server-full", "unreachable")
        return next((code for code in blocking if code in self._general), "")


def _sum(numbers: dict[str, int], states: Iterable[str] | None = None) -> int:
    wanted = [state for state in numbers if state != "gone"] if states is None else states
    return sum(numbers.get(state, 0) for state in wanted)


def _state(doings: _Doings, present: bool, tally: Tally | None, problem: str) -> str:
    if problem in _FAILING:
        return "failed"
    if doings.sealing:
        return "sealing"
    if doings.uploading:
        return "uploading"
    if tally is None:
        return "empty"
    owed = sum(count for state, count in tally.files.items() if state not in (*KEPT, "gone"))
    if not owed:
        return "empty"
    return "reading" if present and tally.files.get("discovered") and not problem else "waiting"


def _speed(moved: deque[tuple[float, int]]) -> int:
    now = time.monotonic()
    while moved and now - moved[0][0] > _WINDOW_SECONDS:
        moved.popleft()
    if not moved:
        return 0
    return int(sum(count for _moment, count in moved) / max(1.0, now - moved[0][0]))


def as_json(sight: Sight) -> dict[str, Any]:
    """A sight as the status carries it."""
    return {name: getattr(sight, name) for name in Sight.__dataclass_fields__}
