"""A day at the docking PC: recorders come and go, strangers too, the disk fills, the clock goes wrong."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qorgan.dock import agent, clocks, counting, simulate
from qorgan.dock.queue import Queue
from qorgan.dock.settings import ConfigurationError
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office, Server

pytestmark = pytest.mark.work

Docks = Callable[..., Dock]


def last(office: Office) -> dict[str, Any]:
    return office.statuses[-1] if office.statuses else {"devices": [], "strangers": []}


def problem(office: Office) -> str:
    devices = last(office)["devices"]
    return str(devices[0]["problem"]) if devices else ""


def test_several_recorders_at_once(docks: Docks, office: Office) -> None:
    for number in ("0417", "0421", "0430"):
        office.add(number)
    dock = docks()
    for number in ("0417", "0421", "0430"):
        dock.plug(number, {f"DCIM/{part}.BIN": os.urandom(200_000) for part in range(3)})
    dock.start()
    wait_for(lambda: len(office.stored) == 3)
    assert sorted(told["inventory_number"] for told in office.stored) == ["0417", "0421", "0430"]
    assert len(office.recordings) == 9


def test_two_files_of_one_name_in_two_folders_are_both_kept(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks()
    dock.plug("0417", {"DCIM/100/MOVI0001.BIN": b"one", "DCIM/101/MOVI0001.BIN": b"two", "кіріс/MOVI0001.BIN": b"three"})
    dock.start()
    wait_for(lambda: office.stored)
    assert office.names() == ["DCIM/100/MOVI0001.BIN", "DCIM/101/MOVI0001.BIN", "кіріс/MOVI0001.BIN"]


def test_a_recorder_plugged_in_again_sends_only_what_is_new(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks()
    files: dict[str | bytes, bytes] = {"a.BIN": b"first day" * 100}
    mount = dock.plug("0417", files)
    dock.start()
    wait_for(lambda: len(office.stored) == 1)
    shutil.rmtree(mount)
    wait_for(lambda: not dock.desk.board.present())
    dock.plug("0417", files | {"b.BIN": b"second day" * 100})
    wait_for(lambda: len(office.stored) == 2)
    assert len(office.uploads) == 2
    assert [row["plain_sha256"] for row in office.stored[1]["recordings"]] != [row["plain_sha256"] for row in office.stored[0]["recordings"]]


def test_unplugged_in_mid_copy_and_plugged_in_again(docks: Docks, office: Office, tmp_path: Path) -> None:
    """The dock is reading when the recorder is pulled: nothing partial goes up, and the rest is taken when it is back."""
    office.add("0417")
    dock = docks()
    source = tmp_path / "source"
    source.mkdir()
    for part in range(6):
        (source / f"{part}.bin").write_bytes(os.urandom(6_000_000))
        os.utime(source / f"{part}.bin", (1_795_318_812 + part, 1_795_318_812 + part))
    play = simulate.Play(source, dock.watched, "0417")
    stop = threading.Event()
    simulate.run(play, stop)
    dock.start()
    wait_for(lambda: (counting.tallies(dock.desk.queue) and dock.spooled()) or office.uploads)
    simulate.unplug(dock.watched / "0417")
    wait_for(lambda: problem(office) in ("unplugged", ""), 5)
    before = len(office.recordings)
    assert before < 6
    wait_for(lambda: not any(name.endswith(".part") for name in dock.spooled()))
    assert office.stored == []
    simulate.run(play, stop)
    wait_for(lambda: office.stored)
    assert sorted(held.manifest.size for held in office.recordings.values()) == [6_000_000] * 6
    assert len(office.stored[0]["recordings"]) == 6


def test_a_recorder_unplugged_too_early_is_said(docks: Docks, office: Office) -> None:
    office.add("0417")
    office.recipients = []
    dock = docks()
    mount = dock.plug("0417", {"a.BIN": b"x" * 1000})
    dock.start()
    wait_for(lambda: problem(office) == "vault")
    shutil.rmtree(mount)
    wait_for(lambda: problem(office) == "unplugged")
    assert "Plug it in again" in last(office)["devices"][0]["message"]


def test_a_file_that_still_grows_waits_until_it_rests(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks(scan_seconds=0.15)
    mount = dock.plug("0417", {"a.BIN": b"start"})
    dock.start()
    for _piece in range(12):
        with (mount / "a.BIN").open("ab") as file:
            file.write(os.urandom(1000))
        time.sleep(0.05)
    wait_for(lambda: office.stored)
    assert max(held.manifest.size for held in office.recordings.values()) == 12_005
    assert any(office.opened(held) == (mount / "a.BIN").read_bytes() for held in office.recordings.values())


def test_a_strangers_drive_is_left_alone_and_reported_once(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks()
    mount = dock.plug("holiday", {"beach.jpg": b"private", "more/sea.jpg": b"private"}, marker="somebody else's")
    os.utime(mount / "beach.jpg", (1, 1))
    dock.start()
    wait_for(lambda: len(office.statuses) >= 3, 10)
    told = [stranger for status in office.statuses for stranger in status["strangers"]]
    assert told == [{"volume_serial": "", "volume_label": "", "mount": str(mount), "files": 3}]
    assert office.uploads == {}
    assert (mount / "beach.jpg").stat().st_atime == 1
    shutil.rmtree(mount)
    wait_for(lambda: not dock.desk.board.known_strangers())
    dock.plug("holiday", {"beach.jpg": b"private"}, marker="somebody else's")
    wait_for(lambda: sum(len(status["strangers"]) for status in office.statuses) == 2)


def test_two_drives_that_show_as_one_recorder_are_not_mixed(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks()
    dock.plug("0417", {"a.BIN": b"first card"})
    dock.start()
    wait_for(lambda: office.stored)
    second = dock.plug("0417-b", {"a.BIN": b"second card", "b.BIN": b"more"}, marker="0417")
    wait_for(lambda: "two-drives" in dock.desk.board.generals())
    assert len(office.recordings) == 1
    shutil.rmtree(dock.watched / "0417")
    wait_for(lambda: len(office.recordings) == 3)
    assert second.exists()
    wait_for(lambda: "two-drives" not in dock.desk.board.generals())


def test_without_a_vault_nothing_is_sealed_and_that_is_said(docks: Docks, office: Office) -> None:
    office.add("0417")
    recipients, office.recipients = office.recipients, []
    dock = docks()
    dock.plug("0417", {"a.BIN": b"x"})
    dock.start()
    wait_for(lambda: problem(office) == "vault")
    assert dock.spooled() == []
    office.recipients = recipients
    wait_for(lambda: office.stored)
    assert "vault" not in dock.desk.board.generals()


def test_a_full_dock_waits_and_goes_on_when_there_is_room(docks: Docks, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qorgan.dock.workers._FULL_AGAIN", 1.0)
    office.add("0417")
    dock = docks(reserve_mib=10**8)
    dock.plug("0417", {"a.BIN": b"x"})
    dock.start()
    wait_for(lambda: problem(office) == "dock-full")
    assert (office.uploads, dock.spooled()) == ({}, [])
    dock.desk.spool._reserve = 0
    wait_for(lambda: office.stored)
    assert "dock-full" not in dock.desk.board.generals()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small file system")
def test_a_really_full_disk(docks: Docks, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool of 4 MiB: what does not fit waits on the recorder until the first has gone up."""
    monkeypatch.setattr("qorgan.dock.workers._FULL_AGAIN", 2.0)
    office.add("0417")
    dock = docks(reserve_mib=0)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", dock.folder.spool], check=False).returncode:
        pytest.skip("this machine does not mount")
    try:
        office.faults.unavailable = True
        dock.plug("0417", {f"{part}.BIN": os.urandom(2_000_000) for part in range(4)})
        dock.start()
        wait_for(lambda: "dock-full" in dock.desk.board.generals())
        assert len(dock.spooled()) == 1
        office.faults.unavailable = False
        wait_for(lambda: office.stored, 40)
        assert len(office.recordings) == 4
    finally:
        dock.stop()
        subprocess.run(["umount", dock.folder.spool], check=True)


