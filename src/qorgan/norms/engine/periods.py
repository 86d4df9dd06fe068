"""When a period that the text sets is over: plain calendar arithmetic that can be shown step by step."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from qorgan.norms.engine.schema import FirstDay, Term, Unit


@dataclass(frozen=True)
class Period:
    """A period counted from ``anchor``, the day of the event. ``last_day`` belongs to it.

    ``clipped``: the month in which it ends has no such day (29 February), so it ends on the last day of that month.
    """

    anchor: date
    first_day: date
    last_day: date
    clipped: bool

    @property
    def over_on(self) -> date:
        """The first day that no longer belongs to it."""
        return self.last_day + timedelta(days=1)


def period(anchor: date, term: Term) -> Period:
    """Count ``term`` from the event's day. Raises ``ValueError`` for working days: they need the office's calendar."""
    next_day = term.first_day is FirstDay.NEXT_DAY
    first = anchor + timedelta(days=1) if next_day else anchor
    if term.unit is Unit.WORKING_DAY:
        raise ValueError("working days are counted with the office's calendar")
    if term.unit is Unit.CALENDAR_DAY:
        return Period(anchor, first, first + timedelta(days=term.number - 1), clipped=False)
    months = term.number * (12 if term.unit is Unit.YEAR else 1)
    same, clipped = _months_later(anchor, months)
    return Period(anchor, first, same if next_day or clipped else same - timedelta(days=1), clipped)


def _months_later(day: date, months: int) -> tuple[date, bool]:
    """The same day of the month that many months later, or that month's last day if it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length)), day.day > length
