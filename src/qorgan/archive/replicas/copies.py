"""Bringing a replica up to date: what is not there yet is copied, what a lawful destruction removed is removed, nothing else ever is.

Steps of one recording: the sealed file (``copy.data`` …, see ``copying``) → the note beside it (``write.data`` …) → with others of the turn
one transaction ``replica.rows``: a row each, the entry in the ledger → ``rewrite.*``: the turn is counted. A crash before the rows: the
file is there, is read again and compared, and gets its row.
"""

import errno
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Dock, Fixity, Recording, Upload
from qorgan.archive.pace import Budget, Enough
from qorgan.archive.replicas import kinds, tombstones
from qorgan.archive.replicas.copying import DamagedSource, copy_verified, is_sound
from qorgan.archive.replicas.folder import Folder, ReplicaRefused
from qorgan.archive.replicas.models import Copy, Replica
from qorgan.archive.replicas.notes import word_of
from qorgan.archive.scrub import note
from qorgan.evidence import durable
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)
WORKER = Actor.system("worker")
AT_ONCE = 100  # recordings whose rows are written together
_ROOM = 1 << 26  # what stays free on the replica's disk
Problem = Replica.Problem


@dataclass
class Report:
    """What a pass did. ``damaged``: recordings whose stored file is not whole, so that it was not copied."""

    replica: str = ""
    copied: int = 0
    bytes: int = 0
    removed: int = 0
    left: int = 0
    damaged: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def holds(self) -> bool:
        """Everything is there."""
        return not (self.left or self.damaged or self.problem)


def replica_of(folder: Folder) -> Replica:
    """The row of a replica's folder, made when this database sees it first (with its entry)."""
    now = timezone.now()
    with writing():
        replica, is_new = Replica.objects.get_or_create(pk=folder.id, defaults={"folder": str(folder.path), "made_at": now, "seen_at": now})
        if is_new:
            log.append(kinds.REPLICA_MADE, actor=WORKER, subject=f"replica:{folder.id}", organisation="", payload={"folder": str(folder.path)})
        Replica.objects.filter(pk=folder.id).update(folder=str(folder.path), seen_at=now, free_bytes=folder.free())
    return replica


def replicate(folder: Folder, *, enough: Enough, budget: Budget | None = None) -> Report:
    """Copy what is due until it is done or ``enough`` says stop. Raises :class:`ReplicaRefused` when another process is at it."""
    with folder.held():
        replica = replica_of(folder)
        report = Report(replica=str(folder.id))
        notice_age(replica, folder)
        remove_destroyed(replica, folder, report)
        _copy_due(replica, folder, report, enough, budget)
        report.left = due(replica).count()
    return report


def due(replica: Replica) -> QuerySet[Recording]:
    """Recordings that are not in the replica, oldest first; those whose stored file is bad wait for their repair."""
    bad = Fixity.objects.filter(ok=False).values("recording")
    gone = set(tombstones.destroyed_hashes())
    found = Recording.objects.filter(destroying_at=None).exclude(copies__replica=replica).exclude(pk__in=bad).order_by("stored_at", "pk")
    return found.exclude(sealed_blake3__in=gone) if gone else found


def notice_age(replica: Replica, folder: Folder) -> None:
    """Compare the folder's count with the row's. An older folder is looked through: rows of files that are not there go, and are due again."""
    turn = folder.turn()
    if turn == replica.turn:
        return
    if turn > replica.turn:  # a crash between count and row, or a database restored from a backup
        Replica.objects.filter(pk=replica.pk).update(turn=turn)
        replica.turn = turn
        return
    lost = [copy.pk for copy in replica.copies.select_related("recording").iterator(1000) if not _is_there(folder, copy)]
    with writing():
        for first in range(0, len(lost), 500):
            Copy.objects.filter(pk__in=lost[first : first + 500]).delete()
        log.append(
            kinds.REPLICA_OLDER, actor=WORKER, subject=f"replica:{replica.pk}", organisation="",
            payload={"turn_there": turn, "turn_here": replica.turn, "files_missing": len(lost)},
        )
        Replica.objects.filter(pk=replica.pk).update(turn=turn)
    replica.turn = turn
    logger.warning("replica is older than its record", replica=str(replica.pk), files_missing=len(lost))


