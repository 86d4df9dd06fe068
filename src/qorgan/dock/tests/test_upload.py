"""From the spool to the receipt, through every bad day of a network and a server."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qorgan.dock import counting
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office, Server
from qorgan.evidence.keys import SigningKey

pytestmark = pytest.mark.work

FILES: dict[str | bytes, bytes] = {
    "CARDV/2026_1122_084012_001.BIN": os.urandom(700_000),
    "CARDV/2026_1122_084512_002.BIN": os.urandom(400_000),
}


@pytest.fixture
def ready(docks: Callable[..., Dock], office: Office) -> Dock:
    office.add("0417")
    dock = docks()
    dock.plug("0417", dict(FILES))
    return dock


def problem(office: Office) -> str:
    """What the last status says of the first recorder."""
    devices = office.statuses[-1]["devices"] if office.statuses else []
    return str(devices[0]["problem"]) if devices else ""


def all_stored(office: Office) -> None:
    """Wait until the office was told that all is stored; then open what arrived with the vault's key."""
    wait_for(lambda: office.stored)
    assert [office.opened(held) for held in office.recordings.values()] in (
        list(FILES.values()),
        list(reversed(FILES.values())),
    )
    assert len(office.stored[0]["recordings"]) == len(FILES)


def test_everything_arrives_and_the_office_is_told_once(ready: Dock, office: Office) -> None:
    ready.start()
    all_stored(office)
    time.sleep(0.5)
    assert len(office.stored) == 1
    assert office.stored[0]["inventory_number"] == "0417"
    assert office.stored[0]["empty"] is True
    assert ready.spooled() == []
    wait_for(lambda: office.statuses[-1]["devices"][0]["state"] == "empty")
    assert office.statuses[-1]["queue"] == {"files": 0, "bytes": 0, "oldest": ""}


@pytest.mark.parametrize(
    "fault",
    [
        {"cut_patch_after": 300_000},
        {"drop_answers": {"POST /api/upload/"}},
        {"drop_answers": {"PATCH /api/upload/"}},
        {"drop_answers": {"HEAD /api/upload/"}},
        {"drop_answers": {"GET /api/upload/"}},
        {"drop_answers": {"POST /api/dock/v1/stored"}},
        {"digest": 2},
        {"busy": 2},
        {"forget_uploads": 1},
    ],
    ids=lambda fault: " ".join(f"{name} {value}" for name, value in fault.items()),
)
def test_each_loss_is_made_good(ready: Dock, office: Office, fault: dict[str, object]) -> None:
    """Done or not done, reported or not: what was lost is asked for again, and nothing is stored twice."""
    for name, value in fault.items():
        setattr(office.faults, name, value)
    ready.start()
    all_stored(office)
    assert len(office.recordings) == 2


def test_a_cut_upload_goes_on_where_the_server_stopped(ready: Dock, office: Office) -> None:
    office.faults.cut_patch_after = 300_000
    ready.start()
    all_stored(office)
    assert sum("POST /api/upload/ 201" in line for line in office.log) == 2, "the cut upload was not begun anew"


