"""What was recorded of an interval and what was not: gaps, overlaps, missing file numbers, device by device (444 p.17-19).

Plain computation over what recordings say of themselves: packet times, the device's clock corrected by its measured offset, the
numbers of the files. One device is never counted for another: a gap of one recorder stays a gap while a second one records, and
says so. Times are aware; everything shorter than :data:`SILENCE` is no gap.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

from qorgan.evidence.sequence import Run, passed, without

Interval = tuple[datetime, datetime]

SILENCE = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class Cause(StrEnum):
    """What the recordings themselves say of a gap."""

    INSIDE = "inside"  # a file goes on, its packets do not
    OFF = "off"  # the next file has the next number: nothing was recorded
    FILES_MISSING = "files-missing"  # numbers were passed over: files were made and are not here
    UNKNOWN = "unknown"  # files without numbers, or no file on one side
    NOTHING = "nothing"  # this device recorded nothing of the interval
    UNEQUIPPED = "unequipped"  # nobody had a recorder


@dataclass(frozen=True)
class Piece:
    """One recording. ``start`` is corrected; ``holes`` are microseconds from it; ``shown`` is what the device wrote, untouched."""

    key: str
    start: datetime
    duration_us: int
    holes: tuple[tuple[int, int], ...] = ()
    sequence: int | None = None
    shown: str = ""
    offset_ms: int | None = None

    @property
    def end(self) -> datetime:
        """When it ends in real time."""
        return self.start + timedelta(microseconds=self.duration_us)

    def silences(self) -> list[Interval]:
        """Its holes in real time."""
        return [(self.start + timedelta(microseconds=a), self.start + timedelta(microseconds=b)) for a, b in self.holes]

    def sounding(self) -> list[Interval]:
        """What is left of it between the holes."""
        return subtract([(self.start, self.end)], self.silences()) if self.holes else [(self.start, self.end)] if self.duration_us > 0 else []


@dataclass(frozen=True)
class Lane:
    """One device: when somebody had it, and what it recorded.

    ``before`` and ``after`` are the numbers of its files next to these, of other outings. ``present`` are numbers of files that are
    here although they have no place in time.
    """

    device: str
    held: tuple[Interval, ...]
    pieces: tuple[Piece, ...]
    before: int | None = None
    after: int | None = None
    present: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Gap:
    """Time in which a device should have recorded and did not. ``device`` is "" when nobody had one.

    ``meanwhile``: devices that recorded all of it.
    """

    device: str
    start: datetime
    end: datetime
    cause: Cause
    missing: tuple[Run, ...] = ()
    meanwhile: tuple[str, ...] = ()

    @property
    def interval(self) -> Interval:
        """Both ends."""
        return self.start, self.end


@dataclass(frozen=True)
class Loss:
    """File numbers that were passed over, and the times between which their files were made, as far as known."""

    device: str
    runs: tuple[Run, ...]
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True)
class Overlap:
    """Time that two files of one device claim: its clock was moved, or it keeps some seconds before the button."""

    device: str
    start: datetime
    end: datetime
    files: tuple[str, str]


@dataclass(frozen=True)
class Course:
    """One device through the interval. ``disordered``: pairs of files whose times and numbers contradict each other.

    ``outside``: files that lie in no time in which somebody had it.
    """

    device: str
    expected: tuple[Interval, ...]
    covered: tuple[Interval, ...]
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    losses: tuple[Loss, ...]
    repeated: tuple[int, ...]
    disordered: tuple[tuple[str, str], ...]
    outside: tuple[str, ...]


@dataclass(frozen=True)
class Continuity:
    """What an interval holds."""

    interval: Interval
    courses: tuple[Course, ...]
    unequipped: tuple[Gap, ...] = field(default=())

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All gaps in the order of time."""
        found = [gap for course in self.courses for gap in course.gaps]
        return tuple(sorted([*self.unequipped, *found], key=lambda gap: (gap.start, gap.end, gap.device)))

    @property
    def covered(self) -> timedelta:
        """How much of the interval at least one device recorded."""
        return length(merge(part for course in self.courses for part in course.covered))


def examine(interval: Interval, lanes: Sequence[Lane]) -> Continuity:
    """What ``lanes`` recorded of ``interval``: the one computation behind page, drawing and report."""
    courses = [_course(interval, lane) for lane in lanes]
    known = [*(part for lane in lanes for part in lane.held), *(part for course in courses for part in course.covered)]
    unequipped = [Gap("", start, end, Cause.UNEQUIPPED) for start, end in _silent(subtract([interval], known))]
    covered = {course.device: course.covered for course in courses}
    return Continuity(interval, tuple(replace(course, gaps=tuple(_meanwhile(gap, covered) for gap in course.gaps)) for course in courses), tuple(unequipped))


