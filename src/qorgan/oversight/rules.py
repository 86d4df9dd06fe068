"""The duties of an order on a day, sorted by how they are judged. Compiled once: thousands of facilities are judged by the same."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from qorgan.norms.engine.catalogue import Item, catalogue, history, wording_of
from qorgan.norms.engine.conditions import Check, compiled
from qorgan.norms.engine.loader import PACKS, roles
from qorgan.norms.engine.schema import Kind

ORDER = "366"
DUTIES = frozenset({Kind.DUTY, Kind.DEADLINE, Kind.REQUIREMENT, Kind.RETENTION, Kind.PROHIBITION})


@dataclass(frozen=True)
class Rule:
    """One item that asks for something. ``since``: the first day on which the order asked for it.

    ``anchor`` is the fact from which it runs; ``brought_by`` are other items whose completion brings that fact; ``own``: its own completion does.
    ``event``: the anchor may never happen. ``parts``: subparagraphs with duties of their own; ``whole``: what it is a part of.
    """

    item: Item
    applies: Check
    since: date
    anchor: str = ""
    brought_by: tuple[str, ...] = ()
    own: bool = False
    event: bool = False
    parts: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The rules of one order on one day. ``yields``: items by the fact that their completion brings."""

    order: str
    on: date
    packs: Path
    recurring: tuple[Rule, ...]
    terms: tuple[Rule, ...]
    standing: tuple[Rule, ...]
    yields: dict[str, tuple[str, ...]]
    anchors: frozenset[str]
    roles: dict[str, str]
    equip: Rule | None

    def in_role(self, role: str) -> str:
        """The id of the item that has a role; "" where the order asks for nothing of the kind."""
        return self.roles.get(role, "")

    def rule(self, item_id: str) -> Rule | None:
        """The rule of an item, if it is one of these."""
        return next((one for one in (*self.recurring, *self.terms, *self.standing) if one.item.id == item_id), None)


def rules_on(on: date, order: str = ORDER, packs: Path = PACKS) -> Rules:
    """The rules in force on a day. Raises :class:`~qorgan.norms.engine.loader.PackError`."""
    return replace(_compiled(wording_of(on, packs), order, packs), on=on)


@cache
def _compiled(on: date, order: str, packs: Path) -> Rules:
    items = [item for item in catalogue(on, packs) if item.order == order]
    yields: dict[str, tuple[str, ...]] = {}
    for item in items:
        role = roles(packs).get(item.role or "")
        if role and role.yields:
            yields[role.yields] = (*yields.get(role.yields, ()), item.id)
    asked = [item for item in items if _asks(item)]
    rules = [_rule(item, asked, yields, packs) for item in asked]
    by_role = {item.role: item.id for item in items if item.role}
    return Rules(
        order,
        on,
        packs,
        recurring=tuple(rule for rule in rules if rule.item.recurs),
        terms=tuple(rule for rule in rules if not rule.item.recurs and rule.anchor),
        standing=tuple(rule for rule in rules if not rule.item.recurs and not rule.anchor),
        yields=yields,
        anchors=frozenset(rule.anchor for rule in rules),
        roles=by_role,
        equip=next((rule for rule in rules if rule.item.id == by_role.get("equip")), None),
    )


def _asks(item: Item) -> bool:
    """Whether somebody has to do something that can be shown. Equipment is judged by its own facts, not by documents."""
    return (item.kind in DUTIES or item.recurs is not None) and not item.carried_out_by.no_software and not item.requires


def _rule(item: Item, asked: list[Item], yields: dict[str, tuple[str, ...]], packs: Path) -> Rule:
    role = roles(packs).get(item.role or "")
    anchor = item.term.anchor if item.term and item.term.anchor else (role.anchor if role and (item.recurs or role.event) else "")
    bringing = yields.get(anchor, ())
    return Rule(
        item,
        compiled({**item.due_when, **(item.recurs.when if item.recurs else {})}),
        history(item.id, packs)[0].in_force_from,
        anchor,
        tuple(one for one in bringing if one != item.id),
        item.id in bringing,
        bool(role and role.event),
        tuple(one.id for one in asked if _whole_of(one.id) == item.id),
        tuple(_wholes(item.id, {one.id for one in asked})),
    )


def _whole_of(item_id: str) -> str:
    """What a subparagraph belongs to; "" for a paragraph, and for an unnumbered part of one (``366/74/p4``), which stands by itself."""
    whole, _, last = item_id.rpartition("/")
    return "" if last[:1] == "p" and last[1:].isdigit() else whole


def _wholes(item_id: str, asked: set[str]) -> Iterator[str]:
    while item_id := _whole_of(item_id):
        if item_id in asked:
            yield item_id
