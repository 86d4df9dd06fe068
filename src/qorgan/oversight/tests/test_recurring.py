"""Recurring duties against an oracle that knows nothing but days: it walks every one of them."""

from calendar import monthrange
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from qorgan.norms.engine.schema import Recurrence, Term, Unit
from qorgan.norms.engine.workdays import seeded
from qorgan.oversight.duty import Missed, State, Way
from qorgan.oversight.recurring import recurring, soon

CALENDAR = seeded(2015, 2035)
DAY = timedelta(days=1)
BEGIN, END = date(2020, 1, 1), date(2026, 12, 31)
days = st.dates(BEGIN, END)
shapes = st.sampled_from(
    [(1, 1, Unit.YEAR), (2, 1, Unit.YEAR), (3, 1, Unit.YEAR), (1, 6, Unit.MONTH), (2, 3, Unit.MONTH), (1, 3, Unit.YEAR), (1, 5, Unit.YEAR)]
)


def later(day: date, number: int, unit: Unit) -> date:
    """The oracle's own counting of months and years."""
    months = day.year * 12 + day.month - 1 + number * (12 if unit is Unit.YEAR else 1)
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def walk(since: date, on: date) -> list[date]:
    return [since + DAY * number for number in range((on - since).days + 1)]


def late_days(times: int, number: int, unit: Unit, since: date, held: set[date], on: date) -> set[date]:
    """Days on which the last so many completions lie too far back; those of the beginning count as done."""
    row, late = [since] * times, set()
    for day in walk(since, on):
        if day in held:
            row.append(day)
        if day > later(row[-times], number, unit):
            late.add(day)
    return late


