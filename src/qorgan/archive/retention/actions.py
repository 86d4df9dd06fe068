"""Verbs of retention: freeze a class, lengthen a term, place and lift holds (444 p.12). Nothing here shortens anything."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.retention import kinds
from qorgan.archive.retention.classes import category_of
from qorgan.archive.retention.holds import in_force, over_by_their_day
from qorgan.archive.retention.models import Ending, Hold, Keeping, Lengthening, Target
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.replaying import replay_tombstones
from qorgan.archive.retention.terms import due, end_of, inspection_number
from qorgan.evidence.canonical import digest
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.signatures import Proven, sign

__all__ = ["end_holds", "freeze", "freeze_missing", "lengthen", "lift_hold", "place_hold", "replay_tombstones"]
SOME = 2000  # recordings classed in one turn of the worker


def freeze(recording: Recording, *, control_kind: str, actor: Actor | None = None) -> Keeping | None:
    """Freeze the retention class that follows from the kind of control, with the day the recording ended; None if it is frozen so already.

    Called when the recording is stored and whenever its inspection becomes known. Earlier classes stay: the one that keeps longest
    counts. ``control_kind`` "" means that the inspection is not known.
    """
    category, (ended_on, basis) = category_of(control_kind), end_of(recording)
    with writing():
        if Keeping.objects.filter(recording=recording, category=category, ended_on=ended_on).exists():
            return None
        entry = log.append(
            kinds.CLASS_FROZEN, actor=actor or Actor.system("server", str(recording.organisation_id)), subject=f"recording:{recording.pk}",
            organisation=str(recording.organisation_id),
            payload={"category": category.value, "control_kind": control_kind, "ended_on": ended_on.isoformat(), "basis": basis.value},
        )
        return Keeping.objects.create(
            recording=recording, organisation_id=recording.organisation_id, category=category, ended_on=ended_on, basis=basis, frozen_at=entry.at,
            position=entry.position,
        )


def freeze_missing() -> int:
    """Give a class to recordings that came in by a way that knows no inspections; how many got one."""
    without = list(Recording.objects.filter(keepings=None, destroying_at=None).order_by("pk")[:SOME])
    for recording in without:
        freeze(recording, control_kind="", actor=Actor.system("worker", str(recording.organisation_id)))
    return len(without)


def lengthen(*, actor: Actor, recording: Recording, until: date, reason: str) -> Lengthening:
    """Keep a recording until a later day than its term asks. It cannot be taken back, and nothing can shorten a term.

    Raises :class:`RetentionRefusal` for a day that is not later, without a reason, and for what is destroyed.
    """
    reason = _reason(reason, _("Say why the recording is kept longer."))
    with writing():
        current = Recording.objects.select_for_update().get(pk=recording.pk)
        _refuse_gone([current])
        before = due(current)
        if until <= before.kept_until:
            raise RetentionRefusal(
                _("It is kept until %(day)s as it is. A term can only be lengthened: choose a later day.") % {"day": before.kept_until.strftime("%d.%m.%Y")}
            )
        entry = log.append(
            kinds.LENGTHENED, actor=actor, subject=f"recording:{current.pk}", organisation=str(current.organisation_id),
            payload={"before": before.kept_until.isoformat(), "until": until.isoformat(), "reason": reason},
        )
        return Lengthening.objects.create(recording=current, until=until, reason=reason, by_name=actor.name, at=entry.at, position=entry.position)


def place_hold(
    *, actor: Actor, person: Person, organisation: Organisation, scope: Hold.Scope, targets: Sequence[Recording | tuple[Any, str]], reason: str,
    until: date | None = None,
) -> Hold:
    """Forbid destruction of recordings, or of everything of inspections (``(case, its number)``), until a day or until lifted.

    Comes before any destruction that has not begun: one that runs stops before its next recording. Raises :class:`RetentionRefusal`
    without a reason or a target, for a day that has passed, and for a recording that is destroyed or being destroyed.
    """
    reason = _reason(reason, _("Say why destruction is forbidden."))
    if until is not None and until < timezone.localdate():
        raise RetentionRefusal(_("The last day of the ban has passed already."))
    if not targets:
        raise RetentionRefusal(_("Say what must not be destroyed."))
    with writing():
        lock(organisation)
        rows = [_target(organisation, target) for target in targets]
        entry = log.append(
            kinds.HOLD_PLACED, actor=actor, subject=f"organisation:{organisation.pk}", organisation=str(organisation.pk),
            payload={
                "scope": Hold.Scope(scope).value, "reason": reason, "until": until.isoformat() if until else None,
                "recordings": [str(row.recording_id) for row in rows if row.recording_id], "cases": [str(row.case) for row in rows if row.case],
            },
        )
        hold = Hold.objects.create(
            organisation=organisation, scope=scope, reason=reason, until=until, placed_by=person, placed_name=person.full_name, placed_at=entry.at,
            position=entry.position,
        )
        for row in rows:
            row.hold = hold
        Target.objects.bulk_create(rows)
    return hold


def lift_hold(*, actor: Actor, hold: Hold, reason: str, proven: Proven) -> Ending:
    """Lift a hold: the head alone may, with a signature and a reason (444 p.6). Raises :class:`RetentionRefusal`."""
    reason = _reason(reason, _("Say why the ban is lifted."))
    if proven.post != Post.HEAD:
        raise RetentionRefusal(_("Only the head of the division lifts a ban on destruction."), basis="444/6")
    with writing():
        lock(hold.organisation)
        if not in_force().filter(pk=hold.pk).exists():
            raise RetentionRefusal(_("This ban is over already."))
        signature = sign(proven, digest=digest({"hold": str(hold.pk), "reason": reason}), organisation=hold.organisation)
        entry = log.append(
            kinds.HOLD_LIFTED, actor=actor, subject=f"hold:{hold.pk}", organisation=str(hold.organisation_id),
            payload={"hold": str(hold.pk), "placed": hold.position, "reason": reason, "signature": str(signature.pk)},
        )
        return Ending.objects.create(
            hold=hold, at=entry.at, lifted=True, by_name=actor.name, reason=reason, signature=signature, position=entry.position
        )


def end_holds() -> int:
    """Write down the end of holds whose last day has passed; how many. The worker's duty: from that day on they forbid nothing."""
    over = list(over_by_their_day().select_related("organisation"))
    for hold in over:
        with writing():
            lock(hold.organisation)
            if Ending.objects.filter(hold=hold).exists():
                continue
            entry = log.append(
                kinds.HOLD_ENDED, actor=Actor.system("worker", str(hold.organisation_id)), subject=f"hold:{hold.pk}",
                organisation=str(hold.organisation_id), payload={"hold": str(hold.pk), "placed": hold.position, "until": str(hold.until)},
            )
            Ending.objects.create(hold=hold, at=entry.at, lifted=False, position=entry.position)
    return len(over)


def lock(organisation: Organisation) -> None:
    """Make holds and destructions of a division wait for each other. Inside a transaction; SQLite has one writer anyway."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _target(organisation: Organisation, target: Recording | tuple[Any, str]) -> Target:
    if not isinstance(target, Recording):
        case, number = target
        return Target(case=case, label=f"№ {number}"[:300])
    current = Recording.objects.get(pk=target.pk)
    if current.organisation_id != organisation.pk:
        raise RetentionRefusal(_("This recording belongs to another division."))
    _refuse_gone([current])
    number, day = inspection_number(current) and f"№ {inspection_number(current)}", end_of(current)[0].strftime("%d.%m.%Y")
    return Target(recording=current, label=", ".join(part for part in (number, day) if part))


def _refuse_gone(recordings: Iterable[Recording]) -> None:
    if any(one.is_gone for one in recordings):
        raise RetentionRefusal(_("This recording is destroyed, or its destruction has begun: nothing can keep it any more."))


def _reason(text: str, sentence: str) -> str:
    if not text.strip():
        raise RetentionRefusal(sentence)
    return text.strip()[:500]
