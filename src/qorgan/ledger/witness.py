"""Showing checkpoints to witnesses, so that whoever rewrites the ledger later is contradicted by somebody outside.

Each day (``QORGAN_WITNESS_HOURS``) the newest checkpoint goes to every time-stamp authority and every witness file; letters and printed sheets are
made by rooms above. No act of the office waits for a witness: the worker shows, and tries again. Each showing is a row for ever and an entry.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from qorgan.ledger import log, timestamps, tsa, witness_files
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.kinds import CHECKPOINT_PRINTED, CHECKPOINT_WITNESSED, WITNESS_FAILED
from qorgan.ledger.models import Checkpoint, Marker, Timestamp, Witnessing
from qorgan.ledger.models import WitnessKind as Kind
from qorgan.ledger.models import WitnessResult as Result
from qorgan.ledger.transactions import writing

HAS_IT = (Result.SEEN, Result.UNTOLD)
WORKER = Actor.system("worker")
_EARLY = timedelta(minutes=5)  # a daily duty must not slip by its own length each day


@dataclass(frozen=True)
class Seen:
    """What one witness last saw. ``size`` and ``at`` are 0 and None when nothing; ``problem``: a code, "" when all is well."""

    kind: Kind
    where: str
    size: int
    at: datetime | None
    problem: str
    detail: str
    configured: bool

    @property
    def kind_shown(self) -> str:
        """The kind in words."""
        return str(self.kind.label)

    @property
    def problem_shown(self) -> str:
        """The problem in words, "" when all is well."""
        return str(Result(self.problem).label) if self.problem in Result.values else self.problem


Shown = tuple[Result, str, Timestamp | None]


def show_due() -> list[Witnessing]:
    """Show the newest checkpoint to every authority and file whose day has come. The worker's duty; nothing here raises for a witness's sake."""
    checkpoint = latest()
    if checkpoint is None:
        return []
    ways: list[tuple[Kind, str, Callable[[], Shown]]] = [
        (Kind.STAMP, authority.url, partial(_stamp, checkpoint, authority)) for authority in timestamps.authorities()
    ]
    ways += [(Kind.FILE, name, partial(_file, checkpoint, name)) for name in settings.QORGAN["QORGAN_WITNESS_FILES"]]
    written = [record(checkpoint, kind, where, *show()) for kind, where, show in ways if is_due(checkpoint, kind, where)]
    remember()
    return [row for row in written if row is not None]


def stamp(checkpoint: Checkpoint) -> bool:
    """Show one checkpoint to every authority that has not stamped it, out of turn; True when all have. Nothing here raises for a witness's sake."""
    stamped = set(Timestamp.objects.filter(checkpoint=checkpoint).values_list("tsa", flat=True))
    asked = [authority for authority in timestamps.authorities() if authority.url not in stamped]
    for authority in asked:
        shown = _stamp(checkpoint, authority)
        record(checkpoint, Kind.STAMP, authority.url, *shown)
        stamped |= {authority.url} if shown[2] is not None else set()
    if asked:
        remember()
    return stamped >= {authority.url for authority in asked}


def is_due(checkpoint: Checkpoint, kind: Kind, where: str) -> bool:
    """Whether this witness has not seen this checkpoint, and its day has come."""
    last = Witnessing.objects.filter(kind=kind, where=where, result__in=HAS_IT).order_by("-at", "-id").first()
    every = timedelta(hours=settings.QORGAN["QORGAN_WITNESS_HOURS"]) - _EARLY
    return last is None or (last.checkpoint_id < checkpoint.size and last.at + every <= timezone.now())


def record(checkpoint: Checkpoint, kind: Kind, where: str, result: Result, detail: str = "", token: Timestamp | None = None) -> Witnessing | None:
    """Write a showing and its entry; a failure only when it is another than this witness's last one (None then)."""
    last = Witnessing.objects.filter(kind=kind, where=where).order_by("-at", "-id").first()
    if result not in HAS_IT and last is not None and (last.result, last.detail) == (result, detail[:300]):
        return None
    payload: dict[str, Any] = {"kind": kind.value, "where": where, "size": checkpoint.size, "result": result.value, "detail": detail[:300]}
    with writing():
        if token is not None:
            token.save(force_insert=True)
            payload |= {"token_sha256": sha256(bytes(token.token)).hexdigest(), "clock_offset_s": token.clock_offset_s}
        log.append(CHECKPOINT_WITNESSED if result in HAS_IT else WITNESS_FAILED, actor=WORKER, subject=f"checkpoint:{checkpoint.size}", payload=payload)
        return Witnessing.objects.create(checkpoint=checkpoint, kind=kind, where=where, at=timezone.now(), result=result, detail=detail[:300])


