"""What the dot at the foot of every page says: does the ledger hold, and when was that seen."""

from dataclasses import dataclass
from datetime import datetime

from qorgan.ledger.models import Marker


@dataclass(frozen=True)
class State:
    """The last check of the ledger. ``ok`` is None when there has been none."""

    ok: bool | None
    at: datetime | None
    size: int
    problems: tuple[str, ...]


def ledger_state() -> State:
    """Read what the last check saw; the check itself is the worker's work."""
    marker = Marker.objects.first()
    if marker is None or marker.checked_at is None:
        return State(None, None, 0, ())
    return State(not marker.problems, marker.checked_at, marker.checked_size, tuple(marker.problems))
