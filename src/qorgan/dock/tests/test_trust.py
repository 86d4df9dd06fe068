"""The server changes its key: by a hand-over the docks follow by themselves, without one they wait for a person."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qorgan.dock import cli
from qorgan.dock.settings import ConfigurationError
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import ORIGIN, Office
from qorgan.dock.trust import Trust, confirm
from qorgan.evidence import durable
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.succession import Succession

pytestmark = pytest.mark.work

FOOTAGE = {"DCIM/1.bin": b"one" * 90_000, "DCIM/2.bin": b"two" * 90_000}


def pinned(dock: Dock) -> str:
    """The key that the folder keeps."""
    return str(json.loads((dock.folder.path / "enrolment.json").read_text())["vkey"])


def test_a_running_dock_follows_a_hand_over_and_goes_on(dock: Dock, office: Office) -> None:
    office.add("0417")
    dock.start()
    wait_for(lambda: dock.desk.office is not None)
    old = dock.desk.trust.server
    office.rotate()
    wait_for(lambda: dock.desk.trust.server != old)
    assert pinned(dock) == str(office.key.verifier)
    dock.plug("0417", FOOTAGE)  # type: ignore[arg-type]
    wait_for(lambda: len(office.stored) == 1)
    assert dock.desk.board.generals() == {}


def test_a_dock_that_was_away_for_three_keys_follows_them_all(dock: Dock, office: Office) -> None:
    for _ in range(3):
        office.rotate()
    dock.start()
    wait_for(lambda: pinned(dock) == str(office.key.verifier))
    assert dock.desk.trusted


def test_a_receipt_by_a_key_not_yet_announced_is_asked_for_again_not_cried_over(dock: Dock, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    """Rotation between two polls: the receipt comes first, the hand-over a second later."""
    office.add("0417")
    dock.plug("0417", FOOTAGE)  # type: ignore[arg-type]
    later = SigningKey.generate(ORIGIN)
    office.faults.receipt_key = later
    dock.start()
    wait_for(lambda: dock.desk._doubted)
    office.hand_overs.append(Succession.between(office.key, later, since=7, at=office.now()))
    office.key, office.faults.receipt_key = later, None
    wait_for(lambda: len(office.stored) == 1)
    assert "does not vouch" not in caplog.text


def test_erasing_waits_for_the_new_key_too(dock: Dock, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.add("0417")
    office.erase = True
    later = SigningKey.generate(ORIGIN)
    office.faults.permission_key = later
    mount = dock.plug("0417", FOOTAGE)  # type: ignore[arg-type]
    dock.start()
    wait_for(lambda: any(what.startswith("erase") for what in dock.desk._doubted))
    assert (mount / "DCIM/1.bin").exists()
    office.hand_overs.append(Succession.between(office.key, later, since=7, at=office.now()))
    office.key, office.faults.permission_key = later, None
    wait_for(lambda: not (mount / "DCIM/1.bin").exists())
    assert "not the server's own" not in caplog.text


@pytest.mark.parametrize("broken", ["none", "forged", "backwards", "other ledger"])
def test_a_key_without_a_true_hand_over_is_not_believed(dock: Dock, office: Office, broken: str) -> None:
    old, new, third = office.key, SigningKey.generate(ORIGIN), SigningKey.generate(ORIGIN)
    good = Succession.between(old, new, since=7, at=office.now())
    office.hand_overs = {
        "none": [],
        "forged": [good.replace(str(new.verifier), str(third.verifier))],
        "backwards": [Succession.between(new, old, since=7, at=office.now())],
        "other ledger": [Succession.between(third, new, since=7, at=office.now())],
    }[broken]
    office.key = new
    dock.start()
    wait_for(lambda: "server-changed" in dock.desk.board.generals())
    assert not dock.desk.trusted
    assert pinned(dock) == str(old.verifier)


def test_the_old_key_is_not_believed_any_more(dock: Dock, office: Office) -> None:
    """Whoever stole it is too late."""
    old = office.key
    office.rotate()
    dock.start()
    wait_for(lambda: dock.desk.trust.server == office.key.verifier)
    office.key, office.hand_overs = old, []
    wait_for(lambda: "server-changed" in dock.desk.board.generals())
    assert not dock.desk.trust.learn(str(old.verifier), [])


def test_after_a_lost_key_a_person_confirms_the_new_one_and_the_running_agent_takes_it_up(
    dock: Dock, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.add("0417")
    office.key = SigningKey.generate(ORIGIN)
    dock.plug("0417", FOOTAGE)  # type: ignore[arg-type]
    dock.start()
    wait_for(lambda: "server-changed" in dock.desk.board.generals())
    time.sleep(0.3)
    assert office.uploads == {}
    assert cli.main(["trust", str(office.key.verifier), "--folder", str(dock.folder.path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["vkey"] == str(office.key.verifier)
    wait_for(lambda: len(office.stored) == 1)
    assert "server-changed" not in dock.desk.board.generals()


def test_a_key_that_is_mistyped_or_anothers_is_refused(dock: Dock, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    before = pinned(dock)
    good = str(office.key.verifier)
    for wrong in ("", "x", good[:-4] + "AAA=", str(SigningKey.generate("other.office/ledger").verifier)):
        assert cli.main(["trust", wrong, "--folder", str(dock.folder.path)]) == cli.NOT_SET_UP
    assert pinned(dock) == before
    assert capsys.readouterr().err


@pytest.mark.parametrize("step", ["rewrite.data", "rewrite.sync", "rewrite.rename", "rewrite.directory"])
def test_a_fault_while_pinning_leaves_one_key_or_the_other(dock: Dock, office: Office, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """The new key counts only after the folder keeps it."""
    old = office.key
    office.rotate()
    trust = Trust(dock.folder, dock.enrolment)
    monkeypatch.setattr(durable, "on_step", fail_at(f"{step}.begin"))
    with pytest.raises(OSError, match="fault"):
        trust.learn(str(office.key.verifier), office.hand_overs)
    assert trust.server == old.verifier
    monkeypatch.setattr(durable, "on_step", lambda _name: None)
    assert trust.learn(str(office.key.verifier), office.hand_overs)
    assert pinned(dock) == str(office.key.verifier)


def fail_at(name: str) -> Callable[[str], None]:
    """A hook that fails at this step."""

    def at(step: str) -> None:
        if step == name:
            raise OSError("fault")

    return at


def test_nothing_is_pinned_where_nothing_was_enrolled(tmp_path: Path, dock: Dock) -> None:
    folder = type(dock.folder)(tmp_path / "empty")
    with pytest.raises(ConfigurationError):
        confirm(folder, str(SigningKey.generate(ORIGIN).verifier))
