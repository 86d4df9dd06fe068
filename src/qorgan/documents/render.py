"""Forms filled with data become PDF/A-2b, the same bytes for the same input.

A form is a typst template in ``forms/``. Data goes in as one JSON string that the template parses: a value is only ever
a value, never markup, so nothing a person types can run. Fonts are those inside the typst package; fonts of the machine
are not looked at, so a paper looks the same everywhere. No network: templates import no packages.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import typst
from django.utils.translation import gettext as _

PaperLanguage = Literal["kk", "ru"]

FORMS = Path(__file__).parent / "forms"
_FONTS = typst.Fonts(include_system_fonts=False)
_NO_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# Marks of direction make text read as other text.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PROBE = b'#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n#sys.inputs.text'


class DocumentError(Exception):
    """A paper could not be made; the message is a sentence for a person, in the language of the thread."""


class UnprintableTextError(DocumentError):
    """The data has signs that no font of the paper has, or that would hide or reorder text; ``text`` holds them."""

    def __init__(self, text: str) -> None:
        signs = ", ".join(
            f"“{sign}” (U+{ord(sign):04X})" if sign.isprintable() else f"U+{ord(sign):04X}" for sign in text
        )
        super().__init__(_("The paper cannot show these signs: %(signs)s. Nothing was printed.") % {"signs": signs})
        self.text = text


def unprintable(text: str) -> str:
    """The signs of ``text`` that no paper can show, each once; empty if all is well. For checking what is typed."""
    found = _hidden(text)
    rest = "".join(sign for sign in text if sign not in found)
    while True:
        try:
            compiler = typst.Compiler(_PROBE, font_paths=_FONTS, ignore_system_fonts=True, sys_inputs={"text": rest})
            compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=0)
        except typst.TypstError as error:
            missing = _without_glyph(error)
            if not missing:
                raise
            found += missing
            rest = "".join(sign for sign in rest if sign not in missing)
        else:
            return found


def _hidden(text: str) -> str:
    signs = dict.fromkeys(sign for sign in text if sign not in "\n\t")
    return "".join(sign for sign in signs if sign in _BIDI or unicodedata.category(sign) in ("Cc", "Cs", "Co"))


def _without_glyph(error: typst.TypstError) -> str:
    found = _NO_GLYPH.search(error.message)
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found["text"]) if found else ""


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the data in one canonical spelling: the same content printed twice carries the same hash."""
    return hashlib.sha256(_canonical(data).encode()).hexdigest()


def _canonical(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def render(form: str, data: Mapping[str, Any], language: PaperLanguage, *, timestamp: datetime, pictures: Sequence[bytes] = ()) -> bytes:
    """The form filled with ``data`` (JSON values only) as a PDF/A-2b file.

    ``pictures`` are JPEG or PNG files, which the form shows by their number. ``timestamp`` becomes the file's creation date and
    must know its zone. Raises ``UnprintableTextError`` for signs that the paper cannot show, ``DocumentError`` for data that the
    form cannot use, ``ValueError`` for a form, language or time that no user could have chosen.
    """
    template = FORMS / f"{form}.typ"
    if form == "paper" or not re.fullmatch(r"[a-z_]+", form) or not template.is_file():
        raise ValueError(f"There is no form {form!r}.")
    if language not in ("kk", "ru"):
        raise ValueError(f"Papers are made in kk and ru, not in {language!r}.")
    if timestamp.tzinfo is None:
        raise ValueError("The time of printing has no zone.")
    inputs = {"data": _canonical(data), "language": language}
    if pictures:
        inputs["pictures"] = json.dumps([list(picture) for picture in pictures], separators=(",", ":"))
    hidden = _hidden("".join(_texts(data)))
    if hidden:
        raise UnprintableTextError(hidden)
    compiler = typst.Compiler(template, root=FORMS, font_paths=_FONTS, ignore_system_fonts=True, sys_inputs=inputs)
    try:
        paper = compiler.compile(format="pdf", pdf_standards=["a-2b"], timestamp=int(timestamp.timestamp()))
    except typst.TypstError as error:
        raise _explained(error, form) from error
    return paper if isinstance(paper, bytes) else b"".join(paper or ())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _texts(part)


def _explained(error: typst.TypstError, form: str) -> DocumentError:
    missing = _without_glyph(error)
    if missing:
        return UnprintableTextError(missing)
    return DocumentError(
        _("The form “%(form)s” could not be filled: %(reason)s") % {"form": form, "reason": error.message}
    )
