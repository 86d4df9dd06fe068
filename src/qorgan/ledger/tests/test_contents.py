"""Destroying contents: only under an entry that names them; the tree still verifies; whatever else is missing is still found."""

import json

import pytest

from qorgan.evidence import merkle, proof
from qorgan.ledger import contents, kinds, log, signing
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import latest, make_checkpoint, proof_text
from qorgan.ledger.commands import sentences
from qorgan.ledger.models import Content, Entry
from qorgan.ledger.tests.test_check import forge
from qorgan.ledger.transactions import writing

KIND = kinds.register("ledger:test:told", "Told in a test")
WHO = Actor(person="p1", name="Айдар", post="inspector", organisation="")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ledger(db: None) -> None:
    """Twenty entries under a checkpoint."""
    for number in range(20):
        with writing():
            log.append(KIND, actor=WHO, subject=f"test:{number}", payload={"number": number})
    make_checkpoint()


def destroy(*positions: int) -> Entry | None:
    """Under act № 7."""
    with writing():
        return contents.destroy(positions, actor=Actor.system("worker"), because="№ 7", subject="test:7", organisation="")


def test_the_ledger_holds_without_the_contents_that_an_entry_names() -> None:
    """Size, root and checkpoints as before; the report counts what went, by the paper that ordered it; proofs stay good."""
    before = check().root
    entry = destroy(3, 5)
    assert entry is not None
    make_checkpoint()
    report = check()
    assert (report.holds, report.size, report.checkpoints, report.destroyed) == (True, 21, 2, {"№ 7": 2})
    assert before != report.root
    assert any("№ 7" in line for line in sentences(report))
    assert not Content.objects.filter(pk__in=[3, 5]).exists()
    newest, gone = latest(), Entry.objects.get(position=3)
    assert newest is not None
    proof.verify(proof_text(3, newest), merkle.leaf_hash(bytes(gone.commitment)), [signing.ledger_key().verifier])


def test_what_remains_says_nobody_and_nothing() -> None:
    destroy(3)
    gone = Entry.objects.select_related("content").get(position=3)
    assert (log.said(gone)["actor"]["name"], log.said(gone)["payload"], log.committed(gone)) == ("", {}, "")
    assert contents.destroyed_under([3, 4]) == {3: "№ 7"}


def test_again_is_fine_and_destroys_nothing() -> None:
    assert destroy(3) is not None
    assert destroy(3) is None
    assert Entry.objects.count() == 21


@pytest.mark.parametrize("position", [99, -1])
def test_what_is_no_entry_cannot_be_destroyed(position: int) -> None:
    with pytest.raises(log.LedgerError):
        destroy(position)


def test_the_word_of_a_destruction_cannot_be_destroyed() -> None:
    entry = destroy(3)
    assert entry is not None
    with pytest.raises(log.LedgerError):
        destroy(entry.position)


def test_another_content_missing_is_still_found() -> None:
    destroy(3)
    forge("DELETE FROM ledger_content WHERE entry_id = 4")
    assert [(one["code"], one["position"]) for one in check().problems] == [("content-missing", 4)]


def test_a_forged_row_of_destruction_covers_nothing_that_its_entry_does_not_name() -> None:
    """Whoever gets past the guards and adds a row still cannot add the position to what the entry committed to."""
    entry = destroy(3)
    assert entry is not None
    forge(f"INSERT INTO ledger_destroyed (entry_id, because_id) VALUES (4, {entry.position})", "DELETE FROM ledger_content WHERE entry_id = 4")
    assert [(one["code"], one["position"]) for one in check().problems] == [("content-missing", 4)]
    body = json.dumps(log.said(Entry.objects.get(position=entry.position)))
    assert "Айдар" not in body
