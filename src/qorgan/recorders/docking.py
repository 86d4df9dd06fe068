"""What the docks report, as pages need it: which recorder stands in which dock, how far it is, what failed (444 p.11).

A dock's word is checked field by field before it is kept: it comes from a PC that others can touch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from qorgan.archive.models import Dock
from qorgan.people.models import Organisation

STATES = ("failed", "sealing", "uploading", "reading", "waiting", "empty")  # in the order of attention
FRESH = timedelta(minutes=2)  # a dock reports every few seconds; older words describe the past
_MOST_DEVICES = 64
_LARGEST = 2**53


@dataclass(frozen=True)
class Device:
    """One recorder in a dock. Sizes in bytes, ``seconds_left`` None when it cannot be said."""

    dock_name: str
    recorder: str
    inventory_number: str
    state: str
    files_total: int
    files_done: int
    bytes_total: int
    bytes_done: int
    bytes_per_second: int
    seconds_left: int | None
    problem: str
    message: str
    at: datetime

    @property
    def working(self) -> bool:
        """Something is on its way or stuck."""
        return self.state != "empty"


@dataclass(frozen=True)
class DockState:
    """One dock: whether it speaks, what stands in it, what waits on it."""

    dock: Dock
    fresh: bool
    devices: tuple[Device, ...]
    queue_files: int
    queue_bytes: int
    ntp: str


def checked_status(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a report that are kept, each of its kind and within bounds; anything else is left out."""
    devices = body.get("devices")
    queue = body.get("queue")
    clocks = body.get("clocks")
    return {
        "devices": [_device(row) for row in devices[:_MOST_DEVICES] if isinstance(row, dict)] if isinstance(devices, list) else [],
        "queue": {"files": _count(queue.get("files")), "bytes": _count(queue.get("bytes"))} if isinstance(queue, dict) else {"files": 0, "bytes": 0},
        "ntp": _text(clocks.get("ntp"), 20) if isinstance(clocks, dict) else "",
    }


def state_of(dock: Dock) -> DockState:
    """A dock with its last word."""
    status: Mapping[str, Any] = dock.status or {}
    at = dock.status_at
    fresh = at is not None and timezone.now() - at < FRESH
    devices = [Device(dock_name=dock.name, at=at, **row) for row in status.get("devices", ())] if at else []
    queue = status.get("queue", {})
    devices.sort(key=lambda device: (STATES.index(device.state), device.inventory_number))
    return DockState(dock, fresh, tuple(devices), queue.get("files", 0), queue.get("bytes", 0), status.get("ntp", ""))


def in_docks(docks: Iterable[Dock]) -> dict[str, Device]:
    """Recorder (uuid text) → what the docks say of it at this moment; the most urgent word where two docks speak."""
    found: dict[str, Device] = {}
    for dock in docks:
        state = state_of(dock)
        for device in state.devices if state.fresh else ():
            known = found.get(device.recorder)
            if known is None or STATES.index(device.state) < STATES.index(known.state):
                found[device.recorder] = device
    return found


def docks_of(organisation: Organisation) -> list[Dock]:
    """Docks in use in a division."""
    return list(Dock.objects.filter(organisation=organisation, revoked_at=None).order_by("name"))


def _device(row: Mapping[str, Any]) -> dict[str, Any]:
    state = row.get("state")
    left = row.get("seconds_left")
    return {
        "recorder": _text(row.get("recorder"), 36), "inventory_number": _text(row.get("inventory_number"), 40),
        "state": state if state in STATES else "waiting",
        **{name: _count(row.get(name)) for name in ("files_total", "files_done", "bytes_total", "bytes_done", "bytes_per_second")},
        "seconds_left": None if left is None else _count(left), "problem": _text(row.get("problem"), 40), "message": _text(row.get("message"), 300),
    }


def _count(value: object) -> int:
    whole = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST
    return max(0, int(value)) if whole else 0  # type: ignore[call-overload]


def _text(value: object, length: int) -> str:
    return "".join(letter for letter in value if letter.isprintable())[:length] if isinstance(value, str) else ""
