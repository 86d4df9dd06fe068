"""Gaps, causes and notes in words, for pages, refusals and screen readers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.archive.continuity import Cause
from qorgan.documents.dates import duration
from qorgan.recorders.clock import words as clock_words
from qorgan.recorders.continuity.findings import Finding, What
from django.utils.translation import get_language

MOST_NAMED = 5
_CAUSES: dict[Cause, str | Promise] = {
    Cause.INSIDE: gettext_lazy("the file goes on, picture or sound does not"),
    Cause.OFF: gettext_lazy("switched off: the next file has the next number"),
    Cause.FILES_MISSING: gettext_lazy("files are missing: numbers were passed over"),
    Cause.UNKNOWN: gettext_lazy("no file; the numbers do not say why"),
    Cause.NOTHING: gettext_lazy("this recorder recorded nothing of the inspection"),
    Cause.UNEQUIPPED: gettext_lazy("nobody had a recorder"),
}


def cause_words(cause: Cause | None) -> str:
    """What the files themselves say of a gap."""
    return str(_CAUSES[cause]) if cause else ""


def name_of(one: Finding) -> str:
    """One finding as a list names it: times or numbers, without its recorder."""
    if one.what is What.NUMBERS:
        return _("file № %(numbers)s") % {"numbers": one.run}
    if one.absence is not None:
        return _("file %(name)s") % {"name": one.absence.name}
    if one.start is None or one.end is None:
        return _("no recorder was issued")
    return f"{span(one)} ({lasting(one)})"


def span(one: Finding) -> str:
    """``10:12:04–10:26:10``, with the day where it is more than one."""
    start, end = (timezone.localtime(at) for at in (one.start, one.end))
    if start.date() == end.date():
        return f"{start:%H:%M:%S}–{end:%H:%M:%S}"
    return f"{start:%d.%m.%Y %H:%M:%S} – {end:%d.%m.%Y %H:%M:%S}"


def lasting(one: Finding) -> str:
    """How long a gap is."""
    language = get_language()
    return duration(one.seconds, language if language in ("kk", "ru") else "en")  # type: ignore[arg-type]


def names_of(found: Iterable[Finding]) -> str:
    """The first few, and how many more."""
    all_of_them = list(found)
    named = "; ".join(name_of(one) for one in all_of_them[:MOST_NAMED])
    rest = len(all_of_them) - MOST_NAMED
    return named if rest <= 0 else _("%(named)s and %(count)d more") % {"named": named, "count": rest}


def note_words(note: Mapping[str, Any]) -> str:
    """One note of the report as a sentence."""
    names = ", ".join(note["names"])
    sentences: dict[str, str] = {
        "outside": _("By their times these files were made when nobody had the recorder: %(names)s."),
        "repeated": _("These numbers occur more than once: %(names)s."),
        "disordered": _("Times and numbers contradict each other: the clock was moved, or numbering began anew: %(names)s."),
        "unplaced": _("The clock of these files shows a time that cannot be; where they belong is not known: %(names)s."),
        "nobodys": _("These recordings from the same time belong to no issue yet: %(names)s."),
        "removed": _("Removed from the recorder without permission; the archive has it: %(names)s."),
        "hour": _("These times would fit if the clock were one hour off: look at its zone (UTC+5 since 01.03.2024)."),
    }
    if note["code"] == "clock":
        return _("Clock at issue: %(words)s.") % {"words": clock_words(note["seconds"])}
    return sentences[note["code"]] % {"names": names}
