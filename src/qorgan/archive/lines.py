"""Rows of the list of recordings, made ready for the template: fifty of them must cost little more than none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.archive.models import Recording

NOTHING = "–"
_COLUMNS = (
    "id", "started_at", "ended_at", "stored_at", "name", "case_label", "person_name", "source_number", "plain_size", "offset_ms", "media",
    "destroying_at", "destroyed_at", "destroyed_act",
)
_SHOWN_OFFSET_MS = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``whose`` is its three cells of inspection, inspector and recorder; ``bar`` a small drawing of the recording.

    ``gaps`` says how many gaps it has, "" for none. ``destroyed`` says when it was destroyed by which act, "" while it is kept.
    """

    url: str
    at: datetime | None
    name: str
    whose: SafeString
    plain_size: int
    duration_us: int | None
    bar: SafeString
    gaps: str
    offset_s: int | None
    problems: bool
    destroyed: str = ""


def lines(ids: Sequence[UUID], *, undated: bool) -> list[Line]:
    """The rows of these recordings, in this order: one query."""
    rows = {row["id"]: row for row in Recording.objects.filter(pk__in=ids).values(*_COLUMNS)}
    example = uuid4()
    address = reverse("archive:recording", args=[example])
    named, time = words(), "stored_at" if undated else "started_at"
    return [_line(rows[pk], address.replace(str(example), str(pk)), time, named) for pk in ids]


def words() -> Mapping[str, str]:
    """What the columns are called, looked up once a page and not once a cell."""
    return {
        "inspection": _("Inspection"), "inspector": _("Inspector"), "recorder": _("Recorder"), "length": _("Length"), "continuity": _("Continuity"),
        "size": _("Size"), "clock": _("device clock"), "damaged": _("damaged on arrival"),
    }


def _line(row: Mapping[str, Any], url: str, time: str, named: Mapping[str, str]) -> Line:
    media, offset_ms = row["media"], row["offset_ms"]
    if row["destroying_at"] is not None:
        lasted = (row["ended_at"] - row["started_at"]).total_seconds() if row["ended_at"] and row["started_at"] else 0
        return Line(url, row[time], "", _whose(row, named), row["plain_size"], round(lasted * 1_000_000) or None, _EMPTY, "", None, False, destroyed_words(row))
    duration_us, gaps = int(media.get("duration_us") or 0), media.get("gaps") or ()
    corrected = None if offset_ms is None or abs(offset_ms) < _SHOWN_OFFSET_MS else round(offset_ms / 1000)
    return Line(
        url, row[time], row["name"], _whose(row, named), row["plain_size"], duration_us or None, _bar(duration_us, gaps),
        ngettext("%(count)s gap", "%(count)s gaps", len(gaps)) % {"count": len(gaps)} if gaps else "", corrected, bool(media.get("problems")),
    )


def destroyed_words(row: Mapping[str, Any]) -> str:
    """When a recording was destroyed and by which act, as lists say it."""
    if row["destroyed_at"] is None:
        return _("being destroyed")
    return _("destroyed on %(day)s by act № %(act)s") % {"day": timezone.localdate(row["destroyed_at"]).strftime("%d.%m.%Y"), "act": row["destroyed_act"]}


def _whose(row: Mapping[str, Any], named: Mapping[str, str]) -> SafeString:
    """Three cells at once: a cell of the template costs more than a row of these."""
    return format_html(
        '<td data-name="{}">{}</td><td data-name="{}">{}</td><td class="num" data-name="{}">{}</td>', named["inspection"], row["case_label"] or NOTHING,
        named["inspector"], row["person_name"] or NOTHING, named["recorder"], row["source_number"] or NOTHING,
    )


_EMPTY = mark_safe("")
_WHOLE = mark_safe('<rect class="tl-segment" x="0" y="1" width="100%" height="8"/>')
_GAP = '<rect class="tl-gap tl-hatch-ground" x="{:.2f}%" y="1" width="{:.2f}%" height="8"/>'
_SVG = '<svg class="tl" height="10" aria-hidden="true">{}{}</svg>'


def _bar(duration_us: int, gaps: Sequence[Sequence[int]]) -> SafeString:
    """The recording as a line a finger wide; only numbers enter it."""
    if duration_us <= 0:
        return _EMPTY
    holes = "".join(_GAP.format(100 * int(begin) / duration_us, max(0.3, 100 * (int(end) - int(begin)) / duration_us)) for begin, end in gaps)
    return format_html(_SVG, _WHOLE, mark_safe(holes))  # noqa: S308 - numbers only
