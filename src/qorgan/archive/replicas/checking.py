"""Reading copies in a replica whole, again and again, and mending them from the stored file (444 p.12)."""

from dataclasses import dataclass, field

import structlog
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.pace import Budget, Enough
from qorgan.archive.replicas import kinds
from qorgan.archive.replicas.copies import WORKER, replica_of
from qorgan.archive.replicas.copying import DamagedSource, copy_verified, hash_of
from qorgan.archive.replicas.folder import Folder
from qorgan.archive.replicas.models import Copy
from qorgan.ledger import log
from qorgan.ledger.kinds import Kind
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)
_BATCH = 200


@dataclass
class Report:
    """What a check of a replica saw. ``bad``: recordings whose copy is not whole and could not be made anew."""

    checked: int = 0
    bytes: int = 0
    mended: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Every copy read is whole, or was made so."""
        return not self.bad


def check_copies(folder: Folder, *, enough: Enough, budget: Budget | None = None) -> Report:
    """Read those that were checked longest ago until ``enough``, each at most once. Raises ``ReplicaRefused`` when held by another."""
    report, began = Report(), timezone.now()
    with folder.held():
        replica = replica_of(folder)
        while batch := list(replica.copies.filter(checked_at__lt=began).select_related("recording").order_by("checked_at")[:_BATCH]):
            for copy in batch:
                _check(folder, copy, report, budget)
                if enough():
                    return report
    return report


def _check(folder: Folder, copy: Copy, report: Report, budget: Budget | None) -> None:
    recording = copy.recording
    try:
        seen, read = hash_of(folder.blob(recording.sealed_blake3), budget)
    except OSError:
        seen, read = "", 0
    sound = (seen, read) == (recording.sealed_blake3, recording.sealed_size)
    report.checked += 1
    report.bytes += read
    if sound or not _mended(folder, recording, budget):
        _write_down(copy, sound, kinds.COPY_DAMAGED if not sound and copy.ok else None)
        if not sound:
            report.bad.append(str(recording.pk))
        return
    report.mended.append(str(recording.pk))
    _write_down(copy, True, kinds.COPY_MENDED)


def _mended(folder: Folder, recording: Recording, budget: Budget | None) -> bool:
    """Make the copy anew from the stored file, if that is whole."""
    digest = recording.sealed_blake3
    try:
        copy_verified(store.blob_path(digest), folder.blob(digest), digest=digest, size=recording.sealed_size, budget=budget)
    except (DamagedSource, FileNotFoundError):
        logger.error("neither the stored file nor its copy is whole", recording=str(recording.pk))
        return False
    except OSError:
        logger.exception("copy cannot be made anew", recording=str(recording.pk))
        return False
    return True


def _write_down(copy: Copy, ok: bool, kind: Kind | None) -> None:
    with store.step("copy.checked"), writing():
        Copy.objects.filter(pk=copy.pk).update(checked_at=timezone.now(), ok=ok)
        if kind:
            log.append(
                kind, actor=WORKER, subject=f"recording:{copy.recording_id}", organisation=str(copy.recording.organisation_id),
                payload={"replica": str(copy.replica_id), "sealed_blake3": copy.recording.sealed_blake3},
            )
