"""The ledger's key changes under a running dock: the real server over HTTP, the real agent, the real commands' actions."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from qorgan.archive.docks import create_dock
from qorgan.dock import agent, enrolling, language
from qorgan.dock.settings import DockFolder
from qorgan.dock.trust import confirm
from qorgan.ledger import keys, signing
from qorgan.ledger.actors import Actor
from qorgan.ledger.check import check
from qorgan.people.tests.cast import SETUP, make_cast

ACTOR = Actor.system("test")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.work]


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Return when ``condition`` holds; fail when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def running(live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[agent.Agent]:
    """An office with a key of its own, a dock enrolled at it and at work, asking every second."""
    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr("qorgan.recorders.api.POLL_SECONDS", 1)
    (tmp_path / "ledger").mkdir()
    signing.create_key()
    keys.begin()
    _dock, token = create_dock(actor=SETUP, organisation=make_cast().karaganda, name="1")
    language.use("en")
    folder = DockFolder(tmp_path / "dock")
    enrolling.enrol(folder, token, {"server": live_server.url, "removable_drives": False, "scan_seconds": 0.2})
    started = agent.Agent(agent.prepare(folder, agent.check(folder), threading.Event()))
    started.start()
    yield started
    assert started.finish()


def believed(dock: agent.Agent) -> bool:
    """Whether the dock trusts the server, by the key that signs today, and has it written down."""
    today = signing.ledger_key().verifier
    return dock.desk.trusted and dock.desk.trust.server == today and dock.desk.folder.enrolment().vkey == today.vkey


def test_a_dock_at_work_follows_two_hand_overs(running: agent.Agent) -> None:
    wait_for(lambda: running.desk.office is not None and believed(running))
    for _ in range(2):
        keys.rotate(actor=ACTOR)
        wait_for(lambda: believed(running))
    assert "server-changed" not in running.desk.board.generals()
    assert check().holds


def test_after_a_loss_the_dock_waits_for_a_person(running: agent.Agent) -> None:
    wait_for(lambda: running.desk.office is not None and believed(running))
    signing.key_path().unlink()
    keys.declare_lost(actor=ACTOR, reason="the disk burnt")
    wait_for(lambda: "server-changed" in running.desk.board.generals())
    assert not running.desk.trusted
    confirm(running.desk.folder, signing.ledger_key().verifier.vkey)
    wait_for(lambda: believed(running))
    assert "server-changed" not in running.desk.board.generals()
