"""The ledger's key: handed over, lost, exchanged for another's; and a fault at every step of handing over."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from qorgan.evidence import durable
from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.note import NoteError
from qorgan.evidence.succession import follow
from qorgan.ledger import keys, log, signing
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.compare import compare
from qorgan.ledger.keyring import KeyMismatch, keyring, statements
from qorgan.ledger.models import Checkpoint, Entry, Signer
from qorgan.ledger.tests.prepared import empty_database
from qorgan.ledger.tests.rewriting import past_the_guards
from qorgan.ledger.tests.test_witness import fill, run

ACTOR = Actor.system("test")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """A data folder of this test alone, its key begun, thirty entries under a checkpoint."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    (tmp_path / "ledger").mkdir()
    signing.create_key()
    keys.begin()
    fill(30)
    make_checkpoint()
    return tmp_path


def test_the_first_key_is_written_down_once() -> None:
    keys.begin()
    first = Signer.objects.get()
    assert (first.since, first.reason, first.vkey) == (0, "first", signing.ledger_key().verifier.vkey)
    assert statements() == []


def test_a_handed_over_ledger_holds_and_old_prints_still_compare() -> None:
    printed, old = latest(), signing.ledger_key()
    assert printed is not None
    fill(5)
    signer = keys.rotate(actor=ACTOR)
    new = signing.ledger_key()
    assert new.verifier.vkey == signer.vkey != old.verifier.vkey
    assert not keys.next_path().exists()
    newest = latest()
    assert newest is not None
    assert SignedHead.open(newest.note, [new.verifier]).size == newest.size == signer.since == 36
    assert SignedHead.open(Checkpoint.objects.get(size=35).note, [old.verifier]).size == 35
    assert check().holds
    found = compare(printed.note)
    assert (found.exit_code, found.newest) == (0, 36)
    entry = Entry.objects.select_related("content").get(kind="ledger:key:rotated")
    assert entry.position == signer.since - 1
    assert log.said(entry)["payload"]["statement"] == signer.statement
    assert follow(old.verifier, statements()) == new.verifier


def test_the_old_private_key_is_nowhere_any_more(own_folder: Path) -> None:
    old = signing.key_path().read_text()
    keys.rotate(actor=ACTOR)
    assert all(old not in path.read_text(errors="replace") for path in own_folder.rglob("*") if path.is_file())
    assert signing.key_path().stat().st_mode & 0o777 == 0o600


def test_three_keys_one_after_the_other() -> None:
    for _ in range(3):
        fill(3)
        keys.rotate(actor=ACTOR)
    assert check().holds
    assert len(statements()) == 3
    ring = keyring()
    assert [ring.in_force(size) for size in (1, 30, 33)] == [ring.keys[0][1]] * 3
    assert ring.in_force(34) == ring.keys[1][1]
    assert ring.in_force(10_000) == ring.newest == signing.ledger_key().verifier


def test_the_old_key_signs_no_later_checkpoint() -> None:
    """Whoever kept a copy of it cannot sign for today's ledger: neither check nor comparison takes it."""
    old = signing.ledger_key()
    keys.rotate(actor=ACTOR)
    fill(4)
    newest = make_checkpoint()
    assert newest is not None
    forged = SignedHead(old.name, newest.size, bytes(newest.root)).sign(old)
    assert [finding.verdict.value for finding in compare(forged).findings] == ["retired-key"]
    past_the_guards(f"UPDATE ledger_checkpoint SET note = '{forged}' WHERE size = {newest.size}")
    assert [problem["code"] for problem in check().problems] == ["checkpoint-signature"]


def test_a_key_slipped_in_by_raw_sql_is_found() -> None:
    """A row without its entry, and one with an entry but without the word of the key before it."""
    fill(4)
    slipped = SigningKey.generate(signing.ledger_key().name)
    past_the_guards(
        f"INSERT INTO ledger_signer (vkey, since, reason, statement, at) VALUES ('{slipped.verifier.vkey}', 34, 'rotated', '', '2026-11-22 00:00:00')"
    )
    past_the_guards("INSERT INTO ledger_signer (vkey, since, reason, statement, at) VALUES ('rubbish', 35, 'lost', '', '2026-11-22 00:00:00')")
    assert ("key", 35) in [(problem["code"], problem["position"]) for problem in check().problems]
    assert ("key", 34) in [(problem["code"], problem["position"]) for problem in check().problems]


