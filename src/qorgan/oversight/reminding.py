"""Reminders by mail: one letter a person and day, each duty once a stage. Kept with recipient, time and every try to deliver (people.letters)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from qorgan.facilities.models import Designation, Facility
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.norms import why
from qorgan.oversight import kinds
from qorgan.oversight.duties import duties_of_many
from qorgan.oversight.duty import Duty, State
from qorgan.oversight.models import Counting, Reminder
from qorgan.oversight.staging import stage
from qorgan.oversight.tallying import CHUNK, count_some
from qorgan.people.letters import write_letter
from qorgan.people.models import Appointment, Person, Post

FROM_HOUR = 8  # of the office's day
MOST = 2000  # facilities that are counted at a time
# Whom a facility's duties concern, the first post that anybody holds (366 p.9: the responsible person and the deputy, named by order).
TOLD = ((Post.SECURITY_OFFICER, Post.DEPUTY), (Post.FACILITY_HEAD,), (Post.HEAD,))


@dataclass(frozen=True)
class Line:
    """One duty of one facility that a letter speaks of."""

    facility: Facility
    duty: Duty
    stage: str


def remind() -> int:
    """Write the letters of the day; how many. A duty of the worker: once a day, from eight o'clock; a run cut short goes on where it stopped."""
    moment = now()
    if moment.hour < FROM_HOUR or Counting.objects.filter(reminded_on=moment.date()).exists():
        return 0
    return remind_now(moment.date())


def remind_now(on: date) -> int:
    """Count what is not counted and write the letters of today, whatever the hour; how many. Nobody is told of the same stage twice."""
    while count_some(MOST) == MOST:
        pass
    letters = remind_of(on)
    Counting.objects.filter(id=1).update(reminded_on=on)
    return letters


def now() -> datetime:
    """The office's clock."""
    return timezone.localtime()


def remind_of(on: date) -> int:
    """Write a letter to everybody who has something due on a day and has not been told of it at this stage; how many letters."""
    pressing = Facility.objects.filter(Q(tally__overdue__gt=0) | Q(tally__soon__gt=0), tally__on=on).order_by("id")
    lines: dict[UUID, list[Line]] = {}
    for facilities in _chunks(list(pressing)):
        told = _told(facilities)
        for facility, found in _lines(facilities, on):
            for person in told.get(facility.pk, ()):
                lines.setdefault(person, []).extend(found)
    persons = Person.objects.select_related("user", "organisation").in_bulk(lines)
    return sum(_write(persons[key], found, on) for key, found in lines.items())


def _chunks(facilities: list[Facility]) -> Iterator[list[Facility]]:
    return (facilities[start : start + CHUNK] for start in range(0, len(facilities), CHUNK))


def _lines(facilities: Sequence[Facility], on: date) -> Iterator[tuple[Facility, list[Line]]]:
    duties = duties_of_many(facilities, on)
    for facility in facilities:
        yield facility, [Line(facility, duty, at) for duty in duties[facility.pk] if (at := stage(duty, on))]


def _told(facilities: Sequence[Facility]) -> dict[UUID, list[UUID]]:
    """Who is told of each facility: those named for it, else those of its organisation."""
    appointments = list(Appointment.objects.in_force().filter(organisation__in={one.organisation_id for one in facilities}))
    named: dict[UUID, set[UUID]] = {}
    for facility_id, appointment_id in Designation.objects.filter(facility__in=facilities).values_list("facility_id", "appointment_id"):
        named.setdefault(facility_id, set()).add(appointment_id)
    found: dict[UUID, list[UUID]] = {}
    for facility in facilities:
        here = [one for one in appointments if one.organisation_id == facility.organisation_id]
        mine = [one for one in here if one.pk in named.get(facility.pk, set())]
        found[facility.pk] = _first_held(mine) or _first_held(here)
    return found


def _first_held(appointments: list[Appointment]) -> list[UUID]:
    held = ([one.person_id for one in appointments if one.post in posts] for posts in TOLD)
    return next((list(dict.fromkeys(persons)) for persons in held if persons), [])


def _write(person: Person, lines: Sequence[Line], on: date) -> bool:
    """One letter with what this person has not been told yet; whether there was anything."""
    with writing():
        before = Reminder.objects.select_for_update().filter(person=person, facility__in={line.facility for line in lines})
        told = set(before.values_list("facility_id", "key", "stage")) | {(one[0], one[1], "") for one in before.filter(on=on).values_list("facility_id", "key")}
        new = [line for line in lines if (line.facility.pk, line.duty.key, line.stage) not in told and (line.facility.pk, line.duty.key, "") not in told]
        if not new:
            return False
        with override(_language(person)):
            letter = write_letter(to=person, address="", subject=_subject(new), text=_text(new, on), about=f"oversight:{on.isoformat()}")
        Reminder.objects.bulk_create(Reminder(letter=letter, person=person, facility=line.facility, key=line.duty.key, stage=line.stage, on=on) for line in new)
        actor = Actor.system("oversight", str(person.organisation_id))
        log.append(kinds.REMINDED, actor=actor, subject=f"person:{person.id}", payload={"letter": str(letter.id), "duties": len(new), "on": on.isoformat()})
    return True


def _language(person: Person) -> str:
    user = getattr(person, "user", None)
    return user.language if user else "kk"


def _subject(lines: Sequence[Line]) -> str:
    late = sum(line.duty.state is State.OVERDUE for line in lines)
    if late:
        return ngettext("Qorgan: %(n)d duty is overdue", "Qorgan: %(n)d duties are overdue", late) % {"n": late}
    return ngettext("Qorgan: %(n)d duty is due soon", "Qorgan: %(n)d duties are due soon", len(lines)) % {"n": len(lines)}


def _text(lines: Sequence[Line], on: date) -> str:
    parts = [_("What Order 366-НҚ asks, as of %(day)s.") % {"day": f"{on:%d.%m.%Y}"}]
    for facility in dict.fromkeys(line.facility for line in lines):
        mine = sorted((line for line in lines if line.facility == facility), key=lambda line: (line.duty.state is not State.OVERDUE, line.duty.keep))
        parts.append("\n".join([f"{facility.name} ({facility.code})", *(_said(line.duty) for line in mine)]))
    parts.append(_("What each rests on and how its day was counted stands in Qorgan: Oversight, Why? Close a duty there with a document."))
    return "\n\n".join(parts)


def _said(duty: Duty) -> str:
    days = {"place": why.mark(duty.item.id), "summary": why.summary(duty.item), "keep": f"{duty.keep:%d.%m.%Y}"}
    days["last"] = f"{duty.defensible:%d.%m.%Y}" if duty.defensible else ""
    if duty.state is State.OVERDUE:
        days["last"] = days["last"] or days["keep"]
        return _("– %(place)s: overdue since %(last)s. %(summary)s") % days
    if duty.defensible:
        return _("– %(place)s: to keep %(keep)s, can be defended until %(last)s. %(summary)s") % days
    return _("– %(place)s: due %(keep)s. %(summary)s") % days
