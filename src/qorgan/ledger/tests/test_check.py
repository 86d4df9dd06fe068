"""Checkpoints, proofs and the check that finds and names what raw SQL did."""

import sqlite3

import pymerkle
import pytest
from django.conf import settings
from django.db import connection

from qorgan.evidence import merkle, proof
from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.keys import SigningKey
from qorgan.ledger import kinds, log, signing
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import consistency, latest, make_checkpoint, proof_text, subtree, tile
from qorgan.ledger.models import Checkpoint, Entry
from qorgan.ledger.transactions import writing

KIND = kinds.register("ledger:check:written", "Written in a test of checking")


def fill(count: int) -> None:
    """So many entries."""
    with writing():
        for number in range(count):
            log.append(KIND, actor=Actor.system("test"), subject=f"test:{number}", payload={"number": number})


def forge(*statements: str) -> None:
    """What someone with the database file would do: drop the guards, change, put the guards back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'")
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
        for _name, sql in guards:
            cursor.execute(sql)


@pytest.fixture
def ledger(db: None) -> None:
    """Three hundred entries under two checkpoints, ten after them."""
    fill(200)
    make_checkpoint()
    fill(100)
    make_checkpoint()
    fill(10)


def problems() -> list[tuple[str, int]]:
    """What the check names."""
    return [(problem["code"], problem["position"]) for problem in check().problems]


@pytest.mark.usefixtures("ledger")
def test_untouched_ledger_holds() -> None:
    """Everything was read, both checkpoints were compared."""
    report = check()
    assert (report.holds, report.size, report.checkpoints) == (True, 310, 2)


@pytest.mark.usefixtures("ledger")
def test_root_agrees_with_another_implementation() -> None:
    """pymerkle computes the same root from the same leaves."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for commitment in Entry.objects.filter(position__lt=300).order_by("position").values_list("commitment", flat=True):
        tree.append_entry(bytes(commitment))
    newest = latest()
    assert newest is not None
    assert tree.get_root() == bytes(newest.root)


CHANGES: list[tuple[str, list[tuple[str, int]]]] = [
    ("UPDATE ledger_content SET body = replace(body, '\"number\":7}', '\"number\":8}') WHERE entry_id = 7", [("content-changed", 7)]),
    ("UPDATE ledger_entry SET at_us = at_us + 1 WHERE position = 150", [("content-changed", 150)]),
    ("UPDATE ledger_entry SET subject = 'test:x' WHERE position = 305", [("content-changed", 305)]),
    ("DELETE FROM ledger_content WHERE entry_id = 42", [("content-missing", 42)]),
]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(("statement", "expected"), CHANGES)
def test_row_changed_by_raw_sql_is_found_and_named(statement: str, expected: list[tuple[str, int]]) -> None:
    """The very entry is named, and no other."""
    forge(statement)
    assert problems() == expected


@pytest.mark.usefixtures("ledger")
def test_rewritten_entry_with_a_fresh_commitment_is_found_by_the_checkpoint() -> None:
    """Whoever also computes the commitment anew still breaks the signed root; the range is named."""
    entry = Entry.objects.select_related("content").get(position=250)
    body = entry.content.body.replace('"number":50', '"number":51')
    assert body != entry.content.body
    commitment = log.commit(bytes(entry.content.salt), entry.at_us, entry.kind, entry.organisation, entry.subject, body).hex()
    literal = f"'\\x{commitment}'" if connection.vendor == "postgresql" else f"x'{commitment}'"
    forge(f"UPDATE ledger_content SET body = '{body}' WHERE entry_id = 250", f"UPDATE ledger_entry SET commitment = {literal} WHERE position = 250")
    found = check().problems
    assert [(problem["code"], problem["detail"]) for problem in found] == [("tree-differs", "200..299")]


@pytest.mark.usefixtures("ledger")
def test_removed_entries_are_found() -> None:
    """A hole shifts the tree and is named; a cut tail is missed by its checkpoint."""
    forge("DELETE FROM ledger_content WHERE entry_id >= 290", "DELETE FROM ledger_entry WHERE position >= 290")
    assert problems() == [("entries-missing", 290)]


@pytest.mark.usefixtures("ledger")
def test_checkpoint_signed_by_another_key_is_found() -> None:
    """A forged checkpoint over a rewritten tree lacks the signature of this server's key."""
    other = SigningKey.generate(settings.QORGAN["QORGAN_ORIGIN"])
    newest = latest()
    assert newest is not None
    note = SignedHead(settings.QORGAN["QORGAN_ORIGIN"], newest.size, bytes(newest.root)).sign(other)
    forge(f"UPDATE ledger_checkpoint SET note = '{note}' WHERE size = 300")
    assert problems() == [("checkpoint-signature", 300)]


@pytest.mark.usefixtures("ledger")
def test_every_entry_has_a_proof_that_verifies_outside() -> None:
    """tlog-proof texts are checked by evidence alone, with the public key."""
    newest = latest()
    assert newest is not None
    verifier = signing.ledger_key().verifier
    for entry in Entry.objects.filter(position__in=[0, 1, 199, 200, 255, 256, 299]):
        index, head = proof.verify(proof_text(entry.position, newest), merkle.leaf_hash(bytes(entry.commitment)), [verifier])
        assert (index, head.size) == (entry.position, 300)


@pytest.mark.usefixtures("ledger")
def test_new_checkpoint_continues_the_old() -> None:
    """Consistency between the two, from kept subtrees."""
    old, new = Checkpoint.objects.order_by("size")
    merkle.verify_consistency(old.size, new.size, bytes(old.root), bytes(new.root), consistency(old.size, new.size))


@pytest.mark.usefixtures("ledger")
def test_tiles_hold_the_leaves() -> None:
    """A full tile, a partial one, the tile above; beyond the checkpoint there is none."""
    assert tile("0/000")[:32] == subtree(0, 0)
    assert len(tile("0/001.p/44")) == 44 * 32
    assert tile("1/000.p/1") == subtree(8, 0)
    for path in ("0/001", "0/001.p/45", "0/001.p/0", "1/001.p/1", "x", "0/1", "-1/000"):
        with pytest.raises((ValueError, LookupError)):
            tile(path)


@pytest.mark.django_db
def test_nothing_new_makes_no_new_checkpoint() -> None:
    """The same checkpoint again; none for an empty ledger."""
    assert make_checkpoint() is None
    fill(3)
    first, second = make_checkpoint(), make_checkpoint()
    assert first is not None
    assert second is not None
    assert (first.size, second.size, Checkpoint.objects.count()) == (3, 3, 1)


def test_sqlite_library_is_new_enough() -> None:
    """RAISE in BEFORE INSERT triggers and partial unique indexes are as old as this."""
    assert sqlite3.sqlite_version_info >= (3, 34)
