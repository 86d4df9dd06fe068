"""What the dock's signed manifest says of a file beside what stands in the recording's own columns."""

import json
from dataclasses import dataclass

from qorgan.archive.models import Recording


@dataclass(frozen=True)
class Told:
    """``sequence``: the file's number on the device. ``zone_minutes``: what its clock is taken to keep. None: nothing is said."""

    sequence: int | None = None
    zone_minutes: int | None = None


def told_of(recording: Recording) -> Told:
    """Read the manifest, which was checked when the recording came in."""
    lines = recording.manifest.split("\n", 2)
    try:
        values = json.loads(lines[1])
    except (IndexError, ValueError):
        return Told()
    number, zone = (values.get("sequence"), values.get("device_zone_minutes")) if isinstance(values, dict) else (None, None)
    return Told(number if isinstance(number, int) else None, zone if isinstance(zone, int) else None)
