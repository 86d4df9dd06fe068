"""The rules of one order on one day, prepared for asking: what was asked before is not computed again.

A facility's groups depend on a few facts, and each kind of equipment on those groups, on a few more facts and on its own. Every such small set of
values is worked out once and kept; measured facts count by the stretch between two bounds in which they lie.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import count, groupby
from operator import itemgetter
from typing import Any

from qorgan.norms.engine.catalogue import Item
from qorgan.norms.engine.conditions import Answer, Check, Facts, bounds_of, compiled, facts_of
from qorgan.norms.engine.deadlines import Due, due
from qorgan.norms.engine.schema import Basis, Requirement, Term, TextState
from qorgan.norms.engine.workdays import Calendar

GROUP, EQUIPMENT = "group", "equipment"
_KEPT = 20_000  # answers kept of one kind; more are forgotten, not refused
_NOTHING: Mapping[str, Any] = {}


class State(StrEnum):
    """How a facility stands to a requirement."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"
    COMPENSATED = "compensated"


@dataclass(frozen=True)
class Grouping:
    """A group that a facility belongs to, or may belong to: then ``missing`` would tell."""

    name: str
    item: Item
    missing: frozenset[str]


@dataclass(frozen=True)
class Standing:
    """One requirement and how the facility stands to it. ``missing``: the facts without which it cannot be said.

    ``failing``: facts that do not reach what is asked. ``position``: its place among the requirements of the order.
    """

    item: Item
    requirement: Requirement
    state: State
    missing: frozenset[str]
    failing: tuple[str, ...]
    position: int = 0

    @property
    def basis(self) -> str:
        """How firmly it stands in the text. Advice stays advice; otherwise that only one text says it counts before our own word for it."""
        text = self.requirement.text or self.item.text
        if self.requirement.basis is Basis.ADVISABLE or text is TextState.BOTH:
            return self.requirement.basis.value
        return text.value


@dataclass(frozen=True)
class Running:
    """A term that runs for the facility: ``due`` is None while its anchor is unknown."""

    item: Item
    anchor: str
    due: Due | None
    missing: frozenset[str]
    position: int = 0


