"""A mistake is struck through, with the new value, a note and a signature (444 p.9)."""

from collections.abc import Callable

import pytest
from django.test import Client

from qorgan.journals import actions
from qorgan.journals.actions import Cell, JournalRefusal
from qorgan.journals.models import Book, Mark
from qorgan.journals.tests.test_rows import SYSTEM, aidars_hand, book, issue
from qorgan.ledger.models import Entry
from qorgan.people.models import Signature
from qorgan.people.signatures import prove
from qorgan.people.tests.cast import PIN, Cast

__all__ = ["book"]
ClientOf = Callable[[str], Client]


@pytest.fixture
def mark(book: Book, cast: Cast) -> Mark:
    """The recorder's number in row 1, wrongly typed."""
    return issue(book, cast).marks.get(column=2)


def test_struck_through(mark: Mark, cast: Cast) -> None:
    """Both values stay, the new one holds, reason and signature beside it."""
    proven = prove(person=cast.serik, organisation=cast.karaganda, method="pin", secret=PIN)
    new = actions.correct(actor=SYSTEM, mark=mark, cell=Cell("0421", proven=proven), reason="нөмірі қате")
    assert (new.strikes_id, new.text, new.note) == (mark.id, "0421", "нөмірі қате")
    assert new.signature is not None
    assert new.signature.person_id == cast.serik.id
    assert Mark.objects.get(pk=mark.pk).text == "0417"
    assert Entry.objects.get(position=new.position).kind == "journals:mark:corrected"


def test_without_reason_or_signature_nothing_is_struck(mark: Mark, cast: Cast) -> None:
    """Both are required by p.9."""
    proven = aidars_hand(cast)
    for cell, reason in ((Cell("0421", proven=proven), "  "), (Cell("0421"), "қате")):
        with pytest.raises(JournalRefusal, match="9"):
            actions.correct(actor=SYSTEM, mark=mark, cell=cell, reason=reason)
    assert mark.row.marks.count() == 3


def test_struck_entry_is_not_struck_twice(mark: Mark, cast: Cast) -> None:
    """The second correction strikes the value that holds, not the old one."""
    new = actions.correct(actor=SYSTEM, mark=mark, cell=Cell("0421", proven=aidars_hand(cast)), reason="1")
    with pytest.raises(JournalRefusal):
        actions.correct(actor=SYSTEM, mark=mark, cell=Cell("0422", proven=aidars_hand(cast)), reason="2")
    assert actions.correct(actor=SYSTEM, mark=new, cell=Cell("0422", proven=aidars_hand(cast)), reason="2").strikes_id == new.id


def test_page_corrects_and_shows_both(mark: Mark, client_of: ClientOf) -> None:
    """The responsible person's way through the page; the sheet then shows old and new."""
    client = client_of("serik")
    response = client.post(f"/journal/mark/{mark.id}/correct/", {"text": "0421", "reason": "қате жазылған", "pin": PIN}, follow=True)
    assert response.status_code == 200
    sheet = client.get(f"/journal/{mark.row.book_id}/").content.decode()
    assert "<ins>0421</ins>" in sheet
    assert "<s>0417</s>" in sheet
    assert "қате жазылған" in sheet


def test_wrong_pin_writes_nothing_and_keeps_what_was_typed(mark: Mark, client_of: ClientOf) -> None:
    """The refusal stands beside the field."""
    response = client_of("serik").post(f"/journal/mark/{mark.id}/correct/", {"text": "0421", "reason": "қате", "pin": "9999"})
    assert response.status_code == 422
    assert 'value="0421"' in response.content.decode()
    assert not Mark.objects.filter(strikes=mark).exists()
    assert Signature.objects.count() == 1


@pytest.mark.parametrize(("name", "status"), [("gulnar", 200), ("serik", 200), ("aidar", 403), ("olga", 403), ("dana", 403), ("bekzat", 404), ("nurlan", 403)])
def test_who_may_correct(mark: Mark, client_of: ClientOf, name: str, status: int) -> None:
    """Head and responsible person of this division; a stranger does not even find it."""
    assert client_of(name).get(f"/journal/mark/{mark.id}/correct/").status_code == status
