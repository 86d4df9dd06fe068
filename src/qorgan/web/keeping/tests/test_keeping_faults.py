"""The fault matrix of keeping: at every durable step of copying, checking, repairing, backing up, restoring and re-entering the process is
killed or the disk is full. Nothing half is ever visible, and the same command run again ends the work.

The steps are those that each command really takes: it is run once and its steps are written down.
"""

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from blake3 import blake3

from qorgan.web.keeping import layout
from qorgan.web.keeping.restore import refuse_damaged
from qorgan.web.keeping.tests.conftest import Done, Office

pytestmark = pytest.mark.slow
_number = itertools.count()


def faults(done: Done) -> list[str]:
    """Kill before and after each step that was taken; the disk full at each beginning."""
    assert done.code == 0, done.err
    names = sorted(set(done.steps))
    assert len(names) > 1
    return [f"{name}:kill" for name in names] + [f"{name}:full" for name in names if name.endswith(".begin")]


def whole(path: Path) -> bool:
    """Whether a stored file is what its name says."""
    return blake3(path.read_bytes()).hexdigest() == path.name


@dataclass(frozen=True)
class Case:
    """One try: the office, a folder that nothing else uses."""

    office: Office
    folder: Path

    def after(self, fault: str, done: Done) -> None:
        """A killed process was killed, a full disk is not success."""
        assert done.code == (-9 if fault.endswith("kill") else done.code) or fault.endswith("full"), done.err
        if fault.endswith("full"):
            assert done.code != 0, (fault, done.out)


def matrix(office: Office, tmp_path: Path, run: Callable[[Path, str], Done], check: Callable[[Path, bool], None]) -> None:
    """Once without a fault to learn the steps; then each fault in a place of its own, ``check``, again without, ``check`` for good."""
    first = tmp_path / f"case-{next(_number)}"
    first.mkdir()
    for fault in faults(run(first, "")):
        place = tmp_path / f"case-{next(_number)}"
        place.mkdir()
        failed = run(place, fault)
        Case(office, place).after(fault, failed)
        check(place, False)
        again = run(place, "")
        assert again.code == 0, (fault, again.err, again.out)
        try:
            check(place, True)
        except AssertionError as error:
            raise AssertionError(f"after {fault}: {again.err}") from error
        shutil.rmtree(place)


def test_copying(office: Office, tmp_path: Path) -> None:
    def run(place: Path, fault: str) -> Done:
        return office.run("archive", "replicate", place / "replica", "--new", fault=fault)

    def check(place: Path, ended: bool) -> None:
        blobs = [path for path in (place / "replica" / "blobs").rglob("*") if path.is_file() and len(path.name) == 64]
        assert all(whole(path) for path in blobs)
        if ended:
            assert sorted(path.name for path in blobs) == office.look()["recordings"]
            assert not list((place / "replica" / "blobs").rglob("*.part"))
            assert office.run("archive", "replicate", place / "replica", "--check").code == 0

    matrix(office, tmp_path, run, check)
    assert office.look()["ledger"] == []


def test_mending_copies(office: Office, tmp_path: Path) -> None:
    """A damaged copy and a lost one, made anew from the stored file."""
    digests = office.look()["recordings"]

    def run(place: Path, fault: str) -> Done:
        replica = place / "replica"
        if not replica.exists():
            assert office.run("archive", "replicate", replica, "--new").code == 0
            _spoil(replica / "blobs" / digests[0][:2] / digests[0][2:4] / digests[0])
            (replica / "blobs" / digests[1][:2] / digests[1][2:4] / digests[1]).unlink()
        return office.run("archive", "replicate", replica, "--check", fault=fault)

    def check(place: Path, ended: bool) -> None:
        there = [path for path in (place / "replica" / "blobs").rglob("*") if path.is_file() and len(path.name) == 64]
        assert sum(whole(path) for path in there) >= (3 if ended else 1)
        assert all(whole(office.blob(digest)) for digest in digests)

    matrix(office, tmp_path, run, check)


