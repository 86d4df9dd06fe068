"""An assessment in canonical JSON: what the law asked of a facility on a day and what was known at a moment. Plain data in, bytes out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from qorgan.evidence.canonical import canonical
from qorgan.norms.engine.assess import Assessment
from qorgan.oversight.duty import Duty, Known, Missed, Next

FORMAT = "qorgan.assessment/1"


@dataclass(frozen=True)
class Question:
    """What was asked: which facility, on which day, by what was known when, under which rules (their digest)."""

    facility: str
    code: str
    on: date
    known_at: datetime
    order: str
    rules: str


def spelled(question: Question, known: Known, assessment: Assessment, duties: Iterable[Duty]) -> bytes:
    """The whole answer. The same question and the same knowledge give the same bytes, whenever it is asked."""
    return canonical(
        {
            "format": FORMAT,
            "facility": question.facility,
            "code": question.code,
            "on": _day(question.on),
            "known_at": question.known_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "order": question.order,
            "rules": question.rules,
            "facts": {name: _value(value) for name, value in known.facts.items()},
            "told": {name: [_day(day) for day in days] for name, days in known.told.items()},
            "completions": [{"on": _day(one.on), "norm": one.norm, "source": one.source.value, "ref": one.ref} for one in known.completions],
            "groups": [{"name": one.name, "norm": one.item.id} for one in assessment.groups],
            "possible_groups": [{"name": one.name, "norm": one.item.id, "missing": sorted(one.missing)} for one in assessment.possible],
            "duties": [_duty(one) for one in sorted(duties, key=lambda one: one.key)],
        }
    )


def _duty(one: Duty) -> dict[str, Any]:
    return {
        "norm": one.item.id,
        "equipment": one.equipment,
        "state": one.state.value,
        "basis": one.basis,
        "mandatory": one.mandatory,
        "keep": _day(one.keep),
        "defensible": _day(one.defensible),
        "estimated": one.estimated,
        "readings": [_next(reading) for reading in one.readings],
        "missing": list(one.missing),
        "undocumented": one.undocumented,
        "waits_for": list(one.waits_for),
        "failing": list(one.failing),
        "compensated": one.compensated,
        "closed_by": [[_day(done.on), done.norm, done.source.value, done.ref] for done in one.closed_by],
        "missed": [_missed(lost) for lost in one.missed],
    }


def _next(reading: Next) -> dict[str, Any]:
    return {
        "way": reading.way.value,
        "keep": _day(reading.keep),
        "last": _day(reading.last),
        "anchor": _day(reading.due.anchor) if reading.due else None,
        "number": reading.due.term.number if reading.due else None,
        "unit": reading.due.term.unit.value if reading.due else None,
        "period": [_day(day) for day in reading.period or ()],
        "counted": [_day(day) for day in reading.counted],
    }


def _missed(lost: Missed) -> dict[str, Any]:
    return {
        "way": lost.way.value,
        "first": _day(lost.first),
        "last": _day(lost.last),
        "held": lost.held,
        "asked": lost.asked,
        "made_up_on": _day(lost.made_up_on),
        "certain": lost.certain,
        "periods": lost.periods,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _value(value: Any) -> Any:
    """A fact's value: numbers with places and days as text."""
    if isinstance(value, (Decimal, float)):
        return format(Decimal(str(value)).normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
