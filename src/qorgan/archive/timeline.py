"""Recordings on an axis of real time, drawn by the server: what was recorded, where it is silent, where a clock was corrected.

Positions are percentages of the width, as text: a template must not print them with a decimal comma. The drawing of one
recording is the player's; the drawing of several, over an interval, is an inspection's (444 p.17).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from qorgan.archive.continuity import Interval, Lane, Piece, examine, length, merge, overlapping

_STEPS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_MOST_TICKS = 8
_SHOWN_OFFSET_MS = 1000
_THINNEST = 0.15  # percent: a gap of seconds in a day must still be seen


@dataclass(frozen=True)
class Stretch:
    """One recording as the drawing needs it. ``gaps`` are pairs of microseconds from its start; offset is device minus server."""

    start: datetime
    duration_us: int
    gaps: tuple[tuple[int, int], ...] = ()
    offset_ms: int | None = None
    label: str = ""
    url: str = ""

    @property
    def end(self) -> datetime:
        """When it ends in real time."""
        return self.start + timedelta(microseconds=self.duration_us)

    @property
    def piece(self) -> Piece:
        """The recording as the computation of continuity takes it."""
        return Piece(self.label, self.start, self.duration_us, self.gaps)


@dataclass(frozen=True)
class Bar:
    """A rectangle along the axis. ``x`` and ``width`` are percentages as text."""

    x: str
    width: str
    start: datetime
    end: datetime
    label: str = ""
    url: str = ""
    explained: bool = False

    @property
    def seconds(self) -> int:
        """How long it lasts."""
        return round((self.end - self.start).total_seconds())


@dataclass(frozen=True)
class Tick:
    """A line with a clock time. ``anchor`` is a class of the text."""

    x: str
    at: datetime
    with_seconds: bool
    anchor: str


@dataclass(frozen=True)
class ClockMark:
    """Where a device clock was corrected, by how many seconds (device minus server)."""

    x: str
    offset_s: int
    anchor: str


@dataclass(frozen=True)
class Drawing:
    """Everything the template ``archive/timeline.html`` puts into the SVG."""

    begin: datetime
    end: datetime
    ticks: tuple[Tick, ...]
    segments: tuple[Bar, ...]
    gaps: tuple[Bar, ...]
    overlaps: tuple[Bar, ...]
    clocks: tuple[ClockMark, ...]

    @property
    def recorded(self) -> timedelta:
        """How much real time is recorded, overlaps counted once."""
        return length(merge((bar.start, bar.end) for bar in self.segments))

    @property
    def silent(self) -> timedelta:
        """How much is not."""
        return sum((gap.end - gap.start for gap in self.gaps), timedelta())


def draw(stretches: Iterable[Stretch], *, begin: datetime | None = None, end: datetime | None = None, explained: Sequence[Interval] = ()) -> Drawing | None:
    """The drawing of these recordings between ``begin`` and ``end`` (by default the first start and the last end).

    A gap is real time inside the interval that no recording covers for more than a second; one that lies within an
    ``explained`` interval is drawn pale. None when there is nothing to draw.
    """
    ordered = sorted(stretches, key=lambda stretch: (stretch.start, stretch.end))
    begin = begin or (ordered[0].start if ordered else None)
    end = end or max((stretch.end for stretch in ordered), default=None)
    if begin is None or end is None or end <= begin:
        return None
    axis = Axis(begin, end)
    pieces = [stretch.piece for stretch in ordered]
    sounding = [(part, stretch) for piece, stretch in zip(pieces, ordered, strict=True) for part in piece.sounding()]
    found = examine((begin, end), [Lane("", ((begin, end),), tuple(pieces))])
    overlaps = merge((one.start, one.end) for one in overlapping(pieces))
    return Drawing(
        begin=begin, end=end, ticks=axis.ticks(),
        segments=tuple(axis.bar(part, stretch.label, stretch.url) for part, stretch in sounding if axis.shows(part)),
        gaps=tuple(axis.bar(gap.interval, explained=any(a <= gap.start and gap.end <= b for a, b in explained)) for gap in found.gaps),
        overlaps=tuple(axis.bar(both) for both in overlaps if axis.shows(both)),
        clocks=tuple(axis.clock(s) for s in ordered if abs(s.offset_ms or 0) >= _SHOWN_OFFSET_MS and begin <= s.start <= end),
    )


class Axis:
    """From times to percentages of the width between ``begin`` and a later ``end``."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self.begin, self.end, self.whole = begin, end, (end - begin).total_seconds()

    def place(self, at: datetime) -> float:
        """Where a time is; what lies outside stands at the edge."""
        return min(100.0, max(0.0, 100 * (at - self.begin).total_seconds() / self.whole))

    def shows(self, interval: Interval) -> bool:
        """Whether any of it is in sight."""
        return interval[1] > self.begin and interval[0] < self.end

    def bar(self, interval: Interval, label: str = "", url: str = "", *, explained: bool = False) -> Bar:
        """A rectangle from start to end, never too thin to be seen."""
        start, end = interval
        x = self.place(start)
        return Bar(percent(x), percent(max(_THINNEST, self.place(end) - x)), start, end, label, url, explained)

    def clock(self, stretch: Stretch) -> ClockMark:
        """The mark of a corrected clock where its file begins."""
        x = self.place(stretch.start)
        return ClockMark(percent(x), round((stretch.offset_ms or 0) / 1000), anchor(x))

    def ticks(self) -> tuple[Tick, ...]:
        """Round times of the office, at most nine."""
        step = next((step for step in _STEPS_S if self.whole / step <= _MOST_TICKS), 86400 * (1 + int(self.whole // (86400 * _MOST_TICKS))))
        local = timezone.localtime(self.begin)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        first = -(-(local - midnight).total_seconds() // step)
        times = [midnight + timedelta(seconds=step * (first + n)) for n in range(_MOST_TICKS + 1)]
        return tuple(Tick(percent(x), at, step < 60, anchor(x)) for at in times if at <= self.end for x in [self.place(at)])


def anchor(place: float) -> str:
    """The class of a text at ``place`` (0 ... 100), so that it stays in the picture."""
    return "tl-end" if place > 96 else "" if place < 4 else "tl-middle"


def percent(value: float) -> str:
    """A length along the axis as SVG takes it, whatever the language of the page."""
    return f"{value:.3f}%"
