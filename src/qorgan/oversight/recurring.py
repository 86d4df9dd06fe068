"""At least so many times in a period: the next day from the last completion, judged by the period, and every miss kept.

The text does not say whether a year is a calendar year or runs from the last time. Both are counted: the stricter gives the day to keep,
the other the last that can be defended. What was missed by both is missed for certain. Several completions of one day count once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qorgan.norms.engine.deadlines import Due, due
from qorgan.norms.engine.schema import FirstDay, Recurrence, Roll, Term, Unit
from qorgan.norms.engine.workdays import Calendar, days_between
from qorgan.oversight.duty import Missed, Next, State, Way

SOON = 30  # days before the day to keep; less for short periods
_DAY = timedelta(days=1)
_LONG = {Unit.CALENDAR_DAY: 1, Unit.WORKING_DAY: 1, Unit.MONTH: 30, Unit.YEAR: 365}


@dataclass(frozen=True)
class Recurring:
    """How a recurring duty stands."""

    state: State
    readings: tuple[Next, ...]
    missed: tuple[Missed, ...]


def recurring(recurs: Recurrence, term: Term | None, since: date, held: Sequence[date], on: date, calendar: Calendar) -> Recurring:
    """State, next days and misses on a day. ``since``: the day from which the duty holds; completions before it count for nothing.

    Raises :class:`~qorgan.norms.engine.workdays.OutsideCalendarError`.
    """
    counted = sorted({day for day in held if since <= day <= on})
    rolling = _Rolling(recurs, term, calendar)
    readings = [rolling.next(since, counted)]
    missed = list(rolling.missed(since, counted, on))
    if aligned(recurs):
        readings.append(_by_period(recurs, since, counted))
        certain = list(_missed_periods(recurs, since, counted, on))
        missed = sorted([*certain, *_apart_from(certain, missed)], key=lambda one: (one.first, one.way))
    if term is not None and not _same(recurs, term):
        planned = due(counted[-1] if counted else since, term, calendar)
        readings.append(Next(Way.PLAN, planned.due, planned.due, planned))
    return Recurring(_state(recurs, readings, counted, on), tuple(readings), tuple(missed))


def soon(keep: date, on: date, period_days: int) -> bool:
    """Whether the day is near: a month, or a quarter of what the text allows where that is less."""
    return (keep - on).days <= min(SOON, period_days // 4)


def aligned(recurs: Recurrence) -> bool:
    """Whether the period can be one of the calendar: a year, or a part of it. Three or five years cannot: they run from the last time."""
    return (recurs.unit is Unit.YEAR and recurs.number == 1) or (recurs.unit is Unit.MONTH and 12 % recurs.number == 0)


def period_of(day: date, recurs: Recurrence) -> tuple[date, date]:
    """First and last day of the calendar period in which a day lies."""
    if recurs.unit is Unit.YEAR:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    month = (day.month - 1) // recurs.number * recurs.number + 1
    after = (date(day.year + 1, 1, 1)) if month + recurs.number > 12 else date(day.year, month + recurs.number, 1)
    return date(day.year, month, 1), after - _DAY


def _state(recurs: Recurrence, readings: Sequence[Next], counted: Sequence[date], on: date) -> State:
    keep = min(one.keep for one in readings)
    if on > max(one.last for one in readings if one.way is not Way.PLAN):
        return State.OVERDUE
    if soon(keep, on, _LONG[recurs.unit] * recurs.number // recurs.times):
        return State.SOON
    return State.DONE if counted else State.DUE


def _same(recurs: Recurrence, term: Term) -> bool:
    return recurs.times == 1 and (recurs.number, recurs.unit) == (term.number, term.unit)


class _Rolling:
    """The strict reading: in any stretch of the period's length there are enough completions. The beginning counts as if all had been done."""

    def __init__(self, recurs: Recurrence, term: Term | None, calendar: Calendar) -> None:
        self.recurs, self.calendar = recurs, calendar
        self.term = term if term is not None and _same(recurs, term) else Term(number=recurs.number, unit=recurs.unit)
        self.daily = recurs.number == 1 and recurs.times == 1 and recurs.unit in {Unit.CALENDAR_DAY, Unit.WORKING_DAY}
        self.last_day = self._last_day()

    def next(self, since: date, counted: Sequence[date]) -> Next:
        """By when the next one, counted from as many back as the period asks for."""
        found = due(self._from(since, counted), self.term, self.calendar)
        return Next(Way.SINCE_LAST, found.due, found.defensible or found.due, found, counted=tuple(counted[-self.recurs.times :]))

    def missed(self, since: date, counted: Sequence[date], on: date) -> Iterator[Missed]:
        """Every stretch in which one was lacking, up to the day."""
        row, times = [*[since] * self.recurs.times, *counted], self.recurs.times
        previous: Missed | None = None
        for place, start in enumerate(row[: len(counted) + 1]):
            made_up = counted[place] if place < len(counted) else None
            until = made_up or (on if self.daily else on + _DAY)
            last_day = self.last_day(start)
            first = max(last_day if self.daily else last_day + _DAY, counted[place - 1] if place else since)
            if first >= until:
                continue
            lost = self._one(first, until - _DAY, made_up)
            if previous and times > 1 and previous.last + _DAY >= first:
                lost = self._one(previous.first, lost.last, made_up)
            elif previous:
                yield previous
            previous = lost
        if previous:
            yield previous

    def _one(self, first: date, last: date, made_up: date | None) -> Missed:
        if self.daily:
            days = sum(self.recurs.unit is Unit.CALENDAR_DAY or self.calendar.is_working(day) for day in days_between(first, last))
            return Missed(Way.PERIOD, first, last, 0, 1, made_up, certain=True, periods=days)
        return Missed(Way.SINCE_LAST, first, last, self.recurs.times - 1, self.recurs.times, made_up, certain=not aligned(self.recurs))

    def _from(self, since: date, counted: Sequence[date]) -> date:
        return counted[-self.recurs.times] if len(counted) >= self.recurs.times else since

    def _last_day(self) -> Callable[[date], date]:
        """The last day by every reading of the term. Plain days are added, not counted: daily checks of years are many."""
        simple = self.term.unit is Unit.CALENDAR_DAY and not self.term.readings and self.term.roll is Roll.NONE
        if simple and self.term.first_day is FirstDay.NEXT_DAY:
            length = timedelta(days=self.term.number)
            return lambda start: start + length
        return lambda start: _latest(due(start, self.term, self.calendar))


