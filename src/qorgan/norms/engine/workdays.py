"""Working days of Kazakhstan: a table of years that an office can correct, and quick counting over it.

A year is *confirmed* when somebody has compared it with the official calendar; until then whatever is counted across it is an
estimate, and says so. The week has five working days or six.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from importlib.metadata import version

import holidays

_SATURDAY, _SUNDAY = 5, 6
_MOVED = re.compile(r"Демалыс күні \((\S+) бастап ауыстырылды\)")
_OBSERVED, _GUESSED = " (қайта белгіленген демалыс)", " (бағаланған)"
_RUSSIAN = {
    "Жаңа жыл": "Новый год",
    "Православиелік Рождество": "Православное Рождество",
    "Халықаралық әйелдер күні": "Международный женский день",
    "Наурыз мейрамы": "Наурыз мейрамы",
    "Қазақстан халқының бірлігі мерекесі": "Праздник единства народа Казахстана",
    "Отан Қорғаушы күні": "День защитника Отечества",
    "Жеңіс күні": "День Победы",
    "Астана күні": "День столицы",
    "Құрбан айт": "Курбан-айт",
    "Қазақстан Республикасының Конституциясы күні": "День Конституции Республики Казахстан",
    "Республика күні": "День Республики",
    "Қазақстан Республикасы күні": "День Республики",
    "Тәуелсіздік күні": "День Независимости",
}


class Week(IntEnum):
    """How many days of a week are worked."""

    FIVE = 5
    SIX = 6


@dataclass(frozen=True)
class SpecialDay:
    """A day that is not what its weekday says. ``works``: a worked day off. Names are for people, in both languages; ``source`` is where it stands.

    ``five_only``: the day off stands in for a Saturday, so it is one only where Saturdays are free.
    """

    day: date
    works: bool
    name_kk: str
    name_ru: str
    source: str
    five_only: bool = False


@dataclass(frozen=True)
class Year:
    """The special days of a year. ``confirmed``: compared with the official calendar, by whom stands with the table."""

    number: int
    days: tuple[SpecialDay, ...]
    confirmed: bool


class OutsideCalendarError(LookupError):
    """The calendar has no such year: nothing is counted silently beyond it. The message names the year."""


@dataclass(frozen=True)
class Calendar:
    """Years in a row, ready for counting. Building costs a few milliseconds; counting is a look-up."""

    years: tuple[Year, ...]
    week: Week = Week.FIVE
    _special: Mapping[date, SpecialDay] = field(init=False, repr=False, compare=False)
    _working: list[int] = field(init=False, repr=False, compare=False)  # ordinals of working days
    _unconfirmed: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbers = [year.number for year in self.years]
        if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise ValueError(f"the years of a calendar follow one another: {numbers}")
        special = {day.day: day for year in self.years for day in year.days if self.week is Week.FIVE or not day.five_only}
        object.__setattr__(self, "_special", special)
        first, last = date(numbers[0], 1, 1).toordinal(), date(numbers[-1], 12, 31).toordinal()
        working = [ordinal for ordinal in range(first, last + 1) if self._works(date.fromordinal(ordinal))]
        object.__setattr__(self, "_working", working)
        object.__setattr__(self, "_unconfirmed", frozenset(year.number for year in self.years if not year.confirmed))

    def is_working(self, day: date) -> bool:
        """Whether the day is worked. Raises :class:`OutsideCalendarError`."""
        self._inside(day)
        return self._works(day)

    def special(self, day: date) -> SpecialDay | None:
        """What makes the day differ from its weekday, if anything does."""
        return self._special.get(day)

    def working_day(self, first: date, number: int) -> date:
        """The ``number``-th working day counted from ``first`` on, which counts itself if it is worked. Raises :class:`OutsideCalendarError`."""
        self._inside(first)
        place = bisect_left(self._working, first.toordinal()) + number - 1
        if place >= len(self._working):
            raise OutsideCalendarError(str(self.years[-1].number + 1))
        return date.fromordinal(self._working[place])

    def is_estimate(self, first: date, last: date) -> bool:
        """Whether a year between the two days, both included, is not confirmed."""
        return not self._unconfirmed.isdisjoint(range(first.year, last.year + 1))

    def _works(self, day: date) -> bool:
        special = self._special.get(day)
        if special is not None:
            return special.works
        return day.weekday() < (_SATURDAY if self.week is Week.FIVE else _SUNDAY)

    def _inside(self, day: date) -> None:
        if not self.years[0].number <= day.year <= self.years[-1].number:
            raise OutsideCalendarError(str(day.year))


def seed(number: int) -> Year:
    """A year as the package ``holidays`` has it: a beginning to be compared with the official calendar, never confirmed by itself."""
    known = holidays.country_holidays("KZ", years=number, language="kk")
    source = f"holidays {version('holidays')}"
    in_for_saturday = _in_for_saturday(known)
    days = [SpecialDay(day, False, name, _in_russian(name), source, day in in_for_saturday) for day, name in known.items()]
    worked = [day for day in known.weekend_workdays if day.year == number]
    days += [SpecialDay(day, True, "Ауыстырылған демалыс, жұмыс күні", "Перенесённый выходной, рабочий день", source) for day in worked]
    return Year(number, tuple(sorted(days, key=lambda one: one.day)), confirmed=False)


def _in_for_saturday(known: Mapping[date, str]) -> set[date]:
    """Days off that stand in for a Saturday: moved by the government, or given because a holiday fell on one."""
    found = {day for day, name in known.items() if _MOVED.match(name)}
    for base in {name.removesuffix(_OBSERVED) for name in known.values() if name.endswith(_OBSERVED)}:
        at_weekends = sorted(day for day, name in known.items() if name == base and day.weekday() >= _SATURDAY)
        instead = sorted(day for day, name in known.items() if name == base + _OBSERVED)
        found |= {given for fell, given in zip(at_weekends, instead, strict=False) if fell.weekday() == _SATURDAY}
    return found


def _in_russian(name: str) -> str:
    """The name of a day off in Russian; the Kazakh one where there is a new holiday that nobody has translated yet."""
    if "; " in name:  # two holidays on one day
        return "; ".join(_in_russian(one) for one in name.split("; "))
    if moved := _MOVED.match(name):
        return f"Выходной вместо {moved[1]}"
    base = name.removesuffix(_OBSERVED).removesuffix(_GUESSED)
    rest = " (выходной перенесён)" if name.endswith(_OBSERVED) else " (предположительно)" if name.endswith(_GUESSED) else ""
    return _RUSSIAN.get(base, base) + rest


def seeded(first: int, last: int, week: Week = Week.FIVE) -> Calendar:
    """A calendar of seeds alone: every answer of it is an estimate."""
    return Calendar(tuple(seed(number) for number in range(first, last + 1)), week)


def days_between(first: date, last: date) -> Iterable[date]:
    """Every day from ``first`` to ``last``, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
