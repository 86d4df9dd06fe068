"""Removable volumes of this PC: drives and memory cards, with the serial and label that tell them apart.

Linux names them under ``/dev/disk``; Windows is asked through its own calls. A serial is written as both systems show
it for FAT and exFAT (``1A2B-3C4D``), so a card is the same card on either.
"""

import ctypes
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

_ROOT = Path("/")


@dataclass(frozen=True)
class Volume:
    """One mounted removable volume."""

    mount: Path
    serial: str
    label: str
    read_only: bool


def volumes() -> list[Volume]:
    """Every removable volume that is mounted at this moment. A volume that leaves while it is looked at is left out."""
    parts = [part for part in psutil.disk_partitions(all=False) if part.mountpoint]
    if sys.platform == "win32":
        return [found for part in parts if (found := _on_windows(part.mountpoint, part.opts)) is not None]
    return [found for part in parts if (found := on_linux(part.device, part.mountpoint, part.opts)) is not None]


def on_linux(device: str, mountpoint: str, options: str, root: Path = _ROOT) -> Volume | None:
    """The volume mounted from ``device``, or None when it is a part of this PC.

    ``root`` stands before /dev and /sys.
    """
    if not device.startswith("/dev/") or not _leaves(Path(device).name, root):
        return None
    serial = _link_to(device, root / "dev/disk/by-uuid")
    label = _link_to(device, root / "dev/disk/by-label")
    return Volume(Path(mountpoint), serial, label, "ro" in options.split(","))


def _leaves(name: str, root: Path) -> bool:
    """Whether the disk of partition ``name`` can be pulled out: flagged removable, on USB, or a memory card."""
    disk = re.sub(r"p\d+$", "", name) if name.startswith(("mmcblk", "nvme")) else name.rstrip("0123456789")
    block = root / "sys/block" / disk
    if not block.exists():
        return False
    if _text(block / "removable") == "1" or "/usb" in str(block.resolve()):
        return True
    return disk.startswith("mmcblk") and _text(block / "device/type") == "SD"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _link_to(device: str, folder: Path) -> str:
    """The name under ``folder`` that points at ``device``; udev writes odd characters as \\x20."""
    try:
        links = list(folder.iterdir())
    except OSError:
        return ""
    for link in links:
        if link.resolve().name == Path(device).name:
            return _unescaped(link.name)
    return ""


def _unescaped(name: str) -> str:
    raw = re.sub(rb"\\x([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), name.encode())
    return raw.decode("utf-8", "replace")


if sys.platform == "win32":
    _REMOVABLE = 2

    def _on_windows(mountpoint: str, options: str) -> Volume | None:
        kernel = ctypes.windll.kernel32
        if kernel.GetDriveTypeW(mountpoint) != _REMOVABLE:
            return None
        label, serial = ctypes.create_unicode_buffer(261), ctypes.c_uint32()
        if not kernel.GetVolumeInformationW(mountpoint, label, len(label), ctypes.byref(serial), None, None, None, 0):
            return None
        return Volume(
            Path(mountpoint),
            f"{serial.value >> 16:04X}-{serial.value & 0xFFFF:04X}",
            label.value,
            "ro" in options.split(","),
        )
