"""What the pages say of the replicas."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.replicas.copies import due
from qorgan.archive.replicas.models import Replica

SILENT = timedelta(days=2)


@dataclass(frozen=True)
class ReplicaState:
    """One replica: how many recordings it lacks, how many copies are bad, when the oldest check was."""

    replica: Replica
    lacking: int
    bad: int
    oldest_check: datetime | None
    is_ours: bool  # the one of the settings; others are disks that are brought now and then

    @property
    def gone(self) -> bool:
        """Not reached, now or for days."""
        return self.replica.problem == Replica.Problem.GONE or (self.is_ours and self.replica.seen_at < timezone.now() - SILENT)

    @property
    def well(self) -> bool:
        """Nothing to look at. A disk that lies in a safe may lack the last days."""
        return not (self.bad or (self.is_ours and (self.replica.problem or self.gone)))


def states() -> list[ReplicaState]:
    """Every replica that this database knows."""
    found = []
    for replica in Replica.objects.order_by("-seen_at"):
        oldest = replica.copies.order_by("checked_at").values_list("checked_at", flat=True).first()
        bad = replica.copies.filter(ok=False).count()
        found.append(ReplicaState(replica, due(replica).count(), bad, oldest, replica.folder == str(settings.QORGAN["QORGAN_REPLICA"] or "")))
    return found


def is_without_replica() -> bool:
    """Recordings exist in one place only, and no replica is set."""
    return settings.QORGAN["QORGAN_REPLICA"] is None and not Replica.objects.exists() and Recording.objects.exists()
