"""What an order asks of a facility on a day: its groups, its equipment, its terms; each with the facts that say so, or that are missing.

Facts are names and values; those of equipment are written ``equipment.<what>.<fact>``. A missing fact is an answer of its own, never a guess.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from qorgan.norms.engine.catalogue import Item, catalogue
from qorgan.norms.engine.conditions import Answer, Check, Facts, compiled
from qorgan.norms.engine.deadlines import Due, due
from qorgan.norms.engine.loader import PACKS
from qorgan.norms.engine.schema import Basis, Requirement, Term, TextState
from qorgan.norms.engine.workdays import Calendar

GROUP = "group"


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
    """One requirement and how the facility stands to it. ``missing``: the facts without which it cannot be said."""

    item: Item
    requirement: Requirement
    state: State
    missing: frozenset[str]
    failing: tuple[str, ...]  # parameters that do not reach what is asked

    @property
    def basis(self) -> str:
        """How firmly it stands in the text: one text alone counts before our own word for it."""
        return self.item.text.value if self.item.text is not TextState.BOTH else self.requirement.basis.value


@dataclass(frozen=True)
class Running:
    """A term that runs for the facility: ``due`` is None while its anchor is unknown."""

    item: Item
    anchor: str
    due: Due | None
    missing: frozenset[str]


@dataclass(frozen=True)
class Assessment:
    """The whole answer for a day."""

    on: date
    groups: tuple[Grouping, ...]
    possible: tuple[Grouping, ...]
    standings: tuple[Standing, ...]
    running: tuple[Running, ...]


@dataclass(frozen=True)
class _Asked:
    item: Item
    requirement: Requirement
    applies: Check
    parameters: tuple[tuple[str, Check], ...]
    installed: str
    compensated: str


@dataclass(frozen=True)
class _Order:
    groups: tuple[tuple[str, Item, Check], ...]
    asked: tuple[_Asked, ...]
    terms: tuple[tuple[Item, Term, Check], ...]


@cache
def _order(order: str, on: date, packs: Path) -> _Order:
    items = [item for item in catalogue(on, packs) if item.order == order]
    groups = tuple((item.group.name, item, compiled(item.group.when)) for item in items if item.group)
    asked = tuple(_asked(item, one) for item in items for one in item.requires)
    terms = tuple((item, item.term, compiled(item.due_when)) for item in items if item.term and item.term.anchor)
    return _Order(groups, asked, terms)


def _asked(item: Item, requirement: Requirement) -> _Asked:
    prefix = f"equipment.{requirement.equipment}."
    parameters = tuple((name, compiled({prefix + name: wanted})) for name, wanted in requirement.parameters.items())
    return _Asked(item, requirement, compiled(requirement.when), parameters, f"{prefix}installed", f"{prefix}compensated")


def assess(facts: Facts, on: date, calendar: Calendar, order: str = "366", packs: Path = PACKS) -> Assessment:
    """How a facility with these facts stands on a day. Facts that nobody asks for are not looked at."""
    rules = _order(order, on, packs)
    groups, possible = _groups(rules.groups, facts)
    known: dict[str, Any] = {**facts, GROUP: frozenset(one.name for one in groups)}
    undecided = frozenset(name for one in possible for name in one.missing)
    standings = tuple(_standing(one, known, possible, undecided) for one in rules.asked)
    running = tuple(one for item, term, check in rules.terms if (one := _running(item, term, check(known), known, calendar)))
    return Assessment(on, groups, possible, standings, running)


def classify(facts: Facts, on: date, order: str = "366", packs: Path = PACKS) -> tuple[tuple[Grouping, ...], tuple[Grouping, ...]]:
    """The groups of a facility on a day, and those that cannot be ruled out while facts are missing."""
    return _groups(_order(order, on, packs).groups, facts)


def _groups(rules: Iterable[tuple[str, Item, Check]], facts: Facts) -> tuple[tuple[Grouping, ...], tuple[Grouping, ...]]:
    certain: list[Grouping] = []
    possible: list[Grouping] = []
    for name, item, check in rules:
        answer = check(facts)
        if answer.holds is not False:
            (certain if answer.holds else possible).append(Grouping(name, item, answer.missing))
    return tuple(certain), tuple(possible)


def _standing(asked: _Asked, facts: Facts, possible: tuple[Grouping, ...], undecided: frozenset[str]) -> Standing:
    answer = _applies(asked.applies, facts, possible, undecided)
    if answer.holds is False:
        return Standing(asked.item, asked.requirement, State.NOT_APPLICABLE, frozenset(), ())
    if answer.holds is None:
        return Standing(asked.item, asked.requirement, State.UNKNOWN, answer.missing, ())
    installed = facts.get(asked.installed)
    if installed is None:
        return Standing(asked.item, asked.requirement, State.UNKNOWN, frozenset([asked.installed]), ())
    missing, failing = _parameters(asked, facts) if installed else (frozenset[str](), (asked.installed,))
    if failing:
        stands_in = asked.requirement.compensable and facts.get(asked.compensated) is True
        return Standing(asked.item, asked.requirement, State.COMPENSATED if stands_in else State.NOT_MET, missing, failing)
    return Standing(asked.item, asked.requirement, State.UNKNOWN if missing else State.MET, missing, ())


def _applies(check: Check, facts: Facts, possible: tuple[Grouping, ...], undecided: frozenset[str]) -> Answer:
    """Whether a requirement applies; a group that cannot be ruled out may still bring it."""
    answer = check(facts)
    if answer.holds is not False or not possible:
        return answer
    widest = {**facts, GROUP: facts[GROUP] | frozenset(one.name for one in possible)}
    return answer if check(widest).holds is False else Answer(None, undecided)


def _parameters(asked: _Asked, facts: Facts) -> tuple[frozenset[str], tuple[str, ...]]:
    missing: set[str] = set()
    failing: list[str] = []
    for name, check in asked.parameters:
        answer = check(facts)
        missing |= answer.missing
        if answer.holds is False:
            failing.append(f"equipment.{asked.requirement.equipment}.{name}")
    return frozenset(missing), tuple(failing)


def _running(item: Item, term: Term, applies: Answer, facts: Facts, calendar: Calendar) -> Running | None:
    if applies.holds is False:
        return None
    anchor = facts.get(term.anchor)
    if applies.holds is None or anchor is None:
        return Running(item, term.anchor, None, applies.missing | ({term.anchor} if anchor is None else frozenset()))
    return Running(item, term.anchor, due(anchor, term, calendar), frozenset())


def flattened(values: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a file has them (``equipment`` inside), as the rules ask for them. ``None`` is a missing fact."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": deeper for inner, deeper in flattened(value).items()}
        elif value is not None:
            flat[name] = value
    return flat


__all__ = ["Assessment", "Basis", "Grouping", "Running", "Standing", "State", "assess", "classify", "flattened"]
