"""What a witness kept against today's ledger: rewritten, forked, cut, restored from an old copy; and notes as scanners and letters leave them."""

import argparse
import io
import json
import sys
from pathlib import Path

import pytest
from django.conf import settings

from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.keys import SigningKey
from qorgan.ledger import commands, keys, kinds, log, signing
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.compare import Comparison, Verdict, compare
from qorgan.ledger.keyring import KeyMismatch
from qorgan.ledger.models import Checkpoint
from qorgan.ledger.notes import notes_in
from qorgan.ledger.tests.rewriting import past_the_guards, rewrite_entry
from qorgan.ledger.transactions import writing

pytestmark = pytest.mark.work

KIND = kinds.register("ledger:witness:tested", "Written in a test of witnesses")


def run(words: list[str]) -> int:
    """A command of this room; its exit code."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    options = parser.parse_args(words)
    return int(options.run(options))


def fill(count: int) -> None:
    """So many entries."""
    with writing():
        for number in range(count):
            log.append(KIND, actor=Actor.system("test"), subject=f"test:{number}", payload={"number": number})


@pytest.fixture
def kept(db: None) -> list[str]:
    """Three checkpoints that a witness keeps, over 310 entries, and 20 entries after them."""
    notes = []
    for count in (100, 200, 10):
        fill(count)
        checkpoint = make_checkpoint()
        assert checkpoint is not None
        notes.append(checkpoint.note)
    fill(20)
    make_checkpoint()
    return notes


def verdicts(found: Comparison) -> list[tuple[int, str, str]]:
    """Size, verdict and detail of each finding."""
    return [(finding.size, finding.verdict.value, finding.detail) for finding in found.findings]


def test_a_ledger_that_only_grew_holds(kept: list[str]) -> None:
    found = compare("\n".join(kept))
    assert verdicts(found) == [(100, "holds", ""), (300, "holds", ""), (310, "holds", "")]
    assert (found.exit_code, found.size, found.newest) == (0, 330, 330)


def test_a_ledger_rewritten_as_a_whole_is_found_though_it_holds_by_itself(kept: list[str]) -> None:
    rewrite_entry(150, '"number":50', '"number":51')
    assert check().holds, "the rewriting must be good enough to deceive a check without a witness"
    found = compare("\n".join(kept))
    assert verdicts(found) == [(100, "holds", ""), (300, "rewritten", "100..299"), (310, "rewritten", "100..309")]
    assert found.exit_code == 1


def test_two_histories_signed_by_one_key_are_a_fork(kept: list[str]) -> None:
    rewrite_entry(150, '"number":50', '"number":51')
    shown_to_another = Checkpoint.objects.get(size=300).note
    found = compare(kept[1] + "\n" + shown_to_another)
    assert [finding.verdict for finding in found.findings] == [Verdict.FORKED, Verdict.FORKED]
    assert found.exit_code == 1


def test_a_cut_ledger_or_an_old_backup_is_shorter_than_what_was_seen(kept: list[str]) -> None:
    past_the_guards(
        "DELETE FROM ledger_checkpoint WHERE size > 300", "DELETE FROM ledger_content WHERE entry_id >= 300", "DELETE FROM ledger_entry WHERE position >= 300"
    )
    assert check().holds
    found = compare("\n".join(kept))
    assert verdicts(found) == [(100, "holds", ""), (300, "holds", ""), (310, "shorter", "300")]
    assert found.exit_code == 1


def test_a_restored_backup_that_grew_past_the_old_size_is_found(kept: list[str]) -> None:
    past_the_guards(
        "DELETE FROM ledger_checkpoint WHERE size > 300", "DELETE FROM ledger_content WHERE entry_id >= 300", "DELETE FROM ledger_entry WHERE position >= 300"
    )
    fill(50)
    assert verdicts(compare(kept[2])) == [(310, "rewritten", "0..309")]


def test_entries_and_checkpoints_that_do_not_belong_together_are_found(kept: list[str]) -> None:
    """Subtrees exchanged under good entries: the proof of consistency is cut from what the database keeps, and must not be believed."""
    past_the_guards("UPDATE ledger_subtree SET digest = (SELECT root FROM ledger_checkpoint WHERE size = 100) WHERE level = 8")
    found = compare(kept[1])
    assert verdicts(found) == [(300, "broken", "")]
    assert found.exit_code == 1


def test_strangers_and_spoilt_notes_cannot_be_told(kept: list[str]) -> None:
    origin = settings.QORGAN["QORGAN_ORIGIN"]
    head = SignedHead(origin, 300, bytes(Checkpoint.objects.get(size=300).root))
    stranger = SigningKey.generate(origin)
    spoilt = kept[0].replace("\n100\n", "\n101\n")
    other = SignedHead("elsewhere.kz/ledger", 5, bytes(32)).sign(SigningKey.generate("elsewhere.kz/ledger"))
    found = compare("\n".join([head.sign(stranger), spoilt, other]))
    assert [finding.verdict for finding in found.findings] == [Verdict.UNKNOWN_KEY, Verdict.BAD_SIGNATURE, Verdict.OTHER_LEDGER]
    assert found.findings[0].detail == stranger.key_id.hex()
    assert found.exit_code == 2
    assert compare("nothing").exit_code == 2


def test_ledger_and_key_replaced_together_are_found_with_a_key_known_from_elsewhere(kept: list[str]) -> None:
    """The old key is pinned by docks and printed on the sheets."""
    old = SigningKey.generate(settings.QORGAN["QORGAN_ORIGIN"])
    note = SignedHead(old.name, 300, bytes(32)).sign(old)
    assert compare(note).exit_code == 2
    found = compare(note, more_keys=[old.verifier])
    assert (verdicts(found), found.exit_code) == ([(300, "rewritten", "0..299")], 1)


MANGLED = [
    lambda note: note.replace("\n", "\r\n"),
    lambda note: note.rstrip("\n"),
    lambda note: "\ufeff" + note,
    lambda note: note.replace("— ", "- "),
    lambda note: note.replace("— ", "– "),
    lambda note: note.replace("— ", "â€” "),
    lambda note: "".join(f"  {line}  \n" for line in note.split("\n")),
    lambda note: f"Dear head,\nhere it is.\n\n{note}\nKeep it.\n",
    lambda note: f"# 2026-11-22T03:40:12+00:00\n{note}\n# 2026-11-23T0",
    lambda note: note + "\n" + note,
]


@pytest.mark.parametrize("mangle", MANGLED)
def test_a_note_survives_scanner_letter_and_clipboard(kept: list[str], mangle: object) -> None:
    found = compare(mangle(kept[0]))  # type: ignore[operator]
    assert verdicts(found) == [(100, "holds", "")]


def test_a_long_text_without_notes_is_read_quickly() -> None:
    assert notes_in("a\n1\n" * 500_000) == []
    assert notes_in("— " * 1_000_000) == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_command_says_it_in_words_and_by_its_exit_code(kept: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    file = tmp_path / "witness.txt"
    file.write_text("\n".join(kept), encoding="utf-8")
    assert run(["ledger", "witness", str(file), "--language", language]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    rewrite_entry(250, '"number":150', '"number":151')
    assert run(["ledger", "witness", str(file), "--language", language]) == 1
    words = {"kk": "қайта жазылған", "ru": "переписан", "en": "rewritten"}
    assert words[language] in capsys.readouterr().out
    assert run(["ledger", "witness", str(tmp_path / "absent"), "--language", language]) == 2


def test_the_command_reads_what_is_typed_in_and_speaks_json(kept: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(kept[2].encode())))
    assert run(["ledger", "witness", "-", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["exit"], told["size"], told["findings"][0]["verdict"]) == (0, 330, "holds")


def test_a_wrong_key_in_the_folder_does_not_stop_the_comparison(kept: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which the key is wrong is the day on which one compares: the history of keys is in the database."""
    keys.begin()
    fill(1)
    other = tmp_path / "ledger.key"
    SigningKey.generate(signing.ledger_key().name).save(other)
    monkeypatch.setattr(signing, "key_path", lambda: other)
    file = tmp_path / "witness.txt"
    file.write_text(kept[0], encoding="utf-8")
    assert run(["ledger", "witness", str(file)]) == 0
    with pytest.raises(KeyMismatch):
        make_checkpoint()
