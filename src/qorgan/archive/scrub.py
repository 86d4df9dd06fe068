"""Fixity: stored files are read whole, again and again, and compared with their names (444 p.13). Damage is named, never repaired silently.

Each recording has the time and result of its last check; what is worst stays in the ledger. Reading keeps to a budget so that uploads
and the player do not wait for it.
"""

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import structlog
from blake3 import blake3
from django.utils import timezone

from qorgan.archive import kinds, store
from qorgan.archive.models import Fixity, Recording, Upload
from qorgan.archive.pace import Budget, Enough, cores, pace
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)
WORKER = Actor.system("worker")
_BLOCK = 256 * 1024  # stays in the processor's cache between reading and hashing
_TURN_SECONDS = 120  # how long a turn of the worker may read
_BATCH = 200
_TELL_SECONDS = 5.0  # results are written in one transaction as often
_threads = threading.local()
Problem = Fixity.Problem


@dataclass
class Report:
    """What a check saw. ``problems``: [{"recording", "organisation", "name", "problem"}]."""

    checked: int = 0
    bytes: int = 0
    problems: list[dict[str, str]] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Nothing is missing or damaged. A file that no recording names is no damage."""
        return not self.problems


def scrub_some(*, seconds: float = _TURN_SECONDS) -> Report:
    """One turn of the rolling check: those checked longest ago, until time is up. The worker's duty.

    In office hours one file at a time within the budget, at other times on all cores.
    """
    budget = pace()
    oldest = Recording.objects.filter(destroying_at=None, fixity__checked_at__lt=timezone.now()).order_by("fixity__checked_at")
    return _check_many(oldest[:_BATCH], budget=budget, workers=1 if budget else cores(), enough=Enough(seconds))


def scrub_all() -> Report:
    """Check every recording that is kept, as fast as disk and cores give; name stored files that belong to none (or to a destroyed one)."""
    report = _check_many(Recording.objects.filter(destroying_at=None).order_by("pk").iterator(_BATCH), budget=None, workers=cores(), enough=Enough())
    report.orphans = sorted(_orphans())
    return report


def _check_many(recordings: Iterable[Recording], *, budget: Budget | None, workers: int, enough: Enough) -> Report:
    """Read in ``workers`` threads, write down here; at least one is checked. Results wait a few seconds at most for their row."""
    report, seen, due, told = Report(), list[tuple[Recording, str]](), iter(recordings), time.monotonic()
    with ThreadPoolExecutor(workers) as readers:
        reading: dict[Future[tuple[str, int]], Recording] = {}
        while True:
            while len(reading) < 2 * workers - 1 and not (enough() and (reading or report.checked)) and (recording := next(due, None)):
                reading[readers.submit(_look, recording, budget)] = recording
            if not reading:
                break
            for done in wait(reading, return_when=FIRST_COMPLETED).done:
                (problem, read), recording = done.result(), reading.pop(done)
                if not problem or not _is_going(recording):
                    seen.append((_told(report, recording, problem, read), problem))
            if len(seen) >= _BATCH or time.monotonic() - told > _TELL_SECONDS:
                _write_down(seen)
                seen, told = [], time.monotonic()
    _write_down(seen)
    return report


def _is_going(recording: Recording) -> bool:
    """Whether its destruction began while it was read."""
    return Recording.objects.filter(pk=recording.pk, destroying_at__isnull=False).exists()


def _told(report: Report, recording: Recording, problem: str, read: int) -> Recording:
    """Count one result."""
    report.checked += 1
    report.bytes += read
    if problem:
        report.problems.append({"recording": str(recording.pk), "organisation": str(recording.organisation_id), "name": recording.name, "problem": problem})
        logger.error("stored recording is not whole", recording=str(recording.pk), problem=problem)
    return recording


def _look(recording: Recording, budget: Budget | None) -> tuple[str, int]:
    """What is wrong with the stored file ("" if nothing), and how much of it was read. Runs in a thread, without the database."""
    digest, read, view = blake3(), 0, memoryview(_buffer())
    try:
        with store.open_blob(recording.sealed_blake3) as blob:
            while count := blob.readinto(view):  # type: ignore[attr-defined]
                digest.update(view[:count])
                read += count
                if budget:
                    budget.spend(count)
    except FileNotFoundError:
        return Problem.MISSING.value, read
    except OSError:
        return Problem.UNREADABLE.value, read
    whole = digest.hexdigest() == recording.sealed_blake3 and read == recording.sealed_size
    return "" if whole else Problem.DAMAGED.value, read


def _buffer() -> bytearray:
    """One block a thread, used again: new memory for every block costs as much as hashing it."""
    if not hasattr(_threads, "buffer"):
        _threads.buffer = bytearray(_BLOCK)
    found: bytearray = _threads.buffer
    return found


def note(recording: Recording, problem: str) -> None:
    """Write down what a reading of one stored file found ("": whole)."""
    _write_down([(recording, problem)])


def _write_down(seen: Sequence[tuple[Recording, str]]) -> None:
    """One transaction: every time of checking, and into the ledger what changed for the worse or the better."""
    if not seen:
        return
    with store.step("scrub.rows"), writing():
        kept = set(Recording.objects.filter(pk__in=[recording.pk for recording, _problem in seen], destroying_at=None).values_list("pk", flat=True))
        seen = [(recording, problem) for recording, problem in seen if recording.pk in kept]  # destruction may have begun meanwhile
        before = dict(Fixity.objects.filter(recording__in=[recording for recording, _problem in seen]).values_list("recording_id", "problem"))
        same = [recording.pk for recording, problem in seen if before.get(recording.pk) == problem]
        Fixity.objects.filter(recording__in=same).update(checked_at=timezone.now())
        for recording, problem in seen:
            if before.get(recording.pk) != problem:
                _write_change(recording, problem, before.get(recording.pk, ""))


def _write_change(recording: Recording, problem: str, before: str) -> None:
    Fixity.objects.update_or_create(recording=recording, defaults={"checked_at": timezone.now(), "ok": not problem, "problem": problem})
    if problem != before:
        log.append(
            kinds.RECORDING_DAMAGED if problem else kinds.RECORDING_SOUND, actor=WORKER, subject=f"recording:{recording.pk}",
            organisation=str(recording.organisation_id), payload={"problem": problem, "sealed_blake3": recording.sealed_blake3},
        )


def _orphans() -> Iterable[str]:
    """Stored files that neither a recording nor an upload under way names: what a crash or a race left."""
    found: list[str] = []
    for path in store.blobs():
        found.append(path.name)
        if len(found) == _BATCH:
            yield from _unnamed(found)
            found = []
    yield from _unnamed(found)


def _unnamed(hashes: list[str]) -> set[str]:
    named = set(Recording.objects.filter(sealed_blake3__in=hashes, destroyed_at=None).values_list("sealed_blake3", flat=True))
    named |= set(Upload.objects.filter(sealed_blake3__in=hashes, state=Upload.State.OPEN).values_list("sealed_blake3", flat=True))
    return set(hashes) - named
