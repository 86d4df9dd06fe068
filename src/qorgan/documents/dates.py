"""Dates, times, lengths and sizes as official papers and pages of Kazakhstan write them.

Plain Python: papers are made outside any request. Languages are ``kk``, ``ru`` and ``en`` (the source language of the
interface; no paper is made in it). Times are shown in Asia/Almaty: UTC+5 since 01.03.2024, UTC+6 before.
"""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["kk", "ru", "en"]
ALMATY = ZoneInfo("Asia/Almaty")

# Kazakh, Kazakh locative (in November: қарашада), Russian genitive, English.
_MONTHS = (
    ("қаңтар", "қаңтарда", "января", "January"),
    ("ақпан", "ақпанда", "февраля", "February"),
    ("наурыз", "наурызда", "марта", "March"),
    ("сәуір", "сәуірде", "апреля", "April"),
    ("мамыр", "мамырда", "мая", "May"),
    ("маусым", "маусымда", "июня", "June"),
    ("шілде", "шілдеде", "июля", "July"),
    ("тамыз", "тамызда", "августа", "August"),
    ("қыркүйек", "қыркүйекте", "сентября", "September"),
    ("қазан", "қазанда", "октября", "October"),
    ("қараша", "қарашада", "ноября", "November"),
    ("желтоқсан", "желтоқсанда", "декабря", "December"),
)

_UNITS = {"kk": ("сағ", "мин", "с"), "ru": ("ч", "мин", "с"), "en": ("h", "min", "s")}
_SIZES = {
    "kk": ("байт", "КБ", "МБ", "ГБ", "ТБ"),
    "ru": ("байт", "КБ", "МБ", "ГБ", "ТБ"),
    "en": ("bytes", "KB", "MB", "GB", "TB"),
}


def official_date(day: date, language: Language) -> str:
    """The date in words: "2026 жылғы 22 қараша", "22 ноября 2026 года", "22 November 2026"."""
    if language == "kk":
        return f"{day.year} жылғы {day.day} {_MONTHS[day.month - 1][0]}"
    if language == "ru":
        return f"{day.day} {_MONTHS[day.month - 1][2]} {day.year} года"
    return f"{day.day} {_MONTHS[day.month - 1][3]} {day.year}"


def date_on(day: date, language: Language) -> str:
    """The date on which something happened: "2026 жылғы 22 қарашада"; in the other languages the same as the date."""
    if language == "kk":
        return f"{day.year} жылғы {day.day} {_MONTHS[day.month - 1][1]}"
    return official_date(day, language)


def attributive_date(day: date, language: Language) -> str:
    """The date before a thing it belongs to: "2026 жылғы 22 қарашадағы" (бұйрық), (приказ) "от 22 ноября 2026 года"."""
    if language == "kk":
        on = date_on(day, language)
        return f"{on}{'ғы' if on.endswith('а') else 'гі'}"  # the ending follows the vowel before it
    return f"{'от' if language == 'ru' else 'of'} {official_date(day, language)}"


def quoted_date(day: date | None, language: Language, *, on: bool = True) -> str:
    """The date as forms with room for ink have it: 2026 жылғы "22" қарашада; lines to write on if there is none.

    ``on``: something happened on that day (қарашада); otherwise the date of the paper itself (қараша).
    """
    if day is None:
        return '20 __ жылғы "___" __________' if language == "kk" else '"___" __________ 20 __ года'
    if language == "kk":
        return f'{day.year} жылғы "{day.day:02}" {_MONTHS[day.month - 1][1 if on else 0]}'
    return f'"{day.day:02}" {_MONTHS[day.month - 1][2]} {day.year} года'


def local(moment: datetime) -> datetime:
    """The moment on a clock in Kazakhstan. A time without a zone is a defect of the caller: ``ValueError``."""
    if moment.tzinfo is None:
        raise ValueError("A time without a zone cannot be shown: it may be five hours off.")
    return moment.astimezone(ALMATY)


def date_time(moment: datetime, language: Language = "kk", *, seconds: bool = False) -> str:
    """Day and time in Asia/Almaty: "22.11.2026 08:41", the same in every language."""
    del language  # one form serves all; the argument keeps callers alike
    return local(moment).strftime("%d.%m.%Y %H:%M:%S" if seconds else "%d.%m.%Y %H:%M")


def short_date(day: date) -> str:
    """ "22.11.2026"."""
    return day.strftime("%d.%m.%Y")


def duration(seconds: float, language: Language) -> str:
    """A length of time in its two greatest units: "1 сағ 12 мин", "4 мин 5 с", "37 с"; may be negative."""
    hour, minute, second = _UNITS[language]
    whole = round(abs(seconds))
    sign = "\N{MINUS SIGN}" if seconds < 0 and whole else ""
    if whole >= 3600:
        return f"{sign}{whole // 3600} {hour} {whole % 3600 // 60} {minute}"
    if whole >= 60:
        return f"{sign}{whole // 60} {minute} {whole % 60} {second}"
    return f"{sign}{whole} {second}"


def signed(value: int) -> str:
    """A difference with its sign, "+3", "−3"; zero has none."""
    return f"{value:+d}".replace("-", "\N{MINUS SIGN}") if value else "0"


def number(value: float, language: Language, digits: int = 0) -> str:
    """The number with thousands apart: "1 234,5" (no-break spaces), in English "1,234.5"."""
    text = f"{value:,.{digits}f}"
    if language == "en":
        return text
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def size(count: int, language: Language) -> str:
    """A size in bytes as people read it, in steps of 1024: "512 байт", "1,5 ГБ"."""
    names = _SIZES[language]
    value, step = float(count), 0
    while value >= 999.95 and step < len(names) - 1:
        value, step = value / 1024, step + 1
    return f"{number(value, language, digits=1 if step else 0)} {names[step]}"
