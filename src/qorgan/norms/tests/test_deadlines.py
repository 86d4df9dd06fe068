"""Deadlines against a computation of its own: every start day of two years, written here without the engine."""

import time
from datetime import date, timedelta

import pytest

from qorgan.norms.engine.deadlines import due, last_day
from qorgan.norms.engine.schema import FirstDay, Reading, Roll, Term, Unit
from qorgan.norms.engine.workdays import Calendar, OutsideCalendarError, SpecialDay, Week, Year, seed, seeded

STARTS = [date(2025, 1, 1) + timedelta(days=number) for number in range(730)]
# Written from the official calendars and the list of holidays, not from the engine: days off on weekdays, and worked weekends.
_WEEKDAYS_OFF = {
    2025: "1.1 2.1 3.1 7.1 10.3 21.3 24.3 25.3 1.5 7.5 9.5 6.6 7.7 1.9 27.10 16.12",
    2026: "1.1 2.1 7.1 9.3 23.3 24.3 25.3 1.5 7.5 11.5 27.5 6.7 26.10 16.12",
    2027: "1.1 4.1 7.1 8.3 15.3 22.3 23.3 24.3 3.5 7.5 10.5 6.7 25.10 16.12",
}
OFF = {date(year, int(text.split(".")[1]), int(text.split(".")[0])) for year, days in _WEEKDAYS_OFF.items() for text in days.split()}
WORKED = {date(2025, 1, 5)}


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return seeded(2023, 2030)


def by_hand(start: date, number: int) -> date:
    """Step day by day, from the day after, and count those that are worked."""
    day = start
    while number:
        day += timedelta(days=1)
        if day in WORKED or (day.weekday() < 5 and day not in OFF):
            number -= 1
    return day


@pytest.mark.parametrize("number", [3, 20, 45])
def test_working_days_from_every_day_of_two_years(calendar: Calendar, number: int) -> None:
    term = Term(number=number, unit=Unit.WORKING_DAY)
    wrong = {start: (found, by_hand(start, number)) for start in STARTS if (found := due(start, term, calendar).due) != by_hand(start, number)}
    assert wrong == {}


def test_calendar_days_from_every_day_of_two_years(calendar: Calendar) -> None:
    term = Term(number=10, unit=Unit.CALENDAR_DAY)
    assert all(due(start, term, calendar).due == start + timedelta(days=10) for start in STARTS)


def test_two_readings_give_the_day_to_keep_and_the_last_defensible(calendar: Calendar) -> None:
    rolled = Reading(roll=Roll.NEXT_WORKING_DAY, reason_kk="соңғы күн демалысқа түссе, көшеді", reason_ru="последний день на выходном переносится")
    term = Term(number=10, unit=Unit.CALENDAR_DAY, reason_kk="мәтін көшіру туралы айтпайды", reason_ru="о переносе текст молчит", readings=[rolled])
    found = due(date(2026, 12, 10), term, calendar)  # the 20th is a Sunday
    assert (found.due, found.defensible) == (date(2026, 12, 20), date(2026, 12, 21))
    assert due(date(2026, 12, 8), term, calendar).defensible is None
    with pytest.raises(ValueError, match="reason"):
        Term(number=10, unit=Unit.CALENDAR_DAY, readings=[Reading(roll=Roll.NEXT_WORKING_DAY)])


def test_the_earlier_first_day_is_the_one_to_keep(calendar: Calendar) -> None:
    own_day = Reading(first_day=FirstDay.SAME_DAY, reason_kk="«сәттен бастап»", reason_ru="«с момента»")
    term = Term(number=45, unit=Unit.WORKING_DAY, reason_kk="жалпы ереже", reason_ru="общее правило", readings=[own_day])
    found = due(date(2026, 9, 1), term, calendar)
    assert found.due < (found.defensible or date.min)
    assert found.due == by_hand(date(2026, 8, 31), 45)
    assert found.defensible == by_hand(date(2026, 9, 1), 45)


