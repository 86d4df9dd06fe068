"""Where the groups of an order meet: every edge of every measured fact, a hundredth below it, on it, and a hundredth above."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

from qorgan.norms.engine.catalogue import Item, catalogue
from qorgan.norms.engine.conditions import bounds_of, compiled, facts_of, values_of
from qorgan.norms.engine.loader import PACKS

STEP = Decimal("0.01")
_SITUATIONS = 64  # more would be no table of groups that a person can read


def grouped_items(order: str, on: date, packs: Path = PACKS) -> list[Item]:
    """The items that define a group on a day."""
    return [item for item in catalogue(on, packs) if item.order == order and item.group]


def edges(conditions: list[Mapping[str, Any]], fact: str) -> list[Decimal]:
    """Zero, and each bound with its two neighbours, ascending; nothing below zero."""
    bounds = {bound for condition in conditions for bound in bounds_of(condition, fact)}
    return sorted({Decimal(0)} | {point for bound in bounds for point in (bound - STEP, bound, bound + STEP) if point >= 0})


def faults(order: str, on: date, packs: Path = PACKS) -> Iterator[str]:
    """Overlaps and gaps between the groups that a measured fact separates, one sentence each."""
    conditions: dict[str, Mapping[str, Any]] = {item.group.name: item.group.when for item in grouped_items(order, on, packs) if item.group}
    asked = {fact for condition in conditions.values() for fact in facts_of(condition)}
    for fact in sorted(asked):
        cut = {name: when for name, when in conditions.items() if bounds_of(when, fact)}
        if cut:
            yield from _along(order, fact, cut, asked)


def _along(order: str, fact: str, cut: dict[str, Mapping[str, Any]], asked: set[str]) -> Iterator[str]:
    others = {name: sorted(found, key=str) for name in sorted(asked - {fact}) if (found := _values(cut, name))}
    whole = {name for name in cut if any(other.startswith(f"{name}.") for other in cut)}
    checks = {name: compiled(when) for name, when in cut.items()}
    points = edges(list(cut.values()), fact)
    for values in list(product(*others.values()))[:_SITUATIONS]:
        situation = dict(zip(others, values, strict=True))
        begun = False
        for point in points:
            holding = {name for name, check in checks.items() if check({**situation, fact: point}).holds}
            smallest = holding - whole
            parents = {name for name in whole if any(other.startswith(f"{name}.") for other in smallest)}
            where = f"{order}: at {fact} = {point}" + "".join(f", {name} {value}" for name, value in situation.items())
            if len(smallest) > 1:
                yield f"{where}: {len(smallest)} groups, {', '.join(sorted(smallest))}"
            if not smallest and (begun or holding & whole):
                yield f"{where}: no group"
            if parents - holding:
                yield f"{where}: {', '.join(sorted(smallest))} without {', '.join(sorted(parents - holding))}"
            begun = begun or bool(smallest)


def _values(cut: dict[str, Mapping[str, Any]], fact: str) -> set[Any]:
    return {value for when in cut.values() for value in values_of(when, fact)}
