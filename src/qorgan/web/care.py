"""How the machine is: disk, background duties, stored files, copies, backups. What an administrator and a head look at first."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from qorgan.archive.forecast import Forecast, forecast
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.replicas.access import ReplicaState, is_without_replica, states
from qorgan.archive.replicas.missing import latest_restoration, still_missing
from qorgan.archive.replicas.models import Restoration
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.web import startup
from qorgan.web.keeping import kinds
from qorgan.web.models import Duty

LATE = timedelta(minutes=30)
BACKUP_LATE = timedelta(days=2)
RESTORATION_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class Act:
    """A backup or a trial of restoring, as the ledger has it."""

    at: datetime
    holds: bool
    values: dict[str, object]


@dataclass(frozen=True)
class Returned:
    """The office came out of a backup; what came after it is asked back. ``missing``: recordings that docks hold receipts for."""

    restoration: Restoration
    missing: int
    in_replicas: int


@dataclass(frozen=True)
class Care:
    """Free disk in bytes, the forecast, duties that fail or do not run, stored files found bad, copies, backups."""

    free_bytes: int
    reserve_bytes: int
    forecast: Forecast
    failing: tuple[Duty, ...]
    late: tuple[Duty, ...]
    bad_files: int
    replicas: tuple[ReplicaState, ...]
    without_replica: bool
    backup: Act | None
    trial: Act | None
    backup_late: bool
    returned: Returned | None
    share: str

    @property
    def low(self) -> bool:
        """Less than twice the reserve is free: uploads will soon be refused, nothing is deleted."""
        return self.free_bytes < 2 * self.reserve_bytes

    @property
    def whole_days(self) -> int:
        """Whole days until the disk is full."""
        return int(self.forecast.days_left or 0)

    @property
    def sick_replicas(self) -> tuple[ReplicaState, ...]:
        """Replicas to look at."""
        return tuple(one for one in self.replicas if not one.well)

    @property
    def well(self) -> bool:
        """Nothing to look at."""
        return not (
            self.low or self.forecast.warns or self.failing or self.late or self.bad_files or self.sick_replicas or self.backup_late
            or self.returned or self.share
        )  # fmt: skip


def care() -> Care:
    """Look at disk and tables."""
    duties = list(Duty.objects.order_by("name"))
    before = timezone.now() - LATE
    backup = last_act(kinds.BACKUP_MADE.key)
    return Care(
        free_bytes=shutil.disk_usage(settings.DATA).free,
        reserve_bytes=int(settings.QORGAN["QORGAN_DISK_RESERVE_GIB"] * (1 << 30)),
        forecast=forecast(),
        failing=tuple(duty for duty in duties if duty.last_problem),
        late=tuple(duty for duty in duties if duty.next_at < before),
        bad_files=Fixity.objects.filter(ok=False).count(),
        replicas=tuple(states()),
        without_replica=is_without_replica(),
        backup=backup,
        trial=last_act(kinds.RESTORE_TESTED.key),
        backup_late=_backup_late(backup),
        returned=returned(),
        share=startup.on_a_share(),
    )


def last_act(kind: str) -> Act | None:
    """The newest entry of a kind about backups."""
    entry = Entry.objects.filter(kind=kind).select_related("content").order_by("-position").first()
    if entry is None:
        return None
    values = said(entry)["payload"]
    return Act(entry.at, bool(values.get("holds", not values.get("lacking", 0))), values)


def returned() -> Returned | None:
    """The last restoring, for a month, and as long as something is missing."""
    restoration = latest_restoration()
    missing = still_missing().count()
    if restoration is None:
        return None
    in_replicas = sum(state.replica.unknown for state in states())
    recent = restoration.restored_at > timezone.now() - RESTORATION_SHOWN
    return Returned(restoration, missing, in_replicas) if recent or missing or in_replicas else None


def _backup_late(backup: Act | None) -> bool:
    """A backup is set up, or was made before, and the last is days old; none at all counts when there is something to lose."""
    if backup is None:
        first = Recording.objects.order_by("position").values_list("stored_at", flat=True).first() if settings.QORGAN["QORGAN_BACKUP"] else None
        return first is not None and first < timezone.now() - BACKUP_LATE
    return backup.at < timezone.now() - BACKUP_LATE
