"""The journal's pages: who sees which rows; printed as the order asks."""

import html
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from qorgan.journals import actions
from qorgan.journals.actions import Cell
from qorgan.journals.models import Book, Row
from qorgan.journals.tests.test_rows import SYSTEM, book, issue
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import Cast

__all__ = ["book"]
ClientOf = Callable[[str], Client]


@pytest.mark.parametrize(
    ("name", "status"), [("gulnar", 200), ("serik", 200), ("dana", 200), ("aidar", 200), ("marat", 200), ("olga", 403), ("bekzat", 404), ("nurlan", 403)]
)
def test_who_sees_the_book(book: Book, cast: Cast, client_of: ClientOf, name: str, status: int) -> None:
    """Readers of the division; a stranger does not find it; the administrator's posts do not open it."""
    issue(book, cast)
    assert client_of(name).get(f"/journal/{book.id}/").status_code == status


def test_inspector_sees_own_rows_only(book: Book, cast: Cast, client_of: ClientOf) -> None:
    """Айдар's row is his; Марат sees none, and does not find it by its address."""
    row = issue(book, cast)
    assert cast.aidar.full_name in client_of("aidar").get(f"/journal/{book.id}/").content.decode()
    assert cast.aidar.full_name not in client_of("marat").get(f"/journal/{book.id}/").content.decode()
    assert client_of("marat").get(f"/journal/row/{row.id}/").status_code == 404


def test_finding_does_not_renumber(book: Book, cast: Cast, client_of: ClientOf) -> None:
    """Row 3 is found by its recorder and stays row 3."""
    for number in ("0417", "0418", "0421"):
        actions.add_row(actor=SYSTEM, book=book, cells={2: Cell(number)}, subject_key=number)
    page = client_of("serik").get(f"/journal/{book.id}/?q=0421").content.decode()
    assert 'id="row-3"' in page
    assert 'id="row-1"' not in page


def of_marat(book: Book, cast: Cast) -> Row:
    """A row about Марат and the same recorder."""
    return actions.add_row(actor=SYSTEM, book=book, cells={2: Cell("0417"), 3: Cell(cast.marat.full_name)}, person_key=str(cast.marat.id), subject_key="0417")


def test_name_is_found_however_it_is_typed(book: Book, cast: Cast, client_of: ClientOf) -> None:
    """Small letters and a Russian keyboard find Жүнісов; another's rows are not among them."""
    own, other = issue(book, cast), of_marat(book, cast)
    for typed in ("жүнісов", "ЖУНИСОВ", "Айдар Марат"):
        page = client_of("serik").get(f"/journal/{book.id}/", {"q": typed}).content.decode()
        assert f'id="row-{own.number}"' in page
        assert f'id="row-{other.number}"' not in page


def test_what_is_found_comes_a_sheet_at_a_time(book: Book, cast: Cast, client_of: ClientOf) -> None:
    """The newest twenty, then the rest by the link that the page gives."""
    for _ in range(23):
        actions.add_row(actor=SYSTEM, book=book, cells={2: Cell("0417")}, subject_key="0417")
    client = client_of("serik")
    first = client.get(f"/journal/{book.id}/?q=0417").content.decode()
    assert ('id="row-23"' in first, 'id="row-4"' in first, 'id="row-3"' in first) == (True, True, False)
    address = html.unescape(re.findall(r'href="(\?[^"]*before=[^"]*)"', first)[0])
    rest = client.get(f"/journal/{book.id}/{address}").content.decode()
    assert ('id="row-4"' in rest, 'id="row-3"' in rest, 'id="row-1"' in rest) == (False, True, True)
    assert "before=3" not in rest
    assert "before=1" not in rest


def test_inspector_finds_own_rows_only(book: Book, cast: Cast, client_of: ClientOf) -> None:
    """The recorder went through both hands; each finds the row of his own."""
    own, other = issue(book, cast), of_marat(book, cast)
    page = client_of("aidar").get(f"/journal/{book.id}/?q=0417").content.decode()
    assert (f'id="row-{own.number}"' in page, f'id="row-{other.number}"' in page) == (True, False)


def test_sheets_turn(book: Book, cast: Cast, client_of: ClientOf) -> None:
    """The last written sheet first; the others by number; nonsense is the last sheet."""
    for number in range(25):
        actions.add_row(actor=SYSTEM, book=book, cells={2: Cell(str(number))})
    client = client_of("serik")
    assert 'id="row-25"' in client.get(f"/journal/{book.id}/").content.decode()
    assert 'id="row-20"' in client.get(f"/journal/{book.id}/?sheet=1").content.decode()
    assert 'id="row-25"' in client.get(f"/journal/{book.id}/?sheet=999").content.decode()


def test_same_number_of_queries_for_one_row_and_for_a_full_sheet(
    book: Book, cast: Cast, client_of: ClientOf, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    """A sheet costs the same whatever stands on it."""
    client = client_of("serik")
    for _ in range(20):
        issue(book, cast)
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        client.get(f"/journal/{book.id}/")


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_printed_book_is_read_back(book: Book, cast: Cast, client_of: ClientOf, language: str) -> None:
    """PDF/A with the row in it; the printing is in the ledger."""
    issue(book, cast)
    response = client_of("dana").get(f"/journal/{book.id}/print/?language={language}")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert "0417" in text
    assert "Жүнісов" in text
    assert Entry.objects.filter(kind="journals:book:printed").count() == 1


def test_books_without_any_teaches_the_first_step(cast: Cast, client_of: ClientOf) -> None:
    """An empty office is told what to do, with the paragraph."""
    page = client_of("serik").get("/journal/").content.decode()
    assert "/journal/open/" in page
    response = client_of("serik").post("/journal/open/", {"started_on": "22.11.2026"}, follow=True)
    assert response.status_code == 200
    assert Book.objects.get().organisation_id == cast.karaganda.id
