"""Fixity: stored files are read whole, again and again, and compared with their names (444 p.13). Damage is named, never repaired silently.

Each recording has the time and result of its last check; what is worst stays in the ledger. Reading keeps to a budget so that uploads
and the player do not wait for it.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import structlog
from blake3 import blake3
from django.conf import settings
from django.utils import timezone

from qorgan.archive import kinds, store
from qorgan.archive.models import Fixity, Recording, Upload
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)
WORKER = Actor.system("worker")
_BLOCK = 1024 * 1024
_TURN_SECONDS = 120  # how long a turn of the worker may read
_BATCH = 200
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


class Budget:
    """Keeps reading to so many MiB a second, over the whole of a turn."""

    def __init__(self, mib_per_second: int) -> None:
        self._rate, self._began, self._spent = max(1, mib_per_second) << 20, time.monotonic(), 0

    def spend(self, count: int) -> None:
        """Sleep as long as ``count`` more bytes cost."""
        self._spent += count
        ahead = self._spent / self._rate - (time.monotonic() - self._began)
        if ahead > 0:
            time.sleep(ahead)


def scrub_some(*, seconds: float = _TURN_SECONDS) -> Report:
    """One turn of the rolling check: those checked longest ago, until time is up. The worker's duty."""
    report, budget, until = Report(), Budget(settings.QORGAN["QORGAN_SCRUB_MIB_PER_SECOND"]), time.monotonic() + seconds
    oldest = Recording.objects.filter(destroying_at=None, fixity__checked_at__lt=timezone.now()).order_by("fixity__checked_at")
    for recording in oldest[:_BATCH]:
        check(recording, report, budget)
        if time.monotonic() >= until:
            break
    return report


def scrub_all() -> Report:
    """Check every recording that is kept, as fast as the disk gives, and name stored files that belong to none (or to a destroyed one)."""
    report = Report()
    for recording in Recording.objects.filter(destroying_at=None).order_by("pk").iterator(_BATCH):
        check(recording, report, None)
    report.orphans = sorted(_orphans())
    return report


def check(recording: Recording, report: Report, budget: Budget | None) -> None:
    """Check one recording, write down the result, and into the ledger what changed for the worse or the better."""
    problem, read = _look(recording, budget)
    if problem and Recording.objects.filter(pk=recording.pk, destroying_at__isnull=False).exists():
        return  # its destruction began while it was read
    report.checked += 1
    report.bytes += read
    if problem:
        report.problems.append({"recording": str(recording.pk), "organisation": str(recording.organisation_id), "name": recording.name, "problem": problem})
        logger.error("stored recording is not whole", recording=str(recording.pk), problem=problem)
    _write_down(recording, problem)


def _look(recording: Recording, budget: Budget | None) -> tuple[str, int]:
    """What is wrong with the stored file ("" if nothing), and how much of it was read."""
    digest, read = blake3(), 0
    try:
        with store.open_blob(recording.sealed_blake3) as blob:
            for block in _blocks(blob):
                digest.update(block)
                read += len(block)
                if budget:
                    budget.spend(len(block))
    except FileNotFoundError:
        return Problem.MISSING.value, read
    except OSError:
        return Problem.UNREADABLE.value, read
    whole = digest.hexdigest() == recording.sealed_blake3 and read == recording.sealed_size
    return "" if whole else Problem.DAMAGED.value, read


def _blocks(blob: Any) -> Iterator[bytes]:
    while block := blob.read(_BLOCK):
        yield block


def _write_down(recording: Recording, problem: str) -> None:
    with writing():
        if Recording.objects.filter(pk=recording.pk, destroying_at__isnull=False).exists():
            return  # its destruction began while it was read
        before = Fixity.objects.filter(recording=recording).first()
        Fixity.objects.update_or_create(recording=recording, defaults={"checked_at": timezone.now(), "ok": not problem, "problem": problem})
        if problem != (before.problem if before else ""):
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