def holes_of(media: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    """Where a file has no pictures (no sound, if it has no pictures), by its packets. Behind the last gap that was listed nothing is vouched for."""
    found = [(int(begin), int(end)) for begin, end in media.get("gaps") or ()]
    if found and "too-many-gaps" in (media.get("problems") or ()):
        found.append((found[-1][1], int(media.get("duration_us") or 0)))
    return tuple(found)


def an_hour_off(pieces: Iterable[Piece], held: Sequence[Interval]) -> timedelta | None:
    """The hour by which files that lie outside would lie inside: a clock left at UTC+6, or set back by one. None if neither."""
    starts = [piece.start for piece in pieces]
    for shift in (-HOUR, HOUR):
        if starts and all(any(begin <= start + shift <= end for begin, end in held) for start in starts):
            return -shift
    return None


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


def common(one: Iterable[Interval], other: Iterable[Interval]) -> list[Interval]:
    """What lies in both, in order."""
    first = merge(one)
    return subtract(first, subtract(first, other))


def length(intervals: Iterable[Interval]) -> timedelta:
    """How long they are together."""
    return sum((end - start for start, end in intervals), timedelta())


def overlapping(pieces: Sequence[Piece], device: str = "") -> list[Overlap]:
    """What two or more of the pieces claim, in the order of time; ``pieces`` in the order of their starts."""
    found: list[Overlap] = []
    longest: Piece | None = None
    for piece in pieces:
        if longest is not None and piece.start < longest.end and piece.end > piece.start:
            found.append(Overlap(device, piece.start, min(piece.end, longest.end), (longest.key, piece.key)))
        longest = piece if longest is None or piece.end > longest.end else longest
    return found


@dataclass(frozen=True)
class _Step:
    """From one file to the next. ``runs`` None: the numbers do not say."""

    before: Piece | None
    after: Piece | None
    runs: tuple[Run, ...] | None
    back: bool = False


def _course(interval: Interval, lane: Lane) -> Course:
    ordered = sorted(lane.pieces, key=lambda piece: (piece.start, piece.end, piece.key))
    sounding = merge(part for piece in ordered for part in piece.sounding())
    expected = common(lane.held, [interval])
    steps = _steps(lane, ordered)
    silent = _silent(subtract(expected, sounding))
    gaps, used = _gaps(lane, ordered, steps, silent)
    edges = {0, len(steps) - 1} - used
    losses = [_loss(lane, step) for place, step in enumerate(steps) if step.runs and place not in edges]
    numbers = Counter(piece.sequence for piece in ordered if piece.sequence is not None)
    return Course(
        device=lane.device, expected=tuple(expected), covered=tuple(common(sounding, [interval])), gaps=gaps,
        overlaps=tuple(one for one in overlapping(ordered, lane.device) if one.end - one.start > SILENCE), losses=tuple(losses),
        repeated=tuple(sorted(number for number, times in numbers.items() if times > 1)),
        disordered=tuple((step.before.key, step.after.key) for step in steps if step.back and step.before and step.after),
        outside=tuple(piece.key for piece in ordered if lane.held and not common([(piece.start, piece.end)], lane.held)),
    )


def _steps(lane: Lane, ordered: Sequence[Piece]) -> list[_Step]:
    """From what came before through every file to what comes after: one more than there are files."""
    present = {*lane.present, *(piece.sequence for piece in ordered if piece.sequence is not None)}
    chain: list[Piece | None] = [None, *ordered, None]
    return [_step(one, other, lane, present) for one, other in pairwise(chain)]


def _step(one: Piece | None, other: Piece | None, lane: Lane, present: set[int]) -> _Step:
    before = one.sequence if one else lane.before
    after = other.sequence if other else lane.after
    if before is None or after is None:
        return _Step(one, other, None)
    runs = passed(before, after)
    if runs is None:
        return _Step(one, other, None, back=True)
    return _Step(one, other, without(runs, present))


def _gaps(lane: Lane, ordered: Sequence[Piece], steps: Sequence[_Step], silent: Sequence[Interval]) -> tuple[tuple[Gap, ...], set[int]]:
    """The gaps with their causes, and the places of the steps that lie in them."""
    starts = [piece.start for piece in ordered]
    reached = list(accumulate((piece.end for piece in ordered), max))
    gaps, used = [], set[int]()
    for start, end in silent:
        first = bisect_right(starts, start)
        if first and reached[first - 1] >= end:
            gaps.append(Gap(lane.device, start, end, Cause.INSIDE))
            continue
        last = bisect_left(starts, end, lo=first)
        if last > first and ordered[last - 1].end > end:
            last -= 1  # a file that begins silent: what comes after it lies behind the gap
        used.update(range(first, last + 1))
        gaps.append(_gap(lane, (start, end), steps[first : last + 1], empty=not ordered))
    return tuple(gaps), used


def _gap(lane: Lane, interval: Interval, steps: Sequence[_Step], *, empty: bool) -> Gap:
    missing = tuple(run for step in steps for run in step.runs or ())
    if missing:
        return Gap(lane.device, *interval, Cause.FILES_MISSING, missing)
    if empty:
        return Gap(lane.device, *interval, Cause.NOTHING)
    return Gap(lane.device, *interval, Cause.UNKNOWN if any(step.runs is None for step in steps) else Cause.OFF)


def _loss(lane: Lane, step: _Step) -> Loss:
    return Loss(lane.device, step.runs or (), step.before.end if step.before else None, step.after.start if step.after else None)


def _meanwhile(gap: Gap, covered: dict[str, tuple[Interval, ...]]) -> Gap:
    others = [device for device, parts in covered.items() if device != gap.device and not _silent(subtract([gap.interval], _near(parts, gap)))]
    return replace(gap, meanwhile=tuple(others))


def _near(parts: tuple[Interval, ...], gap: Gap) -> tuple[Interval, ...]:
    """Those of ``parts``, in order and apart from each other, that touch a gap."""
    first = max(0, bisect_right(parts, gap.start, key=lambda part: part[0]) - 1)
    return parts[first : bisect_left(parts, gap.end, lo=first, key=lambda part: part[0])]


def _silent(parts: Iterable[Interval]) -> list[Interval]:
    return [(start, end) for start, end in parts if end - start > SILENCE]
