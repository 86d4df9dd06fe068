"""Answers about facilities and terms as JSON-able rows: what `qorgan facility assess` and `qorgan deadline` print."""

import gc
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from qorgan.norms.engine.assess import Assessment, flattened, parted, plan, term_of
from qorgan.norms.engine.catalogue import find
from qorgan.norms.engine.conditions import facts_of
from qorgan.norms.engine.deadlines import Due, due
from qorgan.norms.engine.given import FactsRefusedError, checked, marked
from qorgan.norms.engine.lines import Lines
from qorgan.norms.engine.loader import PACKS, fact_names
from qorgan.norms.engine.plan import Grouping, Plan, Running, Standing
from qorgan.norms.engine.standings import Thing, Together
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
        "contradictory": [
            {"fields": sorted(facts_of(one.facts)), "norm": one.norm, "why_kk": one.why_kk, "why_ru": one.why_ru} for one in marked(flat, order, on, packs)
        ],
        "calendar": counting.whose,
    }


def answers(many: Iterable[Any], on: date, order: str = ORDER, packs: Path = PACKS, counting: Counting | None = None) -> Iterator[str]:
    """Many facilities, one JSON line each: as :func:`answer`, without the sentences. A facility that is refused has an ``error`` instead."""
    counting = counting or by_seeds()
    return _answers(many, lambda given: checked(given, order, on, counting.calendar, packs)[0], plan(order, on, packs), _Written(on, counting))


def answers_to_lines(lines: Iterable[str], on: date, order: str = ORDER, packs: Path = PACKS, counting: Counting | None = None) -> Iterator[str]:
    """As :func:`answers`, of facilities that are written as JSON, one on each line. A line that is no JSON is refused like wrong facts."""
    counting = counting or by_seeds()
    return _answers(lines, Lines(order, on, counting.calendar, packs).read, plan(order, on, packs), _Written(on, counting))


def lines_of(file: BinaryIO) -> Iterator[str]:
    """One facility on each line, empty ones left out. What is not UTF-8 comes as text that is no JSON either, so that its line alone is refused."""
    for raw in file:
        line = raw.decode("utf-8", "backslashreplace")
        if not line.isspace():
            yield line


def _answers(many: Iterable[Any], read: Callable[[Any], dict[str, Any]], rules: Plan, written: "_Written") -> Iterator[str]:
    on, counted = written.on, written.counting.calendar
    for given in many:
        try:
            facts = read(given)
        except FactsRefusedError as error:
            yield written.refused(refusal(error))
        except ValueError as error:
            yield written.refused({"field": "facts", "norm": ORDER, "why_kk": f"JSON емес: {error}", "why_ru": f"не JSON: {error}"})
        else:
            yield written.line(rules.assess(on, *parted(facts), counted))


def write_answers(lines: Iterable[str], target: TextIO) -> int:
    """Write answers, each on its line, many at once; how many of them are refusals."""
    refused, waiting = 0, iter(lines)
    with _seldom_collected():
        while several := list(islice(waiting, _AT_ONCE)):
            refused += sum(_REFUSED in line[:40] for line in several)
            target.write("\n".join([*several, ""]))
    return refused


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """What is remembered of a batch are very many small objects without cycles: the collector would look them all through again and again."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def refusal(error: FactsRefusedError) -> dict[str, str]:
    """Why facts were refused, for other programs."""
    return {"field": error.field, "norm": error.norm, "why_kk": error.why_kk, "why_ru": error.why_ru}


class _Written:
    """JSON of answers that come again and again, written once."""

    def __init__(self, on: date, counting: Counting) -> None:
        self.on, self.counting = on, counting
        self._on, self._whose = json.dumps(on.isoformat()), json.dumps(counting.whose)
        self._groups: dict[tuple[str, ...], str] = {}

    def line(self, found: Assessment) -> str:
        names = tuple([one.name for one in found.groups])
        groups = self._groups.get(names)
        if groups is None:
            groups = self._groups[names] = ", ".join([_ENCODER.encode(_group(one)) for one in found.groups])
        requirements = ", ".join(filter(None, [one.written or _write(one, _requirement) for one in found.blocks]))
        deadlines = ", ".join(filter(None, [one.written or _write(one, _deadline) for one in found.terms]))
        return f'{{"on": {self._on}, "groups": [{groups}], "requirements": [{requirements}], "deadlines": [{deadlines}], "calendar": {self._whose}}}'

    def refused(self, why: dict[str, str]) -> str:
        return f'{{"on": {self._on}, {_REFUSED}{json.dumps(why, ensure_ascii=False)}}}'


def _write(several: Together[Thing], row: Callable[[Thing], dict[str, Any]]) -> str:
    several.written = ", ".join([_ENCODER.encode(row(one)) for one in several.things])
    return several.written


_AT_ONCE = 8  # answers of some ten kilobytes each: what lies in a processor's own memory is copied fastest
_REFUSED = '"error": '
_ENCODER = json.JSONEncoder(ensure_ascii=False)


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
