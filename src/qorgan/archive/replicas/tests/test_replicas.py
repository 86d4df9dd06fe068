"""Copies on another disk: made once, verified, resumed, refused where the folder is wrong, and never the way a loss spreads (444 p.12)."""

import json
import shutil
from pathlib import Path
from typing import BinaryIO

import pytest
from django.test import Client

from qorgan.archive import store
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.pace import Enough
from qorgan.archive.replicas import tombstones
from qorgan.archive.replicas.checking import check_copies
from qorgan.archive.replicas.copies import Report, replicate
from qorgan.archive.replicas.copying import is_sound
from qorgan.archive.replicas.folder import MARKER, Folder, ReplicaRefused, begin, opened
from qorgan.archive.replicas.models import Copy, Replica
from qorgan.archive.replicas.repairing import repair_all
from qorgan.archive.scrub import scrub_all
from qorgan.archive.tests.dockside import DockSide, Tus
from qorgan.evidence import durable
from qorgan.ledger.check import check
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("qorgan.archive.tests.served_urls"), pytest.mark.usefixtures("own_data")]


@pytest.fixture
def tus(cast: Cast) -> Tus:
    """A dock that sends."""
    return Tus(DockSide.enter(cast.karaganda), Client())


@pytest.fixture
def stored(tus: Tus) -> list[Recording]:
    """Three recordings."""
    for number in range(3):
        tus.send(tus.side.seal(f"recording {number} ".encode() * 200_000))
    return list(Recording.objects.order_by("position"))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty replica."""
    return begin(tmp_path / "replica")


def copy_all(folder: Folder) -> Report:
    """One whole pass."""
    return replicate(folder, enough=Enough())


def spoil(path: Path) -> None:
    """One bit, as a bad disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def kinds_of(prefix: str) -> list[str]:
    """Kinds of entries, in order."""
    return list(Entry.objects.filter(kind__startswith=prefix).order_by("position").values_list("kind", flat=True))


def test_everything_is_copied_once(stored: list[Recording], folder: Folder) -> None:
    report = copy_all(folder)
    assert (report.copied, report.left, report.holds) == (3, 0, True)
    for recording in stored:
        assert folder.blob(recording.sealed_blake3).read_bytes() == store.blob_path(recording.sealed_blake3).read_bytes()
        assert folder.blob(recording.sealed_blake3).stat().st_mode & 0o777 == 0o444
        assert folder.note(recording.sealed_blake3).exists()
    assert copy_all(folder).copied == 0
    assert kinds_of("replicas:") == ["replicas:replica:made", "replicas:copy:made"]
    assert check().problems == []


def test_what_comes_later_is_copied_later(stored: list[Recording], folder: Folder, tus: Tus) -> None:
    copy_all(folder)
    tus.send(tus.side.seal(b"later" * 1000))
    assert copy_all(folder).copied == 1


@pytest.mark.parametrize("wrong", ["absent", "empty", "other", "garbled"])
def test_a_folder_that_is_not_the_replica_is_refused(tmp_path: Path, wrong: str) -> None:
    """An unmounted disk leaves an empty folder: nothing is written there."""
    path = tmp_path / "disk"
    if wrong != "absent":
        path.mkdir()
    if wrong == "other":
        marker = {"format": "qorgan.replica/1", "replica": "0b7a0b52-6a6c-4a6b-8a55-0a2f0c1d2e3f", "origin": "pavlodar.kz/ledger", "vkey": "x"}
        (path / MARKER).write_text(json.dumps(marker))
    if wrong == "garbled":
        (path / MARKER).write_text("{")
    with pytest.raises(ReplicaRefused) as refused:
        opened(path)
    assert refused.value.code == ("gone" if wrong in ("absent", "empty") else "foreign")


