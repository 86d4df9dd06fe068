"""A year of the statutory calendar as twelve months: what each day is, and why."""

from calendar import Calendar as Weeks
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qorgan.norms.engine.workdays import Calendar, SpecialDay

_WEEKS = Weeks(firstweekday=0)


@dataclass(frozen=True)
class Cell:
    """A day: ``state`` is ``work``, ``free`` (by its weekday), ``off`` (by a special day) or ``worked`` (a day off that is worked)."""

    day: date
    state: str
    special: SpecialDay | None


@dataclass(frozen=True)
class Month:
    """A month: its first day (for its name), weeks of seven cells (None outside the month), how many days are worked."""

    first: date
    weeks: tuple[tuple[Cell | None, ...], ...]
    working: int
    special: tuple[Cell, ...]


def months(year: int, calendar: Calendar) -> list[Month]:
    """The twelve months. Raises :class:`~qorgan.norms.engine.workdays.OutsideCalendarError`."""
    return [_month(year, number, calendar) for number in range(1, 13)]


def _month(year: int, number: int, calendar: Calendar) -> Month:
    cells = {day: _cell(day, calendar) for day in _WEEKS.itermonthdates(year, number) if day.month == number}
    weeks = tuple(tuple(cells.get(day) for day in week) for week in _WEEKS.monthdatescalendar(year, number))
    special = tuple(cell for cell in cells.values() if cell.special)
    return Month(date(year, number, 1), weeks, sum(calendar.is_working(day) for day in cells), special)


def _cell(day: date, calendar: Calendar) -> Cell:
    special, works = calendar.special(day), calendar.is_working(day)
    if special:
        return Cell(day, "worked" if works else "off", special)
    return Cell(day, "work" if works else "free", None)


def working_days(found: list[Month]) -> int:
    """How many days of the year are worked."""
    return sum(month.working for month in found)


def by_day(found: list[Month]) -> Mapping[date, Cell]:
    """Every day of the months."""
    return {cell.day: cell for month in found for week in month.weeks for cell in week if cell}
