"""The fault matrix of each durable procedure: every step × killed, failed, or the disk full; then the work is done again."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from qorgan.evidence import durable
from qorgan.evidence.tests.procedures import ACKNOWLEDGED, GOOD, perform

OPENING = ["publish.sync", "publish.link", "publish.unlink", "publish.directory"]
MATRIX = {
    "write_new": ["write.data", *OPENING],
    "publish": OPENING,
    "append": ["append.cut", "append.data", "append.sync"],
    "rewrite": ["rewrite.data", "rewrite.sync", "rewrite.rename", "rewrite.directory"],
    "remove": ["remove.unlink", "remove.directory"],
    "supplant": ["supplant.sync", "supplant.rename", "supplant.directory"],
    "publish_folder": ["folder.sync", "folder.rename", "folder.directory"],
}
CASES = [
    (procedure, f"{step}.{moment}:{fault}")
    for procedure, steps in MATRIX.items()
    for step in steps
    for moment in ("begin", "done")
    for fault in ("kill", "full")
]


def run_with(fault: str, procedure: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qorgan.evidence.tests.procedures", procedure, str(folder)]
    return subprocess.run(command, env={**os.environ, "QORGAN_FAULT": fault}, capture_output=True, text=True, check=False)


def prepare(procedure: str, folder: Path) -> None:
    if procedure == "publish":
        (folder / "temporary").write_bytes(GOOD)
    if procedure == "append":
        (folder / "final").write_bytes(GOOD[:ACKNOWLEDGED] + b"never acknowledged")
    if procedure in {"rewrite", "remove", "supplant"}:
        (folder / "final").write_bytes(b"old")


def content_of(folder: Path) -> bytes | None:
    """What the final name stands for; of a folder the one file in it."""
    final = folder / "final"
    if final.is_dir():
        return (final / "inside").read_bytes() if (final / "inside").exists() else b""
    return final.read_bytes() if final.exists() else None


def acceptable_after_a_fault(procedure: str, folder: Path) -> bool:
    content = content_of(folder)
    match procedure:
        case "append":
            return content is not None and content[:ACKNOWLEDGED] == GOOD[:ACKNOWLEDGED]
        case "rewrite" | "supplant":
            return content in {b"old", GOOD}
        case "remove":
            return content in {b"old", None}
        case _:
            return content in {GOOD, None}


@pytest.mark.parametrize(("procedure", "fault"), CASES)
def test_fault_matrix(procedure: str, fault: str, tmp_path: Path) -> None:
    prepare(procedure, tmp_path)
    failed = run_with(fault, procedure, tmp_path)
    assert "reported" not in failed.stdout
    assert failed.returncode == (-9 if fault.endswith("kill") else 1), failed.stderr
    assert acceptable_after_a_fault(procedure, tmp_path)
    if fault.endswith("full"):
        assert "No space left" in failed.stderr
        assert not list(tmp_path.glob("*.part"))

    perform(procedure, tmp_path)
    if procedure == "remove":
        assert not (tmp_path / "final").exists()
    else:
        assert content_of(tmp_path) == GOOD


def test_the_matrix_has_every_step() -> None:
    assert {step for steps in MATRIX.values() for step in steps} == set(durable.STEPS)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in order: our step names, with the calls that reach the disk between them."""
    seen: list[str] = []
    monkeypatch.setattr(durable, "on_step", seen.append)
    for name in ("fsync", "fdatasync", "link"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *args, _real=real, _name=name: (seen.append(_name), _real(*args)))
    return seen


def test_the_file_is_synced_before_its_name_and_the_folder_after(tmp_path: Path, steps: list[str]) -> None:
    durable.write_new(tmp_path / "a", GOOD)
    assert steps == [
        "write.data.begin",
        "write.data.done",
        "publish.sync.begin",
        "fsync",
        "publish.sync.done",
        "publish.link.begin",
        "link",
        "publish.link.done",
        "publish.unlink.begin",
        "publish.unlink.done",
        "publish.directory.begin",
        "fsync",
        "publish.directory.done",
    ]


def test_an_append_is_synced_before_it_is_reported(tmp_path: Path, steps: list[str]) -> None:
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        assert durable.append_at(file, 0, b"12345") == 5
        assert steps[-2:] == ["fdatasync", "append.sync.done"]
        steps.clear()
        assert durable.append_at(file, 5, b"678", sync=False) == 8
        assert "fdatasync" not in steps
        durable.sync_file(file)
        assert steps[-2:] == ["fdatasync", "append.sync.done"]


def test_mode_and_no_leftovers(tmp_path: Path) -> None:
    durable.write_new(tmp_path / "public", b"x")
    durable.write_new(tmp_path / "secret", b"x", mode=0o600)
    assert stat.S_IMODE((tmp_path / "public").stat().st_mode) == 0o444
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"public", "secret"}


