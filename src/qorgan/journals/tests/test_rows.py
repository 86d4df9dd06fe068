"""Rows and cells: numbered without holes, written once (444 p.8-9)."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from qorgan.journals import actions
from qorgan.journals.actions import Cell, JournalRefusal
from qorgan.journals.models import Book, Mark, Row
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.tests.test_log import in_threads
from qorgan.people.signatures import Proven, prove
from qorgan.people.tests.cast import PIN, Cast

SYSTEM = Actor.system("test")


@pytest.fixture
def book(cast: Cast) -> Book:
    """An open book of Karaganda."""
    return actions.open_book(actor=SYSTEM, organisation=cast.karaganda, started_on=date(2026, 1, 5))


def aidars_hand(cast: Cast) -> Proven:
    """Айдар has just typed his PIN."""
    return prove(person=cast.aidar, organisation=cast.karaganda, method="pin", secret=PIN)


def issue(book: Book, cast: Cast) -> Row:
    """A row as the kiosk writes it."""
    cells = {2: Cell("0417"), 3: Cell(cast.aidar.full_name), 4: Cell("22.11.2026 08:41", timezone.now(), aidars_hand(cast))}
    return actions.add_row(actor=SYSTEM, book=book, cells=cells, person_key=str(cast.aidar.id), subject_key="0417")


def test_rows_are_numbered_in_order(book: Book, cast: Cast) -> None:
    """1, 2, 3, each with its cells, signature and ledger position."""
    rows = [issue(book, cast) for _ in range(3)]
    assert [row.number for row in rows] == [1, 2, 3]
    mark = Mark.objects.select_related("signature").get(row=rows[2], column=4)
    assert mark.signature is not None
    assert (mark.signature.name, mark.signature.method, mark.signature.post) == (cast.aidar.full_name, "pin", "inspector")
    assert Entry.objects.get(position=mark.position).subject == f"row:{rows[2].id}"


def test_filled_cell_is_not_overwritten(book: Book, cast: Cast) -> None:
    """What is written is corrected, not replaced."""
    row = issue(book, cast)
    with pytest.raises(JournalRefusal, match="9"):
        actions.write(actor=SYSTEM, row=row, column=2, cell=Cell("0418"))
    assert Mark.objects.filter(row=row, column=2).count() == 1


def test_remarks_may_follow_one_another(book: Book, cast: Cast) -> None:
    """Column 7 takes several remarks."""
    row = issue(book, cast)
    actions.write(actor=SYSTEM, row=row, column=7, cell=Cell("а"))
    actions.write(actor=SYSTEM, row=row, column=7, cell=Cell("б"))
    assert list(row.marks.filter(column=7).order_by("position").values_list("text", flat=True)) == ["а", "б"]


@pytest.mark.parametrize("column", [0, 1, 8])
def test_columns_are_those_of_the_appendix(book: Book, column: int) -> None:
    """No other column exists; the first is the number itself. The row goes with the refusal."""
    with pytest.raises(JournalRefusal):
        actions.add_row(actor=SYSTEM, book=book, cells={column: Cell("x")})
    assert not Row.objects.exists()


def test_second_open_book_is_refused(book: Book, cast: Cast) -> None:
    """One open book a division; another division has its own."""
    with pytest.raises(JournalRefusal):
        actions.open_book(actor=SYSTEM, organisation=cast.karaganda, started_on=date(2026, 2, 1))
    assert actions.open_book(actor=SYSTEM, organisation=cast.pavlodar, started_on=date(2026, 2, 1)).number == book.number == 1


def test_closed_book_takes_nothing_more(book: Book, cast: Cast) -> None:
    """Sheets are counted and sealed; the following book has the next number."""
    row = issue(book, cast)
    actions.close_book(actor=SYSTEM, book=book, finished_on=date(2026, 11, 22), sheets=24)
    for attempt in (lambda: issue(book, cast), lambda: actions.write(actor=SYSTEM, row=row, column=5, cell=Cell("x"))):
        with pytest.raises(JournalRefusal):
            attempt()
    assert actions.open_book(actor=SYSTEM, organisation=cast.karaganda, started_on=date(2026, 11, 23)).number == 2


@pytest.mark.parametrize("table", ["journals_row", "journals_mark"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET number = 9", "DELETE FROM {}"])
def test_database_refuses_change(book: Book, cast: Cast, table: str, verb: str) -> None:
    """Rows and marks are for ever, whoever asks."""
    issue(book, cast)
    statement = verb.format(table).replace("number", "number" if table == "journals_row" else "text").replace("= 9", "= '9'")
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_leave_no_hole(cast: Cast) -> None:
    """Forty rows from four threads: 1..40."""
    book = actions.open_book(actor=SYSTEM, organisation=cast.karaganda, started_on=date(2026, 1, 5))
    in_threads(4, lambda number: [actions.add_row(actor=SYSTEM, book=book, cells={2: Cell(str(number))}) for _ in range(10)] and None)
    assert sorted(Row.objects.values_list("number", flat=True)) == list(range(1, 41))
