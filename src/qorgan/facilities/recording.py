"""Verbs over papers and persons of a facility: enter, correct, end a paper; name by order (366 p.9, 10, 11, 17-19, 62, 74, 111)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.facilities import kinds
from qorgan.facilities.contradictions import NEVER_COMPENSATED
from qorgan.facilities.models import Designation, Facility, Record
from qorgan.facilities.refusals import FacilityRefusal, Fault
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people import actions as people
from qorgan.people.models import Appointment, Person, Post

PAPER_POSTS = (Post.SECURITY_OFFICER, Post.DEPUTY, Post.PASS_OFFICER)


def make_record(
    *, actor: Actor, facility: Facility, kind: str, values: Mapping[str, Any], since: date, until: date | None = None, replaces: Record | None = None
) -> Record:
    """Enter a paper, or a corrected one that ``replaces`` another. ``values`` as :meth:`PaperForm.values` gives them.

    Raises :class:`FacilityRefusal` for a measure in place of video or notification (366 p.111), and for a paper that was replaced already.
    """
    if kind == Record.Kind.MEASURE and values.get("equipment") in NEVER_COMPENSATED:
        raise FacilityRefusal(Fault("equipment", _("Nothing may stand in for video surveillance and notification."), "366/111/p2"))
    record = Record(facility=facility, kind=kind, values=dict(values), since=since, until=until, by=actor.name, replaces=replaces)
    with writing():
        _refuse_replaced(facility, replaces)
        record.save(force_insert=True)
        log.append(
            kinds.RECORD_MADE,
            actor=actor,
            subject=f"facility:{facility.id}",
            organisation=str(facility.organisation_id),
            payload={
                "record": str(record.id),
                "kind": kind,
                "values": record.values,
                "since": since.isoformat(),
                "until": until.isoformat() if until else None,
                "replaces": str(replaces.id) if replaces else None,
            },
        )
    return record


def end_record(*, actor: Actor, record: Record, on: date) -> Record:
    """Say that a paper no longer holds from a day. Raises :class:`FacilityRefusal` when it was replaced or ended already."""
    with writing():
        _refuse_replaced(record.facility, record)
        ended = Record(
            facility=record.facility,
            kind=record.kind,
            values=record.values,
            since=record.since,
            until=record.until,
            by=actor.name,
            replaces=record,
            ended_on=on,
        )
        ended.save(force_insert=True)
        log.append(
            kinds.RECORD_ENDED,
            actor=actor,
            subject=f"facility:{record.facility_id}",
            organisation=str(record.facility.organisation_id),
            payload={"record": str(record.id), "kind": record.kind, "on": on.isoformat()},
        )
    return ended


def name_responsible(
    *, actor: Actor, facility: Facility, person: Person, deputy: Person, order_number: str, order_date: date, starts_on: date, duties_stated: bool
) -> tuple[Designation, Designation]:
    """Name the one responsible for protection and the deputy by the same order (366 p.9). Whoever was named before is relieved by it.

    Raises :class:`FacilityRefusal` for one person as both, ``ValidationError`` for an impossible appointment.
    """
    if person.pk == deputy.pk:
        raise FacilityRefusal(Fault("deputy", _("The deputy is another person: the order names both."), "366/9"))
    named = ((Post.SECURITY_OFFICER, person), (Post.DEPUTY, deputy))
    first, second = _name(actor, facility, named, (order_number, order_date, starts_on), duties_stated=duties_stated)
    return first, second


def name_pass_officer(*, actor: Actor, facility: Facility, person: Person, order_number: str, order_date: date, starts_on: date) -> Designation:
    """Name the one responsible for the pass regime (366 p.19). Whoever was named before is relieved by it."""
    return _name(actor, facility, ((Post.PASS_OFFICER, person),), (order_number, order_date, starts_on), duties_stated=False)[0]


def named(facility: Facility, day: date | None = None) -> list[Designation]:
    """Who is named for a facility on a day (today by default), in the order of the posts."""
    rows = Designation.objects.filter(facility=facility, appointment__in=Appointment.objects.in_force(day)).select_related("appointment__person")
    return sorted(rows, key=lambda one: PAPER_POSTS.index(Post(one.appointment.post)))


def _name(actor: Actor, facility: Facility, persons: Iterable[tuple[Post, Person]], order: tuple[str, date, date], *, duties_stated: bool) -> list[Designation]:
    number, day, starts_on = order
    if day > starts_on:
        raise FacilityRefusal(Fault("starts_on", _("The order is of %(day)s: nobody holds the post before it.") % {"day": f"{day:%d.%m.%Y}"}, "366/9"))
    if starts_on > timezone.localdate():
        raise FacilityRefusal(Fault("starts_on", _("%(day)s is still to come.") % {"day": f"{starts_on:%d.%m.%Y}"}, "366/9"))
    found = []
    with writing():
        Facility.objects.select_for_update().get(pk=facility.pk)
        before = {one.appointment.post: one.appointment for one in named(facility)}
        for post, person in persons:
            if post in before:
                people.end_appointment(actor=actor, appointment=before[post], order_number=number)
            appointment = people.appoint(
                actor=actor, person=person, organisation=facility.organisation, post=post, order_number=number, order_date=day, starts_on=starts_on
            )
            found.append(Designation.objects.create(facility=facility, appointment=appointment, duties_stated=duties_stated))
        log.append(
            kinds.RESPONSIBLE_NAMED,
            actor=actor,
            subject=f"facility:{facility.id}",
            organisation=str(facility.organisation_id),
            payload={
                "order_number": number,
                "order_date": day.isoformat(),
                "starts_on": starts_on.isoformat(),
                "duties_stated": duties_stated,
                "named": [{"post": one.appointment.post, "person": str(one.appointment.person_id), "name": one.appointment.person.full_name} for one in found],
            },
        )
    return found


def _refuse_replaced(facility: Facility, record: Record | None) -> None:
    Facility.objects.select_for_update().get(pk=facility.pk)
    if record is not None and (record.ended_on is not None or Record.objects.filter(replaces=record).exists()):
        raise FacilityRefusal(Fault("", _("This paper was replaced or ended meanwhile: look at the newest."), "366/3"))
