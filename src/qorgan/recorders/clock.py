"""The clock of a recorder against the server's: reading what was typed, judging the difference (444 p.17).

A positive offset means that the device is ahead. Kazakhstan keeps UTC+5 everywhere since 01.03.2024: a device that was never told
is exactly one hour ahead, and that is said by name.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

TOLERATED_S = 60
HOUR_S = 3600
HALF_DAY_S = 43_200
_TIME = re.compile(r"(?:(\d{1,2})[./](\d{1,2})[./](\d{4})[ ,]+)?(\d{1,2})[:.\- ]?(\d{2})(?:[:.\- ]?(\d{2}))?")


class ClockError(ValueError):
    """What was typed is not a time; the sentence says what is expected."""


class Judgement(StrEnum):
    """What an offset means."""

    SAME = "same"
    HOUR = "hour"
    OFF = "off"


def judge(offset_s: int) -> Judgement:
    """Up to a minute is the same time; an hour within that minute is the old time zone; anything else is off."""
    if abs(offset_s) <= TOLERATED_S:
        return Judgement.SAME
    return Judgement.HOUR if abs(abs(offset_s) - HOUR_S) <= TOLERATED_S else Judgement.OFF


def offset_of(typed: str, now: datetime) -> int:
    """Seconds by which the device is ahead of ``now``, from ``8:41``, ``08:41:12``, ``0841`` or ``22.11.2026 08:41``.

    Without seconds the minutes are compared; without a date the nearest day is taken. Raises :class:`ClockError`.
    """
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise ClockError(_("Type the time as the device shows it: 08:41 or 08:41:12; with its date if that is wrong too: 22.11.2026 08:41."))
    day, month, year, hour, minute, second = (int(part) if part else None for part in found.groups())
    local = timezone.localtime(now).replace(microsecond=0)
    if second is None:
        local = local.replace(second=0)
    try:
        shown = local.replace(hour=hour or 0, minute=minute or 0, second=second or 0)
        if year is not None:
            shown = shown.replace(year=year, month=month or 1, day=day or 1)
    except ValueError as error:
        raise ClockError(_("There is no such time: %(typed)s.") % {"typed": typed.strip()}) from error
    offset = int((shown - local) / timedelta(seconds=1))
    return offset if year is not None else (offset + HALF_DAY_S) % (2 * HALF_DAY_S) - HALF_DAY_S


def words(offset_s: int) -> str:
    """The offset in words, for the journal's note and the pages."""
    judgement = judge(offset_s)
    if judgement is Judgement.SAME:
        return _("the device shows the right time")
    if judgement is Judgement.HOUR:
        if offset_s > 0:
            return _("the device is one hour ahead: it keeps UTC+6, which ended on 01.03.2024")
        return _("the device is one hour behind")
    if offset_s > 0:
        return _("the device is %(time)s ahead") % {"time": _span(offset_s)}
    return _("the device is %(time)s behind") % {"time": _span(-offset_s)}


def _span(seconds: int) -> str:
    if seconds >= 2 * HALF_DAY_S:
        return _("%(days)d d %(hours)d h") % {"days": seconds // 86_400, "hours": seconds % 86_400 // HOUR_S}
    if seconds >= HOUR_S:
        return _("%(hours)d h %(minutes)d min") % {"hours": seconds // HOUR_S, "minutes": seconds % HOUR_S // 60}
    return _("%(minutes)d min %(seconds)d s") % {"minutes": seconds // 60, "seconds": seconds % 60}