@dataclass(frozen=True)
class Assessment:
    """The whole answer for a day. ``blocks`` and ``terms`` are as they were found; ``standings`` and ``running`` in the order of the text."""

    on: date
    groups: tuple[Grouping, ...]
    possible: tuple[Grouping, ...]
    blocks: tuple[tuple[Standing, ...], ...]
    terms: tuple[tuple[Running, ...], ...]

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Every requirement in the order of the text."""
        return tuple(sorted((one for block in self.blocks for one in block), key=lambda one: one.position))

    @property
    def running(self) -> tuple[Running, ...]:
        """Every term in the order of the text."""
        return tuple(sorted((one for found in self.terms for one in found), key=lambda one: one.position))


@dataclass(frozen=True)
class _Asked:
    item: Item
    requirement: Requirement
    applies: Check
    parameters: tuple[tuple[str, Check], ...]
    position: int


@dataclass(frozen=True)
class _Block:
    """The requirements on one kind of equipment, and the facts of the facility that they look at besides its groups."""

    equipment: str
    asked: tuple[_Asked, ...]
    looks_at: tuple[str, ...]


@dataclass
class Grouped:
    """The groups of all facilities that are alike in the facts that groups look at, and the answers found for them so far."""

    groups: tuple[Grouping, ...]
    possible: tuple[Grouping, ...]
    names: frozenset[str]
    widest: frozenset[str]
    undecided: frozenset[str]
    known: list[dict[Any, tuple[Standing, ...]]]  # by block; shared by all that have the same groups


@dataclass(frozen=True)
class _Timed:
    item: Item
    term: Term
    applies: Check
    free: bool  # runs for whoever has the anchor
    position: int


class Plan:
    """One order as it stands between two acts. Immutable in what it says; what it remembers of past answers may be forgotten at any time."""

    def __init__(self, items: Iterable[Item]) -> None:
        found = list(items)
        self._groups = tuple((item.group.name, item, compiled(item.group.when)) for item in found if item.group)
        asked = [_asked(item, one, position) for position, (item, one) in enumerate((item, one) for item in found for one in item.requires)]
        self.blocks = tuple(_block(name, [one for one in asked if one.requirement.equipment == name]) for name in _kinds(asked))
        timed = [(item, item.term) for item in found if item.term and item.term.anchor]
        self._timed = _by_anchor(_Timed(item, term, compiled(item.due_when), not item.due_when, at) for at, (item, term) in enumerate(timed))
        self._look_at(found)
        self._grouped: dict[Any, Grouped] = {}
        self._known: dict[Any, list[dict[Any, tuple[Standing, ...]]]] = {}
        self._due: dict[tuple[str, date], tuple[Running, ...]] = {}
        self._calendar: Calendar | None = None

    def _look_at(self, items: list[Item]) -> None:
        """Which facts of a facility decide, and which of them each group and each kind of equipment looks at."""
        groups = [item.group.when for item in items if item.group]
        conditions = groups + [one.when for item in items for one in item.requires]
        wanted = sorted(facts_of({"any": groups}) | {name for block in self.blocks for name in block.looks_at}) if groups else []
        bounds = {name: sorted({bound for condition in conditions for bound in bounds_of(condition, name)}) for name in wanted}
        foreign = [name for name in wanted if name.startswith(f"{EQUIPMENT}.")]
        self._plain = tuple(name for name in wanted if not bounds[name] and name not in foreign)
        self._measured = tuple((name, bounds[name]) for name in wanted if bounds[name] and name not in foreign)
        self._foreign = tuple((name.split(".", 2)[1], name.split(".", 2)[2], bounds[name]) for name in foreign)
        order = [*self._plain, *(name for name, _ in self._measured), *foreign]
        self._of_groups = _picking([order.index(name) for name in sorted(facts_of({"any": groups}))] if groups else [])
        self._of_blocks = tuple(_picking([order.index(name) for name in block.looks_at]) for block in self.blocks)
        self._cells = tuple(_Cells(block) for block in self.blocks)

    def _seen(self, facts: Facts, equipment: Mapping[str, Facts]) -> tuple[Any, ...]:
        """What decides of a facility's own facts: values, and for measured ones the stretch between two bounds."""
        get = facts.get
        seen = [*map(get, self._plain), *[_stretch(get(name), bounds) for name, bounds in self._measured]]
        for what, name, bounds in self._foreign:
            value = equipment.get(what, _NOTHING).get(name)
            seen.append(_stretch(value, bounds) if bounds else value)
        return tuple(seen)

    def grouped(self, facts: Facts, equipment: Mapping[str, Facts]) -> Grouped:
        """The facility's groups."""
        return self._grouped_by(self._seen(facts, equipment), facts, equipment)

    def _grouped_by(self, seen: tuple[Any, ...], facts: Facts, equipment: Mapping[str, Facts]) -> Grouped:
        key = self._of_groups(seen)
        kept = self._grouped.get(key)
        if kept is None:
            if len(self._grouped) > _KEPT:
                self._grouped.clear()
            kept = self._grouped[key] = self._group(_joined(facts, equipment))
        return kept

    def assess(self, on: date, facts: Facts, equipment: Mapping[str, Facts], calendar: Calendar) -> Assessment:
        """The whole answer for one facility."""
        seen = self._seen(facts, equipment)
        grouped = self._grouped_by(seen, facts, equipment)
        blocks = []
        for cells, looks_at, known in zip(self._cells, self._of_blocks, grouped.known, strict=True):
            own = equipment.get(cells.equipment)
            raw = tuple(own.items()) if own else ()
            cell = cells.kept.get(raw)
            if cell is None:
                cell = cells.cell(raw)
            key = (cell, looks_at(seen))
            standings = known.get(key)
            if standings is None:
                if len(known) > _KEPT:
                    known.clear()
                standings = known[key] = _stand(cells.block, facts, equipment, grouped)
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
        widest = names | {one.name for one in possible}
        memory = self._known.setdefault((names, widest, undecided), [{} for _ in self.blocks])
        return Grouped(tuple(certain), tuple(possible), names, widest, undecided, memory)

    def _terms(self, facts: Facts, equipment: Mapping[str, Facts], grouped: Grouped, calendar: Calendar) -> tuple[tuple[Running, ...], ...]:
        if self._calendar is not calendar:
            self._calendar = calendar
            self._due = {}
        found = []
        for anchor, free, bound, unknown in self._timed:
            day = facts.get(anchor)
            if day is None:
                found.append(unknown)
            else:
                kept = self._due.get((anchor, day))
                if kept is None:
                    kept = self._due[anchor, day] = tuple(Running(one.item, anchor, due(day, one.term, calendar), frozenset(), one.position) for one in free)
                found.append(kept)
            if bound:
                known = {**_joined(facts, equipment), GROUP: grouped.names}
                found.append(tuple(running for one in bound if (running := _running(one, known, calendar))))
        return tuple(found)


