"""Printing the papers of a hand-over whatever signs the texts in them have: a strange sign in a name must not stop evidence (444 p.14)."""

from collections.abc import Iterator, Mapping
from typing import Any

from qorgan.documents.forms import Paper
from qorgan.documents.render import PaperLanguage, render, unprintable


def print_always(paper: Paper, language: PaperLanguage) -> bytes:
    """The paper as PDF/A-2b; a sign that no paper can show stands as its number, ‹U+1F4F9›."""
    data = paper.data(language)
    strange = unprintable("".join(dict.fromkeys("".join(_texts(data)))))
    shown = {ord(sign): f"‹U+{ord(sign):04X}›" for sign in strange}
    return render(paper.form, _shown(data, shown) if shown else data, language, timestamp=paper.printed_at)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _shown(value: Any, signs: Mapping[int, str]) -> Any:
    if isinstance(value, str):
        return value.translate(signs)
    if isinstance(value, Mapping):
        return {name: _shown(part, signs) for name, part in value.items()}
    return [_shown(part, signs) for part in value] if isinstance(value, list) else value
