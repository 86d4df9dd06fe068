"""Whether what was read is the order that was meant, in the language that was meant; if not, the first place where it departs."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from qorgan.norms.reading.places import Place

_ACT = {
    "ru": re.compile(r"от \d{1,2} [а-я]+ \d{4} года № ?(\S*\w)"),
    "kk": re.compile(r"\d{4} жылғы \d{1,2} \w+ № ?(\S*\w) [Бб]ұйрығ"),
}
_LOOKS_ALIKE = str.maketrans({"H": "Н", "K": "Қ", "К": "Қ", "/": "-", "–": "-", "‑": "-", " ": ""})
_KAZAKH = frozenset("әғқңөұүһіӘҒҚҢӨҰҮҺІ")
_SHARE = 0.02  # of Kazakh letters: far more in any Kazakh text, far fewer in any Russian one
_FEW = 0.05  # so many lines may be in the other language (names, quotations)
HEAD_LINES = 400  # the act's own line stands among the first; a saved page has a menu before it
_PARTS = re.compile(r"/p\d+(?=/)")
_NUMBERED = re.compile(r"\d+/(?:(?:order/)?\d+(?:/\d+(?:\.\d+)?)?|A\d+|A\d+/\d+)$")


@dataclass(frozen=True)
class Departure:
    """Why it is not the order. ``code``: ``unnamed``, ``other_order``, ``language``, ``missing``, ``ends``; ``line`` from 1; ``values`` for the words."""

    code: str
    line: int
    values: dict[str, str] = field(default_factory=dict)


def same_number(left: str, right: str) -> bool:
    """Whether two numbers of acts are one: 366-НҚ with Latin letters or a slash is 366-НҚ."""
    return left.upper().translate(_LOOKS_ALIKE) == right.upper().translate(_LOOKS_ALIKE)


def beginning(lines: Sequence[str], number: str) -> tuple[int, Departure | None]:
    """Index of the title (the line before the one that names the act), or why there is none for this order."""
    for index, line in enumerate(lines[:HEAD_LINES]):
        for act in _ACT.values():
            if found := act.search(line):
                if same_number(found[1], number):
                    return max(0, index - 1), None
                return 0, Departure("other_order", index + 1, {"found": found[1], "wanted": number})
    return 0, Departure("unnamed", 1, {"wanted": number, "said": lines[0][:80]})


def language_departure(lines: Sequence[str], language: str) -> Departure | None:
    """The first line in the other language, when there are too many of them."""
    long = [(number, line) for number, line in enumerate(lines, 1) if sum(map(str.isalpha, line)) >= 80]
    other = [(number, line) for number, line in long if _is_kazakh(line) is not (language == "kk")]
    if not long or len(other) <= _FEW * len(long):
        return None
    return Departure("language", other[0][0], {"said": other[0][1][:80]})


def _is_kazakh(line: str) -> bool:
    letters = [letter for letter in line if letter.isalpha()]
    return sum(letter in _KAZAKH for letter in letters) > _SHARE * len(letters)


def item_of(place_id: str, items: Collection[str]) -> str:
    """The item that speaks of a place: its own, the one that names it without the part it stands in, or what it is a part of. "" for none."""
    if place_id in items:
        return place_id
    without = _PARTS.sub("", place_id)
    if without in items:
        return without
    while "/" in place_id:
        place_id = place_id.rpartition("/")[0]
        if place_id in items:
            return place_id
    return ""


def missing_place(places: Sequence[Place], items: Sequence[str]) -> Departure | None:
    """The first numbered item that the text lacks, with where it ought to stand. ``items``: of this order and language, in order."""
    lines: dict[str, int] = {}
    for place in places:
        for found in (place.id, _PARTS.sub("", place.id)):
            lines.setdefault(found, place.line)
    numbered = [item for item in items if _NUMBERED.match(item)]
    for index, item in enumerate(numbered):
        if item in lines:
            continue
        before = numbered[index - 1] if index else ""
        after = next((later for later in numbered[index + 1 :] if later in lines), "")
        if not after:
            return Departure("ends", places[-1].line if places else 1, {"missing": item, "before": before})
        return Departure("missing", lines[after], {"missing": item, "before": before, "after": after})
    return None
