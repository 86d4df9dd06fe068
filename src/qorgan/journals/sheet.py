"""A sheet as it is drawn and printed: rows, cells, what holds, what is struck through, what stands in the remarks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from qorgan.documents.forms import BookPaper, MarkPaper, Method, RowPaper
from qorgan.journals.models import Book, Mark, Row


@dataclass
class SheetCell:
    """One cell: the mark that holds (None: empty) and those it replaced, newest first."""

    column: int
    mark: Mark | None = None
    struck: list[Mark] = field(default_factory=list)


@dataclass
class SheetRow:
    """One row of the sheet with its six written cells and the notes of its corrections."""

    row: Row
    cells: list[SheetCell]
    remarks: list[Mark]
    notes: list[Mark]


def drawn(rows: QuerySet[Row]) -> list[SheetRow]:
    """Rows with their cells; two queries however many rows."""
    found = list(rows.select_related("book").prefetch_related("marks__signature"))
    return [_drawn(row, sorted(row.marks.all(), key=lambda mark: mark.position)) for row in found]


def _drawn(row: Row, marks: Sequence[Mark]) -> SheetRow:
    struck = {mark.strikes_id for mark in marks if mark.strikes_id}
    cells = [SheetCell(column) for column in range(2, 7)]
    remarks: list[Mark] = []
    for mark in marks:
        if mark.column == 7:
            remarks.append(mark)
        elif mark.id in struck:
            cells[mark.column - 2].struck.insert(0, mark)
        else:
            cells[mark.column - 2].mark = mark
    for mark in remarks:
        mark.is_struck = mark.id in struck  # type: ignore[attr-defined]
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
        rows=[_row_paper(row) for row in rows],
        responsible=responsible,
        ledger_position=position,
    )


def _row_paper(sheet_row: SheetRow) -> RowPaper:
    cells: dict[int, list[MarkPaper]] = {}
    for cell in sheet_row.cells:
        marks = [(mark, True) for mark in reversed(cell.struck)] + ([(cell.mark, False)] if cell.mark else [])
        cells[cell.column] = [_mark_paper(mark, struck=struck) for mark, struck in marks]
    cells[7] = [_mark_paper(mark, struck=bool(mark.is_struck)) for mark in sheet_row.remarks]  # type: ignore[attr-defined]
    return RowPaper(sheet_row.row.number, cells)


def _mark_paper(mark: Mark, *, struck: bool) -> MarkPaper:
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
