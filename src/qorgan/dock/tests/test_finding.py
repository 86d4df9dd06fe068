"""Who is plugged in, and strangers left alone."""

import os
import sys
from pathlib import Path

import pytest

from qorgan.dock import finding
from qorgan.dock.finding import MARKER, Place
from qorgan.dock.office import Recorder
from qorgan.dock.volumes import Volume, on_linux

FIRST = Recorder("r1", "0417", volume_serial="1A2B-3C4D", volume_label="REC", marker="mark 0417")
SECOND = Recorder("r2", "0421", volume_serial="5E6F-7A8B", volume_label="CAM", marker="mark 0421")
TABLE = (FIRST, SECOND)


def _place(tmp_path: Path, marker: str = "", **more: str) -> Place:
    if marker:
        (tmp_path / MARKER).write_text(marker + "\n")
    return Place(tmp_path, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("marker", "more", "expected"),
    [
        ("mark 0417", {"serial": "5E6F-7A8B"}, FIRST),
        ("", {"serial": "5e6f-7a8b", "label": "REC"}, SECOND),
        ("", {"serial": "0000-0000", "label": "REC"}, FIRST),
        ("", {"name": "0421"}, SECOND),
        ("mark of another office", {"serial": "1A2B-3C4D"}, None),
        ("", {"serial": "0000-0000", "name": "logs"}, None),
    ],
)
def test_marker_then_serial_then_label_then_folder_name(tmp_path: Path, marker: str, more: dict[str, str], expected: Recorder | None) -> None:
    device = finding.identify(_place(tmp_path, marker, **more), TABLE)
    assert (device.recorder if device else None) == expected


def test_two_recorders_with_one_label_are_nobody(tmp_path: Path) -> None:
    twins = (FIRST, Recorder("r3", "0430", volume_label="REC"))
    assert finding.identify(_place(tmp_path, label="REC"), twins) is None


def test_a_watched_folder_is_one_device_or_holds_one_a_subfolder(tmp_path: Path) -> None:
    station, single = tmp_path / "station", tmp_path / "single"
    for folder in (station / "0417", station / "0421", station / ".hidden", single / "DCIM"):
        folder.mkdir(parents=True)
    (single / MARKER).write_text("mark 0421")
    (station / "readme.txt").write_text("")
    (station / "link").symlink_to(single)
    found = finding.places([str(station), str(single), str(tmp_path / "absent")], [])
    assert [place.root for place in found] == [station / "0417", station / "0421", single]


def test_a_drive_is_a_place_with_its_serial_and_label(tmp_path: Path) -> None:
    drive = Volume(tmp_path, "1A2B-3C4D", "REC", True)
    device = finding.identify(finding.places([], [drive])[0], TABLE)
    assert device is not None
    assert (device.recorder, device.serial, device.label, device.read_only) == (FIRST, "1A2B-3C4D", "REC", True)


def test_a_marker_that_is_a_link_is_no_marker(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("mark 0417")
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / MARKER).symlink_to(tmp_path / "elsewhere")
    assert finding.read_marker(tmp_path / "drive") == ""


def test_a_strangers_files_are_counted_by_listing_and_never_opened(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    secret = tmp_path / "photos" / "private.jpg"
    secret.write_bytes(b"x" * 100)
    os.utime(secret, (1, 1))
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(hook)
    try:
        place = Place(tmp_path, serial="9999-9999", label="MINE")
        assert finding.identify(place, TABLE) is None
        found = finding.stranger(place)
    finally:
        watching = False
    assert (found.files, found.serial, found.label) == (1, "9999-9999", "MINE")
    assert [path for path in opened if str(tmp_path) in path] == [str(tmp_path / MARKER)]
    assert secret.stat().st_atime == 1


def test_an_empty_mount_point_is_not_an_emptied_recorder(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("mark 0417")
    device = finding.identify(Place(tmp_path), TABLE)
    assert device is not None
    assert finding.still_there(device)
    (tmp_path / MARKER).unlink()
    assert not finding.still_there(device)


def _system(root: Path, disk: str, partition: str, *, removable: str, usb: bool = False, kind: str = "") -> None:
    real = root / ("devices/pci0/usb2/block" if usb else "devices/pci0/block") / disk
    (real / "device").mkdir(parents=True)
    (real / "removable").write_text(removable + "\n")
    (real / "device" / "type").write_text(kind + "\n")
    (root / "sys/block").mkdir(parents=True)
    (root / "sys/block" / disk).symlink_to(real)
    for folder, name in (("by-uuid", "1A2B-3C4D"), ("by-label", "BODY\\x20CAM\\xd2\\x9a")):
        (root / "dev/disk" / folder).mkdir(parents=True)
        (root / "dev" / partition).touch()
        (root / "dev/disk" / folder / name).symlink_to(root / "dev" / partition)


@pytest.mark.parametrize(
    ("disk", "partition", "facts", "expected"),
    [
        ("sdb", "sdb1", {"removable": "1"}, True),
        ("sdb", "sdb1", {"removable": "0", "usb": True}, True),
        ("sda", "sda1", {"removable": "0"}, False),
        ("mmcblk0", "mmcblk0p1", {"removable": "0", "kind": "SD"}, True),
        ("mmcblk0", "mmcblk0p1", {"removable": "0", "kind": "MMC"}, False),
        ("nvme0n1", "nvme0n1p2", {"removable": "0"}, False),
    ],
)
def test_linux_volumes_that_can_be_pulled_out(tmp_path: Path, disk: str, partition: str, facts: dict[str, object], expected: bool) -> None:
    _system(tmp_path, disk, partition, **facts)  # type: ignore[arg-type]
    volume = on_linux(f"/dev/{partition}", "/media/rec", "ro,noatime", tmp_path)
    assert (volume is not None) is expected
    if volume is not None:
        assert volume == Volume(Path("/media/rec"), "1A2B-3C4D", "BODY CAMҚ", True)
