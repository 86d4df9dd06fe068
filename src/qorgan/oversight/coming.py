"""The year that comes, to be drawn: which days fall due and when. Positions are percentages of the line's width."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qorgan.oversight.duty import State
from qorgan.oversight.presenting import Line, note
from qorgan.oversight.staging import daily

DAYS = 365
NEXT = 5
_TOGETHER = 1.5  # marks closer than this, in percent, are one with a count
_APART = 11.0  # the least distance between two words above the line
_EDGE = 2.0
_BESIDE = 6.0  # room for the word "today"


@dataclass(frozen=True)
class Mark:
    """Duties of one day, or of days too near to be told apart. ``words``: whether there is room to write the day above it."""

    x: str
    day: date
    count: int
    soon: bool
    words: bool


@dataclass(frozen=True)
class Coming:
    """The line of a year, the duties that come first, and how many there are until when."""

    months: tuple[tuple[str, date], ...]
    marks: tuple[Mark, ...]
    first: tuple[Line, ...]
    count: int
    until: date


def coming(lines: Iterable[Line], today: date, most: int = NEXT) -> Coming:
    """Draw what comes, and tell at ``most`` so many in words. Daily duties are left out: they would be the whole line. Advice has no day to keep."""
    asked = [line for line in lines if line.duty.mandatory]
    until = today + timedelta(days=DAYS)
    running = [(day, line) for line in asked if line.duty.state is not State.OVERDUE and not daily(line.duty) and (day := _last(line, today))]
    dated = sorted([one for one in running if today <= one[0] <= until], key=lambda one: one[0])
    return Coming(_months(today, until), tuple(_marks(dated, today)), tuple(_told(line, day) for day, line in dated[:most]), len(dated), until)


def _last(line: Line, today: date) -> date | None:
    """The day to keep; where it has passed, the last one by the other reading."""
    return line.duty.defensible if line.day and line.day < today and line.duty.defensible else line.day


def _told(line: Line, day: date) -> Line:
    """As the table of what comes first tells it: under the day at which it stands on the line."""
    return line if line.day == day else replace(line, day=day, note=note(line.duty, past=True))


def _marks(dated: list[tuple[date, Line]], today: date) -> Iterable[Mark]:
    heaps: list[list[tuple[date, Line]]] = []
    for day, line in dated:
        if heaps and _at(day, today) - _at(heaps[-1][0][0], today) < _TOGETHER:
            heaps[-1].append((day, line))
        else:
            heaps.append([(day, line)])
    written = -_APART
    for heap in heaps:
        day = heap[0][0]
        words = _at(day, today) - written >= _APART
        written = _at(day, today) if words else written
        yield Mark(_percent(_at(day, today)), day, len(heap), any(line.duty.state is State.SOON for _day, line in heap), words)


def _months(today: date, until: date) -> tuple[tuple[str, date], ...]:
    firsts = (date(today.year + (today.month + n) // 12, (today.month + n) % 12 + 1, 1) for n in range(12))
    return tuple((_percent(_at(first, today)), first) for first in firsts if _at(first, today) - _EDGE > _BESIDE and first <= until)


def _at(day: date, today: date) -> float:
    return _EDGE + (100 - 2 * _EDGE) * (day - today).days / DAYS


def _percent(x: float) -> str:
    return f"{x:.2f}%"