def test_a_folder_with_something_in_it_is_not_made_a_replica(tmp_path: Path, own_data: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(b"x")
    for path in (tmp_path / "photos", own_data / "replica"):
        with pytest.raises(ReplicaRefused) as refused:
            begin(path)
        assert refused.value.code == "taken"


def test_begun_twice_is_the_same_replica(folder: Folder) -> None:
    assert begin(folder.path) == folder


def test_two_at_once(folder: Folder) -> None:
    with folder.held(), pytest.raises(ReplicaRefused, match="replica"):
        replicate(opened(folder.path), enough=Enough())


def test_damage_is_not_copied(stored: list[Recording], folder: Folder) -> None:
    spoil(store.blob_path(stored[0].sealed_blake3))
    store.drop_blob(stored[1].sealed_blake3)
    report = copy_all(folder)
    assert (sorted(report.damaged), report.copied) == (sorted(str(one.pk) for one in stored[:2]), 1)
    assert not folder.blob(stored[0].sealed_blake3).exists()
    assert set(Fixity.objects.filter(ok=False).values_list("recording_id", "problem")) == {(stored[0].pk, "damaged"), (stored[1].pk, "missing")}


def test_a_loss_never_spreads_to_the_replica(stored: list[Recording], folder: Folder) -> None:
    """What is missing or damaged here stays whole there, and comes back from there, named in the ledger."""
    copy_all(folder)
    before = store.blob_path(stored[0].sealed_blake3).read_bytes()
    spoil(store.blob_path(stored[0].sealed_blake3))
    store.drop_blob(stored[1].sealed_blake3)
    scrub_all()
    copy_all(folder)
    assert all(is_sound(folder.blob(one.sealed_blake3), one.sealed_blake3, one.sealed_size) for one in stored)
    report = repair_all()
    assert sorted(report.repaired) == sorted(str(one.pk) for one in stored[:2])
    assert store.blob_path(stored[0].sealed_blake3).read_bytes() == before
    assert scrub_all().holds
    assert kinds_of("replicas:recording") == ["replicas:recording:repaired"] * 2
    assert Entry.objects.get(kind="replicas:recording:repaired", subject=f"recording:{stored[0].pk}").content.body.count(str(folder.id)) == 1


def test_a_bad_copy_repairs_nothing(stored: list[Recording], folder: Folder) -> None:
    copy_all(folder)
    for path in (store.blob_path(stored[0].sealed_blake3), folder.blob(stored[0].sealed_blake3)):
        spoil(path)
    scrub_all()
    assert repair_all([folder]).beyond == [str(stored[0].pk)]
    assert not Copy.objects.get(recording=stored[0]).ok
    assert not Fixity.objects.get(recording=stored[0]).ok


def test_the_copies_are_checked_and_mended(stored: list[Recording], folder: Folder) -> None:
    copy_all(folder)
    spoil(folder.blob(stored[0].sealed_blake3))
    folder.blob(stored[1].sealed_blake3).unlink()
    report = check_copies(folder, enough=Enough())
    assert (report.checked, sorted(report.mended), report.bad) == (3, sorted(str(one.pk) for one in stored[:2]), [])
    assert all(is_sound(folder.blob(one.sealed_blake3), one.sealed_blake3, one.sealed_size) for one in stored)
    assert kinds_of("replicas:copy:mended") == ["replicas:copy:mended"] * 2


def test_when_both_are_damaged_it_is_said_once(stored: list[Recording], folder: Folder) -> None:
    copy_all(folder)
    for path in (store.blob_path(stored[0].sealed_blake3), folder.blob(stored[0].sealed_blake3)):
        spoil(path)
    for _again in range(2):
        assert check_copies(folder, enough=Enough()).bad == [str(stored[0].pk)]
    assert kinds_of("replicas:copy:damaged") == ["replicas:copy:damaged"]


def test_an_older_state_of_the_replica_is_noticed_and_filled(stored: list[Recording], folder: Folder, tmp_path: Path, tus: Tus) -> None:
    """The disk was replaced by a copy of last week."""
    copy_all(folder)
    shutil.copytree(folder.path, tmp_path / "last week")
    tus.send(tus.side.seal(b"this week" * 1000))
    copy_all(folder)
    shutil.rmtree(folder.path)
    (tmp_path / "last week").rename(folder.path)
    assert copy_all(folder).copied == 1
    assert kinds_of("replicas:replica:older") == ["replicas:replica:older"]
    assert check_copies(folder, enough=Enough()).mended == []


def test_an_interrupted_copy_goes_on(stored: list[Recording], folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, written = stored[0], []
    half = recording.sealed_size // 2
    part = folder.blob(recording.sealed_blake3).parent / f".{recording.sealed_blake3}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(store.blob_path(recording.sealed_blake3).read_bytes()[:half])
    real = durable.append_at

    def counted(file: BinaryIO, offset: int, data: bytes, *, sync: bool = True) -> int:
        written.append(len(data))
        return real(file, offset, data, sync=sync)

    monkeypatch.setattr(durable, "append_at", counted)
    copy_all(folder)
    assert sum(written) == sum(one.sealed_size for one in stored) - half
    assert is_sound(folder.blob(recording.sealed_blake3), recording.sealed_blake3, recording.sealed_size)


def test_a_part_with_other_bytes_is_begun_anew(stored: list[Recording], folder: Folder) -> None:
    for recording, rubbish in zip(stored, (b"rubbish", b"x" * (1 << 23), b""), strict=True):
        part = folder.blob(recording.sealed_blake3).parent / f".{recording.sealed_blake3}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(rubbish)
        part.chmod(0o444)
    assert copy_all(folder).copied == 3
    assert check_copies(folder, enough=Enough()).mended == []


def test_a_full_replica_is_said_and_filled_later(stored: list[Recording], folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(Folder, "free", lambda _folder: 1000)
        report = copy_all(folder)
    assert (report.problem, report.left) == (Replica.Problem.FULL, 3)
    assert copy_all(folder).holds


def test_only_a_lawful_destruction_removes_copies(stored: list[Recording], folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    copy_all(folder)
    store.drop_blob(stored[0].sealed_blake3)
    store.drop_blob(stored[1].sealed_blake3)
    monkeypatch.setattr(tombstones, "destroyed_hashes", lambda: {stored[0].sealed_blake3})
    report = copy_all(folder)
    assert report.removed == 1
    assert [folder.blob(one.sealed_blake3).exists() for one in stored] == [False, True, True]
    assert [folder.note(one.sealed_blake3).exists() for one in stored] == [False, True, True]
    assert (copy_all(folder).removed, copy_all(folder).copied) == (0, 0)
    assert kinds_of("replicas:copy:destroyed") == ["replicas:copy:destroyed"]
