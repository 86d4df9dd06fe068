"""Django speaks Kazakh and Russian here: sentences, dates and numbers, half of which its Kazakh catalogue lacks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone, translation
from django.utils.timesince import timesince

DAY = date(2026, 11, 22)
MOMENT = datetime(2026, 11, 22, 3, 41, tzinfo=UTC)


class Example(forms.Form):
    name = forms.CharField(max_length=5)
    kind = forms.ChoiceField(choices=[("a", "a")])
    percent = forms.IntegerField(min_value=0, max_value=100)
    day = forms.DateField()
    mail = forms.EmailField()


@pytest.fixture
def kazakh() -> Iterator[None]:
    with translation.override("kk"), timezone.override("Asia/Almaty"):
        yield


def errors(language: str, **data: str) -> dict[str, list[str]]:
    with translation.override(language):
        return {field: [str(text) for text in texts] for field, texts in Example(data).errors.items()}


def test_forms_refuse_in_kazakh() -> None:
    assert errors("kk")["name"] == ["Бұл өрісті толтыру міндетті."]
    found = errors("kk", name="абвгдеж", kind="b", percent="101", day="31.02.2026", mail="x")
    assert found["name"] == ["Мән 5 таңбадан аспауға тиіс (қазір 7)."]
    assert found["kind"] == ["Тізімнен таңдаңыз: b тізімде жоқ."]
    assert found["percent"] == ["Мән 100 немесе одан кіші болуға тиіс."]
    assert found["day"] == ["Күнді дұрыс енгізіңіз."]
    assert found["mail"] == ["Дұрыс электрондық пошта мекенжайын енгізіңіз."]


def test_forms_refuse_in_russian() -> None:
    assert errors("ru")["name"] == ["Обязательное поле."]


def test_passwords_are_refused_in_kazakh(kazakh: None) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("12345678")
    assert refused.value.messages == [
        "Құпиясөз тым қысқа. Онда кемінде 12 таңба болуға тиіс.",
        "Құпиясөз тым кең таралған.",
        "Құпиясөз тек цифрлардан тұрады.",
    ]


def test_one_time_codes_are_refused_in_both_languages() -> None:
    source = "Invalid token. Please make sure you have entered it correctly."
    with translation.override("kk"):
        assert translation.gettext(source) == "Код дұрыс емес. Оны дұрыс енгізгеніңізді тексеріңіз."
    with translation.override("ru"):
        assert translation.gettext(source) == "Неверный код. Проверьте, правильно ли он введён."


@pytest.mark.parametrize(
    ("language", "long", "both", "month"),
    [
        ("kk", "2026 жылғы 22 қараша", "2026 жылғы 22 қараша, 08:41", "2026 жылғы қараша"),
        ("ru", "22 ноября 2026 года", "22 ноября 2026 года, 08:41", "Ноябрь 2026 года"),
        ("en", "22 November 2026", "22 November 2026, 08:41", "November 2026"),
    ],
)
def test_dates(language: str, long: str, both: str, month: str) -> None:
    with translation.override(language), timezone.override("Asia/Almaty"):
        assert formats.date_format(DAY) == long
        assert formats.date_format(timezone.localtime(MOMENT), "DATETIME_FORMAT") == both
        assert formats.date_format(DAY, "YEAR_MONTH_FORMAT") == month
        assert formats.date_format(DAY, "SHORT_DATE_FORMAT") == "22.11.2026"
        assert formats.date_format(timezone.localtime(MOMENT), "SHORT_DATETIME_FORMAT") == "22.11.2026 08:41"
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


def test_templates_write_the_local_time(kazakh: None) -> None:
    page = Template("{{ moment|date:'SHORT_DATETIME_FORMAT' }} {{ day }}").render(Context({"moment": MOMENT, "day": DAY}))
    assert page == "22.11.2026 08:41 2026 жылғы 22 қараша"


@pytest.mark.parametrize(("language", "text"), [("kk", "1\N{NO-BREAK SPACE}234,5"), ("ru", "1\N{NO-BREAK SPACE}234,5"), ("en", "1,234.5")])
def test_numbers(language: str, text: str) -> None:
    with translation.override(language):
        assert formats.number_format(1234.5, force_grouping=True) == text


def test_weekdays_are_abbreviated_as_in_kazakh_calendars(kazakh: None) -> None:
    week = [formats.date_format(date(2026, 11, day), "D") for day in range(23, 30)]
    assert week == ["Дс", "Сс", "Ср", "Бс", "Жм", "Сб", "Жс"]


@pytest.mark.parametrize("text", ["22.11.2026 08:41", "2026-11-22 08:41", "2026-11-22T08:41", "22.11.2026 08:41:00"])
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_times_are_read_as_people_and_browsers_write_them(language: str, text: str) -> None:
    with translation.override(language), timezone.override("Asia/Almaty"):
        assert forms.DateTimeField().clean(text) == MOMENT


def test_spans_and_sizes(kazakh: None) -> None:
    assert timesince(MOMENT, MOMENT + timedelta(days=3, hours=2)).replace("\N{NO-BREAK SPACE}", " ") == "3 күн, 2 сағат"
    assert filesizeformat(1_610_612_736).replace("\N{NO-BREAK SPACE}", " ") == "1,5 ГБ"
