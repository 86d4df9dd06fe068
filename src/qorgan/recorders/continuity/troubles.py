"""Times in which a recorder was out of order: they explain gaps before anybody types (444 p.20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from qorgan.archive.continuity import Interval
from qorgan.recorders.models import Recorder

REPORTED_WITHIN = timedelta(hours=2)  # a malfunction in the field is often reported after coming back


@dataclass(frozen=True)
class Trouble:
    """A malfunction of a recorder, from its report until the repair (None: not yet repaired)."""

    device: str
    start: datetime
    end: datetime | None
    words: str
    reported_by: str = ""

    def touches(self, interval: Interval) -> bool:
        """Whether it was known in that time, or soon after."""
        return self.start <= interval[1] + REPORTED_WITHIN and (self.end is None or self.end >= interval[0])


def troubles_of(recorders: Iterable[Recorder]) -> tuple[Trouble, ...]:
    """Malfunctions that stand at the recorders themselves."""
    return tuple(
        Trouble(str(one.id), one.faulty_since, None, one.fault, one.fault_reported_by) for one in recorders if one.faulty_since is not None
    )
