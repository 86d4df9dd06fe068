"""A witness file on another disk: appended, synced; missing, full, torn, emptied, exchanged; a fault at every step."""

import errno
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from qorgan.evidence import durable
from qorgan.ledger import witness
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.compare import compare
from qorgan.ledger.models import Entry, Marker, Witnessing
from qorgan.ledger.notes import notes_in
from qorgan.ledger.state import ledger_state
from qorgan.ledger.tests.rewriting import past_the_guards, rewrite_entry
from qorgan.ledger.tests.test_witness import fill

pytestmark = pytest.mark.work


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """The configured witness file, on a medium that is there; twenty entries under a checkpoint."""
    medium = tmp_path / "medium"
    medium.mkdir()
    monkeypatch.setitem(settings.QORGAN, "QORGAN_WITNESS_FILES", (str(medium / "qorgan.txt"),))
    monkeypatch.setitem(settings.QORGAN, "QORGAN_WITNESS_HOURS", 1)
    Marker.objects.create(installation="6f1c2f4e-6c1b-4c6e-9d55-3f0f5a7b8c9d")
    fill(20)
    make_checkpoint()
    return medium / "qorgan.txt"


@pytest.fixture
def next_hour(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Moves the clock on, with three more entries under a checkpoint."""
    passed = [0]
    real = timezone.now

    def move() -> None:
        passed[0] += 1
        hours = passed[0]
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
        fill(3)
        make_checkpoint()

    return move


def results() -> list[tuple[str, str]]:
    return list(Witnessing.objects.order_by("id").values_list("result", "detail"))


def test_each_showing_is_appended_and_compares(file: Path, next_hour: Callable[[], None]) -> None:
    for _ in range(3):
        witness.show_due()
        next_hour()
    notes = notes_in(file.read_text())
    assert len(notes) == 3
    assert compare(file.read_text()).exit_code == 0
    assert [result for result, _detail in results()] == ["seen"] * 3
    (seen,) = witness.last_seen()
    assert (seen.kind, seen.where, seen.size, seen.problem) == ("file", str(file), notes[-1].size, "")
    state = ledger_state()
    assert state.witnessed_at == seen.at
    assert state.witness_problems == ()


def test_a_medium_that_is_away_is_said_and_nothing_is_written_in_its_place(file: Path, next_hour: Callable[[], None]) -> None:
    """An empty mount point looks like a folder: a known file that is absent there is a missing medium, not a new file."""
    witness.show_due()
    away = file.parent.with_name("away")
    file.parent.rename(away)
    file.parent.mkdir()
    next_hour()
    witness.show_due()
    witness.show_due()
    assert results() == [("seen", ""), ("missing", "")]
    assert list(file.parent.iterdir()) == []
    assert ledger_state().witness_problems == (f"missing {file}",)
    assert Entry.objects.filter(kind="ledger:witness:failed").count() == 1
    file.parent.rmdir()
    away.rename(file.parent)
    witness.show_due()
    assert results()[-1] == ("seen", "")
    assert ledger_state().witness_problems == ()


def test_a_folder_that_was_never_there_is_missing(file: Path) -> None:
    file.parent.rmdir()
    witness.show_due()
    assert results() == [("missing", "")]


def test_an_emptied_file_is_missing(file: Path, next_hour: Callable[[], None]) -> None:
    witness.show_due()
    os.truncate(file, 0)
    next_hour()
    witness.show_due()
    assert results()[-1] == ("missing", "emptied")


def test_a_full_medium_is_said_and_what_was_written_stays_readable(file: Path, next_hour: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    witness.show_due()
    before = file.read_bytes()
    next_hour()

    def full(name: str) -> None:
        if name == "append.sync.begin":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(durable, "on_step", full)
    witness.show_due()
    assert results()[-1] == ("full", "No space left on device")
    monkeypatch.setattr(durable, "on_step", lambda _name: None)
    assert file.read_bytes().startswith(before)
    witness.show_due()
    assert results()[-1] == ("seen", "")
    assert compare(file.read_text()).exit_code == 0


def test_a_really_full_disk(file: Path) -> None:
    """/dev/full takes no byte."""
    if not Path("/dev/full").exists():
        pytest.skip("no such device here")
    file.symlink_to("/dev/full")
    witness.show_due()
    assert results()[0][0] == "full"


@pytest.mark.parametrize("place", ["begin", "done"])
@pytest.mark.parametrize("step", ["write.data", "publish.sync", "publish.link", "publish.unlink", "publish.directory", "append.data", "append.sync"])
def test_a_fault_at_each_step_is_survived(file: Path, monkeypatch: pytest.MonkeyPatch, step: str, place: str) -> None:
    def fail(name: str) -> None:
        if name == f"{step}.{place}":
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(durable, "on_step", fail)
    witness.show_due()
    assert results() == [("failed", "Input/output error")]
    monkeypatch.setattr(durable, "on_step", lambda _name: None)
    witness.show_due()
    assert results()[-1] == ("seen", "")
    assert compare(file.read_text()).exit_code == 0


@pytest.mark.parametrize("kept", [1, 40, 100, 150])
def test_a_record_torn_by_a_crash_is_passed_over(file: Path, next_hour: Callable[[], None], kept: int) -> None:
    witness.show_due()
    whole = file.read_bytes()
    next_hour()
    witness.show_due()
    record = file.read_bytes()[len(whole) :]
    assert kept < len(record)
    file.write_bytes(whole + record[:kept])
    next_hour()
    witness.show_due()
    notes = notes_in(file.read_text())
    newest = latest()
    assert newest is not None
    assert notes[-1].note in {one.note for one in type(newest).objects.all()}
    assert compare(file.read_text()).exit_code == 0


def test_the_file_finds_a_rewritten_ledger_by_itself(file: Path, next_hour: Callable[[], None]) -> None:
    """Nobody has to ask: the next showing looks at what the file saw last."""
    witness.show_due()
    rewrite_entry(7, '"number":7', '"number":8')
    next_hour()
    before = file.read_bytes()
    witness.show_due()
    assert results()[-1][0] == "differs"
    assert file.read_bytes() == before
    assert ledger_state().witness_problems == (f"differs {file}",)


def test_the_file_finds_a_restored_old_backup_by_itself(file: Path, next_hour: Callable[[], None]) -> None:
    next_hour()
    witness.show_due()
    past_the_guards(
        "DELETE FROM ledger_witnessing", "DELETE FROM ledger_checkpoint WHERE size > 20", "DELETE FROM ledger_content WHERE entry_id >= 20",
        "DELETE FROM ledger_entry WHERE position >= 20",
    )  # fmt: skip
    witness.show_due()
    assert results()[-1][0] == "differs"


def test_two_files_are_independent(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "share" / "qorgan.txt"
    monkeypatch.setitem(settings.QORGAN, "QORGAN_WITNESS_FILES", (str(other), str(file)))
    witness.show_due()
    assert [result for result, _detail in results()] == ["missing", "seen"]
    other.parent.mkdir()
    witness.show_due()
    assert compare(other.read_text()).exit_code == 0
    shutil.rmtree(other.parent)
