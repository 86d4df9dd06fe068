"""How fast background reading may go: within a budget while the office works, as fast as the disk gives at other times."""

import os
import threading
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

_SATURDAY = 5


class Budget:
    """Keeps reading to so many MiB a second, over the whole of a turn, whoever of several threads reads."""

    def __init__(self, mib_per_second: int) -> None:
        self._rate, self._began, self._spent = max(1, mib_per_second) << 20, time.monotonic(), 0
        self._guard = threading.Lock()

    def spend(self, count: int) -> None:
        """Sleep as long as ``count`` more bytes cost."""
        with self._guard:
            self._spent += count
            ahead = self._spent / self._rate - (time.monotonic() - self._began)
        if ahead > 0:
            time.sleep(ahead)


class Enough:
    """Says when a turn has done enough: after so many seconds, or never."""

    def __init__(self, seconds: float | None = None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds

    def __call__(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until


def pace(now: datetime | None = None) -> Budget | None:
    """The budget of this moment; None outside office hours: nobody waits for the disk then."""
    return Budget(settings.QORGAN["QORGAN_SCRUB_MIB_PER_SECOND"]) if is_office_time(now or timezone.now()) else None


def is_office_time(now: datetime) -> bool:
    """Monday to Friday between the hours of ``QORGAN_OFFICE_HOURS``, by the clock of the office."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    begins, ends = settings.QORGAN["QORGAN_OFFICE_HOURS"]
    return local.weekday() < _SATURDAY and bool(begins <= local.time() < ends)


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
