"""What is missed on a recorder: files removed by somebody else, numbers passed over, files that come back (444 p.19)."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from qorgan.dock import absences
from qorgan.dock.queue import Queue, Seen
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office
from qorgan.dock.tests.test_queue import queue, seal, settle, store

pytestmark = pytest.mark.work

__all__ = ["queue"]

Docks = Callable[..., Dock]
FILES: dict[str | bytes, bytes] = {
    "CARDV/2026_1122_084012_001.MP4": b"one" * 1000, "CARDV/2026_1122_084512_002.MP4": b"two" * 1000, "CARDV/2026_1122_090012_005.MP4": b"five" * 1000,
}  # fmt: skip


def at(number: int, *, minute: int | None = None) -> Seen:
    """File of that number, written at that minute."""
    return Seen(f"CARDV/2026_1122_08{(minute or number):02}12_{number:03}.MP4".encode(), 10, (minute or number) * 60 * 10**9)


def noted(queue: Queue, *listing: Seen, settled: bool = True) -> int:
    return absences.note(queue, "r1", "novatek", listing, settled=settled, exported=False)


def told(queue: Queue) -> list[tuple[str, int | None, int | None, bool]]:
    """Name, numbers, whether it is back."""
    return [(row["path"][-7:], row["first_number"], row["last_number"], bool(row["back_at"])) for row in absences.untold(queue).get("r1", [])]


def test_file_seen_and_never_sealed_vanished(queue: Queue) -> None:
    settle(queue, at(1), at(2))
    assert noted(queue, at(1), at(2)) == 0
    queue.observe("r1", "0417", [at(1)])
    assert noted(queue, at(1)) == 1
    assert noted(queue, at(1)) == 0
    assert told(queue) == [("002.MP4", 2, 2, False)]


def test_stored_file_that_somebody_else_removed(queue: Queue) -> None:
    settle(queue, at(1))
    store(queue, seal(queue))
    assert noted(queue) == 1
    (row,) = absences.untold(queue)["r1"]
    assert (row["plain_sha256"], row["device_started_at"]) == ("a" * 64, "2026-11-22T08:01:12")


def test_file_erased_with_permission_is_not_missed(queue: Queue) -> None:
    settle(queue, at(1))
    store(queue, seal(queue))
    queue.confirmed(1, 1)
    (file,) = queue.in_state("r1", "confirmed")
    queue.erase_allowed([file], "permission")
    assert noted(queue) == 0  # on its way out
    queue.erased(file)
    assert noted(queue) == 0


def test_file_that_comes_back_is_told(queue: Queue) -> None:
    settle(queue, at(1), at(2))
    queue.observe("r1", "0417", [at(1)])
    noted(queue, at(1))
    absences.told(queue, absences.untold(queue)["r1"])
    assert told(queue) == []
    queue.observe("r1", "0417", [at(1), at(2)])
    assert noted(queue, at(1), at(2)) == 1
    assert told(queue) == [("002.MP4", 2, 2, True)]


def test_absence_that_ends_while_it_is_told_is_told_again(queue: Queue) -> None:
    settle(queue, at(1), at(2))
    queue.observe("r1", "0417", [at(1)])
    noted(queue, at(1))
    rows = absences.untold(queue)["r1"]
    queue.observe("r1", "0417", [at(1), at(2)])
    noted(queue, at(1), at(2))
    absences.told(queue, rows)
    assert told(queue) == [("002.MP4", 2, 2, True)]


def test_numbers_passed_over_are_told_once(queue: Queue) -> None:
    listing = (at(1), at(2), at(5))
    settle(queue, *listing)
    assert noted(queue, *listing) == 1
    assert told(queue) == [("", 3, 4, False)]
    assert noted(queue, *listing) == 0
    assert noted(queue, *listing, settled=False) == 0


def test_numbers_of_files_seen_before_are_not_missed(queue: Queue) -> None:
    settle(queue, at(1), at(2), at(3))
    queue.observe("r1", "0417", [at(1), at(3)])
    assert [run for run in told(queue) if not run[0]] == []
    noted(queue, at(1), at(3))
    assert [run for run in told(queue) if not run[0]] == []


def test_queue_of_an_earlier_version_is_opened(tmp_path: Path) -> None:
    Queue(tmp_path / "state.sqlite3").close()
    with sqlite3.connect(tmp_path / "state.sqlite3") as earlier:
        earlier.executescript("DROP TABLE absences; PRAGMA user_version = 1;")
    opened = Queue(tmp_path / "state.sqlite3")
    settle(opened, at(1), at(3))
    assert noted(opened, at(1), at(3)) == 1
    opened.close()


def test_office_hears_of_it(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks(unfinished_seconds=0)
    mount = dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: office.stored and office.absences)
    assert [(row["path"], row["first_number"], row["last_number"]) for row in office.absences[0]["absences"]] == [("", 3, 4)]
    (mount / "CARDV/2026_1122_084512_002.MP4").unlink()
    wait_for(lambda: any(row["path"] for told in office.absences for row in told["absences"]))
    (row,) = office.absences[1]["absences"]
    assert (row["path"], row["first_number"], row["in_folder"]) == ("CARDV/2026_1122_084512_002.MP4", 2, True)
    assert row["plain_sha256"]
    shutil.rmtree(mount)
    wait_for(lambda: not dock.desk.board.present())
    assert len(office.absences) == 2  # a recorder that left has lost nothing


@pytest.mark.parametrize("moment", ["dock.absent.begin", "dock.tell_absent.begin", "dock.tell_absent.done", "dock.absences_told.begin"])
def test_a_step_that_fails_is_done_again(docks: Docks, office: Office, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[str] = []

    def fail(name: str) -> None:
        if name == moment and not failed:
            failed.append(name)
            raise OSError(5, os.strerror(5))

    monkeypatch.setattr("qorgan.evidence.durable.on_step", fail)
    office.add("0417")
    dock = docks(unfinished_seconds=0)
    dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: failed and office.absences and not absences.untold(dock.desk.queue), 30)
    assert {(row["first_number"], row["last_number"]) for told in office.absences for row in told["absences"]} == {(3, 4)}
