"""Verbs of a statutory book: open, add a row, fill a cell, correct, close (444 p.8-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.evidence.canonical import digest
from qorgan.journals import kinds
from qorgan.journals.models import Book, Mark, Row
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.kinds import Kind
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation
from qorgan.people.signatures import Proven, sign

COLUMNS = 7
ROWS_PER_SHEET = 20
CERTIFIED_COLUMN = 7  # remarks: where a correction is noted


class JournalRefusal(ValueError):
    """The book does not allow it; the sentence is for the person at the desk."""


@dataclass(frozen=True)
class Cell:
    """What goes into one cell. ``proven`` signs it."""

    text: str
    occurred_at: datetime | None = None
    proven: Proven | None = None


def current_book(organisation: Organisation, kind: str = Book.RECORDER_ISSUE) -> Book | None:
    """The open book of a division, if there is one."""
    return Book.objects.filter(organisation=organisation, kind=kind, finished_on=None).first()


def open_book(*, actor: Actor, organisation: Organisation, started_on: date, kind: str = Book.RECORDER_ISSUE) -> Book:
    """Open the next book of a division. Raises :class:`JournalRefusal` while another is open."""
    with writing():
        if current_book(organisation, kind) is not None:
            raise JournalRefusal(_("A book is open already: close it first (444 p.9)."))
        last = Book.objects.filter(organisation=organisation, kind=kind).aggregate(last=Max("number"))["last"] or 0
        book = Book.objects.create(organisation=organisation, kind=kind, number=last + 1, started_on=started_on)
        log.append(
            kinds.BOOK_OPENED,
            actor=actor,
            subject=f"book:{book.id}",
            organisation=str(organisation.id),
            payload={"kind": kind, "number": book.number, "started_on": started_on.isoformat()},
        )
    return book


def add_row(*, actor: Actor, book: Book, cells: Mapping[int, Cell], person_key: str = "", subject_key: str = "") -> Row:
    """Add the next row with its first cells; one ledger entry for the row and each cell. The caller may be inside a transaction.

    Raises :class:`JournalRefusal` for a closed book or a column that the appendix does not have.
    """
    with writing():
        locked = Book.objects.select_for_update().get(pk=book.pk)
        _refuse_closed(locked)
        last = Row.objects.filter(book=locked).order_by("-number").values_list("number", flat=True).first() or 0
        row = Row.objects.create(book=locked, number=last + 1, person_key=person_key, subject_key=subject_key)
        log.append(
            kinds.ROW_WRITTEN,
            actor=actor,
            subject=f"row:{row.id}",
            organisation=str(locked.organisation_id),
            payload={"book": str(locked.id), "number": row.number},
        )
        for column, cell in sorted(cells.items()):
            _mark(actor, row, column, cell, kinds.MARK_WRITTEN)
    return row


def write(*, actor: Actor, row: Row, column: int, cell: Cell) -> Mark:
    """Fill an empty cell of a row. Raises :class:`JournalRefusal` when something stands there: correct it instead."""
    with writing():
        book = Book.objects.select_for_update().get(pk=row.book_id)
        _refuse_closed(book)
        if column != CERTIFIED_COLUMN and Mark.objects.filter(row=row, column=column, struck_by=None).exists():
            raise JournalRefusal(_("This cell is filled. What is written is struck through and corrected, never overwritten (444 p.9)."))
        return _mark(actor, row, column, cell, kinds.MARK_WRITTEN)


def correct(*, actor: Actor, mark: Mark, cell: Cell, reason: str) -> Mark:
    """Strike a mark through and write the value that holds, with reason and signature (444 p.9).

    Raises :class:`JournalRefusal` without a reason or a signature, or when the mark is struck already.
    """
    if not reason.strip():
        raise JournalRefusal(_("Say why: the remark beside the correction is required (444 p.9)."))
    if cell.proven is None:
        raise JournalRefusal(_("A correction is signed by the person who makes it (444 p.9)."))
    with writing():
        book = Book.objects.select_for_update().get(pk=mark.row.book_id)
        _refuse_closed(book)
        if Mark.objects.filter(strikes=mark).exists():
            raise JournalRefusal(_("This entry is struck through already: correct the one that holds."))
        return _mark(actor, mark.row, mark.column, cell, kinds.MARK_CORRECTED, strikes=mark, note=reason.strip())


def close_book(*, actor: Actor, book: Book, finished_on: date, sheets: int) -> Book:
    """Close a book with its number of sheets, which the certification line on the last page states (444 p.9)."""
    with writing():
        locked = Book.objects.select_for_update().get(pk=book.pk)
        _refuse_closed(locked)
        if finished_on < locked.started_on:
            raise JournalRefusal(_("A book cannot end before it began."))
        locked.finished_on, locked.sheets = finished_on, sheets
        locked.save(update_fields=["finished_on", "sheets"])
        log.append(
            kinds.BOOK_CLOSED,
            actor=actor,
            subject=f"book:{locked.id}",
            organisation=str(locked.organisation_id),
            payload={"finished_on": finished_on.isoformat(), "sheets": sheets},
        )
    return locked


def sheets_of(last_row: int) -> int:
    """How many sheets so many rows fill, the cover not counted."""
    return max(1, -(-last_row // ROWS_PER_SHEET))


def _mark(actor: Actor, row: Row, column: int, cell: Cell, kind: Kind, strikes: Mark | None = None, note: str = "") -> Mark:
    if not 2 <= column <= COLUMNS:
        raise JournalRefusal(_("The journal of appendix 1 has columns 1 to 7; the first is the row's number."))
    mark = Mark(row=row, column=column, text=cell.text, occurred_at=cell.occurred_at, written_at=timezone.now(), writer=actor.name, strikes=strikes, note=note)
    organisation = row.book.organisation
    mark_digest = digest(mark.values)
    if cell.proven is not None:
        mark.signature = sign(cell.proven, digest=mark_digest, organisation=organisation)
    payload = {**mark.values, "number": row.number, "signature": _signed(mark), "digest": mark_digest}
    entry = log.append(kind, actor=actor, subject=f"row:{row.id}", organisation=str(organisation.id), payload=payload)
    mark.position = entry.position
    mark.save(force_insert=True)
    return mark


def _signed(mark: Mark) -> dict[str, str] | None:
    signature = mark.signature
    if signature is None:
        return None
    return {"id": str(signature.id), "name": signature.name, "post": signature.post, "method": signature.method}


def _refuse_closed(book: Book) -> None:
    if book.finished_on is not None:
        raise JournalRefusal(_("This book is closed: its sheets are numbered, laced and sealed (444 p.9)."))
