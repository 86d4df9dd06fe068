"""Dates, lengths and sizes as official papers write them."""

from datetime import UTC, date, datetime

import pytest

from qorgan.documents import dates

# As acts of 2022-2026 write the month before a noun, one a month.
ATTRIBUTIVE = """
    қаңтардағы ақпандағы наурыздағы сәуірдегі мамырдағы маусымдағы
    шілдедегі тамыздағы қыркүйектегі қазандағы қарашадағы желтоқсандағы
"""


def test_official_dates() -> None:
    day = date(2026, 11, 22)
    assert dates.official_date(day, "kk") == "2026 жылғы 22 қараша"
    assert dates.official_date(day, "ru") == "22 ноября 2026 года"
    assert dates.official_date(day, "en") == "22 November 2026"
    assert dates.date_on(day, "kk") == "2026 жылғы 22 қарашада"
    assert dates.date_on(day, "ru") == "22 ноября 2026 года"
    assert dates.attributive_date(day, "ru") == "от 22 ноября 2026 года"


@pytest.mark.parametrize(("month", "word"), list(enumerate(ATTRIBUTIVE.split(), start=1)))
def test_attributive_months_are_those_of_the_acts(month: int, word: str) -> None:
    assert dates.attributive_date(date(2023, month, 5), "kk") == f"2023 жылғы 5 {word}"


def test_dates_with_room_for_ink() -> None:
    assert dates.quoted_date(None, "kk") == '20 __ жылғы "___" __________'
    assert dates.quoted_date(date(2026, 11, 2), "kk") == '2026 жылғы "02" қарашада'
    assert dates.quoted_date(date(2026, 11, 2), "kk", on=False) == '2026 жылғы "02" қараша'
    assert dates.quoted_date(date(2026, 11, 2), "ru") == '"02" ноября 2026 года'


def test_times_are_shown_in_almaty_before_and_after_the_change_of_zone() -> None:
    assert dates.date_time(datetime(2026, 11, 22, 3, 41, tzinfo=UTC)) == "22.11.2026 08:41"
    assert dates.date_time(datetime(2024, 2, 1, 3, 41, tzinfo=UTC)) == "01.02.2024 09:41"
    assert dates.date_time(datetime(2026, 11, 22, 19, 0, 7, tzinfo=UTC), seconds=True) == "23.11.2026 00:00:07"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        dates.date_time(datetime(2026, 11, 22, 3, 41))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("seconds", "kk", "ru"),
    [
        (0, "0 с", "0 с"),
        (59.4, "59 с", "59 с"),
        (59.6, "1 мин 0 с", "1 мин 0 с"),
        (4320, "1 сағ 12 мин", "1 ч 12 мин"),
        (93_600, "26 сағ 0 мин", "26 ч 0 мин"),
        (-3600, "−1 сағ 0 мин", "−1 ч 0 мин"),
        (-0.2, "0 с", "0 с"),
    ],
)
def test_lengths_of_time(seconds: float, kk: str, ru: str) -> None:
    assert dates.duration(seconds, "kk") == kk
    assert dates.duration(seconds, "ru") == ru


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 байт"),
        (999, "999 байт"),
        (1023, "1,0 КБ"),
        (1_048_575, "1,0 МБ"),
        (1_610_612_736, "1,5 ГБ"),
        (5 * 2**50, "5\N{NO-BREAK SPACE}120,0 ТБ"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert dates.size(count, "kk") == text


def test_numbers() -> None:
    assert dates.number(1234.5, "kk", digits=1) == "1\N{NO-BREAK SPACE}234,5"
    assert dates.number(1234.5, "en", digits=1) == "1,234.5"
    assert dates.number(10_382, "ru") == "10\N{NO-BREAK SPACE}382"
