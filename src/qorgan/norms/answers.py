"""Answers about facilities and terms as JSON-able rows: what `qorgan facility assess` and `qorgan deadline` print."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from qorgan.norms.engine.assess import Assessment, flattened, parted, plan, term_of
from qorgan.norms.engine.catalogue import find
from qorgan.norms.engine.deadlines import Due, due
from qorgan.norms.engine.given import FactsRefusedError, checked
from qorgan.norms.engine.loader import PACKS, fact_names
from qorgan.norms.engine.plan import Grouping, Running, Standing
from qorgan.norms.engine.wording import why, why_due
from qorgan.norms.engine.workdays import Calendar, Week, seeded

FIRST_YEAR, LAST_YEAR = 2016, 2040  # what the commands can count in: the order came in 2023, a passport lives five years
ORDER = "366"
_LONGEST_YEARS = 10  # no term is longer


@cache
def calendar(first: int = FIRST_YEAR, last: int = LAST_YEAR, week: Week = Week.FIVE) -> Calendar:
    """The seeded calendar of some years: every answer of it is an estimate."""
    return seeded(max(first, FIRST_YEAR), min(last, LAST_YEAR), week)


@dataclass(frozen=True)
class Counting:
    """The calendar that terms are counted by, and whose it is: ``office`` (its corrected table) or ``seeded`` (every answer is an estimate)."""

    calendar: Calendar
    whose: str


def by_seeds(week: Week = Week.FIVE, since: int = FIRST_YEAR) -> Counting:
    """Counting by the seeded calendar alone; of a term that begins in the year ``since`` only as many years as it may need."""
    return Counting(calendar(since, LAST_YEAR if since == FIRST_YEAR else since + _LONGEST_YEARS, week), "seeded")


def answer(given: Any, on: date, order: str = ORDER, packs: Path = PACKS, counting: Counting | None = None) -> dict[str, Any]:
    """One facility, with the reasons. Raises :class:`~qorgan.norms.engine.given.FactsRefusedError`."""
    counting = counting or by_seeds()
    facts, strange = checked(given, order, on, counting.calendar, packs)
    found = plan(order, on, packs).assess(on, *parted(facts), counting.calendar)
    flat, groups, names = flattened(facts), frozenset(one.name for one in found.groups), fact_names(packs)
    reasons = {language: [why(one, flat, groups, names, language) for one in found.standings] for language in ("kk", "ru")}
    return {
        "on": on.isoformat(),
        "groups": [_group(one) for one in found.groups],
        "possible_groups": [_group(one) | {"missing_facts": sorted(one.missing)} for one in found.possible],
        "requirements": [
            _requirement(one) | {"failing": list(one.failing), "why_kk": kk, "why_ru": ru}
            for one, kk, ru in zip(found.standings, reasons["kk"], reasons["ru"], strict=True)
        ],
        "deadlines": [_deadline(one) | _reasons(one, packs) for one in found.running],
        "not_asked": list(strange),
        "calendar": counting.whose,
    }


def answers(many: list[Any], on: date, order: str = ORDER, packs: Path = PACKS, counting: Counting | None = None) -> Iterator[str]:
    """Many facilities, one JSON line each: as :func:`answer`, without the sentences. A facility that is refused has an ``error`` instead."""
    counting = counting or by_seeds()
    rules, counted, written = plan(order, on, packs), counting.calendar, _Written(on, counting.whose)
    for given in many:
        try:
            facts, _strange = checked(given, order, on, counted, packs)
        except FactsRefusedError as error:
            yield json.dumps({"on": on.isoformat(), "error": refusal(error)}, ensure_ascii=False)
            continue
        yield written.line(rules.assess(on, *parted(facts), counted))


def refusal(error: FactsRefusedError) -> dict[str, str]:
    """Why facts were refused, for other programs."""
    return {"field": error.field, "norm": error.norm, "why_kk": error.why_kk, "why_ru": error.why_ru}


class _Written:
    """JSON of answers that come again and again, written once."""

    def __init__(self, on: date, whose: str) -> None:
        self._on, self._whose = json.dumps(on.isoformat()), json.dumps(whose)
        self._known: dict[int, tuple[object, str]] = {}  # by identity; the thing itself is kept so that its identity stays its own

    def line(self, found: Assessment) -> str:
        groups = self._text(found.groups, _group)
        requirements = ", ".join([text for block in found.blocks if (text := self._text(block, _requirement))])
        deadlines = ", ".join([text for term in found.terms if (text := self._text(term, _deadline))])
        return f'{{"on": {self._on}, "groups": [{groups}], "requirements": [{requirements}], "deadlines": [{deadlines}], "calendar": {self._whose}}}'

    def _text(self, things: tuple[Any, ...], row: Any) -> str:
        kept = self._known.get(id(things))
        if kept is None or kept[0] is not things:
            text = ", ".join(json.dumps(row(thing), ensure_ascii=False) for thing in things)
            if len(self._known) > _KEPT:
                self._known.clear()
            kept = self._known[id(things)] = (things, text)
        return kept[1]


_KEPT = 100_000


def deadline(norm: str, anchor: date, counting: Counting | None = None, packs: Path = PACKS) -> dict[str, Any]:
    """When a term of the law is over, with its counting.

    Raises :class:`~qorgan.norms.engine.catalogue.UnknownItemError`, :class:`NoTermError`, and
    :class:`~qorgan.norms.engine.workdays.OutsideCalendarError` beyond the years of the calendar.
    """
    found = term_of(find(norm, packs=packs), packs=packs)
    if found is None:
        raise NoTermError(norm)
    item, term = found
    counting = counting or by_seeds(since=anchor.year)
    end = due(anchor, term, counting.calendar)
    return {
        "norm": norm,
        "anchor": anchor.isoformat(),
        "due": end.due.isoformat(),
        "unit": term.unit.value,
        "number": term.number,
        "estimated": end.estimated,
        "defensible": end.defensible.isoformat() if end.defensible else None,
        "set_by": item.id,
        "readings": _readings(end),
        "calendar": counting.whose,
        "steps": [{"day": step.day.isoformat(), "number": step.number, "why_kk": step.why_kk, "why_ru": step.why_ru} for step in end.steps()],
    }


class NoTermError(LookupError):
    """The item sets no term, nor does exactly one of its parts."""

    def __init__(self, norm: str) -> None:
        super().__init__(f"{norm}: бұл тармақ мерзім белгілемейді / этот пункт не устанавливает срока")


def _readings(end: Due) -> list[dict[str, str]]:
    return [
        {
            "due": day.isoformat(),
            "first_day": reading.first_day.value,
            "roll": reading.roll.value,
            "reason_kk": reading.reason_kk,
            "reason_ru": reading.reason_ru,
        }
        for day, reading in end.readings
    ]


def _group(one: Grouping) -> dict[str, Any]:
    return {"id": one.name, "norm": one.item.id, "text": one.item.text.value}


def _requirement(one: Standing) -> dict[str, Any]:
    return {
        "norm": one.item.id,
        "equipment": one.requirement.equipment,
        "state": one.state.value,
        "basis": one.basis,
        "missing_facts": sorted(one.missing),
    }


def _deadline(one: Running) -> dict[str, Any]:
    return {
        "norm": one.item.id,
        "due": one.due.due.isoformat() if one.due else None,
        "defensible": one.due.defensible.isoformat() if one.due and one.due.defensible else None,
        "estimated": one.due.estimated if one.due else None,
        "missing_facts": sorted(one.missing),
    }


def _reasons(one: Running, packs: Path) -> dict[str, str]:
    said = {f"why_{language}": why_due(one, fact_names(packs), language) for language in ("kk", "ru")}
    return {"why": said["why_kk"], **said}