def test_checking_and_repairing(own_office: Office, tmp_path: Path) -> None:
    office = own_office
    digests = office.look()["recordings"]
    assert office.run("archive", "replicate", tmp_path / "replica", "--new").code == 0

    def run(place: Path, fault: str) -> Done:
        if not (place / "spoilt").exists():
            _spoil(office.blob(digests[0]))
            office.blob(digests[1]).unlink(missing_ok=True)
            (place / "spoilt").touch()
            assert office.run("archive", "scrub", "--all").code == 1
        return office.run("archive", "repair", tmp_path / "replica", fault=fault)

    def check(_place: Path, ended: bool) -> None:
        if ended:
            assert office.run("archive", "scrub", "--all").code == 0

    matrix(office, tmp_path, run, check)


def test_scrub(own_office: Office, tmp_path: Path) -> None:
    """A check that is killed has done no harm and is done again."""
    matrix(own_office, tmp_path, lambda _place, fault: own_office.run("archive", "scrub", "--all", fault=fault), lambda _place, _ended: None)


def test_backup(office: Office, tmp_path: Path) -> None:
    def run(place: Path, fault: str) -> Done:
        return office.run("backup", place / "shelf", "--new", "--keep", 1, fault=fault)

    def check(place: Path, ended: bool) -> None:
        """Whatever has a name is whole."""
        for backup in layout.Shelf(place / "shelf").backups():
            refuse_damaged(backup, layout.read_contents(backup))
            assert all(whole(layout.Shelf(place / "shelf").blob(digest)) for digest, _size in layout.blobs_of(backup))
        if ended:
            assert [path.name for path in (place / "shelf" / "backups").iterdir() if path.name.startswith(".")] == []
            assert len(layout.Shelf(place / "shelf").backups()) == 1

    matrix(office, tmp_path, run, check)
    shelf = tmp_path / "pruned"
    assert office.run("backup", shelf, "--new").code == 0
    for fault in ("backup.prune.begin:kill", "backup.prune.done:kill"):
        assert office.run("backup", shelf, "--keep", 1, fault=fault).code == -9
        assert office.run("backup", shelf, "--keep", 1).code == 0
        check(tmp_path, False)
        assert [path.name[0] for path in (shelf / "backups").iterdir()] == ["2"]


def test_restoring(office: Office, tmp_path: Path) -> None:
    assert office.run("backup", tmp_path / "shelf", "--new").code == 0
    recordings = office.look()["recordings"]

    def run(place: Path, fault: str) -> Done:
        done = office.run("restore", tmp_path / "shelf", "--format", "json", data=place / "data", fault=fault)
        if not fault and done.code == 2 and not (place / "data" / "restoring.json").exists():
            return Done(0, "", done.err, [])  # the fault came after the end: it is whole, and not restored twice
        return done

    def check(place: Path, ended: bool) -> None:
        """Before the end no server starts on it."""
        if not ended:
            unfinished = not (place / "data").exists() or (place / "data" / "restoring.json").exists() or not (place / "data" / "qorgan.sqlite3").exists()
            if unfinished:
                assert office.do("starts", data=str(place / "data")).code != 0
                return
        seen = office.look(place / "data")
        assert (seen["recordings"], seen["blobs"], seen["ledger"], seen["restorations"]) == (recordings, recordings, [], 1)
        assert office.do("starts", data=str(place / "data")).code == 0
        assert all(whole(office.blob(digest, place / "data")) for digest in recordings)

    matrix(office, tmp_path, run, check)


def test_re_entering(own_office: Office, tmp_path: Path) -> None:
    office = own_office
    assert office.run("backup", tmp_path / "shelf", "--new").code == 0
    assert office.run("restore", tmp_path / "shelf", data=tmp_path / "old").code == 0
    assert office.do("send", name="dock later", numbers=[20, 22]).code == 0
    assert office.run("archive", "replicate", tmp_path / "replica", "--new").code == 0
    recordings = office.look()["recordings"]

    def run(place: Path, fault: str) -> Done:
        if not (place / "data").exists():
            shutil.copytree(tmp_path / "old", place / "data")
        return office.run("reenter", tmp_path / "replica", data=place / "data", fault=fault)

    def check(place: Path, ended: bool) -> None:
        seen = office.look(place / "data")
        assert seen["ledger"] == []
        assert set(seen["recordings"]) <= set(seen["blobs"])
        if ended:
            assert seen["recordings"] == recordings
            assert seen["kinds"].count("replicas:recording:reentered") == 2

    matrix(office, tmp_path, run, check)


def _spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