def test_files_stay_in_the_recorders_hands_when_the_office_does_not_know_it(docks: Docks, office: Office) -> None:
    """The table comes from the server and may change while a recorder is plugged in."""
    dock = docks()
    dock.plug("0417", {"a.BIN": b"x"})
    dock.start()
    wait_for(dock.desk.board.known_strangers)
    office.add("0417")
    wait_for(lambda: office.stored)
    assert not dock.desk.board.known_strangers()


def test_a_clock_set_back_while_the_agent_was_off_is_said(docks: Docks, office: Office) -> None:
    dock = docks()
    dock.folder.prepare()
    queue = Queue(dock.folder.state)
    queue.remember("clock", (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    queue.close()
    office.faults.unavailable = True
    dock.start()
    wait_for(lambda: "went back" in dock.desk.board.generals().get("clock", ""))


def test_a_dock_an_hour_off_says_so_and_the_manifest_carries_both_clocks(docks: Docks, office: Office) -> None:
    office.add("0417")
    office.clock_offset = timedelta(hours=-1)
    dock = docks()
    dock.plug("0417", {"a.BIN": b"x"})
    dock.start()
    wait_for(lambda: "3600 s" in dock.desk.board.generals().get("clock", ""))
    wait_for(lambda: office.stored)
    told = next(iter(office.recordings.values())).manifest.clocks
    apart = datetime.fromisoformat(told["dock_now"]) - datetime.fromisoformat(told["server_now"])
    assert timedelta(minutes=59, seconds=58) < apart < timedelta(hours=1, seconds=2)
    assert told["ntp"] in ("synchronised", "unsynchronised", "unknown")


def test_a_clock_moved_by_hand_drops_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = [1_000_000.0]

    def now() -> float:
        return wall[0]

    monkeypatch.setattr(clocks.time, "time", now)
    known = clocks.Clocks()
    known.contact(datetime.now(UTC), datetime.now(UTC), "2026-11-22T03:40:12Z")
    assert known.sample()["server_now"] == "2026-11-22T03:40:12Z"
    wall[0] -= 3600
    assert known.jumped() == pytest.approx(-3600, abs=1)
    assert known.sample()["server_now"] == ""
    assert known.jumped() == 0.0


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"timedatectl": "yes"}, "synchronised"),
        ({"timedatectl": "no"}, "unsynchronised"),
        ({"chronyc": "Stratum : 3\nLeap status     : Normal"}, "synchronised"),
        ({"chronyc": "Leap status     : Not synchronised"}, "unsynchronised"),
        ({}, "unknown"),
    ],
)
def test_the_ntp_state_is_what_the_system_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answers: dict[str, str], state: str) -> None:
    for name, words in answers.items():
        (tmp_path / name).write_text(f"#!/bin/sh\ncat <<'.'\n{words}\n.\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if answers.get("chronyc") is None else f"{tmp_path}")
    if "timedatectl" not in answers:
        (tmp_path / "timedatectl").write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / "timedatectl").chmod(0o755)
        (tmp_path / "cat").symlink_to("/bin/cat")
    assert clocks.ntp_state() == state


def test_a_second_agent_on_the_same_folder_is_refused(dock: Dock) -> None:
    with (
        agent.only_one(dock.folder),
        pytest.raises(ConfigurationError, match="already running"),
        agent.only_one(dock.folder),
    ):
        pass


def test_the_agent_stops_within_two_seconds_in_mid_upload(docks: Docks, office: Office, server: Server) -> None:
    office.add("0417")
    office.faults.slow_bytes_per_second = 200_000
    dock = docks()
    dock.plug("0417", {"a.BIN": os.urandom(3_000_000)})
    dock.start()
    wait_for(lambda: any(held.path.stat().st_size for held in office.uploads.values()))
    began = time.monotonic()
    running, dock.agent = dock.agent, None
    assert running is not None
    running.finish()
    assert time.monotonic() - began < 2
    office.faults.slow_bytes_per_second = 0
    dock.start()
    wait_for(lambda: office.stored)
    assert len(office.uploads) == 1, "the upload went on where it was"
