"""Faults of what the items compute: groups that overlap or leave a gap, dates that no rule uses, levels that lose measures, facts without a name."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

from qorgan.norms.engine import edges
from qorgan.norms.engine.conditions import facts_of
from qorgan.norms.engine.levels import levels, measures
from qorgan.norms.engine.loader import Order, fact_names, roles
from qorgan.norms.engine.plan import GROUP
from qorgan.norms.engine.schema import Entry, Kind, Value

DAY = "_on"  # how the name of a fact ends that is a day


def rule_faults(order: Order, packs: Path) -> Iterator[str]:
    """Every such fault of an order, on each day on which one of its acts came into force."""
    yield from _dates(order, packs)
    yield from _names(order, packs)
    seen: set[str] = set()
    for day in sorted({act.in_force_from for act in order.head.acts.values()}):
        for fault in (*edges.faults(order.number, day, packs), *_lost_measures(order, day, packs)):
            if fault not in seen:
                seen.add(fault)
                yield fault


def _values(order: Order) -> Iterator[tuple[Entry, Value]]:
    return ((entry, value) for _, entry in order.entries() for value in entry.values)


def _dates(order: Order, packs: Path) -> Iterator[str]:
    """No date without a rule, and no rule without its date."""
    known = roles(packs)
    anchors = {value.term.anchor for _, value in _values(order) if value.term}
    for entry, value in _values(order):
        for fact in value.facts:
            if fact.endswith(DAY) and fact not in anchors and known and entry.kind is not Kind.FORM and not (value.term and not value.term.anchor):
                yield f"{entry.id}: asks for {fact}, from which no term runs"
        if value.recurs and not (value.term and value.term.anchor):
            yield f"{entry.id}: comes back, but from which day is not said"
        if not (value.term and value.term.anchor):
            continue
        if value.term.anchor not in value.facts:
            yield f"{entry.id}: its term runs from {value.term.anchor}, which is not among its facts"
        role = known.get(entry.role or "")
        if role and role.anchor != value.term.anchor:
            yield f"{entry.id}: its role {entry.role} runs from {role.anchor or 'no day'}, its term from {value.term.anchor}"


def _names(order: Order, packs: Path) -> Iterator[str]:
    """Facts that a rule asks for and nobody could ask a person for."""
    named = fact_names(packs)
    if not named:
        return
    for entry, value in _values(order):
        asked = set(facts_of(value.due_when)) - {GROUP} | (facts_of(value.group.when) if value.group else set())
        asked |= {value.term.anchor} if value.term and value.term.anchor else set()
        for one in value.requires:
            asked |= {one.equipment, *one.parameters, *facts_of(one.when)} - {GROUP}
        for fact in sorted({part for name in asked for part in name.removeprefix("equipment.").split(".")} - named.keys()):
            yield f"{entry.id}: {fact} has no name for people"


def _lost_measures(order: Order, day: date, packs: Path) -> Iterator[str]:
    known = levels(day, order.number, packs)
    for lower, higher in pairwise(known):
        below, above = ({item.id for item in measures(name, day, order.number, packs)} for name in (lower, higher))
        if not below or not below < above:
            yield f"{known[higher].id}: the {higher.value} level loses measures of the {lower.value} one"
