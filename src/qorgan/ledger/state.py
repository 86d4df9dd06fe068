"""What the dot at the foot of every page says: does the ledger hold, when was that seen, and by whom outside."""

from dataclasses import dataclass
from datetime import datetime

from qorgan.ledger.models import Marker


@dataclass(frozen=True)
class State:
    """The last check of the ledger, ``ok`` None when there has been none; when somebody outside last saw it, and which witnesses are in trouble."""

    ok: bool | None
    at: datetime | None
    size: int
    problems: tuple[str, ...]
    witnessed_at: datetime | None = None
    witness_problems: tuple[str, ...] = ()
    holds_since: datetime | None = None


def ledger_state() -> State:
    """Read what the last check saw; the check itself is the worker's work."""
    marker = Marker.objects.first()
    if marker is None:
        return State(None, None, 0, ())
    witnessed = (marker.witnessed_at, tuple(marker.witness_problems))
    if marker.checked_at is None:
        return State(None, None, 0, (), *witnessed)
    return State(not marker.problems, marker.checked_at, marker.checked_size, tuple(marker.problems), *witnessed, marker.holds_since)