def test_every_skipped_day_is_named(calendar: Calendar) -> None:
    steps = due(date(2024, 4, 30), Term(number=5, unit=Unit.WORKING_DAY), calendar).steps()
    told = {step.day: (step.number, step.why_ru) for step in steps}
    assert told[date(2024, 5, 1)] == (None, "Праздник единства народа Казахстана")
    assert told[date(2024, 5, 4)] == (3, "Перенесённый выходной, рабочий день")
    assert told[date(2024, 5, 5)] == (None, "воскресенье")
    assert told[date(2024, 5, 8)] == (None, "Выходной вместо 04.05.2024")
    assert steps[-1].number == 5
    assert [step.number for step in steps if step.number] == [1, 2, 3, 4, 5]
    assert all(step.why_kk and step.why_ru for step in steps)


def test_years_end_on_the_same_day_and_the_29th_of_february_is_clipped(calendar: Calendar) -> None:
    term = Term(number=3, unit=Unit.YEAR)
    assert due(date(2025, 6, 2), term, calendar).due == date(2028, 6, 2)
    clipped = due(date(2024, 2, 29), Term(number=1, unit=Unit.YEAR), calendar)
    assert clipped.due == date(2025, 2, 28)
    assert "последний день месяца" in clipped.steps()[-1].why_ru


def test_six_days_a_week_work_saturdays_and_know_no_day_off_for_a_saturday() -> None:
    six = seeded(2023, 2026, Week.SIX)
    assert six.is_working(date(2024, 3, 25))  # a five-day week has it for Saturday the 23rd
    assert not six.is_working(date(2024, 3, 23))
    assert not six.is_working(date(2024, 3, 24))
    assert six.is_working(date(2024, 5, 8))  # the government moved it from a Saturday
    assert six.is_working(date(2024, 6, 15))
    assert not seeded(2023, 2026).is_working(date(2024, 6, 15))


def test_an_unconfirmed_year_makes_an_estimate_and_a_correction_counts() -> None:
    strike = SpecialDay(date(2026, 1, 5), False, "Ауыстырылған демалыс", "Перенос", "қаулы")
    confirmed = Calendar((Year(2025, seed(2025).days, confirmed=True), Year(2026, (*seed(2026).days, strike), confirmed=False)))
    term = Term(number=3, unit=Unit.WORKING_DAY)
    assert not due(date(2025, 11, 3), term, confirmed).estimated
    late = due(date(2025, 12, 31), term, confirmed)
    assert late.estimated
    assert late.due == date(2026, 1, 9)  # the 1st, 2nd, 5th and 7th are free


def test_nothing_is_counted_beyond_the_calendar() -> None:
    short = seeded(2025, 2026)
    with pytest.raises(OutsideCalendarError, match="2027"):
        due(date(2026, 12, 20), Term(number=45, unit=Unit.WORKING_DAY), short)
    with pytest.raises(OutsideCalendarError, match="2024"):
        short.is_working(date(2024, 12, 31))
    with pytest.raises(ValueError, match="follow one another"):
        Calendar((seed(2024), seed(2026)))


def test_forty_five_working_days_are_a_look_up(calendar: Calendar) -> None:
    """Not a timed test: the counting costs the same for 3 days and for 300, because nothing is walked."""
    few, many = Term(number=3, unit=Unit.WORKING_DAY), Term(number=300, unit=Unit.WORKING_DAY)
    reading = few.all_readings[0]

    def cost(term: Term) -> float:
        began = time.perf_counter()
        for _ in range(2000):
            last_day(date(2026, 3, 2), term, reading, calendar)
        return time.perf_counter() - began

    assert min(cost(many) for _ in range(5)) < 3 * min(cost(few) for _ in range(5))


def test_every_seeded_day_off_has_a_russian_name() -> None:
    names = {day.name_ru for number in range(2023, 2034) for day in seed(number).days}
    assert [name for name in names if any(letter in name for letter in "әғқңөұүһі")] == []
