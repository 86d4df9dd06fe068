"""The worker's part: a turn of copying, a turn of checking the copies, repairing what the check found bad."""

from django.conf import settings

from qorgan.archive.pace import Enough, pace
from qorgan.archive.replicas.checking import check_copies
from qorgan.archive.replicas.copies import Report, remember_refusal, replicate, set_problem
from qorgan.archive.replicas.folder import Folder, ReplicaRefused, opened
from qorgan.archive.replicas.models import Replica
from qorgan.archive.replicas.reentering import count_unknown
from qorgan.archive.replicas.repairing import repair_all

COPY_SECONDS = 60
CHECK_SECONDS = 60


def keep_replica() -> Report | None:
    """Copy what is due to the folder of the settings, for a minute. A folder that is not there is remembered, and is no failure of ours."""
    path = settings.QORGAN["QORGAN_REPLICA"]
    if path is None:
        return None
    try:
        folder = opened(path)
        return keep(folder, seconds=COPY_SECONDS)
    except ReplicaRefused as refused:
        if refused.code == "busy":
            return None
        remember_refusal(path, refused)
        raise


def keep(folder: Folder, *, seconds: float | None) -> Report:
    """One turn at a replica, its problem remembered or cleared, its unknown recordings counted when the database is the older one."""
    known = Replica.objects.filter(pk=folder.id).values_list("turn", flat=True).first()
    behind = known is None or folder.turn() > known
    report = replicate(folder, enough=Enough(seconds), budget=pace() if seconds else None)
    set_problem(folder.id, report.problem)
    if behind:
        count_unknown(folder)
    return report


def check_replica() -> object:
    """Read the copies that were checked longest ago."""
    path = settings.QORGAN["QORGAN_REPLICA"]
    try:
        return check_copies(opened(path), enough=Enough(CHECK_SECONDS), budget=pace()) if path else None
    except ReplicaRefused:
        return None  # the turn of copying says so


def repair_stored() -> object:
    """Restore from replicas what the check of the stored files found bad."""
    return repair_all()