def test_the_same_bytes_again_are_fine(tmp_path: Path) -> None:
    durable.write_new(tmp_path / "a", GOOD)
    first = (tmp_path / "a").stat()
    durable.write_new(tmp_path / "a", GOOD)
    assert (tmp_path / "a").stat().st_ino == first.st_ino
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("other", [b"", b"other", GOOD[:-1] + b"!"])
def test_other_bytes_are_refused_and_nothing_changes(tmp_path: Path, other: bytes) -> None:
    durable.write_new(tmp_path / "a", GOOD)
    with pytest.raises(durable.DifferentBytes):
        durable.write_new(tmp_path / "a", other)
    assert (tmp_path / "a").read_bytes() == GOOD
    assert len(list(tmp_path.iterdir())) == 1


def test_publishing_other_bytes_keeps_both_files(tmp_path: Path) -> None:
    (tmp_path / "final").write_bytes(b"one")
    (tmp_path / "temporary").write_bytes(b"two")
    with pytest.raises(durable.DifferentBytes):
        durable.publish(tmp_path / "temporary", tmp_path / "final")
    assert (tmp_path / "final").read_bytes() == b"one"
    assert (tmp_path / "temporary").read_bytes() == b"two"


def test_a_digest_in_the_name_spares_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object, **_names: object) -> bool:
        raise AssertionError("the file was read")

    monkeypatch.setattr("filecmp.cmp", never)
    (tmp_path / "abc123.age").write_bytes(GOOD)
    (tmp_path / "one").write_bytes(GOOD)
    durable.publish(tmp_path / "one", tmp_path / "abc123.age", digest="abc123")
    assert not (tmp_path / "one").exists()
    (tmp_path / "two").write_bytes(GOOD + b"!")
    with pytest.raises(durable.DifferentBytes):
        durable.publish(tmp_path / "two", tmp_path / "abc123.age", digest="abc123")
    (tmp_path / "three").write_bytes(GOOD)
    with pytest.raises(AssertionError, match="was read"):
        durable.publish(tmp_path / "three", tmp_path / "abc123.age", digest="fff")


def test_publishing_finishes_what_a_crash_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filecmp.cmp", lambda *_args, **_names: pytest.fail("one file was compared with itself"))
    (tmp_path / "temporary").write_bytes(GOOD)
    os.link(tmp_path / "temporary", tmp_path / "final")
    durable.publish(tmp_path / "temporary", tmp_path / "final")
    assert [path.name for path in tmp_path.iterdir()] == ["final"]


def test_a_temporary_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        durable.publish(tmp_path / "temporary", tmp_path / "final")


@pytest.mark.parametrize("taken", [None, b"", GOOD, b"other"])
def test_file_systems_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bytes | None) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    if taken is not None:
        (tmp_path / "final").write_bytes(taken)
    if taken == b"other":
        with pytest.raises(durable.DifferentBytes):
            durable.write_new(tmp_path / "final", GOOD)
        assert (tmp_path / "final").read_bytes() == b"other"
    else:
        durable.write_new(tmp_path / "final", GOOD)
        assert (tmp_path / "final").read_bytes() == GOOD
    assert len(list(tmp_path.iterdir())) == 1


def test_a_name_as_long_as_a_name_can_be(tmp_path: Path) -> None:
    name = "қ" * 127 + "x"
    durable.write_new(tmp_path / name, GOOD)
    durable.rewrite(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


def test_bytes_that_were_never_acknowledged_are_cut(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        file.write(b"0123456789")
        durable.append_at(file, 4, b"ab")
    assert (tmp_path / "a").read_bytes() == b"0123ab"


def test_bytes_that_the_disk_lost_are_noticed(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        file.write(b"0123")
        with pytest.raises(durable.LostBytes):
            durable.append_at(file, 5, b"x")
    assert (tmp_path / "a").read_bytes() == b"0123"


def test_a_long_file_written_behind_has_all_its_bytes(tmp_path: Path) -> None:
    piece = os.urandom(1 << 20)
    with (tmp_path / "a").open("w+b", buffering=0) as file:
        end = 0
        for _ in range(48):
            end = durable.append_at(file, end, piece, sync=False)
        durable.sync_file(file)
    assert end == 48 << 20
    with (tmp_path / "a").open("rb") as file:
        assert all(file.read(1 << 20) == piece for _ in range(48))


def test_folders_are_made_once_and_synced(tmp_path: Path, steps: list[str]) -> None:
    durable.make_directory(tmp_path / "a" / "b" / "c")
    assert steps.count("fsync") == 3
    durable.make_directory(tmp_path / "a" / "b" / "c")
    assert steps.count("fsync") == 3
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_removing_twice_is_fine(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    durable.remove(tmp_path / "a")
    durable.remove(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_the_third_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "on_step", durable._fault("write.data.begin:fail:3"))
    durable.write_new(tmp_path / "1", b"")
    durable.write_new(tmp_path / "2", b"")
    with pytest.raises(OSError, match="Input/output"):
        durable.write_new(tmp_path / "3", b"")
    durable.write_new(tmp_path / "4", b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "2", "4"]
