"""The statutory calendar as a table: seeded, corrected with a source, confirmed; and the pages where that is done."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from qorgan.ledger import log
from qorgan.ledger.models import Entry
from qorgan.norms import actions, months
from qorgan.norms.actions import DayValues
from qorgan.norms.calendar import FIRST_YEAR, office_calendar
from qorgan.norms.engine.deadlines import due
from qorgan.norms.engine.schema import Term, Unit
from qorgan.norms.engine.workdays import Calendar, Week, seed, seeded
from qorgan.norms.models import CalendarDay, CalendarYear
from qorgan.people.tests.cast import SETUP

pytestmark = pytest.mark.django_db

OFF = DayValues(works=False, name_kk="Ауыстырылған демалыс", name_ru="Перенесённый выходной", source="ҚР Үкіметінің 2026 жылғы № 1 қаулысы")
WORKED = DayValues(works=True, name_kk="Жұмыс күні", name_ru="Рабочий день", source="ҚР Үкіметінің 2026 жылғы № 1 қаулысы")
MONDAY = date(2026, 11, 23)


def correct(day: date = MONDAY, values: DayValues = OFF) -> CalendarDay:
    """Correct a day."""
    return actions.correct_day(actor=SETUP, day=day, values=values)


def test_the_table_begins_as_the_package_has_it() -> None:
    for week in Week:
        calendar = office_calendar(week)
        numbers = [year.number for year in calendar.years]
        assert numbers[0] == FIRST_YEAR
        assert len(numbers) > 10
        assert calendar == seeded(numbers[0], numbers[-1], week)
    assert Entry.objects.filter(kind="norms:calendar:seeded").count() == 1


def test_what_is_in_the_table_is_never_seeded_again() -> None:
    office_calendar()
    correct()
    assert actions.ensure_years(range(2020, 2030)) == []
    assert not office_calendar().is_working(MONDAY)
    before = CalendarDay.objects.count()
    assert actions.ensure_years([1999, 2026]) == [1999]
    assert CalendarDay.objects.count() == before + len(seed(1999).days)


def test_a_correction_moves_a_deadline_and_is_told_in_its_steps() -> None:
    three = Term(number=3, unit=Unit.WORKING_DAY)
    assert due(date(2026, 11, 20), three, office_calendar()).due == date(2026, 11, 25)
    correct()
    moved = due(date(2026, 11, 20), three, office_calendar())
    assert moved.due == date(2026, 11, 26)
    assert [step.why_ru for step in moved.steps() if step.day == MONDAY] == ["Перенесённый выходной"]
    correct(values=WORKED)
    assert due(date(2026, 11, 20), three, office_calendar()).due == date(2026, 11, 25)


def test_off_for_a_saturday_is_worked_where_saturdays_are() -> None:
    office_calendar()
    correct(values=DayValues(works=False, name_kk="Демалыс", name_ru="Выходной", source="қаулы", five_only=True))
    assert (office_calendar(5).is_working(MONDAY), office_calendar(6).is_working(MONDAY)) == (False, True)


def test_an_estimate_is_one_until_every_year_is_confirmed() -> None:
    office_calendar()
    for number, estimated in ((2026, True), (2027, False)):
        actions.confirm_year(actor=SETUP, number=number, source="Өндірістік күнтізбе")
        assert office_calendar().is_estimate(date(2026, 12, 1), date(2027, 1, 20)) is estimated
    correct()
    assert office_calendar().is_estimate(date(2026, 12, 1), date(2027, 1, 20)) is True
    assert CalendarYear.objects.get(pk=2026).confirmed_by == ""


def test_each_change_is_an_entry_with_before_and_after() -> None:
    office_calendar()
    correct()
    correct()  # the same again is no change
    correct(values=WORKED)
    entries = [log.said(entry)["payload"] for entry in Entry.objects.filter(kind="norms:calendar:corrected").order_by("position")]
    assert [(entry["day"], entry["before"] and entry["before"]["works"], entry["after"]["works"]) for entry in entries] == [
        ("2026-11-23", None, False),
        ("2026-11-23", False, True),
    ]


@pytest.mark.parametrize(
    ("day", "values"),
    [
        (MONDAY, DayValues(works=False, name_kk="", name_ru="Выходной", source="акт")),
        (MONDAY, DayValues(works=False, name_kk="Демалыс", name_ru="Выходной", source="")),
        (MONDAY, DayValues(works=True, name_kk="Жұмыс", name_ru="Рабочий", source="акт", five_only=True)),
        (date(1980, 1, 1), OFF),
    ],
)
def test_what_is_not_whole_is_refused(day: date, values: DayValues) -> None:
    office_calendar()
    with pytest.raises(ValidationError):
        correct(day, values)
    assert not Entry.objects.filter(kind="norms:calendar:corrected").exists()
    assert CalendarDay.objects.filter(changed_at__isnull=False).count() == 0


def test_a_year_is_confirmed_with_its_source_by_somebody() -> None:
    office_calendar()
    with pytest.raises(ValidationError):
        actions.confirm_year(actor=SETUP, number=2026, source=" ")
    with pytest.raises(ValidationError):
        actions.confirm_year(actor=SETUP, number=1980, source="күнтізбе")
    year = actions.confirm_year(actor=SETUP, number=2026, source="Өндірістік күнтізбе")
    assert (year.confirmed_by, year.source) == ("set-up", "Өндірістік күнтізбе")
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarYear.objects.filter(pk=2026).update(confirmed_by="")


def test_if_the_ledger_cannot_write_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    office_calendar()

    def fail(*_words: object, **_values: object) -> None:
        raise log.LedgerError("no")

    monkeypatch.setattr(log, "append", fail)
    with pytest.raises(log.LedgerError):
        correct()
    with pytest.raises(log.LedgerError):
        actions.confirm_year(actor=SETUP, number=2026, source="күнтізбе")
    assert office_calendar().is_working(MONDAY)
    assert CalendarYear.objects.get(pk=2026).confirmed_at is None


def test_the_calendar_is_built_once_for_a_state_of_the_table(django_assert_num_queries: Callable[[int], object]) -> None:
    first = office_calendar()
    with django_assert_num_queries(1):  # type: ignore[attr-defined] - a context manager
        assert office_calendar() is first


def test_twelve_months_hold_every_day_once() -> None:
    calendar: Calendar = office_calendar()
    drawn = months.months(2026, calendar)
    cells = months.by_day(drawn)
    assert len(drawn) == 12
    assert sorted(cells) == [date.fromordinal(day) for day in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert all((cell.state in ("work", "worked")) is calendar.is_working(day) for day, cell in cells.items())
    assert months.working_days(drawn) == sum(calendar.is_working(day) for day in cells)
    assert (cells[date(2026, 12, 16)].state, cells[date(2026, 12, 19)].state) == ("off", "free")


def test_the_year_shows_what_is_off_and_why(client_of: Callable[[str], Client]) -> None:
    client = client_of("aidar")
    for language, word, state in (("kk", "Тәуелсіздік күні", "расталмаған"), ("ru", "День Независимости", "не подтверждён")):
        client.cookies["qorgan_language"] = language
        page = client.get("/norms/calendar/2026/").content.decode()
        assert f'<td data-state="off" title="{word}"><span>16</span></td>' in page
        assert state in page
        assert "/norms/calendar/day/" not in page
    assert client.get("/norms/calendar/").status_code == 200
    assert client.get("/norms/calendar/1980/").status_code == 404
    assert client.get("/norms/calendar/2026/?week=6").content.decode().count('data-state="free"') < page.count('data-state="free"')


def test_a_day_is_corrected_and_a_year_confirmed_on_the_pages(client_of: Callable[[str], Client]) -> None:
    client = client_of("gulnar")
    entered = {"works": "no", "name_kk": "Демалыс", "name_ru": "Выходной", "source": "Қаулы № 1"}
    assert client.post("/norms/calendar/day/2026-11-23/", entered).status_code == 302
    row = CalendarDay.objects.get(day=MONDAY)
    assert (row.works, row.source, row.changed_by) == (False, "Қаулы № 1", "Әбенова Гүлнар Сейітқызы")

    assert client.post("/norms/calendar/2026/confirm/", {"source": "Күнтізбе", "compared": "on"}).status_code == 302
    assert CalendarYear.objects.get(pk=2026).confirmed_by == "Әбенова Гүлнар Сейітқызы"
    assert "Күнтізбе" in client.get("/norms/calendar/2026/").content.decode()


@pytest.mark.parametrize(
    ("path", "entered", "code"),
    [
        ("/norms/calendar/day/2026-11-23/", {"works": "no"}, 422),
        ("/norms/calendar/day/2026-11-23/", {"works": "perhaps", "name_kk": "Демалыс", "name_ru": "Выходной", "source": "Қаулы"}, 422),
        ("/norms/calendar/day/2026-11-23/", {"works": "yes", "five_only": "on", "name_kk": "Демалыс", "name_ru": "Выходной", "source": "Қаулы"}, 422),
        ("/norms/calendar/day/2026-11-23/", {"works": "no", "name_kk": "Д" * 201, "name_ru": "Выходной", "source": "Қаулы"}, 422),
        ("/norms/calendar/day/2026-13-23/", {}, 404),
        ("/norms/calendar/day/1980-11-23/", {}, 404),
        ("/norms/calendar/2026/confirm/", {"source": "Күнтізбе"}, 422),
        ("/norms/calendar/2026/confirm/", {"compared": "on"}, 422),
        ("/norms/calendar/1980/confirm/", {"source": "Күнтізбе", "compared": "on"}, 404),
    ],
)
def test_bad_input_is_refused_on_the_pages(client_of: Callable[[str], Client], path: str, entered: dict[str, str], code: int) -> None:
    assert client_of("olga").post(path, entered).status_code == code
    assert not Entry.objects.filter(kind__in=["norms:calendar:corrected", "norms:calendar:confirmed"]).exists()
