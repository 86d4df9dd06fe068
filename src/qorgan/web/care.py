"""How the machine is: disk, background duties, stored files. What an administrator and a head look at first."""

import shutil
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from qorgan.archive.models import Fixity
from qorgan.web.models import Duty

LATE = timedelta(minutes=30)


@dataclass(frozen=True)
class Care:
    """Free disk in bytes, duties that fail or do not run, stored files found bad."""

    free_bytes: int
    reserve_bytes: int
    failing: tuple[Duty, ...]
    late: tuple[Duty, ...]
    bad_files: int

    @property
    def low(self) -> bool:
        """Less than twice the reserve is free: uploads will soon be refused, nothing is deleted."""
        return self.free_bytes < 2 * self.reserve_bytes

    @property
    def well(self) -> bool:
        """Nothing to look at."""
        return not (self.low or self.failing or self.late or self.bad_files)


def care() -> Care:
    """Look at disk and tables. Two queries."""
    duties = list(Duty.objects.order_by("name"))
    before = timezone.now() - LATE
    return Care(
        free_bytes=shutil.disk_usage(settings.DATA).free,
        reserve_bytes=int(settings.QORGAN["QORGAN_DISK_RESERVE_GIB"] * (1 << 30)),
        failing=tuple(duty for duty in duties if duty.last_problem),
        late=tuple(duty for duty in duties if duty.next_at < before),
        bad_files=Fixity.objects.filter(ok=False).count(),
    )
