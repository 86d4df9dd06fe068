"""The office's statutory calendar, ready for counting: the table of years, seeded where it is missing."""

from functools import lru_cache
from pathlib import Path

from django.db import DatabaseError, connection
from django.utils import timezone

from qorgan.norms.actions import ensure_years
from qorgan.norms.engine.workdays import Calendar, SpecialDay, Week, Year
from qorgan.norms.models import CalendarDay, CalendarYear

FIRST_YEAR = 2019  # the oldest act that the orders name is of this year
YEARS_AHEAD = 6  # a passport is replaced every five years
_IN_MEMORY = (":memory:", "file:")


def office_calendar(week: int = 5) -> Calendar:
    """The calendar of the table, for a week of five or six working days.

    Years from 2019 to six years ahead are there; missing ones are seeded now, not confirmed. Kept while the table stays as it is.
    """
    wanted = range(FIRST_YEAR, timezone.localdate().year + YEARS_AHEAD + 1)
    states = _states()
    if not states or states[0][0] > wanted[0] or states[-1][0] < wanted[-1]:
        ensure_years(range(min(wanted[0], states[0][0] if states else wanted[0]), max(wanted[-1], states[-1][0] if states else 0) + 1))
        states = _states()
    return _built(states, Week(week))


def _states() -> tuple[tuple[int, str], ...]:
    return tuple((number, str(state)) for number, state in CalendarYear.objects.order_by("number").values_list("number", "state"))


@lru_cache(maxsize=8)
def _built(states: tuple[tuple[int, str], ...], week: Week) -> Calendar:
    confirmed = dict(CalendarYear.objects.values_list("number", "confirmed_at"))
    days: dict[int, list[SpecialDay]] = {number: [] for number, _state in states}
    for row in CalendarDay.objects.filter(year__in=days).order_by("day"):
        days[row.year_id].append(SpecialDay(row.day, row.works, row.name_kk, row.name_ru, row.source, row.five_only))
    return Calendar(tuple(Year(number, tuple(found), confirmed[number] is not None) for number, found in days.items()), week)


def corrected(usual: Calendar) -> Calendar | None:
    """``usual`` with the years of the office's table in place of its own; None where there is no database, or no table of years in it.

    Nothing is written: a year that the table lacks stays as ``usual`` has it, and no database is made where there is none.
    """
    try:
        states = _states() if _there_is_a_database() else ()
        table = {year.number: year for year in _built(states, usual.week).years} if states else {}
    except DatabaseError:  # it is not set up yet, or does not answer
        return None
    if not table:
        return None
    return Calendar(tuple(table.get(year.number, year) for year in usual.years), usual.week)


def _there_is_a_database() -> bool:
    name = str(connection.settings_dict["NAME"])
    return connection.vendor != "sqlite" or name.startswith(_IN_MEMORY) or Path(name).is_file()
