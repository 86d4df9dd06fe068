"""A sheet as it is drawn and printed: rows, cells, what holds, what is struck through, what stands in the remarks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from qorgan.documents.forms import BookPaper, MarkPaper, Method, RowPaper
from qorgan.journals.models import Book, Mark, Row, shown
from qorgan.people.models import Post

_VALUES = ("row_id", "id", "column", "text", "occurred_at", "note", "strikes_id")
_SIGNATURE = ("signature__name", "signature__post", "signature__method", "signature__digest", "signature__signed_at")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as a sheet shows it."""

    name: str
    post: str
    method: str
    digest: str
    signed_at: datetime

    @property
    def post_shown(self) -> str:
        """The post in words."""
        return str(Post(self.post).label) if self.post else ""


@dataclass(slots=True)
class Written:
    """A mark as a sheet shows it: a sheet has a hundred, so they are read as values and not as models."""

    id: UUID
    column: int
    shown: str
    note: str
    strikes: UUID | None
    signature: Signed | None
    is_struck: bool = False


@dataclass
class SheetCell:
    """One cell: the mark that holds (None: empty) and those it replaced, newest first."""

    column: int
    mark: Written | None = None
    struck: list[Written] = field(default_factory=list)


@dataclass
class SheetRow:
    """One row of the sheet with its six written cells and the notes of its corrections."""

    row: Row
    cells: list[SheetCell]
    remarks: list[Written]
    notes: list[Written]

    @property
    def number(self) -> str:
        """The row's number as the sheet prints it: digits only, in any language."""
        return str(self.row.number)


def drawn(rows: QuerySet[Row]) -> list[SheetRow]:
    """Rows with their cells; two queries however many rows."""
    marks: dict[UUID, list[Written]] = defaultdict(list)
    zone = timezone.get_current_timezone()
    for row_id, *values in Mark.objects.filter(row__in=rows.order_by().values("pk")).order_by("position").values_list(*_VALUES, *_SIGNATURE):
        marks[row_id].append(_written(zone, *values))
    return [_drawn(row, marks[row.pk]) for row in rows]


def _written(zone: tzinfo, pk: UUID, column: int, text: str, occurred_at: datetime | None, note: str, strikes: UUID | None, *signature: Any) -> Written:
    return Written(pk, column, shown(text, occurred_at, zone), note, strikes, Signed(*signature) if signature[0] is not None else None)


def _drawn(row: Row, marks: Sequence[Written]) -> SheetRow:
    struck = {mark.strikes for mark in marks if mark.strikes}
    cells = [SheetCell(column) for column in range(2, 7)]
    remarks: list[Written] = []
    for mark in marks:
        mark.is_struck = mark.id in struck
        if mark.column == 7:
            remarks.append(mark)
        elif mark.is_struck:
            cells[mark.column - 2].struck.insert(0, mark)
        else:
            cells[mark.column - 2].mark = mark
    return SheetRow(row, cells, remarks, [mark for mark in marks if mark.note])


def paper(book: Book, rows: Iterable[SheetRow], *, responsible: str, position: int | None) -> BookPaper:
    """The whole book as a paper (444 p.8-9, appendix 1)."""
    return BookPaper(
        organisation_kk=book.organisation.name_kk,
        organisation_ru=book.organisation.name_ru,
        printed_at=timezone.now(),
        started_on=book.started_on,
        finished_on=book.finished_on,
        sheets=book.sheets,
        rows=row_papers(rows),
        responsible=responsible,
        ledger_position=position,
    )


def row_papers(rows: Iterable[SheetRow]) -> list[RowPaper]:
    """Rows alone, as an extract prints them (444 p.14)."""
    return [_row_paper(row) for row in rows]


def _row_paper(sheet_row: SheetRow) -> RowPaper:
    cells: dict[int, list[MarkPaper]] = {}
    for cell in sheet_row.cells:
        marks = [(mark, True) for mark in reversed(cell.struck)] + ([(cell.mark, False)] if cell.mark else [])
        cells[cell.column] = [_mark_paper(mark, struck=struck) for mark, struck in marks]
    cells[7] = [_mark_paper(mark, struck=mark.is_struck) for mark in sheet_row.remarks]
    return RowPaper(sheet_row.row.number, cells)


def _mark_paper(mark: Written, *, struck: bool) -> MarkPaper:
    signature = mark.signature
    method: Method = signature.method if signature else ""  # type: ignore[assignment]
    return MarkPaper(
        text=mark.shown,
        struck=struck,
        note=mark.note,
        signer=signature.name if signature else "",
        signed_at=signature.signed_at if signature else None,
        method=method,
    )
