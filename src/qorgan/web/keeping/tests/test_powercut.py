"""The power goes at every sync: what was acknowledged is there, and what has a name is whole."""

import hashlib
import json
from pathlib import Path

import pytest
from blake3 import blake3
from django.conf import settings
from django.test import Client

from qorgan.archive import store
from qorgan.archive.models import Recording, Upload
from qorgan.archive.pace import Enough
from qorgan.archive.replicas.copies import replicate
from qorgan.archive.replicas.folder import begin
from qorgan.archive.replicas.models import Copy
from qorgan.archive.replicas.repairing import repair_all
from qorgan.archive.scrub import scrub_all
from qorgan.archive.tests.dockside import DockSide, Tus
from qorgan.evidence import durable
from qorgan.evidence.tests.powercut import WORLDS, Disk
from qorgan.ledger.signing import create_key, ledger_key
from qorgan.people.tests.cast import Cast
from qorgan.web.keeping import backup, layout

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("qorgan.archive.tests.served_urls"), pytest.mark.work]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone."""
    folder = tmp_path / "data"
    for name in ("keys", "blobs", "spool", "ledger"):
        (folder / name).mkdir(parents=True)
    monkeypatch.setattr(settings, "DATA", folder)
    create_key()
    return folder


@pytest.fixture
def tus(data: Path, cast: Cast) -> Tus:
    """A dock."""
    return Tus(DockSide.enter(cast.karaganda), Client())


def send(tus: Tus, count: int) -> None:
    """Recordings."""
    for number in range(count):
        tus.send(tus.side.seal(f"recording {number} ".encode() * 20_000))


def names_that_lie(found: dict[str, bytes]) -> list[str]:
    """Files named by their hash whose bytes have another."""
    return [path for path, data in found.items() if len(name := path.rpartition("/")[2]) == 64 and blake3(data).hexdigest() != name]


def test_the_harness_sees_a_write_that_nobody_synced(tmp_path: Path) -> None:
    """The control: an unsynced file, a synced file under an unsynced name, a name given before the bytes."""
    with Disk(tmp_path).watched() as disk:
        (tmp_path / "a").write_bytes(b"never synced")
        assert (disk.after_a_cut("strict"), disk.after_a_cut("eager")) == ({}, {"a": b""})
        durable.sync_path(tmp_path / "a")
        assert (disk.after_a_cut("strict"), disk.after_a_cut("eager")) == ({}, {"a": b"never synced"})
        durable.sync_directory(tmp_path)
        assert disk.after_a_cut("strict") == {"a": b"never synced"}
        (tmp_path / "a").rename(tmp_path / "b")
        assert (set(disk.after_a_cut("strict")), set(disk.after_a_cut("eager"))) == ({"a"}, {"b"})
        with (tmp_path / "b").open("ab") as file:
            file.write(b" more")
        assert disk.after_a_cut("eager") == {"b": b"never synced"}


def test_upload(tus: Tus, data: Path) -> None:
    """Every acknowledged offset, every receipt; no stored file with other bytes than its name says."""
    sealed = tus.side.seal(b"recording " * 90_000)
    with Disk(data).watched() as disk:
        disk.on_sync = lambda: [_assert_honest(disk)]  # type: ignore[assignment, return-value]
        location = str(tus.create(sealed)["Location"])
        third = len(sealed.data) // 3 + 1
        for offset in range(0, len(sealed.data), third):
            assert tus.patch(location, offset, sealed.data[offset : offset + third]).status_code == 204
            upload = Upload.objects.get()
            name = f"spool/{upload.pk}" if upload.state == Upload.State.OPEN else f"blobs/{_place(upload.sealed_blake3)}"
            for world in WORLDS:
                assert disk.after_a_cut(world)[name][: upload.offset] == sealed.data[: upload.offset]
        assert disk.syncs >= 6
    assert Recording.objects.count() == 1


def test_replica(tus: Tus, data: Path, tmp_path: Path) -> None:
    """A row says that a copy is there: then it is."""
    send(tus, 3)
    folder = begin(tmp_path / "replica")
    with Disk(folder.path).watched() as disk:

        def check() -> None:
            for world in WORLDS:
                found = disk.after_a_cut(world)
                assert names_that_lie(found) == []
                for digest in Copy.objects.values_list("recording__sealed_blake3", flat=True):
                    assert blake3(found[f"blobs/{_place(digest)}"]).hexdigest() == digest
                    assert found[f"notes/{_place(digest)}.note"]

        disk.on_sync = check
        assert replicate(folder, enough=Enough()).copied == 3
        check()
        assert Copy.objects.count() == 3


@pytest.mark.parametrize("left_out", ["sync_path", "sync_directory"])
def test_a_sync_left_out_is_found(tus: Tus, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: str) -> None:
    """The control: without one of the syncs the tests above would fail."""
    monkeypatch.setattr(durable, left_out, lambda _path: None)
    with pytest.raises((AssertionError, KeyError)):
        test_replica(tus, data, tmp_path)


def test_repair(tus: Tus, data: Path, tmp_path: Path) -> None:
    """A stored file counts as whole again only when it is."""
    send(tus, 2)
    folder = begin(tmp_path / "replica")
    replicate(folder, enough=Enough())
    first, second = Recording.objects.order_by("position")
    path = store.blob_path(first.sealed_blake3)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-9] + b"too short")
    durable.sync_path(path)
    store.drop_blob(second.sealed_blake3)
    scrub_all()
    with Disk(data).watched() as disk:

        def check() -> None:
            for world in WORLDS:
                found = disk.after_a_cut(world)
                for recording in Recording.objects.filter(fixity__ok=True):
                    assert blake3(found[f"blobs/{_place(recording.sealed_blake3)}"]).hexdigest() == recording.sealed_blake3

        disk.on_sync = check
        assert len(repair_all([folder]).repaired) == 2
        check()
        assert Recording.objects.filter(fixity__ok=True).count() == 2


def test_backup(tus: Tus, data: Path, tmp_path: Path) -> None:
    """A backup that has its name is whole, at every moment; and when it is reported it has its name."""
    send(tus, 3)
    shelf = layout.new_shelf(tmp_path / "shelf", ledger_key().name)
    with Disk(shelf.path).watched() as disk:

        def check() -> list[str]:
            there: list[str] = []
            for world in WORLDS:
                found = disk.after_a_cut(world)
                assert names_that_lie(found) == []
                named = {path.split("/")[1] for path in found if path.startswith("backups/2")}
                for name in named:
                    _assert_whole(found, f"backups/{name}/")
                there += named
            return there

        disk.on_sync = check  # type: ignore[assignment]
        report = backup.make(shelf)
        assert check() == [report.name, report.name]
        backup.make(shelf, keep=1)
        assert len(set(check())) == 1
    assert report.recordings == 3


def _assert_whole(found: dict[str, bytes], prefix: str) -> None:
    contents = json.loads(found[f"{prefix}contents.note"].decode().split("\n")[1])
    for entry in contents["files"]:
        data = found[prefix + entry["path"]]
        assert (len(data), hashlib.sha256(data).hexdigest()) == (entry["size"], entry["sha256"]), entry["path"]
    for line in found[f"{prefix}blobs.txt"].decode().splitlines():
        assert f"blobs/{_place(line.split()[0])}" in found


def _assert_honest(disk: Disk) -> None:
    for world in WORLDS:
        found = disk.after_a_cut(world)
        assert names_that_lie(found) == []
        for recording in Recording.objects.all():
            assert f"blobs/{_place(recording.sealed_blake3)}" in found


def _place(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"
