"""Three clocks: the device's, this PC's, the server's. This module reads the last two and says how far to trust them.

``dock_now`` and ``server_now`` are a pair taken at one moment, the last contact: their difference is the dock's error,
give or take half the round trip. When this PC's clock is set by hand the pair means nothing any more and is dropped.
"""

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

JUMP_SECONDS = 2.0
_ASK_AGAIN_SECONDS = 300.0


def utc_text(moment: datetime) -> str:
    """ISO text in UTC with milliseconds and a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clocks:
    """What this dock knows of time. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pair: tuple[str, str, int] | None = None
        self._ntp = ("unknown", -_ASK_AGAIN_SECONDS)
        self._wall, self._steady = time.time(), _steady()

    def contact(self, began: datetime, ended: datetime, server_time: str) -> None:
        """Note the server's time as answered between ``began`` and ``ended`` of this PC's clock."""
        trip = (ended - began).total_seconds()
        with self._lock:
            self._pair = (utc_text(began + (ended - began) / 2), server_time, max(0, round(trip * 1000)))

    def jumped(self) -> float:
        """Seconds by which the wall clock was moved since the last call, or 0.0; a jump drops the last contact."""
        wall, steady = time.time(), _steady()
        with self._lock:
            jump = (wall - self._wall) - (steady - self._steady)
            self._wall, self._steady = wall, steady
            if abs(jump) < JUMP_SECONDS:
                return 0.0
            self._pair = None
        return jump

    def sample(self) -> dict[str, str | int | None]:
        """The ``clocks`` of a manifest or status. ``server_now`` is "" when the server has not been reached."""
        with self._lock:
            pair = self._pair
        dock_now, server_now, trip = pair or (utc_text(datetime.now(UTC)), "", None)
        return {"dock_now": dock_now, "server_now": server_now, "round_trip_ms": trip, "ntp": self.ntp()}

    def ntp(self) -> str:
        """Whether the system says that its clock is held by NTP; asked at most every five minutes."""
        state, asked = self._ntp
        if time.monotonic() - asked >= _ASK_AGAIN_SECONDS:
            state = ntp_state()
            self._ntp = (state, time.monotonic())
        return state


def _steady() -> float:
    """Seconds of a clock that nobody sets and that goes on while the PC sleeps."""
    clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def ntp_state() -> str:
    """Ask the system: synchronised, unsynchronised or unknown."""
    if sys.platform == "win32":
        return _windows(_asked(["w32tm", "/query", "/status"]))
    answer = _asked(["timedatectl", "show", "-p", "NTPSynchronized", "--value"])
    if answer in ("yes", "no"):
        return "synchronised" if answer == "yes" else "unsynchronised"
    tracking = _asked(["chronyc", "-n", "tracking"])
    leap = [line.partition(":")[2].strip() for line in tracking.splitlines() if line.startswith("Leap status")]
    if leap:
        return "unsynchronised" if leap[0] == "Not synchronised" else "synchronised"
    return "unknown"


def _windows(answer: str) -> str:
    # The words are in the language of Windows; the digits before them are not. Leap indicator 3 means unsynchronised.
    for line in answer.splitlines():
        value = line.partition(":")[2].strip()
        if value[:2] in ("0(", "1(", "2(", "3("):
            return "unsynchronised" if value[0] == "3" else "synchronised"
    return "unknown"


def _asked(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=3, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