def remove_destroyed(replica: Replica, folder: Folder, report: Report) -> None:
    """Remove the copies of destroyed recordings: the only removal that a replica follows."""
    hashes = [digest for digest in tombstones.destroyed_hashes() if folder.blob(digest).exists() or folder.note(digest).exists()]
    for digest in hashes:
        with store.step("copy.destroy"):
            durable.remove(folder.blob(digest))
            if folder.note(digest).exists():
                durable.remove(folder.note(digest))
    if not hashes:
        return
    with writing():
        replica.copies.filter(recording__sealed_blake3__in=hashes).delete()
        log.append(kinds.COPY_DESTROYED, actor=WORKER, subject=f"replica:{replica.pk}", organisation="", payload={"sealed_blake3": sorted(hashes)})
    report.removed = len(hashes)


def _copy_due(replica: Replica, folder: Folder, report: Report, enough: Enough, budget: Budget | None) -> None:
    while not report.problem and not enough():
        batch = list(due(replica)[:AT_ONCE])
        if not batch:
            return
        done: list[Recording] = []
        docks = _docks(batch)
        try:
            for recording in batch:
                if _copy(folder, recording, docks.get(recording.pk), report, budget):
                    done.append(recording)
                if enough():
                    break
        except OSError as error:
            report.problem = Problem.FULL if error.errno == errno.ENOSPC else Problem.FAILING
            logger.exception("replica cannot be written", replica=str(replica.pk))
        _write_rows(replica, folder, done)


def _copy(folder: Folder, recording: Recording, dock: Dock | None, report: Report, budget: Budget | None) -> bool:
    """Copy one, and its note. False when its stored file is bad, which is written down."""
    digest, size = recording.sealed_blake3, recording.sealed_size
    target = folder.blob(digest)
    if not (target.exists() and is_sound(target, digest, size)):
        if folder.free() < size + _ROOM:
            raise OSError(errno.ENOSPC, "The replica's disk has no room", str(folder.path))
        try:
            copy_verified(store.blob_path(digest), target, digest=digest, size=size, budget=budget)
        except (DamagedSource, FileNotFoundError) as error:
            note(recording, Fixity.Problem.DAMAGED if isinstance(error, DamagedSource) else Fixity.Problem.MISSING)
            report.damaged.append(str(recording.pk))
            return False
    keep_note(folder, recording, dock)
    report.copied += 1
    report.bytes += size
    return True


def keep_note(folder: Folder, recording: Recording, dock: Dock | None) -> None:
    """Write the ledger's word on a copy beside it; one that is there stays."""
    path = folder.note(recording.sealed_blake3)
    if not path.exists():
        durable.make_directory(path.parent)
        durable.write_new(path, word_of(recording, dock).encode())


def _write_rows(replica: Replica, folder: Folder, done: Sequence[Recording]) -> None:
    if not done:
        return
    now, by_organisation = timezone.now(), defaultdict(list)
    for recording in done:
        by_organisation[str(recording.organisation_id)].append(recording)
    with store.step("replica.rows"), writing():
        Copy.objects.bulk_create([Copy(replica=replica, recording=recording, copied_at=now, checked_at=now) for recording in done])
        for organisation, recordings in by_organisation.items():
            log.append(
                kinds.COPIES_MADE, actor=WORKER, subject=f"replica:{replica.pk}", organisation=organisation,
                payload={"recordings": [str(one.pk) for one in recordings], "bytes": sum(one.sealed_size for one in recordings)},
            )
    folder.count_turn(replica.turn + 1)
    replica.turn += 1
    Replica.objects.filter(pk=replica.pk).update(turn=replica.turn, free_bytes=folder.free())


def _docks(recordings: Iterable[Recording]) -> dict[UUID, Dock]:
    """The dock that brought each recording."""
    uploads = Upload.objects.filter(recording__in=list(recordings), state=Upload.State.STORED).select_related("dock").order_by("-created_at")
    return {upload.recording_id: upload.dock for upload in uploads if upload.recording_id}


def _is_there(folder: Folder, copy: Copy) -> bool:
    try:
        return folder.blob(copy.recording.sealed_blake3).stat().st_size == copy.recording.sealed_size
    except FileNotFoundError:
        return False


def set_problem(replica_id: UUID, problem: str) -> None:
    """Remember what is wrong with a replica and since when; "" clears it."""
    found = Replica.objects.filter(pk=replica_id)
    if problem:
        found.filter(problem="").update(problem_since=timezone.now())
        found.update(problem=problem)
    else:
        found.update(problem="", problem_since=None)


def remember_refusal(path: Path, refused: ReplicaRefused) -> None:
    """A replica that was there and is not: its row says so, and since when."""
    code = {"gone": Problem.GONE, "foreign": Problem.FOREIGN}.get(refused.code)
    if code:
        for replica in Replica.objects.filter(folder=str(path)):
            set_problem(replica.pk, code)