# Wrong and lost -----------------------------------------------------------------------------------


def test_another_ledgers_key_is_refused_and_nothing_is_signed(own_folder: Path) -> None:
    other = SigningKey.generate(signing.ledger_key().name)
    signing.key_path().unlink()
    other.save(signing.key_path())
    with pytest.raises(keys.KeyRefused, match=other.key_id.hex()):
        keys.refuse_wrong()
    fill(1)
    with pytest.raises(KeyMismatch):
        make_checkpoint()
    with pytest.raises(keys.KeyRefused):
        keys.rotate(actor=ACTOR)


def test_a_wrong_key_is_seen_by_the_checkpoints_where_no_history_is_kept(own_folder: Path) -> None:
    """A database from before the history of keys was kept."""
    past_the_guards("DELETE FROM ledger_signer")
    keys.refuse_wrong()
    signing.key_path().unlink()
    signing.create_key()
    with pytest.raises(keys.KeyRefused):
        keys.begin()


def test_a_damaged_key_is_refused_with_a_sentence(own_folder: Path) -> None:
    signing.key_path().write_text("PRIVATE+KEY+x")
    with pytest.raises(keys.KeyRefused, match=r"keys/ledger\.key"):
        keys.refuse_wrong()


def test_a_key_that_is_there_is_not_declared_lost(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "key-lost", "--reason", "disk burnt"]) == 2
    assert "rotate-key" in capsys.readouterr().err
    assert not Entry.objects.filter(kind="ledger:key:lost").exists()


@pytest.mark.parametrize("stolen", [False, True])
def test_after_a_loss_a_new_key_signs_and_old_prints_still_compare(capsys: pytest.CaptureFixture[str], stolen: bool) -> None:
    printed, old = latest(), signing.ledger_key()
    assert printed is not None
    if not stolen:
        signing.key_path().unlink()
        with pytest.raises(keys.KeyRefused, match="key-lost"):
            keys.refuse_wrong()
    words = ["ledger", "key-lost", "--reason", "the disk burnt", "--format", "json"] + (["--stolen"] if stolen else [])
    assert run(words) == 0
    told = json.loads(capsys.readouterr().out)
    new = signing.ledger_key()
    assert told["vkey"] == new.verifier.vkey != old.verifier.vkey
    assert new.name == old.name
    said = log.said(Entry.objects.select_related("content").get(kind="ledger:key:lost"))["payload"]
    assert (said["reason"], said["stolen"], said["old"]) == ("the disk burnt", stolen, old.verifier.vkey)
    assert check().holds
    assert compare(printed.note).exit_code == 0
    assert statements() == [], "docks must not follow: nobody vouches for the new key but a person"
    assert run(["ledger", "rotate-key"]) == 0
    assert len(statements()) == 1
    assert check().holds


def test_a_loss_without_a_reason_is_refused() -> None:
    signing.key_path().unlink()
    with pytest.raises(keys.KeyRefused):
        keys.declare_lost(actor=ACTOR, reason="  ")


# A fault at every step ----------------------------------------------------------------------------

STEPS = [
    "remove.unlink", "remove.directory", "write.data", "publish.sync", "publish.link", "publish.unlink", "publish.directory", "keys.entry", "rewrite.data:2",
    "rewrite.sync:2", "rewrite.rename:2", "rewrite.directory:2", "remove.unlink:2", "remove.directory:2", "rewrite.rename:3",
]  # fmt: skip