class _Cells:
    """What the requirements on one kind of equipment see of its own facts, as a small number: equal numbers, equal answers."""

    def __init__(self, block: _Block) -> None:
        prefix = f"{EQUIPMENT}.{block.equipment}."
        conditions = [one.requirement.when for one in block.asked]
        conditions += [{prefix + name: wanted} for one in block.asked for name, wanted in one.requirement.parameters.items()]
        names = {fact.removeprefix(prefix) for condition in conditions for fact in facts_of(condition) if fact.startswith(prefix)}
        names |= {"installed", "compensated"}
        self.block, self.equipment = block, block.equipment
        self._bounds = {name: sorted({bound for condition in conditions for bound in bounds_of(condition, prefix + name)}) for name in sorted(names)}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._next = count()  # a number never comes back with another meaning
        self.kept: dict[tuple[tuple[str, Any], ...], int] = {}  # facts as they came: their number

    def cell(self, raw: tuple[tuple[str, Any], ...]) -> int:
        """The number of facts not seen before."""
        own = dict(raw)
        key = tuple(_stretch(own.get(name), bounds) if bounds else own.get(name) for name, bounds in self._bounds.items())
        if len(self.kept) > _KEPT:
            self.kept.clear()
            self._numbers.clear()
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = next(self._next)
        self.kept[raw] = number
        return number


def _asked(item: Item, requirement: Requirement, position: int) -> _Asked:
    prefix = f"{EQUIPMENT}.{requirement.equipment}."
    parameters = tuple((prefix + name, compiled({prefix + name: wanted})) for name, wanted in requirement.parameters.items())
    return _Asked(item, requirement, compiled(requirement.when), parameters, position)


def _kinds(asked: list[_Asked]) -> list[str]:
    return list(dict.fromkeys(one.requirement.equipment for one in asked))


def _block(equipment: str, asked: list[_Asked]) -> _Block:
    own = f"{EQUIPMENT}.{equipment}."
    names = {fact for one in asked for fact in facts_of(one.requirement.when) if fact != GROUP and not fact.startswith(own)}
    return _Block(equipment, tuple(asked), tuple(sorted(names)))


def _by_anchor(timed: Iterable[_Timed]) -> tuple[tuple[str, tuple[_Timed, ...], tuple[_Timed, ...], tuple[Running, ...]], ...]:
    found: dict[str, list[_Timed]] = {}
    for one in timed:
        found.setdefault(one.term.anchor, []).append(one)
    rows = []
    for anchor, ones in found.items():
        free, bound = tuple(one for one in ones if one.free), tuple(one for one in ones if not one.free)
        rows.append((anchor, free, bound, tuple(Running(one.item, anchor, None, frozenset([anchor]), one.position) for one in free)))
    return tuple(rows)


def _stretch(value: Any, bounds: list[Decimal]) -> int | None:
    """Between which bounds a number lies, or on which."""
    if value is None:
        return None
    number = Decimal(str(value)) if isinstance(value, float) else value
    return bisect_left(bounds, number) + bisect_right(bounds, number)


def _picking(places: list[int]) -> Callable[[tuple[Any, ...]], Any]:
    """How to take some values out of a row; nothing where none are wanted."""
    return itemgetter(*places) if places else lambda _row: None


def _stand(block: _Block, facts: Facts, equipment: Mapping[str, Facts], grouped: Grouped) -> tuple[Standing, ...]:
    known: dict[str, Any] = {GROUP: grouped.names}
    for name in block.looks_at:
        _, what, fact = name.split(".", 2) if name.startswith(f"{EQUIPMENT}.") else ("", "", name)
        known[name] = equipment.get(what, _NOTHING).get(fact) if what else facts.get(name)
    known |= {f"{EQUIPMENT}.{block.equipment}.{name}": value for name, value in equipment.get(block.equipment, _NOTHING).items()}
    return tuple(_firmest([_standing(one, known, grouped) for one in block.asked]))


