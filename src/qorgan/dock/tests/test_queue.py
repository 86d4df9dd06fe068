"""The durable queue: what it makes of listings, in what order it works, what a crash leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from qorgan.dock import counting
from qorgan.dock.queue import File, Moved, Queue, Seen
from qorgan.dock.schema import StateError
from qorgan.evidence import durable

SHA = "a" * 64


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    opened = Queue(tmp_path / "state.sqlite3")
    yield opened
    opened.close()


def seen(path: str = "a.mp4", size: int = 10, modified_ns: int = 1) -> Seen:
    return Seen(path.encode(), size, modified_ns)


def settle(queue: Queue, *listing: Seen, recorder: str = "r1") -> None:
    queue.observe(recorder, "0417", listing)
    queue.observe(recorder, "0417", listing)


def seal(queue: Queue, sha: str = SHA, recorder: str = "r1", edges: str = "e") -> File:
    file = queue.next_to_seal([recorder], [])
    assert file is not None
    queue.sealed(file, manifest="note", plain_sha256=sha, sealed_blake3="b" * 64, sealed_size=20, edges=edges)
    return file


def store(queue: Queue, file: File) -> None:
    queue.created(file, "/api/upload/1")
    queue.stored(file, receipt="receipt", recording="rec")


def states(queue: Queue) -> list[str]:
    return [str(row[0]) for row in queue.read("SELECT state FROM files ORDER BY id")]


def test_a_file_is_sealed_only_when_two_scans_agree(queue: Queue) -> None:
    assert queue.observe("r1", "0417", [seen(size=10)]) == 1
    assert queue.next_to_seal(["r1"], []) is None
    assert queue.observe("r1", "0417", [seen(size=12)]) == 1
    assert queue.next_to_seal(["r1"], []) is None
    assert queue.observe("r1", "0417", [seen(size=12)]) == 0
    file = queue.next_to_seal(["r1"], [])
    assert file is not None
    assert file.size == 12


def test_only_recorders_that_are_here_are_sealed(queue: Queue) -> None:
    settle(queue, seen())
    assert queue.next_to_seal(["r2"], []) is None


def test_recorders_take_turns(queue: Queue) -> None:
    for recorder in ("r1", "r2", "r3"):
        settle(queue, seen("a"), seen("b"), recorder=recorder)
    order: list[str] = []
    busy: list[int] = []
    while file := queue.next_to_seal(["r1", "r2", "r3"], busy):
        order.append(file.recorder)
        busy.append(file.id)
    assert order == ["r1", "r2", "r3", "r1", "r2", "r3"]


def test_a_file_that_changed_after_sealing_is_another_file_and_both_go_up(queue: Queue) -> None:
    settle(queue, seen(size=10))
    seal(queue)
    settle(queue, seen(size=11))
    assert states(queue) == ["sealed", "discovered"]
    assert queue.next_to_upload([]) is not None
    assert queue.next_to_seal(["r1"], []) is not None


def test_the_same_content_at_the_same_path_is_not_sent_again(queue: Queue) -> None:
    settle(queue, seen(modified_ns=1))
    store(queue, seal(queue))
    settle(queue, seen(modified_ns=2))
    file = queue.next_to_seal(["r1"], [])
    assert file is not None
    fresh = queue.sealed(file, manifest="n", plain_sha256=SHA, sealed_blake3="c" * 64, sealed_size=20, edges="e")
    assert not fresh
    assert states(queue) == ["stored"]
    assert queue.observe("r1", "0417", [seen(modified_ns=2)]) == 0


def test_the_same_content_at_another_path_is_another_file(queue: Queue) -> None:
    settle(queue, seen("one/a.mp4"), seen("two/a.mp4"))
    seal(queue)
    seal(queue)
    assert states(queue) == ["sealed", "sealed"]


def test_a_dead_clock_does_not_hide_a_new_recording(queue: Queue) -> None:
    """Same path, size and time, other edges, seen at arrival: another recording."""
    settle(queue, seen())
    store(queue, seal(queue, edges="before"))
    assert queue.observe("r1", "0417", [seen()], lambda _seen: "before") == 0
    assert queue.observe("r1", "0417", [seen()], lambda _seen: "after") > 0
    assert states(queue) == ["stored", "discovered"]


def test_a_file_removed_before_sealing_is_gone_and_found_again_when_it_returns(queue: Queue) -> None:
    settle(queue, seen())
    queue.observe("r1", "0417", [])
    assert states(queue) == ["gone"]
    assert counting.tallies(queue)[0].problem == "gone"
    queue.observe("r1", "0417", [seen()])
    assert states(queue) == ["discovered"]


def test_a_name_used_while_copying_leaves_no_trace(queue: Queue) -> None:
    queue.observe("r1", "0417", [seen("a.mp4.part")])
    settle(queue, seen("a.mp4"))
    assert states(queue) == ["discovered"]
    assert counting.tallies(queue)[0].problem == ""


def test_a_docking_is_done_when_everything_of_it_is_stored(queue: Queue) -> None:
    settle(queue, seen("a"), seen("b"))
    store(queue, seal(queue))
    assert queue.dockings_done() == []
    store(queue, seal(queue, sha="d" * 64))
    [(docking, recorder, number)] = queue.dockings_done()
    assert (recorder, number) == ("r1", "0417")
    queue.confirmed(docking, 214)
    assert queue.dockings_done() == []
    assert states(queue) == ["confirmed", "confirmed"]
    settle(queue, seen("a"), seen("b"), seen("c"))
    assert queue.next_to_seal(["r1"], []).docking != docking  # type: ignore[union-attr]


def test_a_step_out_of_order_is_refused(queue: Queue) -> None:
    settle(queue, seen())
    file = seal(queue)
    with pytest.raises(Moved):
        queue.erased(file)
    store(queue, file)
    with pytest.raises(Moved):
        queue.created(file, "/api/upload/2")


def test_a_row_without_receipt_cannot_be_stored(queue: Queue) -> None:
    """The tables themselves refuse it, whatever the code does."""
    settle(queue, seen())
    file = seal(queue)
    with pytest.raises(Exception, match="CHECK"):
        queue.stored(file, receipt="", recording="rec")


def test_a_failed_commit_leaves_the_step_before(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(queue, seen())

    def fail(name: str) -> None:
        if name == "dock.sealed.begin":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "on_step", fail)
    with pytest.raises(OSError, match="space"):
        seal(queue)
    assert states(queue) == ["discovered"]


def test_paths_keep_their_bytes(queue: Queue) -> None:
    settle(queue, Seen(b"DCIM/\xff\xfe.mp4", 1, 1))
    file = queue.next_to_seal(["r1"], [])
    assert file is not None
    assert (file.path, file.shown_path) == (b"DCIM/\xff\xfe.mp4", "DCIM/\\xff\\xfe.mp4")


def test_a_damaged_state_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(StateError, match="cannot be read"):
        Queue(tmp_path / "state.sqlite3")
