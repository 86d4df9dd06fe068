"""What the orders say on a day: the items in force, one of them, and who carries out each."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from qorgan.norms.engine.loader import PACKS, Order, load
from qorgan.norms.engine.schema import Act, Carriage, Chapter, Distance, Entry, Group, Kind, Level, Recurrence, Requirement, Term, TextState, Wording


class UnknownItemError(LookupError):
    """No order has an item of this id, or it said nothing on that day."""


@dataclass(frozen=True)
class Item:
    """One paragraph, subparagraph, sentence or column, with the value that holds on the day asked for.

    ``summary_kk`` and ``summary_ru`` are our words, empty when ``wording`` is ``NOT_AT_HAND``. ``source`` is the act
    that brought this value; ``in_force_to`` is its last day, None while no later act is known. ``shown_by`` holds
    pytest node ids, its own and those of its parts.
    """

    id: str
    role: str | None
    chapter: Chapter
    kind: Kind
    text: TextState
    wording: Wording
    summary_kk: str
    summary_ru: str
    doubt_kk: str
    doubt_ru: str
    facts: tuple[str, ...]
    term: Term | None
    group: Group | None
    requires: tuple[Requirement, ...]
    recurs: Recurrence | None
    due_when: Mapping[str, Any]
    distance: Distance | None
    level: Level | None
    in_force_from: date
    in_force_to: date | None
    in_force_certain: bool
    source: Act
    last_checked_on: date
    carried_out_by: Carriage
    shown_by: tuple[str, ...]

    @property
    def order(self) -> str:
        """The order's number: the first part of the id."""
        return self.id.partition("/")[0]

    @property
    def place(self) -> str:
        """The place within the order: the id without the order's number."""
        return self.id.partition("/")[2]

    @property
    def parent_id(self) -> str:
        """The id of what this is a part of; the order's number for a paragraph."""
        return self.id.rpartition("/")[0]


def _item(order: Order, chapter: Chapter, entry: Entry, index: int) -> Item:
    """The item with the value at ``index``."""
    value = entry.values[index]
    source = order.act(value.by)
    following = [order.act(later.by) for later in entry.values[index + 1 : index + 2]]
    return Item(
        id=entry.id,
        role=entry.role,
        chapter=chapter,
        kind=entry.kind,
        text=entry.text or order.head.text,
        wording=value.wording,
        summary_kk=value.summary_kk,
        summary_ru=value.summary_ru,
        doubt_kk=value.doubt_kk,
        doubt_ru=value.doubt_ru,
        facts=tuple(value.facts),
        term=value.term,
        group=value.group,
        requires=tuple(value.requires),
        recurs=value.recurs,
        due_when=value.due_when,
        distance=value.distance,
        level=value.level,
        in_force_from=source.in_force_from,
        in_force_to=following[0].in_force_from - timedelta(days=1) if following else None,
        in_force_certain=source.in_force_certain and all(act.in_force_certain for act in following),
        source=source,
        last_checked_on=order.head.last_checked_on,
        carried_out_by=entry.carried_out_by,
        shown_by=order.tests_of(entry.id),
    )


def _index_on(order: Order, entry: Entry, on: date | None) -> int | None:
    """Which value holds on a day; without a day, the last. None when there is none or it is repealed."""
    begun = [order.act(value.by).in_force_from for value in entry.values]
    count = len(begun) if on is None else sum(day <= on for day in begun)
    return None if count == 0 or entry.values[count - 1].repealed else count - 1


@cache
def _turning_days(packs: Path) -> list[date]:
    return sorted({act.in_force_from for order in load(packs) for act in order.head.acts.values()})


def wording_of(on: date, packs: Path = PACKS) -> date:
    """The day since which the orders say what they say on ``on``: equal for all days between two acts. ``date.min`` before the first."""
    days = _turning_days(packs)
    place = bisect_right(days, on)
    return days[place - 1] if place else date.min


def _items(on: date | None, packs: Path) -> dict[str, Item]:
    return _items_since(on if on is None else wording_of(on, packs), packs)


@cache
def _items_since(on: date | None, packs: Path) -> dict[str, Item]:
    return {
        entry.id: _item(order, chapter, entry, index)
        for order in load(packs)
        for chapter, entry in order.entries()
        if (index := _index_on(order, entry, on)) is not None
    }


def orders(packs: Path = PACKS) -> list[str]:
    """Numbers of the orders at hand."""
    return [order.number for order in load(packs)]


def catalogue(on: date, packs: Path = PACKS) -> list[Item]:
    """Every item that says something on that day, in the order of the texts; none before an order's first day."""
    return list(_items(on, packs).values())


def find(item_id: str, on: date | None = None, packs: Path = PACKS) -> Item:
    """One item as it stands on a day; without a day, its last known value. Raises :class:`UnknownItemError`."""
    try:
        return _items(on, packs)[item_id]
    except KeyError as error:
        raise UnknownItemError(f"{item_id}: no such item" + (f" on {on.isoformat()}" if on else "")) from error


def in_role(role: str, order: str, on: date, packs: Path = PACKS) -> Item | None:
    """The item that has a role in an order on a day; None where the order asks for nothing of the kind."""
    return next((item for item in _items(on, packs).values() if item.role == role and item.order == order), None)


def history(item_id: str, packs: Path = PACKS) -> list[Item]:
    """Every value that the item has had, oldest first, without repeals. Raises :class:`UnknownItemError`."""
    for order in load(packs):
        for chapter, entry in order.entries():
            if entry.id == item_id:
                values = enumerate(entry.values)
                return [_item(order, chapter, entry, index) for index, value in values if not value.repealed]
    raise UnknownItemError(f"{item_id}: no such item")


def coverage(packs: Path = PACKS) -> list[dict[str, Any]]:
    """Every item with who carries it out and the tests that show it: JSON-able rows in the order of the texts."""
    return [
        {
            "id": item.id,
            "kind": item.kind.value,
            "summary_kk": item.summary_kk,
            "summary_ru": item.summary_ru,
            "carried_out_by": str(item.carried_out_by),
            "shown_by": list(item.shown_by),
        }
        for item in _items(None, packs).values()
    ]
