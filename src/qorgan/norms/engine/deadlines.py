"""When something is due: anchor + number + unit, the first day, the roll; each with its reason, and every skipped day named.

Where the law can be read in two ways, the earlier day is the one to keep, the later the last that can be defended. Nothing is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from qorgan.norms.engine.periods import period
from qorgan.norms.engine.schema import FirstDay, Reading, Roll, Term, Unit
from qorgan.norms.engine.workdays import Calendar, days_between

_WEEKDAYS_KK = ("дүйсенбі", "сейсенбі", "сәрсенбі", "бейсенбі", "жұма", "сенбі", "жексенбі")
_WEEKDAYS_RU = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


@dataclass(frozen=True)
class Step:
    """One day of the counting: the ``number`` it got, or None where it was skipped; why, in both languages."""

    day: date
    number: int | None
    why_kk: str
    why_ru: str


@dataclass(frozen=True)
class Due:
    """A deadline, computed. ``due`` is the day to keep; ``defensible`` the last day by another reading, None when there is but one.

    ``estimated``: a year between anchor and end is not confirmed in the calendar. ``readings`` are the days with the reasons for them.
    """

    anchor: date
    term: Term
    due: date
    defensible: date | None
    estimated: bool
    readings: tuple[tuple[date, Reading], ...]
    calendar: Calendar

    def steps(self) -> tuple[Step, ...]:
        """The counting to the day to keep, day by day; for months and years only what moves the end."""
        reading = next(reading for day, reading in self.readings if day == self.due)
        return tuple(_steps(self.anchor, self.term, reading, self.calendar))


def due(anchor: date, term: Term, calendar: Calendar) -> Due:
    """When ``term``, counted from ``anchor``, is over. Raises :class:`~qorgan.norms.engine.workdays.OutsideCalendarError`."""
    found = tuple((last_day(anchor, term, reading, calendar), reading) for reading in term.all_readings)
    earliest = latest = found[0][0]
    for day, _reading in found[1:]:
        earliest, latest = min(earliest, day), max(latest, day)
    return Due(anchor, term, earliest, latest if latest != earliest else None, calendar.is_estimate(anchor, latest), found, calendar)


def last_day(anchor: date, term: Term, reading: Reading, calendar: Calendar) -> date:
    """The last day of the term by one reading."""
    if term.unit is Unit.WORKING_DAY:
        first = anchor + timedelta(days=1) if reading.first_day is FirstDay.NEXT_DAY else anchor
        return calendar.working_day(first, term.number)
    end = period(anchor, Term(number=term.number, unit=term.unit, first_day=reading.first_day)).last_day
    return calendar.working_day(end, 1) if reading.roll is Roll.NEXT_WORKING_DAY else end


def _steps(anchor: date, term: Term, reading: Reading, calendar: Calendar) -> Iterator[Step]:
    end = last_day(anchor, term, reading, calendar)
    if reading.first_day is FirstDay.NEXT_DAY:
        yield Step(anchor, None, "санау келесі күннен басталады", "счёт начинается со следующего дня")
    first = anchor + timedelta(days=1) if reading.first_day is FirstDay.NEXT_DAY else anchor
    if term.unit is Unit.WORKING_DAY:
        yield from _numbered(first, end, calendar)
        return
    counted = period(anchor, Term(number=term.number, unit=term.unit, first_day=reading.first_day))
    if term.unit is Unit.CALENDAR_DAY:
        for number, day in enumerate(days_between(first, counted.last_day), 1):
            yield Step(day, number, "күнтізбелік күн", "календарный день")
    elif counted.clipped:
        yield Step(counted.last_day, None, "айда мұндай күн жоқ: айдың соңғы күні", "такого дня в месяце нет: последний день месяца")
    else:
        yield Step(counted.last_day, term.number, "мерзімнің соңғы күні", "последний день срока")
    for day in days_between(counted.last_day, end) if end != counted.last_day else ():
        yield Step(day, None, *(_why_free(day, calendar) if day != end else ("келесі жұмыс күніне көшті", "перенесено на следующий рабочий день")))


def _numbered(first: date, last: date, calendar: Calendar) -> Iterator[Step]:
    number = 0
    for day in days_between(first, last):
        if calendar.is_working(day):
            number += 1
            special = calendar.special(day)
            yield Step(day, number, *((special.name_kk, special.name_ru) if special else ("жұмыс күні", "рабочий день")))
        else:
            yield Step(day, None, *_why_free(day, calendar))


def _why_free(day: date, calendar: Calendar) -> tuple[str, str]:
    special = calendar.special(day)
    return (special.name_kk, special.name_ru) if special else (_WEEKDAYS_KK[day.weekday()], _WEEKDAYS_RU[day.weekday()])
