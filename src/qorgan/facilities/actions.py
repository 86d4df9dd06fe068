"""Verbs of the room: enter a facility, change its particulars, state facts of it (366 p.8, 76)."""

from collections.abc import Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.facilities import kinds
from qorgan.facilities.contradictions import contradictions
from qorgan.facilities.evidencing import attach_evidence
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Facility, Fact
from qorgan.facilities.refusals import FacilityRefusal, Fault
from qorgan.facilities.values import FIRST_YEAR, Value, WrongValue, read, stored
from qorgan.facilities.vocabulary import names
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation

__all__ = ["attach_evidence", "change_facility", "enter_facility", "state_facts"]

PARTICULARS = ("name_kk", "name_ru", "address", "kato", "owner", "head", "bin")


def enter_facility(
    *,
    actor: Actor,
    organisation: Organisation,
    code: str,
    particulars: Mapping[str, str],
    facts: Mapping[str, object],
    since: date | None = None,
    source: str = "",
) -> Facility:
    """Enter a facility with what is known of it. ``facts`` as people write them; empty ones are not known.

    Raises ``ValidationError`` for particulars, :class:`FacilityRefusal` for facts; then nothing is written.
    """
    with writing():
        facility = Facility(organisation=organisation, code=code.strip(), **_particulars(particulars))
        facility.full_clean()
        facility.save(force_insert=True)
        log.append(
            kinds.FACILITY_ENTERED,
            actor=actor,
            subject=f"facility:{facility.id}",
            organisation=str(organisation.id),
            payload={"code": facility.code, **{name: getattr(facility, name) for name in PARTICULARS}},
        )
        state_facts(actor=actor, facility=facility, facts=facts, since=since, source=source)
    return facility


def change_facility(*, actor: Actor, facility: Facility, particulars: Mapping[str, str]) -> Entry | None:
    """Change particulars; what was and what is stand in the ledger. None when nothing differs. Raises ``ValidationError``."""
    with writing():
        current = Facility.objects.select_for_update().get(pk=facility.pk)
        before = {name: getattr(current, name) for name in PARTICULARS}
        for name, value in _particulars(particulars).items():
            setattr(current, name, value)
        changed = [name for name in PARTICULARS if getattr(current, name) != before[name]]
        if not changed:
            return None
        current.full_clean()
        current.save(update_fields=changed)
        return log.append(
            kinds.FACILITY_CHANGED,
            actor=actor,
            subject=f"facility:{current.id}",
            organisation=str(current.organisation_id),
            payload={"code": current.code, "changes": {name: [before[name], getattr(current, name)] for name in changed}},
        )


def state_facts(*, actor: Actor, facility: Facility, facts: Mapping[str, object], since: date | None = None, source: str = "") -> list[Fact]:
    """State what is true since a day (by default today). Only what differs from what is known is written; nothing old is changed.

    An empty value states that it is no longer known. Raises :class:`FacilityRefusal` with every fault, field and paragraph.
    """
    day = since or timezone.localdate()
    _refuse_day(day)
    given = _read_all(facts)
    with writing():
        Facility.objects.select_for_update().get(pk=facility.pk)
        known = facts_on(facility, day)
        new = {name: value for name, value in given.items() if known.get(name) != value}
        if faults := contradictions({name: value for name, value in {**known, **new}.items() if value is not None}):
            raise FacilityRefusal(*faults)
        rows = [
            Fact(facility=facility, name=name, value=stored(value), since=day, source=source.strip()[:300], by=actor.name, person_id=actor.person or None)
            for name, value in new.items()
        ]
        Fact.objects.bulk_create(rows)
        _refuse_later(facility, day)
        if rows:
            log.append(
                kinds.FACTS_STATED,
                actor=actor,
                subject=f"facility:{facility.id}",
                organisation=str(facility.organisation_id),
                payload={"since": day.isoformat(), "source": source.strip(), "facts": {row.name: [stored(known.get(row.name)), row.value] for row in rows}},
            )
    return rows


def _particulars(given: Mapping[str, str]) -> dict[str, str]:
    if unknown := set(given) - set(PARTICULARS):
        raise TypeError(f"not particulars of a facility: {', '.join(sorted(unknown))}")
    return {name: str(value).strip() for name, value in given.items()}


def _read_all(facts: Mapping[str, object]) -> dict[str, Value | None]:
    """Every value read; all faults at once."""
    found: dict[str, Value | None] = {}
    faults: list[Fault] = []
    for name, text in facts.items():
        if name not in names():
            faults.append(Fault(name, _("The register knows no fact “%(name)s”.") % {"name": name[:80]}, "366/76"))
            continue
        try:
            found[name] = read(name, text)
        except WrongValue as wrong:
            faults.append(wrong.fault)
    if faults:
        raise FacilityRefusal(*faults)
    return found


def _refuse_later(facility: Facility, day: date) -> None:
    """What was stated of the past goes on holding: nor may it contradict what is known since a later day."""
    for later in Fact.objects.filter(facility=facility, since__gt=day).order_by("since").values_list("since", flat=True).distinct():
        if faults := contradictions(facts_on(facility, later)):
            raise FacilityRefusal(*faults)


def _refuse_day(day: date) -> None:
    if day.year < FIRST_YEAR or day > timezone.localdate():
        raise FacilityRefusal(Fault("since", _("The day since which it is so lies between %(year)s and today.") % {"year": FIRST_YEAR}, "366/76"))
