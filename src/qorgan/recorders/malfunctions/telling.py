"""What somebody tells of a malfunction, checked before it is written: kind, words, since when."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.documents.dates import date_time
from qorgan.recorders.malfunctions.models import Malfunction, told
from qorgan.recorders.models import Issue
from qorgan.recorders.refusals import RecorderRefusal

LONGEST_WORDS = 500
_TIME = re.compile(r"(?:(\d{1,2})[./](\d{1,2})[./](\d{4})[ ,]+)?(\d{1,2})[:.\- ]?(\d{2})")


@dataclass(frozen=True)
class Fault:
    """A malfunction as told. ``began_at``: since when, None when nobody can say."""

    kind: str
    words: str = ""
    began_at: datetime | None = None

    @property
    def told(self) -> str:
        """Kind and words, in the language of the page."""
        return told(self.kind, self.words.strip())


def refuse_fault(fault: Fault, issue: Issue | None, now: datetime) -> None:
    """Raises :class:`RecorderRefusal` for what says nothing, or cannot have been then."""
    if fault.kind not in Malfunction.Kind.values:
        raise RecorderRefusal(_("Say what is wrong with the recorder."), basis="444/20")
    if fault.kind == Malfunction.Kind.OTHER and not fault.words.strip():
        raise RecorderRefusal(_("Say in words what is wrong with the recorder."), basis="444/20")
    if fault.began_at is None:
        return
    if fault.began_at > now:
        raise RecorderRefusal(_("This time is still to come."), basis="444/20")
    if issue is not None and fault.began_at < issue.issued_at.replace(second=0, microsecond=0):
        raise RecorderRefusal(_("At that time the recorder had not been issued yet."), basis="444/20")


def since(typed: str, now: datetime) -> datetime | None:
    """Since when, from ``14:05``, ``1405`` or ``21.11.2026 14:05``; None for nothing. A time of day is the last one that has been.

    Raises :class:`RecorderRefusal` for what is no time.
    """
    if not typed.strip():
        return None
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise RecorderRefusal(_("Type the time as 14:05, with its day if it was not today: 21.11.2026 14:05."), basis="444/20")
    day, month, year, hour, minute = (int(part) if part else None for part in found.groups())
    local = timezone.localtime(now).replace(second=0, microsecond=0)
    try:
        moment = local.replace(hour=hour or 0, minute=minute or 0)
        if year is not None:
            return moment.replace(year=year, month=month or 1, day=day or 1)
    except ValueError as error:
        raise RecorderRefusal(_("There is no such time: %(typed)s.") % {"typed": typed.strip()}, basis="444/20") from error
    return moment if moment <= now else moment - timedelta(days=1)


def note(fault: Fault, *, by_telephone: str = "") -> str:
    """What column 7 says. ``by_telephone``: short name of who told it, when somebody else writes."""
    parts = [_("malfunction: %(told)s") % {"told": fault.told}]
    if fault.began_at is not None:
        parts.append(_("since %(moment)s") % {"moment": date_time(fault.began_at)})
    if by_telephone:
        parts.append(_("told by telephone by %(name)s") % {"name": by_telephone})
    return "; ".join(parts)
