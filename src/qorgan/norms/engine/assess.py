"""What an order asks of a facility on a day: its groups, its equipment, its terms; each with the facts that say so, or that are missing.

Facts are names and values; those of equipment stand inside ``equipment`` by kind, or are written ``equipment.<what>.<fact>``. A missing fact is
an answer of its own, never a guess. How the answer is found quickly is :mod:`qorgan.norms.engine.plan`.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from qorgan.norms.engine.catalogue import Item, catalogue, wording_of
from qorgan.norms.engine.conditions import Facts
from qorgan.norms.engine.loader import PACKS
from qorgan.norms.engine.plan import EQUIPMENT, Assessment, Grouping, Plan, Running, Standing, State
from qorgan.norms.engine.schema import Basis, Term
from qorgan.norms.engine.workdays import Calendar


@cache
def _plan(order: str, since: date, packs: Path) -> Plan:
    return Plan([item for item in catalogue(since, packs) if item.order == order])


def plan(order: str, on: date, packs: Path = PACKS) -> Plan:
    """The rules of an order on a day, ready to be asked of many facilities."""
    return _plan(order, wording_of(on, packs), packs)


def assess(facts: Facts, on: date, calendar: Calendar, order: str = "366", packs: Path = PACKS) -> Assessment:
    """How a facility with these facts stands on a day. Facts that nobody asks for are not looked at."""
    return plan(order, on, packs).assess(on, *parted(facts), calendar)


def classify(facts: Facts, on: date, order: str = "366", packs: Path = PACKS) -> tuple[tuple[Grouping, ...], tuple[Grouping, ...]]:
    """The groups of a facility on a day, and those that cannot be ruled out while facts are missing."""
    found = plan(order, on, packs).grouped(*parted(facts))
    return found.groups, found.possible


def parted(facts: Facts) -> tuple[Facts, Mapping[str, Facts]]:
    """The facts of the facility itself, and those of its equipment by kind."""
    inside = facts.get(EQUIPMENT)
    if inside is not None:
        return facts, inside
    equipment: dict[str, dict[str, Any]] = {}
    for name, value in facts.items():
        if name.startswith(f"{EQUIPMENT}."):
            _, what, fact = name.split(".", 2)
            equipment.setdefault(what, {})[fact] = value
    return facts, equipment


def flattened(values: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a file has them (``equipment`` inside), each by its full name. ``None`` is a missing fact."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": deeper for inner, deeper in flattened(value).items()}
        elif value is not None:
            flat[name] = value
    return flat


def term_of(item: Item, on: date | None = None, packs: Path = PACKS) -> tuple[Item, Term] | None:
    """The term that an item sets, its own or that of its only part which sets one; None where there is none."""
    if item.term:
        return item, item.term
    day = on or item.in_force_from
    parts = [part for part in catalogue(day, packs) if part.id.startswith(f"{item.id}/") and part.term]
    return (parts[0], parts[0].term) if len(parts) == 1 and parts[0].term else None


__all__ = ["Assessment", "Basis", "Grouping", "Running", "Standing", "State", "assess", "classify", "flattened", "parted", "plan", "term_of"]