def _firmest(found: list[Standing]) -> Iterator[Standing]:
    """Of several requirements of one item on one kind of equipment those that apply; advice only where nothing firmer does; one where none applies.

    The same demand is not made twice: once it is made firmly, the weaker row that asks no more is left out.
    """
    for _, same in groupby(found, key=lambda one: one.item.id):
        rows = list(same)
        applying = [one for one in rows if one.state is not State.NOT_APPLICABLE]
        firm = [one for one in applying if one.requirement.basis is not Basis.ADVISABLE]
        shown = firm or applying or rows[:1]
        yield from [one for one in shown if not any(_says_it_already(other, one) for other in shown)]


def _says_it_already(one: Standing, other: Standing) -> bool:
    """Whether ``one`` asks what ``other`` asks, more firmly, and is no less sure to apply."""
    if one.requirement.parameters != other.requirement.parameters or _rank(one) >= _rank(other):
        return False
    prefix = f"{EQUIPMENT}.{one.requirement.equipment}."
    own = {prefix + name for name in ("installed", *one.requirement.parameters)} - facts_of(one.requirement.when)
    return one.missing <= own or one.missing <= other.missing


def _rank(one: Standing) -> tuple[bool, bool]:
    """How firmly it stands: the firmest is the least."""
    return one.requirement.basis is not Basis.REQUIRED, (one.requirement.text or one.item.text) is not TextState.BOTH


def _joined(facts: Facts, equipment: Mapping[str, Facts]) -> dict[str, Any]:
    """All facts by their full names, as conditions ask for them."""
    return {**facts, **{f"{EQUIPMENT}.{what}.{name}": value for what, own in equipment.items() for name, value in own.items()}}


def _standing(asked: _Asked, facts: Facts, grouped: Grouped) -> Standing:
    answer = _applies(asked.applies, facts, grouped)
    installed = f"{EQUIPMENT}.{asked.requirement.equipment}.installed"
    missing, failing = frozenset[str](), tuple[str, ...]()
    if answer.holds is False:
        state = State.NOT_APPLICABLE
    elif answer.holds is None:
        state, missing = State.UNKNOWN, answer.missing
    elif facts.get(installed) is None:
        state, missing = State.UNKNOWN, frozenset([installed])
    else:
        missing, failing = _parameters(asked, facts) if facts[installed] else (missing, (installed,))
        state = State.UNKNOWN if missing else State.MET
        if failing:
            stands_in = asked.requirement.compensable and facts.get(f"{EQUIPMENT}.{asked.requirement.equipment}.compensated") is True
            state = State.COMPENSATED if stands_in else State.NOT_MET
    return Standing(asked.item, asked.requirement, state, missing, failing, asked.position)


def _applies(check: Check, facts: Facts, grouped: Grouped) -> Answer:
    """Whether a requirement applies; a group that cannot be ruled out may still bring it."""
    answer = check(facts)
    if answer.holds is not False or not grouped.possible:
        return answer
    widest = check({**facts, GROUP: grouped.widest})
    return answer if widest.holds is False else Answer(None, grouped.undecided | widest.missing)


def _parameters(asked: _Asked, facts: Facts) -> tuple[frozenset[str], tuple[str, ...]]:
    missing: set[str] = set()
    failing: list[str] = []
    for name, check in asked.parameters:
        answer = check(facts)
        missing |= answer.missing
        if answer.holds is False:
            failing.append(name)
    return frozenset(missing), tuple(failing)


def _running(timed: _Timed, facts: Facts, calendar: Calendar) -> Running | None:
    applies = timed.applies(facts)
    anchor = timed.term.anchor
    if applies.holds is False:
        return None
    day = facts.get(anchor)
    if applies.holds is None or day is None:
        return Running(timed.item, anchor, None, applies.missing | ({anchor} if day is None else frozenset()), timed.position)
    return Running(timed.item, anchor, due(day, timed.term, calendar), frozenset(), timed.position)
