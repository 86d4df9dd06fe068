"""When a recording began, as far as the file and its name say. Raw values stay in the manifest; nothing original is rewritten.

The basis says what was believed: ``name`` (the device's clock in the file's name, zone assumed by the model's pattern), ``container``
(the time inside the file), ``modified`` (last write less duration), or nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from qorgan.evidence.manifest import Manifest

OFFICE_ZONE = ZoneInfo("Asia/Almaty")
MEASURED = "issue"  # basis of a time that was corrected by the clock check at issue (444 p.17)


@dataclass(frozen=True)
class Span:
    """Start and end in UTC; None where nothing can be said."""

    started_at: datetime | None
    ended_at: datetime | None
    basis: str


def span_of(manifest: Manifest) -> Span:
    """The best guess before anybody's measured clock offset is taken off."""
    start, basis = _start(manifest)
    duration = _duration(manifest)
    return Span(start, start + duration if start else None, basis)


def _start(manifest: Manifest) -> tuple[datetime | None, str]:
    if manifest.device_started_at:
        naive = datetime.fromisoformat(manifest.device_started_at)
        zone = OFFICE_ZONE if manifest.device_zone_minutes is None else timezone(timedelta(minutes=manifest.device_zone_minutes))
        return naive.replace(tzinfo=zone).astimezone(UTC), "name"
    inside = _moment(manifest.media.get("started_at_container"))
    if inside is not None:
        return inside, "container"
    return datetime.fromisoformat(manifest.modified_at).astimezone(UTC) - _duration(manifest), "modified"


def _duration(manifest: Manifest) -> timedelta:
    value = manifest.media.get("duration_us")
    return timedelta(microseconds=min(max(value, 0), 10**13)) if isinstance(value, int) else timedelta()


def _moment(value: object) -> datetime | None:
    """A time of the container; before 1990 it is the zero of some clock, not a time."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
    if found is None or found.year < 1990:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
