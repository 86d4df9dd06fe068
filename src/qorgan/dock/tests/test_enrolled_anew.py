"""A dock whose token was revoked is enrolled anew: to the server it is another dock, and what it had sealed goes up all the same."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import qorgan
from qorgan.dock import enrolling
from qorgan.dock.queue import File, Queue
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import TOKEN, Office
from qorgan.evidence.manifest import Manifest

pytestmark = pytest.mark.work

FILES: dict[str | bytes, bytes] = {
    "CARDV/2026_1122_084012_001.BIN": os.urandom(700_000),
    "CARDV/2026_1122_084512_002.BIN": os.urandom(400_000),
}
Docks = Callable[..., Dock]
KILLS = pytest.mark.skipif(sys.platform == "win32", reason="kill -9")


@pytest.fixture
def ready(docks: Docks, office: Office) -> Dock:
    office.add("0417")
    dock = docks()
    dock.plug("0417", dict(FILES))
    return dock


def sealed_and_away(dock: Dock, office: Office) -> None:
    """Both files are sealed, nothing is sent, and the recorder is gone: only the spool has them."""
    office.faults.unavailable = True
    dock.start()
    wait_for(lambda: dock.spooled() == ["1.age", "2.age"])
    take_away(dock, office)


def take_away(dock: Dock, office: Office) -> None:
    dock.stop()
    (dock.watched / "0417").rename(dock.watched / ".away")
    office.faults.unavailable = False


def enrol_anew(dock: Dock, office: Office) -> None:
    before = dock.folder.enrolment().dock
    office.tokens = {"second-token"}
    dock.enrolment = enrolling.enrol(dock.folder, "second-token", {})
    assert dock.enrolment.dock != before


def all_went_up(dock: Dock, office: Office) -> None:
    """Everything is on the server once, whole, under the present dock; and not one request was refused as forged."""
    wait_for(lambda: office.stored)
    assert sorted(office.opened(held) for held in office.recordings.values()) == sorted(FILES.values())
    assert {(held.manifest.dock, held.manifest.dock_name) for held in office.recordings.values()} == {(dock.enrolment.dock, "Dock 2")}
    assert not [line for line in office.log if line.endswith(" 403")]
    assert dock.spooled() == []


def test_what_was_sealed_before_goes_up_as_the_present_dock(ready: Dock, office: Office) -> None:
    sealed_and_away(ready, office)
    enrol_anew(ready, office)
    ready.start()
    all_went_up(ready, office)


def test_only_the_dock_differs_in_the_new_manifest(ready: Dock, office: Office) -> None:
    sealed_and_away(ready, office)
    before = manifests(ready)
    enrol_anew(ready, office)
    office.faults.unavailable = True
    ready.start()
    ready.stop()
    for old, new in zip(before, manifests(ready), strict=True):
        changed = {name for name in vars(old) if getattr(old, name) != getattr(new, name)}
        assert changed == {"dock", "dock_name"}


def queued(dock: Dock) -> list[File]:
    queue = Queue(dock.folder.state)
    files = queue.signed_for_another("", 0)
    queue.close()
    return files


def manifests(dock: Dock) -> list[Manifest]:
    return [Manifest.from_note(file.manifest, [dock.folder.key().verifier]) for file in queued(dock)]


def killed_at(dock: Dock, moment: str) -> None:
    """Run the agent as its own process until the kill at ``moment`` hits it."""
    command = [sys.executable, "-m", "qorgan.dock.cli", "run", "--folder", str(dock.folder.path), "--format", "json"]
    environment = {**os.environ, "QORGAN_FAULT": f"{moment}:kill", "PYTHONPATH": str(Path(qorgan.__file__).parents[1])}
    ran = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()


@KILLS
@pytest.mark.parametrize(("moment", "state"), [("dock.created.done", "created"), ("dock.uploading.done", "uploading")])
def test_an_upload_under_way_begins_anew(ready: Dock, office: Office, moment: str, state: str) -> None:
    killed_at(ready, moment)
    assert state in [file.state for file in queued(ready)]
    enrol_anew(ready, office)
    ready.start()
    all_went_up(ready, office)
    assert not [line for line in office.log if line.endswith(" 404")], "the old dock's upload was not asked for"


def test_a_stored_file_whose_receipt_was_not_heard_gets_one(ready: Dock, office: Office) -> None:
    """The old dock's upload is whole on the server; the new dock hears that the office has the recording."""
    office.faults.receipt_garbled = True
    ready.start()
    wait_for(lambda: len(office.recordings) == 2)
    take_away(ready, office)
    office.faults.receipt_garbled = False
    enrol_anew(ready, office)
    ready.start()
    wait_for(lambda: office.stored)
    assert len(office.recordings) == 2
    assert [held.duplicate for held in office.uploads.values()] == [False, False, True, True]


@KILLS
@pytest.mark.parametrize("moment", ["dock.signed_anew.begin", "dock.signed_anew.done"])
def test_killed_while_signing_anew(ready: Dock, office: Office, moment: str) -> None:
    sealed_and_away(ready, office)
    enrol_anew(ready, office)
    killed_at(ready, moment)
    assert office.recordings == {}
    ready.start()
    all_went_up(ready, office)


def test_killed_between_the_new_token_and_the_new_enrolment(ready: Dock, office: Office) -> None:
    """The agent then speaks with the new token as the old dock and is refused; nothing is lost, and enrolling once more mends it."""
    sealed_and_away(ready, office)
    old = (ready.folder.path / "enrolment.json").read_bytes()
    enrol_anew(ready, office)
    (ready.folder.path / "enrolment.json").write_bytes(old)
    ready.start()
    wait_for(lambda: any(line.endswith(" 403") for line in office.log))
    ready.stop()
    assert ready.spooled() == ["1.age", "2.age"]
    assert office.recordings == {}
    assert json.loads(old)["dock"] == office.docks[TOKEN][0]
    office.log.clear()
    ready.enrolment = enrolling.enrol(ready.folder, "second-token", {})
    ready.start()
    all_went_up(ready, office)


def test_more_files_than_one_transaction_takes(docks: Docks, office: Office) -> None:
    """Two hundred and fifty small ones; one of them was signed by nobody here, and stays as it is."""
    office.add("0417")
    dock = docks()
    dock.plug("0417", {f"{number:03}.BIN": b"%d" % number for number in range(3)})
    office.faults.unavailable = True
    dock.start()
    wait_for(lambda: len(dock.spooled()) == 3)
    dock.stop()
    queue = Queue(dock.folder.state)
    with queue.writing("copies") as connection:
        names = "docking, recorder, size, modified_ns, current, state, found_at, plain_sha256, sealed_blake3, sealed_size"
        connection.execute("UPDATE files SET manifest = replace(manifest, '\"sequence\":', '\"sequence\": ') WHERE id = 1")
        for number in range(250):
            connection.execute(f"INSERT INTO files (path, manifest, {names}) SELECT ?, manifest, {names} FROM files WHERE id = 2", [b"%d" % number])
    queue.close()
    office.faults.unavailable = False
    enrol_anew(dock, office)
    office.faults.unavailable = True
    dock.start()
    dock.stop()
    queue = Queue(dock.folder.state)
    left = queue.signed_for_another(dock.enrolment.dock, 0)
    queue.close()
    assert [file.id for file in left] == [1]
