"""Where the two official texts of an order differ, found by laying one beside the other; and where both have a hole.

Nothing here knows what differs: places that one text lacks, lists of unlike length, numbers printed wrongly, figures and quotations that
only one has, a place much shorter than its twin, references to paragraphs that speak of somebody else.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from qorgan.norms.reading.judging import item_of

LANGUAGES = ("kk", "ru")
_SHORTER = 0.6  # of what the twin's length lets expect
_LONG = 80  # letters: shorter places vary too much to be weighed
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_REFERENCE = {
    "ru": re.compile(r"пункт\w* (\d+(?:(?:, | и )\d+)*)"),
    "kk": re.compile(r"(\d+(?:(?:, | және )\d+)*)-тармақ"),
}
_GROUP = {
    "ru": re.compile(r"групп\w* (\d(?:\.\d)?)"),
    "kk": re.compile(r"(\d(?:\.\d)?)-топ"),
}
_ORDINAL = {
    "ru": re.compile(r"(перв|втор|треть|четверт)\w* групп", re.IGNORECASE),
    "kk": re.compile(r"(бірінші|екінші|үшінші|төртінші) топ", re.IGNORECASE),
}
_COUNTED = {"перв": "1", "втор": "2", "треть": "3", "четверт": "4", "бірінші": "1", "екінші": "2", "үшінші": "3", "төртінші": "4"}


@dataclass(frozen=True)
class Line:
    """A place of one text as the comparison sees it."""

    place: str
    kind: str
    printed: str
    words: str


@dataclass(frozen=True)
class Finding:
    """One difference or hole at an item. ``code`` says which, ``values`` what was found (for the words on the page)."""

    item: str
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)


Text = Mapping[str, Line]


def differences(kk: Text, ru: Text, items: Collection[str]) -> list[Finding]:
    """Every difference between the two texts, by item; the items in the order given."""
    order = {item: number for number, item in enumerate(items)}
    found = [*_one_sided(kk, ru, order), *_misprinted(kk, ru, order)]
    weight = _usual_ratio(kk, ru)
    shifted = {one.item for one in found if one.code == "count"}  # items of these lists do not stand side by side
    for place in (place for place in kk if place in ru and not (kk[place].kind == "item" and place.rpartition("/")[0] in shifted)):
        found += _unlike(kk[place], ru[place], weight, item_of(place, order) or place)
    return sorted(found, key=lambda one: order.get(one.item, len(order)))


def _one_sided(kk: Text, ru: Text, items: Collection[str]) -> Iterator[Finding]:
    """Places that one text lacks. Lists without numbers are weighed as a whole: so many lines here, so many there."""
    lists: dict[str, None] = {}
    for place in [*kk, *(place for place in ru if place not in kk)]:
        if place in kk and place in ru:
            continue
        line, language = (kk[place], "kk") if place in kk else (ru[place], "ru")
        if line.kind == "item":
            lists[place.rpartition("/")[0]] = None
        else:
            yield Finding(item_of(place, items) or place, f"{language}_only", {"place": place})
    for parent in lists:
        counts = {name: sum(_in_list(line, parent) for line in text.values()) for name, text in (("kk", kk), ("ru", ru))}
        yield Finding(item_of(parent, items) or parent, "count", counts)


def _in_list(line: Line, parent: str) -> bool:
    return line.kind == "item" and line.place.rpartition("/")[0] == parent


def _misprinted(kk: Text, ru: Text, items: Collection[str]) -> Iterator[Finding]:
    for place in (place for place in kk if place in ru):
        if kk[place].printed != ru[place].printed:
            yield Finding(item_of(place, items) or place, "printed", {"kk": kk[place].printed, "ru": ru[place].printed})


def _unlike(kk: Line, ru: Line, weight: float, item: str) -> Iterator[Finding]:
    figures = {name: set(_FIGURE.findall(line.words)) for name, line in (("kk", kk), ("ru", ru))}
    if figures["kk"] != figures["ru"]:
        yield Finding(item, "figures", {name: ", ".join(sorted(figures[name] - figures[other])) for name, other in (("kk", "ru"), ("ru", "kk"))})
    quoted = {name: line.words.count('"') // 2 for name, line in (("kk", kk), ("ru", ru))}
    if quoted["kk"] != quoted["ru"]:
        yield Finding(item, "quoted", quoted)
    here, there = letters(kk.words), letters(ru.words)
    if max(here, there) >= _LONG and min(here / weight, there) < _SHORTER * max(here / weight, there):
        yield Finding(item, "length", {"kk": here, "ru": there})


def letters(words: str) -> int:
    """How many letters there are."""
    return sum(map(str.isalpha, words))


def _usual_ratio(kk: Text, ru: Text) -> float:
    """How much longer the Kazakh text usually is: the middle of all places that both have."""
    ratios = [letters(kk[place].words) / letters(ru[place].words) for place in kk if place in ru and letters(ru[place].words) >= _LONG]
    return median(ratios) or 1.0 if ratios else 1.0


def holes(texts: Mapping[str, Text], groups: Mapping[str, str], order: str) -> list[Finding]:
    """References to paragraphs that speak of other groups only, and groups that no paragraph speaks of but the one that makes them.

    ``groups``: each group's name and the item that makes it. A hole is told with the languages in which it is found.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for language, text in texts.items():
        said = _paragraphs(text, order)
        speaks = {number: set(_groups(words, language)) for number, words in said.items()}
        makers = {item.split("/")[1] for item in groups.values()}
        for number, words in said.items():
            if number not in makers:
                for other in _doubtful(words, language, speaks[number], speaks):
                    found.setdefault((f"{order}/{number}", "reference", other), []).append(language)
        named = {name for number, names in speaks.items() if number not in makers for name in names}
        for name, item in groups.items():
            if name not in named and item in text and not any(one.startswith(f"{name}.") for one in groups):
                found.setdefault((item, "unspoken", name), []).append(language)
    return [Finding(item, code, {"what": what, "languages": ", ".join(languages)}) for (item, code, what), languages in found.items()]


def _doubtful(words: str, language: str, own: Collection[str], speaks: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Paragraphs referred to that speak of groups, and of none of these."""
    for other in _referred(words, language):
        there = speaks.get(other, ())
        if own and there and not set(own) & set(there):
            yield other


def _paragraphs(text: Text, order: str) -> dict[str, str]:
    """Each numbered paragraph of the instruction with everything in it."""
    said: dict[str, str] = {}
    for line in text.values():
        parts = line.place.split("/")
        if len(parts) > 1 and parts[0] == order and parts[1].isdecimal():
            said[parts[1]] = f"{said.get(parts[1], '')} {line.words}".strip()
    return said


def _groups(words: str, language: str) -> Iterable[str]:
    return [*_GROUP[language].findall(words), *(_COUNTED[found.lower()] for found in _ORDINAL[language].findall(words))]


def _referred(words: str, language: str) -> Sequence[str]:
    return [number for found in _REFERENCE[language].findall(words) for number in _FIGURE.findall(found)]
