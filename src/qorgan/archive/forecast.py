"""When the disk will be full, by what came in during the last weeks; and when no recorder may go out any more (444 p.11, 12).

A recorder that goes out comes back full: it must find room. So issuing stops first, while returns and uploads still have theirs, and
nothing is ever deleted to make room.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Min, Sum
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.people.models import Organisation

LOOKED_BACK = timedelta(days=28)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Forecast:
    """``room``: bytes that may still come in; ``per_day``: bytes a day that came in lately, 0 when nothing did."""

    room: int
    per_day: int
    warn_days: float
    stop_days: float

    @property
    def days_left(self) -> float | None:
        """Days until nothing more comes in; None when nothing has come in lately."""
        return max(0.0, self.room / self.per_day) if self.per_day else None

    @property
    def warns(self) -> bool:
        """Somebody has to see to the disk."""
        return self.room <= 0 or (self.days_left is not None and self.days_left < self.warn_days)

    @property
    def stops_issue(self) -> bool:
        """What goes out now would not find room when it comes back."""
        return self.room <= 0 or (self.days_left is not None and self.days_left < self.stop_days)


def forecast() -> Forecast:
    """Look at disk and arrivals. One query a division (of divisions that have recordings), by the index of arrival."""
    return Forecast(
        room=store.room_bytes(), per_day=_per_day(), warn_days=settings.QORGAN["QORGAN_DISK_WARN_DAYS"],
        stop_days=settings.QORGAN["QORGAN_DISK_STOP_DAYS"],
    )


def _per_day() -> int:
    """Bytes a day over the last four weeks, or since the first recording if the office is younger; at least a day."""
    now, total, first = timezone.now(), 0, None
    for organisation in Organisation.objects.values_list("pk", flat=True):
        mine = Recording.objects.filter(organisation=organisation)
        found = mine.filter(stored_at__gte=now - LOOKED_BACK).aggregate(bytes=Sum("sealed_size"), first=Min("stored_at"))
        if not found["bytes"]:
            continue
        total += found["bytes"]
        begun = now - LOOKED_BACK if mine.filter(stored_at__lt=now - LOOKED_BACK).exists() else found["first"]
        first = begun if first is None else min(first, begun)
    span = max(_DAY, now - first) if first else _DAY
    return int(total * (_DAY / span))
