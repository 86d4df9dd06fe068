"""How a facility stands to requirements on equipment: the slow and sure way, taken once for each small set of facts that decides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any, Generic, TypeVar

from qorgan.norms.engine.catalogue import Item
from qorgan.norms.engine.conditions import Answer, Check, Facts, compiled, facts_of
from qorgan.norms.engine.schema import Basis, Requirement, TextState

GROUP, EQUIPMENT = "group", "equipment"
NOTHING: Mapping[str, Any] = {}
_OWN = 4  # facts of the equipment itself that a part looks at, besides whether it is there: more would seldom come again together


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


Thing = TypeVar("Thing")


@dataclass(slots=True, eq=False)
class Together(Generic[Thing]):
    """Answers that are found, and told, together again and again. ``written``: as they were last written down, "" before; for the writer alone."""

    things: tuple[Thing, ...]
    written: str = ""


@dataclass(frozen=True)
class Asked:
    item: Item
    requirement: Requirement
    applies: Check
    parameters: tuple[tuple[str, Check], ...]
    position: int


@dataclass(frozen=True)
class Part:
    """Some of the requirements on one kind of equipment, all that the text makes of an item together.

    ``looks_at``: facts of the facility that decide besides its groups, by full name; ``own``: those of the equipment, short.
    """

    equipment: str
    asked: tuple[Asked, ...]
    looks_at: tuple[str, ...]
    own: tuple[str, ...]


@dataclass
class Grouped:
    """The groups of all facilities that are alike in the facts that groups look at, and the answers found for them so far."""

    groups: tuple[Grouping, ...]
    possible: tuple[Grouping, ...]
    names: frozenset[str]
    widest: frozenset[str]
    undecided: frozenset[str]
    settled: Together[Standing] = field(default_factory=lambda: Together(()))  # by the groups alone
    open: tuple[Any, ...] = ()  # kinds of equipment with what is to be looked at (qorgan.norms.engine.plan); shared by all with the same groups


def parts(items: Iterable[Item]) -> dict[str, tuple[Part, ...]]:
    """What the items ask for, by kind of equipment, in parts that look at few facts each."""
    found = [_asked(item, one, position) for position, (item, one) in enumerate((item, one) for item in items for one in item.requires)]
    kinds = dict.fromkeys(one.requirement.equipment for one in found)
    return {kind: tuple(_parts(kind, [one for one in found if one.requirement.equipment == kind])) for kind in kinds}


def _parts(kind: str, asked: list[Asked]) -> Iterator[Part]:
    alike: dict[tuple[str, ...], list[tuple[list[Asked], frozenset[str]]]] = {}
    for _, same in groupby(asked, key=lambda one: one.item.id):
        rows = list(same)
        names = frozenset[str]().union(*(facts_of(one.requirement.when) for one in rows)) - {GROUP}
        own = names | {f"{EQUIPMENT}.{kind}.{name}" for one in rows for name in one.requirement.parameters}
        short = frozenset(name.removeprefix(f"{EQUIPMENT}.{kind}.") for name in own if name.startswith(f"{EQUIPMENT}.{kind}."))
        heaps = alike.setdefault(tuple(sorted(name for name in names if not name.startswith(f"{EQUIPMENT}.{kind}."))), [])
        if heaps and len((heaps[-1][1] | short) - {"installed", "compensated"}) <= _OWN:
            heaps[-1] = [*heaps[-1][0], *rows], heaps[-1][1] | short
        else:
            heaps.append((rows, short))
    for looks_at, heaps in alike.items():
        yield from (Part(kind, tuple(rows), looks_at, tuple(sorted(short | {"installed", "compensated"}))) for rows, short in heaps)


def _asked(item: Item, requirement: Requirement, position: int) -> Asked:
    prefix = f"{EQUIPMENT}.{requirement.equipment}."
    parameters = tuple((prefix + name, compiled({prefix + name: wanted})) for name, wanted in requirement.parameters.items())
    return Asked(item, requirement, compiled(requirement.when), parameters, position)


def is_settled(part: Part, grouped: Grouped) -> bool:
    """Whether the groups alone, those that cannot be ruled out included, say that nothing of the part applies."""
    return all(one.applies({GROUP: names}).holds is False for one in part.asked for names in (grouped.names, grouped.widest))


def sides(part: Part, grouped: Grouped) -> tuple[Any, ...]:
    """All that a part sees of a facility's groups: on which side of each of its lines they stand, for certain and possibly, and what would tell."""
    lines = [line for one in part.asked for line in _lines(one.requirement.when)]
    return *((not line.isdisjoint(grouped.names), not line.isdisjoint(grouped.widest)) for line in lines), bool(grouped.possible), grouped.undecided


def _lines(condition: Mapping[str, Any]) -> Iterator[frozenset[str]]:
    for name, wanted in condition.items():
        if name == GROUP:
            yield frozenset(wanted if isinstance(wanted, list) else [wanted])
        elif name in {"any", "not"}:
            for one in wanted if isinstance(wanted, list) else [wanted]:
                yield from _lines(one)


def stand(part: Part, facts: Facts, equipment: Mapping[str, Facts], grouped: Grouped) -> tuple[Standing, ...]:
    """The answers of a part, in the order of the text."""
    known: dict[str, Any] = {GROUP: grouped.names}
    for name in part.looks_at:
        _, what, fact = name.split(".", 2) if name.startswith(f"{EQUIPMENT}.") else ("", "", name)
        known[name] = equipment.get(what, NOTHING).get(fact) if what else facts.get(name)
    known |= {f"{EQUIPMENT}.{part.equipment}.{name}": value for name, value in equipment.get(part.equipment, NOTHING).items()}
    return tuple(_firmest([_standing(one, known, grouped) for one in part.asked]))


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


def _standing(asked: Asked, facts: Facts, grouped: Grouped) -> Standing:
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


def _parameters(asked: Asked, facts: Facts) -> tuple[frozenset[str], tuple[str, ...]]:
    missing: set[str] = set()
    failing: list[str] = []
    for name, check in asked.parameters:
        answer = check(facts)
        missing |= answer.missing
        if answer.holds is False:
            failing.append(name)
    return frozenset(missing), tuple(failing)
