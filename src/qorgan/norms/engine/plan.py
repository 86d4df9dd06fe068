"""The rules of one order on one day, prepared for asking: what was asked before is not computed again.

A facility's groups depend on a few facts, and each part of what is asked of its equipment on those groups, on a few more facts and on a few of the
equipment's own. Every such small set of values (:mod:`qorgan.norms.engine.cells`) is worked out once (:mod:`qorgan.norms.engine.standings`) and kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from qorgan.norms.engine.catalogue import Item
from qorgan.norms.engine.cells import KEPT, Kind, Look, Stretches, Told, picking
from qorgan.norms.engine.conditions import Check, Facts, bounds_of, compiled, facts_of
from qorgan.norms.engine.deadlines import Due, due
from qorgan.norms.engine.schema import Term
from qorgan.norms.engine.standings import EQUIPMENT, GROUP, NOTHING, Grouped, Grouping, Part, Standing, State, Together, is_settled, parts, sides, stand
from qorgan.norms.engine.workdays import Calendar, OutsideCalendarError

CALENDAR = "calendar"
__all__ = ["CALENDAR", "EQUIPMENT", "GROUP", "Assessment", "Grouping", "Plan", "Running", "Standing", "State"]


@dataclass(frozen=True)
class Running:
    """A term that runs for the facility: ``due`` is None while its anchor is unknown, or where the calendar lacks a year of it."""

    item: Item
    anchor: str
    due: Due | None
    missing: frozenset[str]
    position: int = 0


class Assessment(NamedTuple):
    """The whole answer for a day. ``blocks`` and ``terms`` are as they were found; ``standings`` and ``running`` in the order of the text."""

    on: date
    groups: tuple[Grouping, ...]
    possible: tuple[Grouping, ...]
    blocks: tuple[Together[Standing], ...]
    terms: tuple[Together[Running], ...]

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Every requirement in the order of the text."""
        return tuple(sorted((one for block in self.blocks for one in block.things), key=lambda one: one.position))

    @property
    def running(self) -> tuple[Running, ...]:
        """Every term in the order of the text."""
        return tuple(sorted((one for found in self.terms for one in found.things), key=lambda one: one.position))


@dataclass(frozen=True)
class _Timed:
    item: Item
    term: Term
    applies: Check
    free: bool  # runs for whoever has the anchor
    position: int


@dataclass(frozen=True)
class _Anchored:
    """The terms that run from one event for whoever has it, and what was counted so far."""

    anchor: str
    free: tuple[_Timed, ...]
    kept: dict[date | None, Together[Running]] = field(default_factory=dict)

    def runs(self, day: date | None, calendar: Calendar) -> Together[Running]:
        """The terms from a day; without one they say what is missing."""
        if day is None:
            found = Together(tuple(Running(one.item, self.anchor, None, frozenset([self.anchor]), one.position) for one in self.free))
        else:
            found = Together(tuple(_counted(one, day, calendar) for one in self.free))
        self.kept[day] = found
        return found