def print_checkpoint(*, actor: Actor) -> Checkpoint:
    """Sign the ledger as it stands for a sheet of paper, and write down who printed it. Raises ``LookupError`` for an empty ledger."""
    checkpoint = make_checkpoint()
    if checkpoint is None:
        raise LookupError("The ledger is empty.")
    with writing():
        log.append(
            CHECKPOINT_PRINTED, actor=actor, subject=f"checkpoint:{checkpoint.size}", payload={"size": checkpoint.size, "root": bytes(checkpoint.root).hex()}
        )
        Witnessing.objects.create(checkpoint=checkpoint, kind=Kind.PRINT, where=actor.name, at=timezone.now(), result=Result.SEEN)
    remember()
    return checkpoint


def last_seen() -> list[Seen]:
    """What each witness last saw: those of the settings, those that were in them, and the last printed sheet."""
    configured = [(Kind.STAMP, url) for url in settings.QORGAN["QORGAN_TSA_URLS"]]
    configured += [(Kind.FILE, name) for name in settings.QORGAN["QORGAN_WITNESS_FILES"]]
    configured += [(Kind.MAIL, address) for address in settings.QORGAN["QORGAN_WITNESS_MAIL"]]
    others = set(Witnessing.objects.exclude(kind=Kind.PRINT).values_list("kind", "where").distinct()) - {(kind.value, where) for kind, where in configured}
    seen = [_seen(kind, where, configured=True) for kind, where in configured]
    seen += [_seen(Kind(kind), where, configured=False) for kind, where in sorted(others)]
    printed = Witnessing.objects.filter(kind=Kind.PRINT).order_by("-at", "-id").first()
    return [*seen, _seen(Kind.PRINT, printed.where, configured=True)] if printed else seen


def troubles(seen: Iterable[Seen] | None = None) -> list[str]:
    """What a head must look at: witnesses in trouble, as ``code where``."""
    return [f"{one.problem} {one.where}" for one in (last_seen() if seen is None else seen) if one.problem and one.configured]


def remember() -> None:
    """Leave what was seen for the foot of every page."""
    last = Witnessing.objects.filter(result__in=HAS_IT).order_by("-at", "-id").first()
    with writing():
        Marker.objects.update(witnessed_at=last.at if last else None, witness_problems=troubles())


def _seen(kind: Kind, where: str, *, configured: bool) -> Seen:
    rows = Witnessing.objects.filter(kind=kind, where=where).order_by("-at", "-id")
    last, shown = rows.first(), rows.filter(result__in=HAS_IT).first()
    problem = last.result if last is not None and last.result not in HAS_IT else ""
    detail = last.detail if last is not None and problem else ""
    stamped = Timestamp.objects.filter(tsa=where).order_by("-id").first() if kind == Kind.STAMP else None
    if not problem and stamped is not None and timestamps.clock_is_off(stamped):
        problem, detail = "clock", str(stamped.clock_offset_s)
    late = timedelta(hours=3 * settings.QORGAN["QORGAN_WITNESS_HOURS"])
    if not problem and configured and kind != Kind.PRINT and _waits(shown, late):
        problem = "late"
    return Seen(kind, where, shown.checkpoint_id if shown else 0, shown.at if shown else None, problem, detail, configured)


def _waits(shown: Witnessing | None, late: timedelta) -> bool:
    """Whether a checkpoint newer than the last shown has stood for three cadences."""
    newer = Checkpoint.objects.filter(size__gt=shown.checkpoint_id if shown else 0).order_by("size").first()
    return newer is not None and newer.made_at + late < timezone.now()


def _stamp(checkpoint: Checkpoint, authority: timestamps.Authority) -> Shown:
    try:
        token = timestamps.stamp(checkpoint, authority)
    except tsa.TsaUnreachable as error:
        return Result.FAILED, str(error), None
    except tsa.FalseToken as error:
        return Result.REFUSED, error.code, None
    return (Result.SEEN if token.verdict == Timestamp.Verdict.VERIFIED else Result.UNTOLD), token.why, token


def _file(checkpoint: Checkpoint, name: str) -> Shown:
    known = Witnessing.objects.filter(kind=Kind.FILE, where=name, result__in=HAS_IT).exists()
    return *witness_files.show(Path(name), checkpoint, known=known), None
