"""What goes into each form, as plain data: the rooms above fill these and call :func:`print_paper`.

A paper is written in one language. Texts that a person typed are printed as they are; statutory words are in the form.
Dates arrive as dates and times as aware datetimes: this module writes them in the paper's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal, Protocol
from uuid import UUID

import segno

from qorgan.documents.dates import date_time, official_date, quoted_date
from qorgan.documents.render import PaperLanguage, content_hash, render

Method = Literal["", "pin", "password", "cms"]
JSON = dict[str, Any]

_METHODS: dict[str, dict[str, str]] = {
    "kk": {"": "", "pin": "ПИН-кодпен", "password": "құпиясөзбен", "cms": "ЭЦҚ-мен"},
    "ru": {"": "", "pin": "ПИН-кодом", "password": "паролем", "cms": "ЭЦП"},
}
_AGE_PREFIX = "AGE-SECRET-KEY-1"
_SIGNED = {"kk": "қол қойды", "ru": "подписано"}
_COLUMN = {"kk": "{}-баған", "ru": "графа {}"}


class Paper(Protocol):
    """Anything that can be printed: the name of its form, when it is printed, and its data in a language."""

    @property
    def form(self) -> str:
        """The template's name in ``documents/forms``, without its ending."""

    @property
    def printed_at(self) -> datetime:
        """When it is printed; also the creation date of the file."""

    def data(self, language: PaperLanguage) -> JSON:
        """The values of the form, JSON only."""


def print_paper(paper: Paper, language: PaperLanguage) -> bytes:
    """The paper as PDF/A-2b. Raises ``DocumentError`` (see :func:`qorgan.documents.render.render`)."""
    return render(paper.form, paper.data(language), language, timestamp=paper.printed_at)


def qr_svg(text: str) -> str:
    """The text as a QR code without a margin, as an SVG picture (error correction M)."""
    return str(
        segno.make(text, error="m", micro=False).svg_inline(border=0, svgclass=None, lineclass=None, omitsize=True)
    )


# The recorder journal -------------------------------------------------------------------------------


@dataclass(frozen=True)
class MarkPaper:
    """What one person wrote into one cell.

    ``struck``: a later correction took it back; it is printed with a line through it (444 p.9). ``note``: why the mark
    corrects an earlier one; it is printed, with this mark's signature, in column 7, after the number of the column that
    it speaks of. ``signer``, ``signed_at``, ``method``: who signed, when and how, if it is signed.
    """

    text: str
    struck: bool = False
    note: str = ""
    signer: str = ""
    signed_at: datetime | None = None
    method: Method = ""

    def signature(self, language: PaperLanguage) -> str:
        """ "қол қойды: А. Серік, 22.11.2026 08:41, ПИН-кодпен", or nothing; the time is not said twice."""
        if not self.signer:
            return ""
        when = date_time(self.signed_at, language) if self.signed_at else ""
        parts = (self.signer, "" if when == self.text else when, _METHODS[language][self.method])
        return f"{_SIGNED[language]}: {', '.join(part for part in parts if part)}"

    def data(self, language: PaperLanguage) -> JSON:
        """The mark as the form reads it."""
        # A correction is signed in column 7, beside its note (444 p.9): not twice.
        return {"text": self.text, "struck": self.struck, "signature": "" if self.note else self.signature(language)}


@dataclass(frozen=True)
class RowPaper:
    """One row of the book: its number and, by column 2 ... 7, the marks of each cell in the order they were made."""

    number: int
    cells: Mapping[int, Sequence[MarkPaper]]

    def data(self, language: PaperLanguage) -> JSON:
        """The row as the form reads it: six cells, the notes of corrections joined to column 7."""
        cells = [[mark.data(language) for mark in self.cells.get(column, ())] for column in range(2, 8)]
        for column in range(2, 7):
            for mark in self.cells.get(column, ()):
                if mark.note:
                    text = f"{_COLUMN[language].format(column)}: {mark.note}"
                    cells[-1].append({"text": text, "struck": False, "signature": mark.signature(language)})
        return {"number": self.number, "cells": cells}


@dataclass(frozen=True)
class BookPaper:
    """The journal of 444 appendix 1, blank (no rows: ``sheets`` ruled sheets to write on) or filled.

    Each inner page is one numbered sheet, printed on one side. The certification line of 444 p.9 counts the sheets of
    this paper. ``title`` goes on the line above the statutory title (a volume, an index of the office) if there is one.
    ``sheets`` is for a blank book; a filled one has as many as its rows need.
    """

    organisation_kk: str
    organisation_ru: str
    printed_at: datetime
    title: str = ""
    started_on: date | None = None
    finished_on: date | None = None
    sheets: int | None = None
    rows: Sequence[RowPaper] = ()
    responsible: str = ""
    ledger_position: int | None = None
    content_hash: str = ""
    form: ClassVar[str] = "recorder_journal"

    def data(self, language: PaperLanguage) -> JSON:
        """The book as the form reads it; without a given hash it carries the hash of its own rows."""
        rows = [row.data(language) for row in self.rows]
        filled = bool(rows)
        return {
            "organisation": self.organisation_kk if language == "kk" else self.organisation_ru,
            "title": self.title,
            "started": quoted_date(self.started_on, language),
            "finished": quoted_date(self.finished_on, language),
            "sheets": self.sheets or 24,
            "rows": rows,
            "responsible": self.responsible,
            "ledger_position": _position(self.ledger_position),
            "content_hash": self.content_hash or (content_hash({"rows": rows}) if filled else ""),
            "printed_at": date_time(self.printed_at, language),
        }