class Plan:
    """One order as it stands between two acts. Immutable in what it says; what it remembers of past answers may be forgotten at any time."""

    def __init__(self, items: Iterable[Item]) -> None:
        found = list(items)
        self._groups = tuple((item.group.name, item, compiled(item.group.when)) for item in found if item.group)
        self._kinds = tuple(Kind(name, of_kind) for name, of_kind in parts(found).items())
        timed = [(item, item.term) for item in found if item.term and item.term.anchor]
        terms = [_Timed(item, term, compiled(item.due_when), not item.due_when, at) for at, (item, term) in enumerate(timed)]
        self._timed = _by_anchor([one for one in terms if one.free])
        self._bound = [one for one in terms if not one.free]
        self._free = [(one.anchor, one.kept) for one in self._timed]
        self._look_at(found)
        self._grouped: dict[Any, Grouped] = {}
        self._shared: dict[Any, dict[Any, Together[Standing]]] = {}
        self._opened: dict[Any, tuple[Together[Standing], tuple[tuple[Kind, tuple[Look, ...]], ...]]] = {}
        self._calendar: Calendar | None = None

    def _look_at(self, items: list[Item]) -> None:
        """Which facts of a facility decide, and which of them the groups and each part look at."""
        groups = [item.group.when for item in items if item.group]
        conditions = groups + [one.when for item in items for one in item.requires]
        wanted = sorted({fact for one in groups for fact in facts_of(one)} | {name for kind in self._kinds for part in kind.parts for name in part.looks_at})
        bounds = {name: sorted({bound for condition in conditions for bound in bounds_of(condition, name)}) for name in wanted}
        foreign = [name for name in wanted if name.startswith(f"{EQUIPMENT}.")]
        self._plain = tuple(name for name in wanted if not bounds[name] and name not in foreign)
        self._measured = tuple((name, Stretches(bounds[name])) for name in wanted if bounds[name] and name not in foreign)
        self._foreign = tuple((name.split(".", 2)[1], name.split(".", 2)[2], Stretches(bounds[name]) if bounds[name] else None) for name in foreign)
        self._order = [*self._plain, *(name for name, _ in self._measured), *foreign]
        self._of_groups = picking([self._order.index(name) for name in sorted({fact for one in groups for fact in facts_of(one)})])

    def _seen(self, facts: Facts, equipment: Mapping[str, Facts]) -> tuple[Any, ...]:
        """What decides of a facility's own facts: values, and for measured ones the stretch between two bounds."""
        get = facts.get
        seen = [*map(get, self._plain), *[stretches[get(name)] for name, stretches in self._measured]]
        for what, name, stretches in self._foreign:
            value = equipment.get(what, NOTHING).get(name)
            seen.append(stretches[value] if stretches else value)
        return tuple(seen)

    def grouped(self, facts: Facts, equipment: Mapping[str, Facts]) -> Grouped:
        """The facility's groups."""
        return self._grouped_by(self._seen(facts, equipment), facts, equipment)

    def _grouped_by(self, seen: tuple[Any, ...], facts: Facts, equipment: Mapping[str, Facts]) -> Grouped:
        key = self._of_groups(seen)
        kept = self._grouped.get(key)
        if kept is None:
            if len(self._grouped) > KEPT:
                self._grouped.clear()
            kept = self._grouped[key] = self._group(_joined(facts, equipment))
        return kept

    def assess(self, on: date, facts: Facts, equipment: Mapping[str, Facts], calendar: Calendar) -> Assessment:
        """The whole answer for one facility."""
        seen = self._seen(facts, equipment)
        grouped = self._grouped_by(seen, facts, equipment)
        given, blocks = equipment.get, [grouped.settled]
        for kind, looks in grouped.open:
            own = given(kind.name)
            numbers = own.seen[1] if type(own) is Told and own.seen[0] is kind else kind.numbers(own) if own else kind.of_nothing
            for place, part, pick, known in looks:
                key = numbers[place] if pick is None else (numbers[place], pick(seen))
                standings = known.get(key)
                if standings is None:
                    if len(known) > KEPT:
                        known.clear()
                    standings = known[key] = Together(stand(part, facts, equipment, grouped))
                blocks.append(standings)
        return Assessment(on, grouped.groups, grouped.possible, tuple(blocks), self._terms(facts, equipment, grouped, calendar))

    def _group(self, facts: Facts) -> Grouped:
        certain: list[Grouping] = []
        possible: list[Grouping] = []
        for name, item, check in self._groups:
            answer = check(facts)
            if answer.holds is not False:
                (certain if answer.holds else possible).append(Grouping(name, item, answer.missing))
        names = frozenset(one.name for one in certain)
        undecided = frozenset(name for one in possible for name in one.missing)
        found = Grouped(tuple(certain), tuple(possible), names, names | {one.name for one in possible}, undecided)
        kept = self._opened.get((found.names, found.widest, found.undecided))
        if kept is None:
            kept = self._opened[found.names, found.widest, found.undecided] = self._open(found)
        found.settled, found.open = kept
        return found

    def _open(self, grouped: Grouped) -> tuple[Together[Standing], tuple[tuple[Kind, tuple[Look, ...]], ...]]:
        """What the groups alone settle, whatever else is known: that it does not apply; and what is still to be looked at."""
        settled: list[Standing] = []
        looks: list[tuple[Kind, tuple[Look, ...]]] = []
        for kind in self._kinds:
            still = tuple(
                Look(place, part, self._pick(part), self._shared.setdefault((kind.name, place, sides(part, grouped)), {}))
                for place, part in enumerate(kind.parts)
                if not is_settled(part, grouped)
            )
            settled += [one for part in kind.parts if is_settled(part, grouped) for one in stand(part, NOTHING, NOTHING, grouped)]
            looks += [(kind, still)] if still else []
        return Together(tuple(settled)), tuple(looks)

    def _pick(self, part: Part) -> Callable[[tuple[Any, ...]], Any] | None:
        return picking([self._order.index(name) for name in part.looks_at]) if part.looks_at else None

    def _terms(self, facts: Facts, equipment: Mapping[str, Facts], grouped: Grouped, calendar: Calendar) -> tuple[Together[Running], ...]:
        if self._calendar is not calendar:
            self._calendar = calendar
            for one in self._timed:
                one.kept.clear()
        get = facts.get
        try:
            found = [kept[get(anchor)] for anchor, kept in self._free]
        except KeyError:
            found = [one.kept.get(get(one.anchor)) or one.runs(get(one.anchor), calendar) for one in self._timed]
        if self._bound:
            known = {**_joined(facts, equipment), GROUP: grouped.names}
            found.append(Together(tuple(running for timed in self._bound if (running := _running(timed, known, calendar)))))
        return tuple(found)


def _by_anchor(timed: Iterable[_Timed]) -> tuple[_Anchored, ...]:
    found: dict[str, list[_Timed]] = {}
    for one in timed:
        found.setdefault(one.term.anchor, []).append(one)
    return tuple(_Anchored(anchor, tuple(ones)) for anchor, ones in found.items())


def _joined(facts: Facts, equipment: Mapping[str, Facts]) -> dict[str, Any]:
    """All facts by their full names, as conditions ask for them."""
    return {**facts, **{f"{EQUIPMENT}.{what}.{name}": value for what, own in equipment.items() for name, value in own.items()}}


def _running(timed: _Timed, facts: Facts, calendar: Calendar) -> Running | None:
    applies = timed.applies(facts)
    anchor = timed.term.anchor
    if applies.holds is False:
        return None
    day = facts.get(anchor)
    if applies.holds is None or day is None:
        return Running(timed.item, anchor, None, applies.missing | ({anchor} if day is None else frozenset()), timed.position)
    return _counted(timed, day, calendar)


def _counted(timed: _Timed, day: date, calendar: Calendar) -> Running:
    """The term from a day that is known; a year that the calendar lacks is missing like a fact: ``calendar.2041``."""
    try:
        return Running(timed.item, timed.term.anchor, due(day, timed.term, calendar), frozenset(), timed.position)
    except OutsideCalendarError as error:
        return Running(timed.item, timed.term.anchor, None, frozenset([f"{CALENDAR}.{error}"]), timed.position)
