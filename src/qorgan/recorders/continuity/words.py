"""Findings named in sentences: refusals, lists, screen readers."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qorgan.documents.dates import Language, duration
from qorgan.recorders.continuity.findings import Finding, What

MOST_NAMED = 5


def name_of(one: Finding) -> str:
    """One finding as a list names it: times or numbers, without its recorder."""
    if one.what is What.NUMBERS:
        return _("file № %(numbers)s") % {"numbers": one.run}
    if one.absence is not None:
        return _("file %(name)s") % {"name": one.absence.name}
    if one.interval is None:
        return _("no recorder was issued")
    lasts = duration(one.seconds, language()).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{span(one)} ({lasts})"


def span(one: Finding) -> str:
    """``10:12:04–10:26:10``, with the day where it is more than one; "" where an end is not known."""
    if one.interval is None:
        return ""
    start, end = (timezone.localtime(at) for at in one.interval)
    if start.date() == end.date():
        return f"{start:%H:%M:%S}–{end:%H:%M:%S}"
    return f"{start:%d.%m.%Y %H:%M:%S} – {end:%d.%m.%Y %H:%M:%S}"


def names_of(found: Iterable[Finding]) -> str:
    """The first few, and how many more."""
    all_of_them = list(found)
    named = "; ".join(name_of(one) for one in all_of_them[:MOST_NAMED])
    rest = len(all_of_them) - MOST_NAMED
    return named if rest <= 0 else _("%(named)s and %(count)d more") % {"named": named, "count": rest}


def language() -> Language:
    """The language of the page, as dates know it."""
    active = get_language()
    return "kk" if active == "kk" else "ru" if active == "ru" else "en"
