"""Recordings for tests: stored by the archive's own action, with this room's attribution."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.utils import timezone

from qorgan.archive.models import Dock, Recording, Upload
from qorgan.archive.receipts import store_recording
from qorgan.evidence.canonical import canonical
from qorgan.evidence.manifest import Manifest
from qorgan.recorders.attributing import attribute
from qorgan.recorders.models import Recorder

OFFICE = timezone.get_fixed_timezone(300)


def local(moment: datetime) -> datetime:
    """A moment as a device that keeps UTC+5 writes it: naive."""
    return moment.astimezone(OFFICE).replace(tzinfo=None, microsecond=0)


def make_manifest(dock: Dock, recorder: Recorder | None, device_started_at: datetime | None, *, seconds: int = 300, **changes: Any) -> Manifest:
    """What a dock says of a five-minute file, whose device clock says ``device_started_at`` (naive)."""
    text = uuid4().hex
    now = timezone.now().astimezone(UTC)
    manifest = Manifest(
        recorder=str(recorder.id) if recorder else "", inventory_number=recorder.inventory_number if recorder else "", volume_serial="",
        volume_label="", marker="", path=f"DCIM/{text[:8]}.MP4", name=f"{text[:8]}.MP4", size=1000, modified_at=now.isoformat(),
        plain_sha256=sha256(text.encode()).hexdigest(), sealed_blake3=sha256(f"sealed {text}".encode()).hexdigest(), plain_size=1000, sealed_size=1200,
        recipients=["age1"], media={"kind": "video", "duration_us": seconds * 1_000_000}, pattern="generic", sequence=None,
        device_started_at=device_started_at.isoformat() if device_started_at else "", device_zone_minutes=300 if device_started_at else None,
        clocks={"dock_now": now.isoformat(), "server_now": now.isoformat(), "round_trip_ms": 2, "ntp": "synchronised"}, dock=str(dock.id),
        dock_name=dock.name, software="test", sealed_at=now.isoformat(),
    )
    return replace(manifest, **changes)


def arrive(dock: Dock, recorder: Recorder | None, device_started_at: datetime | None, **changes: Any) -> Recording:
    """Store one recording as ingest does after its last byte, and return it."""
    manifest = make_manifest(dock, recorder, device_started_at, **changes)
    now = timezone.now()
    upload = Upload.objects.create(
        dock=dock, organisation=dock.organisation, manifest=f"{Manifest.FORMAT}\n{canonical(asdict(manifest)).decode()}\n\n", metadata="",
        plain_sha256=manifest.plain_sha256, sealed_blake3=manifest.sealed_blake3, length=manifest.sealed_size, offset=manifest.sealed_size,
        created_at=now, touched_at=now,
    )
    stored = store_recording(upload, manifest, 1, attribute)
    assert stored.recording_id is not None
    return Recording.objects.get(pk=stored.recording_id)
