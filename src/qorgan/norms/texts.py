"""The official words of an item, where the office has imported a text: beside our summary, never instead of it."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from qorgan.norms.engine.catalogue import catalogue
from qorgan.norms.models import ImportedPlace, ImportedText
from qorgan.norms.reading.judging import item_of
from qorgan.norms.reading.places import PlaceKind

LANGUAGES = ("kk", "ru")
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[А-ЯЁӘҒҚҢӨҰҮҺІ])")
_MARKS = {PlaceKind.PARAGRAPH.value: ". ", PlaceKind.SUBPARAGRAPH.value: ") "}


@dataclass(frozen=True)
class Official:
    """What the text says about an item: its lines as printed, the footnotes under them, and the text they come from."""

    lines: tuple[str, ...]
    notes: tuple[str, ...]
    text: ImportedText


def words(item_id: str, language: str) -> str | None:
    """The official words of an item, a line a paragraph; None where no text is imported or it does not speak of the item."""
    found = official(item_id, language)
    return "\n".join(found.lines) if found else None


def official(item_id: str, language: str) -> Official | None:
    """The same with footnotes and source."""
    order = item_id.partition("/")[0]
    text = newest(order, language)
    if text is None:
        return None
    items = {item.id for item in catalogue(timezone.localdate()) if item.order == order}
    found = _spoken(item_id, _around(text, item_id), items)
    lines = tuple(line for place in found for line in as_printed(place).split("\n"))
    if sentence := re.fullmatch(r"(.+)/s(\d+)", item_id):
        whole = [place.words for place in _spoken(sentence[1], _around(text, item_id), items)]
        lines = tuple(_SENTENCE.split(" ".join(whole))[int(sentence[2]) - 1 : int(sentence[2])])
    notes = tuple(note for place in found for note in place.notes)
    return Official(lines, notes, text) if lines else None


def newest(order: str, language: str) -> ImportedText | None:
    """The text that is shown: the last imported one of a language."""
    return ImportedText.objects.filter(order=order, language=language).order_by("-position").first()


def texts_of(order: str) -> dict[str, ImportedText]:
    """The newest text of each language that has one."""
    return {language: text for language in LANGUAGES if (text := newest(order, language))}


def as_printed(place: ImportedPlace) -> str:
    """A place as it stands in the text, with its number."""
    return f"{place.printed}{_MARKS[place.kind]}{place.words}" if place.printed and place.kind in _MARKS else place.words


def _around(text: ImportedText, item_id: str) -> list[ImportedPlace]:
    """The places of the paragraph that the item belongs to."""
    parts = item_id.split("/")
    depth = 3 if parts[1:2] == ["order"] or (len(parts) > 2 and parts[1].startswith("A")) else 2
    root = "/".join(parts[:depth])
    return list(ImportedPlace.objects.filter(Q(place=root) | Q(place__startswith=f"{root}/"), text=text))


def _spoken(item_id: str, places: Sequence[ImportedPlace], items: Collection[str]) -> list[ImportedPlace]:
    """Places that speak of the item itself: its own, and those that have no item of their own."""
    own = frozenset(items)
    return [place for place in places if item_of(place.place, own) == item_id and place.kind not in _AROUND]


_AROUND: Iterable[str] = frozenset({PlaceKind.HEADING.value, PlaceKind.MATTER.value})
