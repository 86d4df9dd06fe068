"""Restoring a damaged or missing stored file from a sound copy; the ledger names where it came from (444 p.12, 13)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.replicas import kinds, tombstones
from qorgan.archive.replicas.copies import WORKER
from qorgan.archive.replicas.copying import DamagedSource, copy_verified
from qorgan.archive.replicas.folder import Folder, ReplicaRefused, opened
from qorgan.archive.replicas.models import Copy, Replica
from qorgan.ledger import log
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)


@dataclass
class Report:
    """What a repair came to: recordings restored, and those for which no sound copy is at hand."""

    repaired: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Nothing is left damaged."""
        return not self.beyond


def folders() -> list[Folder]:
    """The replicas that can be reached, as last seen."""
    found = []
    for path in Replica.objects.order_by("-seen_at").values_list("folder", flat=True):
        try:
            found.append(opened(Path(path)))
        except ReplicaRefused:
            continue
    return found


def repair_all(at_hand: Sequence[Folder] | None = None) -> Report:
    """Restore every stored file that the last check found bad. The worker's duty; may be done twice."""
    report, at_hand = Report(), folders() if at_hand is None else at_hand
    gone = set(tombstones.destroyed_hashes())
    for fixity in Fixity.objects.filter(ok=False, recording__destroying_at=None).select_related("recording").order_by("checked_at"):
        if fixity.recording.sealed_blake3 in gone:
            continue
        place = report.repaired if repair(fixity.recording, at_hand) else report.beyond
        place.append(str(fixity.recording_id))
    return report


def repair(recording: Recording, at_hand: Sequence[Folder]) -> bool:
    """Restore one stored file from the first replica whose copy is what its name says. A sound file is left alone.

    Steps: the copy is read, compared and written beside the damaged file → takes its place (``supplant``) or its name (``publish``) →
    one transaction ``repair.row``: the file counts as whole again, with the entry that names the replica.
    """
    digest = recording.sealed_blake3
    for folder in at_hand:
        try:
            copy_verified(folder.blob(digest), store.blob_path(digest), digest=digest, size=recording.sealed_size)
        except DamagedSource:
            Copy.objects.filter(replica=folder.id, recording=recording).update(ok=False)
        except OSError:
            logger.warning("no copy to repair from", recording=str(recording.pk), replica=str(folder.id))
        else:
            _write_down(recording, folder)
            return True
    return False


def _write_down(recording: Recording, folder: Folder) -> None:
    with store.step("repair.row"), writing():
        fixity = Fixity.objects.select_for_update().get(recording=recording)
        log.append(
            kinds.RECORDING_REPAIRED, actor=WORKER, subject=f"recording:{recording.pk}", organisation=str(recording.organisation_id),
            payload={"replica": str(folder.id), "folder": str(folder.path), "problem": fixity.problem, "sealed_blake3": recording.sealed_blake3},
        )
        Fixity.objects.filter(recording=recording).update(checked_at=timezone.now(), ok=True, problem="")
    logger.info("stored recording repaired", recording=str(recording.pk), replica=str(folder.id))