def test_a_full_server_is_waited_for(ready: Dock, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qorgan.dock.workers._FULL_AGAIN", 0.3)
    office.faults.server_full = 2
    ready.start()
    wait_for(lambda: "server-full" in ready.desk.board.generals())
    all_stored(office)
    wait_for(lambda: "server-full" not in ready.desk.board.generals())


def test_a_server_away_for_long_is_queued_for_and_then_caught_up(ready: Dock, office: Office, server: Server) -> None:
    """Offline days: sealing goes on, the recorder may leave, and a restart forgets nothing."""
    server.stop()
    ready.start()
    wait_for(lambda: ready.spooled() == ["1.age", "2.age"])
    wait_for(lambda: "unreachable" in ready.desk.board.generals())
    ready.stop()
    (ready.watched / "0417").rename(ready.watched / ".away")
    server.start()
    ready.start()
    all_stored(office)
    assert ready.spooled() == []


@pytest.mark.parametrize(
    "fault",
    [
        {"receipt_key": SigningKey.generate("other.office/ledger")},
        {"receipt_key": SigningKey.generate("office.test/ledger")},
        {"receipt_garbled": True},
        {"receipt_change": {"origin": "other.office/ledger"}},
        {"receipt_change": {"plain_sha256": "0" * 64}},
        {"receipt_change": {"sealed_blake3": "0" * 64}},
        {"receipt_change": {"upload": "another"}},
        {"receipt_change": {"sealed_size": 1}},
        {"receipt_change": {"dock": "00000000-0000-4000-8000-000000000000"}},
    ],
    ids=["other server", "same name, other key", "altered", "origin", "hash", "sealed hash", "upload", "size", "dock"],
)
def test_a_false_receipt_never_counts(ready: Dock, office: Office, fault: dict[str, object]) -> None:
    for name, value in fault.items():
        setattr(office.faults, name, value)
    ready.start()
    wait_for(lambda: problem(office) == "false-receipt")
    assert office.statuses[-1]["devices"][0]["state"] == "failed"
    assert office.stored == []
    assert ready.spooled() == ["1.age", "2.age"]
    assert counting.waiting(ready.desk.queue)[0] == 2


def test_a_duplicate_with_anothers_sealed_hash_is_a_good_receipt(docks: Callable[..., Dock], office: Office) -> None:
    """Two docks with one recorder: both upload, the second hears "duplicate"; nothing is stored twice."""
    office.add("0417")
    first, second = docks("one"), docks("two", token="second-token")
    for dock, expected in ((first, 1), (second, 2)):
        dock.plug("0417", dict(FILES))
        dock.start()
        wait_for(lambda expected=expected: len(office.stored) == expected)
    assert len(office.recordings) == 2
    assert office.stored[0]["recordings"] == office.stored[1]["recordings"]
    assert [held.duplicate for held in office.uploads.values()] == [False, False, True, True]


def test_two_docks_at_the_same_moment(docks: Callable[..., Dock], office: Office) -> None:
    office.add("0417")
    both = [docks("one"), docks("two", token="second-token")]
    for dock in both:
        dock.plug("0417", dict(FILES))
    for dock in both:
        dock.start()
    wait_for(lambda: len(office.stored) == 2)
    assert len(office.recordings) == 2


def test_a_revoked_token_stops_the_dock_and_keeps_everything(ready: Dock, office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.faults.unavailable = True
    ready.start()
    wait_for(lambda: ready.spooled() == ["1.age", "2.age"])
    office.faults.unavailable, office.faults.revoked = False, True
    wait_for(ready.desk.stopped)
    assert ready.desk.exit_code == 3
    wait_for(lambda: "no longer accepts this PC" in caplog.text)
    assert ready.spooled() == ["1.age", "2.age"]


def test_a_server_with_another_key_gets_nothing(ready: Dock, office: Office) -> None:
    """Its answer would name to whom recordings are sealed: an impostor's answer is not used."""
    office.key = SigningKey.generate("office.test/ledger")
    ready.start()
    wait_for(lambda: "server-changed" in ready.desk.board.generals())
    time.sleep(0.3)
    assert office.uploads == {}


def test_a_refused_file_waits_and_the_others_go_on(ready: Dock, office: Office, server: Server) -> None:
    server.stop()
    ready.start()
    wait_for(lambda: ready.spooled() == ["1.age", "2.age"])
    ready.stop()
    state = Path(ready.folder.state)
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE files SET manifest = replace(manifest, '\"sequence\":1', '\"sequence\":9') WHERE id = 1")
    connection.close()
    server.start()
    ready.start()
    wait_for(lambda: len(office.recordings) == 1)
    wait_for(lambda: problem(office) == "refused")
    assert office.stored == []


@pytest.mark.parametrize("harm", ["damaged", "deleted"])
@pytest.mark.parametrize("here", [True, False], ids=["recorder here", "recorder away"])
def test_a_spool_that_lost_its_bytes_is_filled_again_from_the_recorder(
    ready: Dock, office: Office, server: Server, harm: str, here: bool
) -> None:
    server.stop()
    ready.start()
    wait_for(lambda: ready.spooled() == ["1.age", "2.age"])
    ready.stop()
    spooled = ready.folder.spool / "1.age"
    spooled.chmod(0o600)
    data = bytearray(spooled.read_bytes())
    data[1000] ^= 1
    spooled.unlink()
    if harm == "damaged":
        spooled.write_bytes(data)
    if not here:
        (ready.watched / "0417").rename(ready.watched / ".away")
    server.start()
    ready.start()
    if not here:
        wait_for(lambda: len(office.recordings) == 1)
        wait_for(lambda: problem(office) in ("digest", "spool"))
        assert office.stored == []
        (ready.watched / ".away").rename(ready.watched / "0417")
    all_stored(office)


def test_damage_on_the_way_is_sent_again_from_the_spool_while_the_recorder_is_away(
    ready: Dock, office: Office, server: Server
) -> None:
    server.stop()
    ready.start()
    wait_for(lambda: ready.spooled() == ["1.age", "2.age"])
    ready.stop()
    (ready.watched / "0417").rename(ready.watched / ".away")
    office.faults.digest = 1
    server.start()
    ready.start()
    all_stored(office)


def test_one_recorder_refused_does_not_hold_up_another(docks: Callable[..., Dock], office: Office) -> None:
    for number in ("0417", "0421"):
        office.add(number)
    office.faults.withdrawn = {"0417"}
    dock = docks()
    for number in ("0417", "0421"):
        dock.plug(number, {"a.BIN": number.encode()})
    dock.start()
    wait_for(lambda: office.stored)
    assert office.stored[0]["inventory_number"] == "0421"
    wait_for(lambda: {device["problem"] for device in office.statuses[-1]["devices"]} == {"refused", ""})


def test_recorders_share_the_line(docks: Callable[..., Dock], office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recorder with much does not keep one with little waiting."""
    monkeypatch.setattr("qorgan.dock.upload.SLICE", 100_000)
    for number in ("0417", "0421"):
        office.add(number)
    dock = docks()
    dock.plug("0417", {f"{n}.BIN": os.urandom(400_000) for n in range(4)})
    dock.plug("0421", {"only.BIN": os.urandom(50_000)})
    office.faults.unavailable = True
    dock.start()
    wait_for(lambda: len(dock.spooled()) == 5)
    office.faults.unavailable = False
    wait_for(lambda: len(office.stored) == 2)
    order = [held.manifest.inventory_number for held in sorted(office.recordings.values(), key=lambda held: held.position)]
    assert order[0] == "0421"