def _latest(found: Due) -> date:
    return found.defensible or found.due


def _first_full(recurs: Recurrence, since: date) -> tuple[date, date]:
    """The first calendar period that begins after the duty has: a part of one is too short to be judged by."""
    return period_of(period_of(since, recurs)[1] + _DAY, recurs)


def _by_period(recurs: Recurrence, since: date, counted: Sequence[date]) -> Next:
    """By when by the calendar: the end of the first period, from that of the last completion on, that has too few."""
    period = _first_full(recurs, since)
    if counted and counted[-1] >= period[0]:
        period = period_of(counted[-1], recurs)
    inside = _inside(period, counted)
    if len(inside) >= recurs.times:
        period, inside = period_of(period[1] + _DAY, recurs), ()
    return Next(Way.PERIOD, period[1], period[1], period=period, counted=inside)


def _inside(period: tuple[date, date], counted: Sequence[date]) -> tuple[date, ...]:
    return tuple(day for day in counted if period[0] <= day <= period[1])


def _missed_periods(recurs: Recurrence, since: date, counted: Sequence[date], on: date) -> Iterator[Missed]:
    period = _first_full(recurs, since)
    while period[1] < on:
        held = len(_inside(period, counted))
        if held < recurs.times:
            made_up = next((day for day in counted if day > period[1]), None)
            yield Missed(Way.PERIOD, *period, held, recurs.times, made_up, certain=True)
        period = period_of(period[1] + _DAY, recurs)


def _apart_from(certain: Sequence[Missed], strict: Sequence[Missed]) -> list[Missed]:
    """Misses by the strict reading alone: what a missed period covers is said once."""
    return [one for one in strict if not any(one.first <= sure.last and sure.first <= one.last for sure in certain)]