def lacking_periods(times: int, number: int, unit: Unit, since: date, held: set[date], on: date) -> set[tuple[date, int]]:
    """Calendar periods that began after the duty and are over, with their count where it is too small."""
    length = 12 if unit is Unit.YEAR else number
    counts: dict[date, int] = {}
    for day in walk(date(since.year, 1, 1), on):
        begin = date(day.year, (day.month - 1) // length * length + 1, 1)
        counts[begin] = counts.get(begin, 0) + (day in held and day >= since)
    return {(begin, count) for begin, count in counts.items() if begin > since and later(begin, length, Unit.MONTH) <= on and count < times}


def days_of(missed: tuple[Missed, ...], way: Way) -> set[date]:
    return {day for one in missed if one.way is way for day in walk(one.first, one.last)}


@settings(max_examples=150, deadline=None)
@given(shape=shapes, since=days, held=st.sets(days, max_size=9), ahead=st.integers(0, 2200))
@example(shape=(1, 1, Unit.YEAR), since=date(2020, 2, 29), held={date(2021, 2, 28), date(2022, 3, 1)}, ahead=1500)
def test_what_was_missed_is_what_a_walk_over_every_day_finds(shape: tuple[int, int, Unit], since: date, held: set[date], ahead: int) -> None:
    times, number, unit = shape
    on = min(since + DAY * ahead, date(2027, 12, 31))
    counted = {day for day in held if since <= day <= on}
    found = recurring(Recurrence(times=times, number=number, unit=unit), None, since, sorted(held), on, CALENDAR)
    late = late_days(times, number, unit, since, counted, on)
    if unit is Unit.YEAR and number > 1:  # no calendar period is so long: only the last time counts
        assert days_of(found.missed, Way.SINCE_LAST) == late
        assert all(one.certain for one in found.missed)
        assert (found.state is State.OVERDUE) == (on in late)
        return
    lacking = lacking_periods(times, number, unit, since, counted, on)
    assert {(one.first, one.held) for one in found.missed if one.way is Way.PERIOD} == lacking
    covered = days_of(found.missed, Way.PERIOD)
    assert late - covered >= days_of(found.missed, Way.SINCE_LAST) - covered
    assert days_of(found.missed, Way.SINCE_LAST) <= late
    strict = [one for one in found.missed if one.way is Way.SINCE_LAST]
    assert not any(one.certain for one in strict)


@settings(max_examples=150, deadline=None)
@given(shape=shapes, since=days, held=st.sets(days, max_size=9), ahead=st.integers(0, 2200))
def test_the_two_days_are_the_first_on_which_a_walk_finds_a_lack(shape: tuple[int, int, Unit], since: date, held: set[date], ahead: int) -> None:
    times, number, unit = shape
    on = min(since + DAY * ahead, date(2027, 12, 31))
    counted = {day for day in held if since <= day <= on}
    found = recurring(Recurrence(times=times, number=number, unit=unit), None, since, sorted(held), on, CALENDAR)
    by_way = {one.way: one for one in found.readings}
    row = [since] * times + sorted(counted)
    assert by_way[Way.SINCE_LAST].keep == later(row[-times], number, unit)
    if Way.PERIOD not in by_way:
        return
    begin = max([since, *counted])
    ahead_of = [first for first, _ in sorted(lacking_periods(times, number, unit, since, counted, date(2034, 12, 31))) if _end(first, number, unit) >= begin]
    assert by_way[Way.PERIOD].keep == _end(ahead_of[0], number, unit)
    assert by_way[Way.SINCE_LAST].keep <= by_way[Way.PERIOD].keep  # a year from the last time is never later than the calendar year
    assert (found.state is State.OVERDUE) == (on > by_way[Way.PERIOD].keep)


def _end(first: date, number: int, unit: Unit) -> date:
    return later(first, number, unit) - DAY


@settings(max_examples=100, deadline=None)
@given(since=days, held=st.sets(days, max_size=40), ahead=st.integers(0, 400))
def test_a_daily_check_misses_exactly_the_days_without_one(since: date, held: set[date], ahead: int) -> None:
    on = since + DAY * ahead
    near = {since + DAY * (day.toordinal() % 60) for day in held}
    found = recurring(Recurrence(times=1, number=1, unit=Unit.CALENDAR_DAY), Term(number=1, unit=Unit.CALENDAR_DAY), since, sorted(near), on, CALENDAR)
    lacking = {day for day in walk(since + DAY, on - DAY) if day not in near} if on > since else set()
    assert days_of(found.missed, Way.PERIOD) == lacking
    assert sum(one.periods for one in found.missed) == len(lacking)
    assert (found.state is State.DONE) == (on in near)
    assert (found.state is State.OVERDUE) == (on - DAY in lacking and on not in near)


def test_a_check_of_every_working_day_asks_for_none_on_days_off() -> None:
    recurs = Recurrence(times=1, number=1, unit=Unit.WORKING_DAY)
    friday, tuesday = date(2026, 11, 20), date(2026, 11, 24)
    found = recurring(recurs, None, friday, [friday, tuesday], tuesday, CALENDAR)
    assert [(one.first, one.last, one.periods) for one in found.missed] == [(date(2026, 11, 23), date(2026, 11, 23), 1)]


@settings(max_examples=100, deadline=None)
@given(shape=shapes, since=days, held=st.sets(days, max_size=9), ahead=st.integers(0, 1500), further=st.integers(1, 700))
def test_what_was_missed_for_certain_is_never_forgotten(shape: tuple[int, int, Unit], since: date, held: set[date], ahead: int, further: int) -> None:
    times, number, unit = shape
    recurs = Recurrence(times=times, number=number, unit=unit)
    on = since + DAY * ahead
    before = recurring(recurs, None, since, sorted(day for day in held if day <= on), on, CALENDAR)
    after = recurring(recurs, None, since, sorted(held), on + DAY * further, CALENDAR)
    for one in before.missed:
        if one.certain:
            assert any(kept.certain and kept.first == one.first and kept.last >= one.last and kept.held == one.held for kept in after.missed), one


def test_twice_a_year_asks_for_half_a_year_between_and_forgives_until_the_year_ends() -> None:
    recurs, term = Recurrence(times=2, number=1, unit=Unit.YEAR), Term(number=6, unit=Unit.MONTH)
    found = recurring(recurs, term, date(2025, 1, 1), [date(2025, 2, 10), date(2025, 8, 10), date(2026, 3, 1)], date(2026, 11, 22), CALENDAR)
    assert {one.way: one.keep for one in found.readings} == {
        Way.SINCE_LAST: date(2026, 8, 10),
        Way.PERIOD: date(2026, 12, 31),
        Way.PLAN: date(2026, 9, 1),
    }
    assert found.state is State.SOON
    assert [(one.first, one.last, one.certain) for one in found.missed] == [
        (date(2026, 2, 11), date(2026, 2, 28), False),
        (date(2026, 8, 11), date(2026, 11, 22), False),
    ]


def test_two_papers_of_one_day_are_one_completion() -> None:
    recurs = Recurrence(times=2, number=1, unit=Unit.YEAR)
    found = recurring(recurs, None, date(2024, 12, 31), [date(2025, 5, 5), date(2025, 5, 5)], date(2026, 1, 1), CALENDAR)
    assert [(one.held, one.asked, one.certain) for one in found.missed if one.way is Way.PERIOD] == [(1, 2, True)]


def test_near_is_a_month_and_less_where_the_period_is_short() -> None:
    assert soon(date(2026, 12, 22), date(2026, 11, 22), 365)
    assert not soon(date(2026, 12, 23), date(2026, 11, 22), 365)
    assert not soon(date(2026, 11, 23), date(2026, 11, 22), 1)
