"""Times in which a recorder was out of order: they propose an explanation before anybody types (444 p.20)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from qorgan.archive.continuity import Interval
from qorgan.recorders.malfunctions.access import between
from qorgan.recorders.models import Recorder

REPORTED_WITHIN = timedelta(hours=2)  # a malfunction in the field is often reported after coming back


@dataclass(frozen=True)
class Trouble:
    """A malfunction of a recorder, until the repair (None: not yet). ``told``: somebody said since when; else it begins with the report."""

    key: str
    device: str
    start: datetime
    end: datetime | None
    words: str
    told: bool

    def touches(self, interval: Interval) -> bool:
        """Whether it was so in that time, or was reported soon after by somebody who could not say since when."""
        start = self.start if self.told else self.start - REPORTED_WITHIN
        return start <= interval[1] and (self.end is None or self.end > interval[0])


def troubles_of(recorders: Iterable[Recorder], span: Interval | None) -> tuple[Trouble, ...]:
    """Malfunctions of these recorders in the time of an inspection and shortly after. One query a recorder."""
    if span is None:
        return ()
    found = [one for recorder in recorders for one in between(recorder.pk, span[0], span[1] + REPORTED_WITHIN)]
    return tuple(
        Trouble(str(one.malfunction), str(one.recorder), one.began_at, one.ended_at, one.words or one.kind, one.told) for one in found
    )
