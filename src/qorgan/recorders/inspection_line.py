"""An inspection on its time line: issue and return of recorders, what was recorded between them, what is missing (444 p.17)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.archive.access import recordings
from qorgan.archive.lines import destroyed_words
from qorgan.archive.models import Recording
from qorgan.archive.particulars import stretch_of
from qorgan.archive.timeline import ClockMark, Drawing, draw
from qorgan.people.rights import Actor
from qorgan.recorders.models import Inspection, Issue

MOST_RECORDINGS = 500
_MOST_NUMBERS = 40


@dataclass(frozen=True)
class Sign:
    """A triangle on the line: an issue or a return. ``x`` is a percentage as text."""

    x: str
    at: datetime
    returned: bool
    number: str


@dataclass(frozen=True)
class Line:
    """The drawing with what stands below it. ``drawing`` is None before any recorder was issued."""

    drawing: Drawing | None
    signs: tuple[Sign, ...]
    recordings: tuple[Recording, ...]
    sentence: str
    missing: tuple[int, ...]
    undated: int

    @property
    def silence(self) -> timedelta:
        """How long nothing was recorded between the first and the last picture."""
        return self.drawing.silent if self.drawing else timedelta()


def line_of(actor: Actor, inspection: Inspection, issues: Sequence[Issue]) -> Line:
    """The line as ``actor`` may see it; two queries."""
    found = tuple(
        recordings(actor).filter(organisation_id=inspection.organisation_id, case=inspection.id).order_by("started_at", "id")[:MOST_RECORDINGS]
    )
    for one in found:
        one.destroyed = destroyed_words(vars(one)) if one.is_gone else ""  # type: ignore[attr-defined]
        one.offset_s = None if one.offset_ms is None else round(one.offset_ms / 1000)  # type: ignore[attr-defined]
    stretches = [stretch for one in found if (stretch := stretch_of(one, reverse("archive:recording", args=[one.pk])))]
    undated = sum(one.started_at is None for one in found)
    if not issues:
        return Line(None, (), found, "", _missing(found), undated)
    times = [issue.issued_at for issue in issues] + [issue.returned_at or timezone.now() for issue in issues]
    begin = min([*times, *(stretch.start for stretch in stretches)])
    end = max([*times, *(stretch.end for stretch in stretches), begin + timedelta(minutes=1)])
    drawing = draw(stretches, begin=begin, end=end)
    if drawing is not None and stretches:
        first, last = min(stretch.start for stretch in stretches), max(stretch.end for stretch in stretches)
        drawing = replace(drawing, gaps=tuple(gap for gap in drawing.gaps if gap.start >= first and gap.end <= last))
    elif drawing is not None:
        drawing = replace(drawing, gaps=())  # before the first picture nothing is known to be missing
    if drawing is not None:
        drawing = replace(drawing, clocks=_changes(drawing.clocks))
    return Line(drawing, _signs(issues, begin, end), found, _sentence(drawing, issues, len(stretches)), _missing(found), undated)


def _changes(clocks: Sequence[ClockMark]) -> tuple[ClockMark, ...]:
    """A corrected clock is marked where the correction begins, not at each of its files."""
    return tuple(mark for before, mark in zip([None, *clocks], clocks, strict=False) if before is None or before.offset_s != mark.offset_s)


def _signs(issues: Sequence[Issue], begin: datetime, end: datetime) -> tuple[Sign, ...]:
    whole = (end - begin).total_seconds()

    def sign(at: datetime, issue: Issue, *, returned: bool) -> Sign:
        return Sign(f"{100 * (at - begin).total_seconds() / whole:.3f}%", at, returned, issue.recorder.inventory_number)

    taken = [sign(issue.issued_at, issue, returned=False) for issue in issues]
    back = [sign(issue.returned_at, issue, returned=True) for issue in issues if issue.returned_at]
    return tuple(sorted([*taken, *back], key=lambda one: one.at))


def _sentence(drawing: Drawing | None, issues: Sequence[Issue], count: int) -> str:
    """The drawing in words."""
    if drawing is None:
        return ""
    out = ngettext("%(count)d issue", "%(count)d issues", len(issues)) % {"count": len(issues)}
    what = ngettext("%(count)d recording", "%(count)d recordings", count) % {"count": count}
    gaps = ngettext("%(count)d gap", "%(count)d gaps", len(drawing.gaps)) % {"count": len(drawing.gaps)}
    minutes = round(drawing.recorded.total_seconds() / 60)
    return _("%(issues)s, %(recordings)s of %(minutes)d min together, %(gaps)s.") % {"issues": out, "recordings": what, "minutes": minutes, "gaps": gaps}


def _missing(found: Sequence[Recording]) -> tuple[int, ...]:
    """File numbers that the device skipped between the first and the last of each recorder: what was perhaps taken away (444 p.19)."""
    numbers: dict[str, set[int]] = {}
    for one in found:
        number = _sequence(one)
        if number is not None:
            numbers.setdefault(one.source, set()).add(number)
    skipped = [n for seen in numbers.values() if max(seen) - min(seen) < 2 * len(seen) + _MOST_NUMBERS for n in range(min(seen), max(seen)) if n not in seen]
    return tuple(sorted(skipped)[:_MOST_NUMBERS])


def _sequence(recording: Recording) -> int | None:
    """The file's number on the device, from the dock's signed manifest."""
    lines = recording.manifest.split("\n", 2)
    try:
        number = json.loads(lines[1]).get("sequence")
    except (IndexError, ValueError, AttributeError):
        return None
    return number if isinstance(number, int) else None