@pytest.mark.parametrize("place", ["begin", "done"])
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_while_handing_over_leaves_one_key_in_force(monkeypatch: pytest.MonkeyPatch, step: str, place: str) -> None:
    before = signing.ledger_key().verifier.vkey
    name, _colon, times = step.partition(":")
    monkeypatch.setattr(durable, "on_step", fail_at(f"{name}.{place}", int(times or 1)))
    with pytest.raises(OSError, match="fault"):
        keys.rotate(actor=ACTOR)
    monkeypatch.setattr(durable, "on_step", lambda _name: None)
    written = Entry.objects.filter(kind="ledger:key:rotated").count()
    assert Signer.objects.count() == 1 + written
    keys.settle()
    keys.refuse_wrong()
    assert (signing.ledger_key().verifier.vkey != before) == bool(written)
    assert not keys.next_path().exists()
    fill(2)
    assert make_checkpoint() is not None
    assert check().holds
    keys.rotate(actor=ACTOR)
    assert check().holds


def fail_at(name: str, times: int) -> "durable.Callable[[str], None]":
    """A hook that fails at the so-manieth sight of this step."""
    seen = count(1)

    def at(step: str) -> None:
        if step == name and next(seen) == times:
            raise OSError("fault")

    return at


def test_a_start_beside_a_hand_over_waits_for_it(own_folder: Path) -> None:
    """Its new key lies beside the old one and is not rubbish yet."""
    keys._fresh(signing.ledger_key().name)

    def settle() -> None:
        keys.settle()
        connection.close()

    waiting = threading.Thread(target=settle)
    with keys._only_one():
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        assert keys.next_path().exists()
    waiting.join(10)
    assert not keys.next_path().exists()


Command = Callable[..., subprocess.CompletedProcess[str]]


def command(data: Path) -> Command:
    """The real command on a data folder of its own, in a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "QORGAN_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "qorgan.web.settings",
    }

    def qorgan(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "qorgan.web.cli", *words], env=environment | more, capture_output=True, text=True, check=False)

    return qorgan


@pytest.fixture(scope="module")
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an office that has just been created; each test takes a copy."""
    data = tmp_path_factory.mktemp("created") / "office"
    empty_database(data / "qorgan.sqlite3")
    qorgan = command(data)
    assert qorgan("setup").returncode == 0
    made = qorgan("office", "create", "--code", "a", "--name-kk", "А", "--name-ru", "А", "--admin-login", "olga", "--admin-family-name", "Ким",
                  "--admin-given-name", "Ольга", "--order-number", "1", "--order-date", "2026-01-05")  # fmt: skip
    assert made.returncode == 0, made.stderr
    return data


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", ["publish.link.done", "keys.entry.begin", "keys.entry.done", "rewrite.rename.begin:2", "rewrite.rename.done:2", "remove.unlink.begin:2"]
)
def test_killed_while_handing_over(tmp_path: Path, request: pytest.FixtureRequest, fault: str) -> None:
    """The real command in a process of its own, killed there; the next start goes on with one key, and everything holds."""
    if settings.DATABASES["default"]["ENGINE"] != "qorgan.ledger.sqlite":
        pytest.skip("a data folder of its own needs a database of its own")
    data = tmp_path / "office"
    shutil.copytree(request.getfixturevalue("empty_office"), data)
    qorgan = command(data)
    name, _colon, times = fault.partition(":")
    killed = qorgan("ledger", "rotate-key", QORGAN_FAULT=f"{name}:kill:{times or 1}")
    assert killed.returncode == -9, killed.stderr
    assert qorgan("worker", "--once").returncode == 0
    checked = json.loads(qorgan("ledger", "check", "--format", "json").stdout)
    assert checked["holds"], checked
    assert qorgan("ledger", "rotate-key").returncode == 0
    assert json.loads(qorgan("ledger", "check", "--format", "json").stdout)["holds"]
    assert [path.name for path in sorted((data / "keys").iterdir())] == [".changing", "ledger.key", "session.key"]
    shutil.rmtree(data)


def test_a_note_by_nobody_is_no_checkpoint() -> None:
    newest = latest()
    assert newest is not None
    with pytest.raises(NoteError):
        SignedHead.open(newest.note, [SigningKey.generate(signing.ledger_key().name).verifier])
