"""What is known of facilities: true on a day, and known at a moment. Papers speak too: an expert check, a compensating measure."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from qorgan.facilities import equipment
from qorgan.facilities.models import Facility, Fact, Record
from qorgan.facilities.values import restored

_SPEAKING = (Record.Kind.EXPERT_CHECK, Record.Kind.MEASURE)


def facts_on(facility: Facility, on: date, known_at: datetime | None = None) -> dict[str, Any]:
    """Facts of one facility as true on a day, by what was known at a moment (by default all that is known now)."""
    return facts_of_many([facility], on, known_at)[facility.pk]


def facts_of_many(facilities: Iterable[Facility], on: date, known_at: datetime | None = None) -> dict[UUID, dict[str, Any]]:
    """Facts of many, by id: two queries however many there are. Names as in ``facility assess`` (``equipment.x.y`` flattened)."""
    wanted = [facility.pk for facility in facilities]
    found: dict[UUID, dict[str, Any]] = {key: {} for key in wanted}
    known = Q() if known_at is None else Q(known_at__lte=known_at)
    rows = Fact.objects.filter(known, facility__in=wanted, since__lte=on).order_by("since", "id")
    for facility_id, name, written in rows.annotate(written=Cast("value", TextField())).values_list("facility_id", "name", "written"):
        found[facility_id][name] = _restored(name, written)
    for facts in found.values():
        for name in [name for name, value in facts.items() if value is None]:
            del facts[name]
    _add_papers(found, on, known_at)
    return found


@lru_cache(maxsize=50_000)
def _restored(name: str, written: str | None) -> Any:
    """The value behind a fact's JSON; the same few come from thousands of facilities."""
    return restored(name, None if written is None else json.loads(written))


def _add_papers(found: Mapping[UUID, dict[str, Any]], on: date, known_at: datetime | None) -> None:
    for record in _records_in_force(list(found), on, known_at):
        facts = found[record.facility_id]
        if record.kind == Record.Kind.EXPERT_CHECK:
            facts["last_expert_check_on"] = max(record.since, facts.get("last_expert_check_on", record.since))
        elif record.values.get("equipment") in equipment.LABELS:
            facts[f"equipment.{record.values['equipment']}.compensated"] = True


def _records_in_force(wanted: list[UUID], on: date, known_at: datetime | None) -> list[Record]:
    """Papers that speak for facts: the last word of each at that moment, in force on that day."""
    known = Q() if known_at is None else Q(made_at__lte=known_at)
    rows = list(Record.objects.filter(known, facility__in=wanted, kind__in=_SPEAKING).order_by("made_at"))
    gone = {record.replaces_id for record in rows}
    last = (record for record in rows if record.pk not in gone)
    return [one for one in last if one.since <= on and (one.until is None or one.until >= on) and (one.ended_on is None or one.ended_on > on)]


def history_of(facility: Facility, name: str = "") -> list[Fact]:
    """Everything ever stated of a facility, or under one name; the newest first."""
    found = Fact.objects.filter(facility=facility)
    return list((found.filter(name=name) if name else found).order_by("-id"))
