"""Recordings on an axis of real time, drawn by the server: what was recorded, where it is silent, where a clock was corrected.

Positions are percentages of the width, as text: a template must not print them with a decimal comma. The drawing of one
recording is the player's; the drawing of several, over an interval, is an inspection's (444 p.17).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

_STEPS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_MOST_TICKS = 8
_SHOWN_OFFSET_MS = 1000
_SILENCE = timedelta(seconds=1)
_THINNEST = 0.15  # percent: a gap of seconds in a day must still be seen

Interval = tuple[datetime, datetime]


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

    def silences(self) -> list[Interval]:
        """Its gaps in real time."""
        return [(self.start + timedelta(microseconds=a), self.start + timedelta(microseconds=b)) for a, b in self.gaps]

    def sounding(self) -> list[Interval]:
        """What is left of it between the gaps."""
        return subtract([(self.start, self.end)], self.silences())


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
        return sum((end - start for start, end in merge([(bar.start, bar.end) for bar in self.segments])), timedelta())

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
    axis = _Axis(begin, end)
    sounding = [(piece, stretch) for stretch in ordered for piece in stretch.sounding()]
    silences = [gap for gap in subtract([(begin, end)], [piece for piece, _ in sounding]) if gap[1] - gap[0] > _SILENCE]
    return Drawing(
        begin=begin, end=end, ticks=axis.ticks(),
        segments=tuple(axis.bar(piece, stretch.label, stretch.url) for piece, stretch in sounding if axis.shows(piece)),
        gaps=tuple(axis.bar(gap, explained=any(a <= gap[0] and gap[1] <= b for a, b in explained)) for gap in silences),
        overlaps=tuple(axis.bar(both) for both in _overlaps(ordered) if axis.shows(both)),
        clocks=tuple(axis.clock(s) for s in ordered if abs(s.offset_ms or 0) >= _SHOWN_OFFSET_MS and begin <= s.start <= end),
    )


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time in the fewest intervals, in order."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def subtract(whole: Iterable[Interval], holes: Iterable[Interval]) -> list[Interval]:
    """What of ``whole`` lies in none of the ``holes``, in order."""
    cuts, left = merge(holes), []
    for start, end in merge(whole):
        place = start
        for cut_start, cut_end in cuts:
            if cut_end <= place or cut_start >= end:
                continue
            if cut_start > place:
                left.append((place, cut_start))
            place = max(place, cut_end)
        if place < end:
            left.append((place, end))
    return left


def _overlaps(ordered: Sequence[Stretch]) -> list[Interval]:
    found, reached = [], None
    for stretch in ordered:
        if reached is not None and stretch.start < reached:
            found.append((stretch.start, min(stretch.end, reached)))
        reached = stretch.end if reached is None else max(reached, stretch.end)
    return merge(found)


class _Axis:
    """From times to percentages."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self.begin, self.end, self.whole = begin, end, (end - begin).total_seconds()

    def place(self, at: datetime) -> float:
        return min(100.0, max(0.0, 100 * (at - self.begin).total_seconds() / self.whole))

    def shows(self, interval: Interval) -> bool:
        return interval[1] > self.begin and interval[0] < self.end

    def bar(self, interval: Interval, label: str = "", url: str = "", *, explained: bool = False) -> Bar:
        start, end = interval
        x = self.place(start)
        return Bar(_percent(x), _percent(max(_THINNEST, self.place(end) - x)), start, end, label, url, explained)

    def clock(self, stretch: Stretch) -> ClockMark:
        x = self.place(stretch.start)
        return ClockMark(_percent(x), round((stretch.offset_ms or 0) / 1000), _anchor(x))

    def ticks(self) -> tuple[Tick, ...]:
        step = next((step for step in _STEPS_S if self.whole / step <= _MOST_TICKS), 86400 * (1 + int(self.whole // (86400 * _MOST_TICKS))))
        local = timezone.localtime(self.begin)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        first = -(-(local - midnight).total_seconds() // step)
        times = [midnight + timedelta(seconds=step * (first + n)) for n in range(_MOST_TICKS + 1)]
        return tuple(Tick(_percent(x), at, step < 60, _anchor(x)) for at in times if at <= self.end for x in [self.place(at)])


def _anchor(percent: float) -> str:
    return "tl-end" if percent > 96 else "" if percent < 4 else "tl-middle"


def _percent(value: float) -> str:
    return f"{value:.3f}%"
