"""What the schema cannot see: holes in the numbering, parts without a whole, items that nobody shows."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from qorgan.norms.engine.loader import PACKS, Order, load
from qorgan.norms.engine.schema import Entry, Kind, Wording


def _orphans(order: Order) -> Iterator[str]:
    ids = {entry.id for _, entry in order.entries()}
    for item_id in sorted(ids):
        parent = item_id.rpartition("/")[0]
        if parent not in ids and parent not in (order.number, f"{order.number}/order"):
            yield f"{item_id}: it is a part of {parent}, which is not there"


def _counter(name: str) -> tuple[str, int] | None:
    """``("s", 4)`` of ``s4``, ``("", 11)`` of ``11``; None of what is not counted (``cover``, ``3.1``)."""
    digits = name.removeprefix("s")
    return (name[: len(name) - len(digits)], int(digits)) if digits.isdecimal() else None


def _holes(order: Order) -> Iterator[str]:
    counted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for _, entry in order.entries():
        parent, _, name = entry.id.rpartition("/")
        if count := _counter(name):
            counted[parent, count[0]].append(count[1])
    for (parent, prefix), numbers in counted.items():
        if numbers[0] != 1:
            yield f"{parent}/{prefix}{numbers[0]}: counting does not begin at 1"
        for before, after in pairwise(numbers):
            if after != before + 1:
                yield f"{parent}/{prefix}{after}: follows {prefix}{before}"


def _lone_sentences(order: Order) -> Iterator[str]:
    ids = {entry.id for _, entry in order.entries()}
    for item_id in ids:
        if item_id.endswith("/s1") and f"{item_id[:-1]}2" not in ids:
            yield f"{item_id}: a paragraph of one sentence has no sentences of its own"


def _without_term(entry: Entry) -> bool:
    return entry.kind in (Kind.DEADLINE, Kind.RETENTION) and any(
        value.term is None for value in entry.values if value.wording is Wording.KNOWN and not value.repealed
    )


def _unfinished(order: Order) -> Iterator[str]:
    for _, entry in order.entries():
        if _without_term(entry):
            yield f"{entry.id}: a {entry.kind.value} without a term"
        if entry.carried_out_by.rooms and not order.tests_of(entry.id):
            yield f"{entry.id}: carried out by {', '.join(entry.carried_out_by.rooms)}, but no test shows it"


def problems(packs: Path = PACKS) -> list[str]:
    """Everything wrong with packs that load, one line each, sorted. Raises PackError for packs that do not load."""
    checks = (_orphans, _holes, _lone_sentences, _unfinished)
    return sorted(problem for order in load(packs) for check in checks for problem in check(order))
