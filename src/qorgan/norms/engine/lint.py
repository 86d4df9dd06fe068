"""What the schema cannot see: holes in the numbering, parts without a whole, places that one text lacks, edges, dates, items that nobody shows."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from qorgan.norms.engine.lint_rules import rule_faults
from qorgan.norms.engine.loader import PACKS, Order, expanded, load
from qorgan.norms.engine.schema import Entry, Kind, TextState, Wording


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
        if numbers[0] != 1 and not (prefix == "s" and numbers[0] == 2):  # the paragraph itself may be its first sentence
            yield f"{parent}/{prefix}{numbers[0]}: counting does not begin at 1"
        for before, after in pairwise(numbers):
            if after != before + 1:
                yield f"{parent}/{prefix}{after}: follows {prefix}{before}"


def _lone_sentences(order: Order) -> Iterator[str]:
    ids = {entry.id for _, entry in order.entries()}
    for item_id in ids:
        if item_id.endswith("/s1") and f"{item_id[:-1]}2" not in ids:
            yield f"{item_id}: a paragraph of one sentence has no sentences of its own"


def _misplaced(order: Order) -> Iterator[str]:
    """Places of one text only, or printed under another number, whose item does not say so; and places without an item."""
    texts = {"kk": set(expanded(order.places.kk)), "ru": set(expanded(order.places.ru))}
    misprinted = {"kk": order.places.misprinted_kk, "ru": order.places.misprinted_ru}
    entries = {entry.id.partition("/")[2]: entry for _, entry in order.entries()}
    if not texts["kk"] | texts["ru"]:
        return
    for place in sorted((texts["kk"] | texts["ru"]) - entries.keys()):
        yield f"{order.number}/{place}: a numbered place of the text, but no item"
    for place, entry in entries.items():
        state = entry.text or order.head.text
        lacking = [language for language, places in texts.items() if places and place not in places]
        if not any(place in places for places in texts.values()):
            continue  # an unnumbered part: a cover, a note, the second part of a paragraph
        printed = [language for language, places in misprinted.items() if place in places]
        if len(lacking) == 1 and state is not _ONLY[lacking[0]] and not _explained(place, entries):
            yield f"{entry.id}: the {lacking[0]} text has no such place, and the item does not say so"
        if printed and not _explained(place, entries):
            yield f"{entry.id}: the {printed[0]} text prints it as {misprinted[printed[0]][place]}, and the item does not say so"


_ONLY = {"kk": TextState.RU_ONLY, "ru": TextState.KK_ONLY}  # by the text that lacks it


def _explained(place: str, entries: dict[str, Entry]) -> bool:
    """Whether the item, or what it is a part of, tells a doubt in its newest value."""
    return any(found.values[-1].doubt_kk for key in (place, place.rpartition("/")[0]) if (found := entries.get(key)))


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
    checks = (_orphans, _holes, _lone_sentences, _misplaced, _unfinished)
    found = [problem for order in load(packs) for check in checks for problem in check(order)]
    return sorted(found + [problem for order in load(packs) for problem in rule_faults(order, packs)])
