"""Where the two official texts of an order differ and where both have a hole: from the packs and from the imported texts, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from qorgan.norms.engine.catalogue import Item, catalogue
from qorgan.norms.engine.loader import load
from qorgan.norms.engine.schema import TextState
from qorgan.norms.models import ImportedPlace, ImportedText
from qorgan.norms.reading.comparing import Finding, Line, differences, holes
from qorgan.norms.reading.judging import item_of
from qorgan.norms.reading.places import PlaceKind
from qorgan.norms.texts import LANGUAGES, as_printed, texts_of

_AROUND = (PlaceKind.HEADING.value, PlaceKind.MATTER.value)


@dataclass(frozen=True)
class Row:
    """One item where something is to be seen: what was found, how Qorgan shows it, and the official words of both texts where imported."""

    item_id: str
    item: Item | None
    findings: tuple[str, ...]
    state: str
    words_kk: tuple[str, ...]
    words_ru: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The name by which the page can be opened at this row."""
        return self.item_id.replace("/", "-")


@dataclass(frozen=True)
class Divergences:
    """The page: differences, holes found in the texts, items where our summary says that the text is silent, and the texts at hand."""

    differing: list[Row]
    holes: list[Row]
    silent: list[Row]
    texts: Mapping[str, ImportedText]


def divergences(order: str, on: date) -> Divergences:
    """Everything that is to be seen of an order on a day. Without both texts imported only what the packs say."""
    items = {item.id: item for item in catalogue(on) if item.order == order}
    texts = texts_of(order)
    places = {language: _places(text) for language, text in texts.items()}
    lines = {language: {place.place: Line(place.place, place.kind, place.printed, place.words) for place in found} for language, found in places.items()}
    usual = {one.head.order: one.head.text for one in load()}[order]
    found: list[Finding] = [Finding(item.id, item.text.value) for item in items.values() if item.text not in (TextState.BOTH, usual)]
    if all(language in lines for language in LANGUAGES):
        found += differences(lines["kk"], lines["ru"], list(items))
    groups = {item.group.name: item.id for item in items.values() if item.group}
    rows = _rows(found, items, places)
    hollow = _rows(holes(lines, groups, order), items, places)
    shown = {row.item_id for row in [*rows, *hollow]}
    silent = [_row(item.id, [], items, places) for item in items.values() if item.doubt_kk and item.id not in shown]
    return Divergences(rows, hollow, silent, texts)


def _places(text: ImportedText) -> list[ImportedPlace]:
    return list(text.places.exclude(kind__in=_AROUND).order_by("position"))


def _rows(found: Sequence[Finding], items: Mapping[str, Item], places: Mapping[str, list[ImportedPlace]]) -> list[Row]:
    order = {item: number for number, item in enumerate(items)}
    by_item: dict[str, list[Finding]] = {}
    for one in found:
        by_item.setdefault(one.item, []).append(one)
    wanted = sorted(by_item, key=lambda item_id: order.get(item_id, len(order)))
    return [_row(item_id, by_item[item_id], items, places) for item_id in wanted]


def _row(item_id: str, found: Sequence[Finding], items: Mapping[str, Item], places: Mapping[str, list[ImportedPlace]]) -> Row:
    item = items.get(item_id)
    words = {language: tuple(as_printed(place) for place in places.get(language, ()) if _speaks(place.place, item_id, items)) for language in LANGUAGES}
    said = tuple(dict.fromkeys(in_words(one) for one in found))
    return Row(item_id, item, said, item.text.value if item else "", words["kk"], words["ru"])


def _speaks(place: str, item_id: str, items: Mapping[str, Item]) -> bool:
    return place == item_id or (place.startswith(f"{item_id}/") and item_of(place, items) == item_id)


def in_words(finding: Finding) -> str:
    """What was found, as a sentence in the reader's language."""
    return {
        "kk_only": _("Only the Kazakh text has it."),
        "ru_only": _("Only the Russian text has it."),
        "differs": _("The two texts say different things."),
        "count": _("The list has %(kk)s lines in Kazakh and %(ru)s in Russian."),
        "printed": _("Printed as %(kk)s in Kazakh and as %(ru)s in Russian."),
        "figures": _one_sided_figures(finding),
        "quoted": _("Words in quotation marks: %(kk)s in Kazakh, %(ru)s in Russian."),
        "length": _("One text is much shorter: %(kk)s letters in Kazakh, %(ru)s in Russian."),
        "reference": _("It refers to paragraph %(what)s, which speaks of other groups only (%(languages)s)."),
        "unspoken": _("No paragraph of its own asks anything of group %(what)s (%(languages)s)."),
    }[finding.code] % finding.values


def _one_sided_figures(finding: Finding) -> str:
    if finding.code != "figures":
        return ""
    if not finding.values["kk"]:
        return _("Figures that only the Russian text has: %(ru)s.")
    if not finding.values["ru"]:
        return _("Figures that only the Kazakh text has: %(kk)s.")
    return _("Figures that only one text has: Kazakh %(kk)s, Russian %(ru)s.")
