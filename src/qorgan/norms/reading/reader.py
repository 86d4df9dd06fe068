"""A downloaded file read as one order in one language: its places, or the first place where it departs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qorgan.norms.engine.catalogue import catalogue
from qorgan.norms.engine.loader import PACKS, load
from qorgan.norms.engine.schema import TextState
from qorgan.norms.reading.judging import Departure, beginning, item_of, language_departure, missing_place
from qorgan.norms.reading.places import Fault, Place, PlaceKind, places_of
from qorgan.norms.reading.sources import lines_of

_ABSENT = {"kk": TextState.RU_ONLY, "ru": TextState.KK_ONLY}
_NUMBERED = frozenset({PlaceKind.PARAGRAPH, PlaceKind.SUBPARAGRAPH})


class NotTheOrderError(ValueError):
    """The text is not the order that was asked for; ``departure`` is the first place where it is not."""

    def __init__(self, departure: Departure) -> None:
        super().__init__(departure.code)
        self.departure = departure


class UnknownOrderError(LookupError):
    """No pack holds an order of this number; the argument names those that there are."""


@dataclass(frozen=True)
class ReadText:
    """A text that is the order. ``unknown``: numbered places that no item of the packs speaks of; ``skipped``: lines before the title."""

    order: str
    language: str
    title: str
    act: str
    file_format: str
    places: list[Place]
    faults: list[Fault]
    unknown: tuple[str, ...]
    skipped: int


def read_order_text(content: bytes, order: str, language: str, on: date, packs: Path = PACKS) -> ReadText:
    """Read a file. Raises :class:`~qorgan.norms.reading.sources.UnreadableError`, :class:`NotTheOrderError`, :class:`UnknownOrderError`."""
    number = _official_number(order, packs)
    file_format, lines = lines_of(content)
    start, departure = beginning(lines, number)
    departure = departure or language_departure(lines[start:], language)
    if departure:
        raise NotTheOrderError(departure)
    places, faults = places_of(order, lines[start:])
    items = [item.id for item in catalogue(on, packs) if item.order == order and item.text is not _ABSENT[language]]
    missing = missing_place(places, items)
    if missing:
        raise NotTheOrderError(Departure(missing.code, missing.line + start, missing.values))
    return ReadText(order, language, lines[start], lines[start + 1], file_format, places, faults, tuple(_unknown(places, items)), start)


def _official_number(order: str, packs: Path) -> str:
    known = {one.number: one for one in load(packs)}
    if order not in known:
        raise UnknownOrderError(", ".join(known))
    return known[order].act(order).number


def _unknown(places: Sequence[Place], items: Sequence[str]) -> list[str]:
    known = frozenset(items)
    return [place.id for place in places if place.kind in _NUMBERED and item_of(place.id, known) in ("", place.id.rpartition("/")[0])]
