"""Causes and notes of a report in words: from the codes of its content alone, so that a paper of long ago reads the same."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.archive.continuity import Cause
from qorgan.recorders.clock import words as clock_words

_CAUSES: dict[Cause, str | Promise] = {
    Cause.INSIDE: gettext_lazy("the file goes on, picture or sound does not"),
    Cause.OFF: gettext_lazy("switched off: the next file has the next number"),
    Cause.FILES_MISSING: gettext_lazy("files are missing: numbers were passed over"),
    Cause.UNKNOWN: gettext_lazy("no file; the numbers do not say why"),
    Cause.NOTHING: gettext_lazy("this recorder recorded nothing of the inspection"),
    Cause.UNEQUIPPED: gettext_lazy("nobody had a recorder"),
}
_NOTES: dict[str, str | Promise] = {
    "outside": gettext_lazy("By their times these files were made when nobody had the recorder: %(names)s."),
    "repeated": gettext_lazy("These numbers occur more than once: %(names)s."),
    "disordered": gettext_lazy("Times and numbers contradict each other: the clock was moved, or numbering began anew: %(names)s."),
    "unplaced": gettext_lazy("The clock of these files shows a time that cannot be; where they belong is not known: %(names)s."),
    "nobodys": gettext_lazy("These recordings from the same time belong to no issue yet: %(names)s."),
    "removed": gettext_lazy("Removed from the recorder without permission; the archive has it: %(names)s."),
    "hour": gettext_lazy("These times would fit if the clock were one hour off: look at its zone (UTC+5 since 01.03.2024)."),
}


def cause_words(code: str) -> str:
    """What the files themselves say of a gap; "" for what is no gap."""
    return str(_CAUSES[Cause(code)]) if code else ""


def note_words(note: Mapping[str, Any]) -> str:
    """One note of a report as a sentence."""
    if note["code"] == "clock":
        return _("Clock at issue: %(words)s.") % {"words": clock_words(note["seconds"])}
    return str(_NOTES[note["code"]]) % {"names": ", ".join(note["names"])}


def matter_words(one: Mapping[str, Any]) -> str:
    """What a finding without an interval is about."""
    if one["run"] and not one["file"]:
        first, last = one["run"]
        return _("file № %(numbers)s is missing") % {"numbers": first if first == last else f"{first}–{last}"}
    if one["file"]:
        return _("file %(name)s vanished from the recorder") % {"name": one["file"]}
    return "" if one["start"] and one["end"] else _("no recorder was issued")
