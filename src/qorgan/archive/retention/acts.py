"""Destruction acts: composed from what has fallen due, signed by two persons, or refused (444 p.6, 12)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.retention import kinds
from qorgan.archive.retention.actions import freeze_missing, lock
from qorgan.archive.retention.lists import Fallen, fallen
from qorgan.archive.retention.models import Act, Line
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.terms import inspection_number
from qorgan.archive.retention.wanted import still_wanted
from qorgan.evidence.canonical import digest
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.signatures import Proven, sign

MOST_LINES = 5000


def compose(*, actor: Actor, organisation: Organisation, recordings: Sequence[UUID] | None = None) -> Act:
    """Compose an act from ``recordings``, or from everything due, free and awaited by nobody (at most 5000 lines); the list is frozen with it.

    Raises :class:`RetentionRefusal` when nothing is due, and when one of ``recordings`` is not due, is held, or stands in another act.
    """
    freeze_missing()
    with writing():
        lock(organisation)
        chosen = _chosen(organisation, recordings)
        listed = [_listed(number, one) for number, one in enumerate(chosen, 1)]
        number = _next_number(organisation)
        act = Act(
            organisation=organisation, number=number, composed_at=timezone.now(), composed_by=actor.name, recordings=len(chosen),
            bytes=sum(one.recording.plain_size for one in chosen), digest=digest({"act": number, "organisation": str(organisation.pk), "lines": listed}),
        )
        entry = log.append(
            kinds.ACT_COMPOSED, actor=actor, subject=f"act:{act.pk}", organisation=str(organisation.pk),
            payload={"act": str(act.pk), "number": number, "recordings": act.recordings, "bytes": act.bytes, "digest": act.digest, "lines": listed},
        )
        act.position = entry.position
        act.save(force_insert=True)
        Line.objects.bulk_create([_line(act, place, one) for place, one in enumerate(chosen, 1)], batch_size=500)
    return act


def sign_act(*, actor: Actor, act: Act, proven: Proven) -> Act:
    """Sign as the head or as the responsible person; with the second signature the act may be carried out. Raises :class:`RetentionRefusal`."""
    if proven.post not in (Post.HEAD, Post.RESPONSIBLE):
        raise RetentionRefusal(_("A destruction act is signed by the head of the division and by the responsible person."), basis="444/6")
    mine, other = ("head", "responsible") if proven.post == Post.HEAD else ("responsible", "head")
    with writing():
        lock(act.organisation)
        current = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
        _refuse_to_sign(current, proven.person, mine, other)
        signature = sign(proven, digest=current.digest, organisation=current.organisation)
        setattr(current, mine, proven.person)
        setattr(current, f"{mine}_signature", signature)
        complete = getattr(current, f"{other}_id") is not None
        current.signed_at = signature.signed_at if complete else None
        current.save(update_fields=[mine, f"{mine}_signature", "signed_at"])
        log.append(
            kinds.ACT_SIGNED, actor=actor, subject=f"act:{act.pk}", organisation=str(act.organisation_id),
            payload={"act": str(act.pk), "number": act.number, "digest": act.digest, "post": proven.post, "signature": str(signature.pk), "complete": complete},
        )
    return current


def stop(*, actor: Actor, act: Act, reason: str) -> Act:
    """Refuse an act, or stop one that is being carried out: no further recording is destroyed under it, for ever.

    What is destroyed stays destroyed, and a recording whose destruction has begun is completed. Raises :class:`RetentionRefusal`.
    """
    if not reason.strip():
        raise RetentionRefusal(_("Say why the act is refused."), basis="444/6")
    with writing():
        lock(act.organisation)
        current = Act.objects.select_for_update(of=("self",)).get(pk=act.pk)
        if current.finished_at is not None or current.stopped_at is not None:
            raise RetentionRefusal(_("This act is closed: nothing is left to stop."), basis="444/6")
        lines = Line.objects.filter(act=current)
        done, left = lines.filter(state=Line.State.DESTROYED).count(), lines.filter(state=Line.State.PENDING)
        entry = log.append(
            kinds.ACT_STOPPED, actor=actor, subject=f"act:{act.pk}", organisation=str(act.organisation_id),
            payload={"act": str(act.pk), "number": act.number, "reason": reason.strip(), "destroyed": done, "spared": left.count()},
        )
        left.update(state=Line.State.SPARED, spared_because=Line.Spared.STOPPED, spared_words=reason.strip()[:500], at=entry.at, position=entry.position)
        current.stopped_at, current.stopped_by, current.stopped_because = entry.at, actor.name, reason.strip()[:500]
        if not lines.filter(state=Line.State.DESTROYING).exists():
            current.finished_at = entry.at
        current.save(update_fields=["stopped_at", "stopped_by", "stopped_because", "finished_at"])
    return current


def _chosen(organisation: Organisation, wanted: Sequence[UUID] | None) -> list[Fallen]:
    found = list(fallen(organisation))
    if wanted is None:
        free = [one for one in found if one.is_free]
        out = still_wanted(one.recording.pk for one in free)
        chosen = [one for one in free if one.recording.pk not in out][:MOST_LINES]
    else:
        by_id = {one.recording.pk: one for one in found}
        missing = [pk for pk in wanted if pk not in by_id]
        if missing:
            raise RetentionRefusal(_("A recording of this list is not due, or is destroyed already. Its term protects it: nothing was written."))
        chosen = [by_id[pk] for pk in dict.fromkeys(wanted)]
        if any(not one.is_free for one in chosen):
            raise RetentionRefusal(_("The destruction of a recording of this list is forbidden, or it stands in another act. Nothing was written."))
    if not chosen:
        raise RetentionRefusal(_("Nothing has fallen due that may be destroyed."))
    return chosen[:MOST_LINES]


def _listed(number: int, one: Fallen) -> dict[str, Any]:
    """What both sign about one recording; nothing personal."""
    recording = one.recording
    return {
        "number": number, "recording": str(recording.pk), "position": recording.position, "stored_at": recording.stored_at.isoformat(),
        "plain_sha256": recording.plain_sha256, "plain_size": recording.plain_size, "sealed_blake3": recording.sealed_blake3,
        "category": one.due.keeping.category, "ended_on": one.due.keeping.ended_on.isoformat(), "due_on": one.due.day.isoformat(),
        "inspection": inspection_number(recording), "recorder": recording.source_number,
    }


def _line(act: Act, number: int, one: Fallen) -> Line:
    return Line(
        act=act, number=number, recording=one.recording, category=one.due.keeping.category, inspection_number=inspection_number(one.recording),
        ended_on=one.due.keeping.ended_on, due_on=one.due.day,
    )


def _next_number(organisation: Organisation) -> str:
    """``2029-1``: by year and division, without holes."""
    year = timezone.localdate().year
    return f"{year}-{Act.objects.filter(organisation=organisation, number__startswith=f'{year}-').count() + 1}"


def _refuse_to_sign(act: Act, person: Person, mine: str, other: str) -> None:
    if act.stopped_at is not None or act.finished_at is not None:
        raise RetentionRefusal(_("This act is closed: it is not signed any more."), basis="444/6")
    if getattr(act, f"{mine}_id") is not None:
        raise RetentionRefusal(_("This act is signed for this post already."), basis="444/6")
    if getattr(act, f"{other}_id") == person.pk:
        raise RetentionRefusal(_("Two different persons sign a destruction act."), basis="444/6")