def _position(position: int | None) -> str:
    return "" if position is None else f"{position:,}".replace(",", "\N{NO-BREAK SPACE}")


# Labels ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LabelPaper:
    """A recorder's label: what the kiosk's scanner reads, and the number that people read (444 p.7)."""

    recorder: UUID
    inventory_number: str
    model: str = ""


@dataclass(frozen=True)
class LabelsPaper:
    """Labels to cut or peel, 3 x 8 on A4; ``skip`` leaves that many places empty on a sheet begun before."""

    organisation: str
    labels: Sequence[LabelPaper]
    printed_at: datetime
    skip: int = 0
    form: ClassVar[str] = "labels"

    def data(self, language: PaperLanguage) -> JSON:
        """The labels as the form reads them; the QR code holds ``qorgan:recorder:<uuid>``."""
        del language  # the words are in the form
        labels = [
            {"qr": qr_svg(f"qorgan:recorder:{label.recorder}"), "number": label.inventory_number, "model": label.model}
            for label in self.labels
        ]
        return {"organisation": self.organisation, "labels": [None] * self.skip + labels}


# The recovery sheet ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecoverySheetPaper:
    """The one paper that opens a vault without its holders: for a sealed envelope. Its bytes are never stored.

    ``identity`` is the age identity (AGE-SECRET-KEY-1...) of this ``generation``; ``recipient`` the public key beside
    it, by which the office tells which recordings it opens.
    """

    organisation: str
    identity: str
    recipient: str
    generation: int
    made_on: date
    head: str
    responsible: str
    printed_at: datetime
    form: ClassVar[str] = "recovery_sheet"

    def data(self, language: PaperLanguage) -> JSON:
        """The sheet as the form reads it: the identity in groups of four signs, and as a QR code."""
        prefix, secret = self.identity[: len(_AGE_PREFIX)], self.identity[len(_AGE_PREFIX) :]
        if prefix != _AGE_PREFIX:
            raise ValueError("The recovery sheet needs an age identity.")
        return {
            "organisation": self.organisation,
            "prefix": prefix,
            "groups": [secret[start : start + 4] for start in range(0, len(secret), 4)],
            "length": len(self.identity),
            "qr": qr_svg(self.identity),
            "recipient": self.recipient,
            "generation": self.generation,
            "made_on": official_date(self.made_on, language),
            "head": self.head,
            "responsible": self.responsible,
            "printed_at": date_time(self.printed_at, language),
        }


@dataclass(frozen=True)
class CheckpointSheetPaper:
    """A checkpoint of the ledger for a person outside to keep. ``note``: the signed text, whole, also as a QR code; ``root`` in hex."""

    organisation: str
    origin: str
    size: int
    root: str
    note: str
    vkey: str
    made_at: datetime
    head: str
    printed_at: datetime
    form: ClassVar[str] = "checkpoint_sheet"

    def data(self, language: PaperLanguage) -> JSON:
        """The sheet as the form reads it: the root in groups of eight signs."""
        return {
            "organisation": self.organisation,
            "origin": self.origin,
            "size": f"{self.size:,}".replace(",", "\N{NO-BREAK SPACE}"),
            "root": [self.root[start : start + 8] for start in range(0, len(self.root), 8)],
            "note": self.note.rstrip("\n").split("\n"),
            "qr": qr_svg(self.note),
            "vkey": self.vkey,
            "made_at": date_time(self.made_at, language),
            "head": self.head,
            "printed_at": date_time(self.printed_at, language),
        }


# Badge and order ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BadgePaper:
    """The badge of 444 p.16 on the inspector's chest, in the size of its holder."""

    printed_at: datetime
    size: Literal["a6", "a7"] = "a6"
    form: ClassVar[str] = "badge"

    def data(self, language: PaperLanguage) -> JSON:
        """The badge as the form reads it."""
        del language  # the words are in the form
        return {"size": self.size}


@dataclass(frozen=True)
class AppointmentOrderPaper:
    """The order by which the head appoints the responsible person (444 p.6): a draft; what is not given stays blank."""

    organisation: str
    responsible: str
    responsible_post: str
    head: str
    printed_at: datetime
    place: str = ""
    number: str = ""
    signed_on: date | None = None
    starts_on: date | None = None
    substitute: str = ""
    substitute_post: str = ""
    form: ClassVar[str] = "appointment_order"

    def data(self, language: PaperLanguage) -> JSON:
        """The order as the form reads it."""
        return {
            "organisation": self.organisation,
            "responsible": self.responsible,
            "responsible_post": self.responsible_post,
            "substitute": self.substitute,
            "substitute_post": self.substitute_post,
            "head": self.head,
            "place": self.place,
            "number": self.number,
            "signed_on": quoted_date(self.signed_on, language, on=False),
            "starts_on": official_date(self.starts_on, language) if self.starts_on else "",
        }
