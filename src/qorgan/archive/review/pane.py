"""What stands beside the picture: marks, the forms that make them, what was reviewed and taken; and marks for a drawing of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from qorgan.archive.models import Recording
from qorgan.archive.review import access
from qorgan.archive.review.forms import ClipForm, MarkForm, StillForm
from qorgan.archive.review.models import Mark
from qorgan.archive.review.timecode import read, written

_LATELY = 20
RATES = ("1", "1.5", "2", "4", "8")


@dataclass(frozen=True)
class Flag:
    """A mark on a drawing of time. ``x`` is a percentage as text; ``recorder`` its inventory number."""

    x: str
    label: str
    url: str
    kind: str
    recorder: str


def beside(request: HttpRequest, found: Recording, *, may_play: bool) -> dict[str, Any]:
    """Values of the player's page that review adds; nothing for those who may not play (444 p.13)."""
    if not may_play:
        return {}
    at_us = _asked(request)
    return {
        **listed(found), "mark_form": MarkForm(initial={"at": at_us or 0}), "paragraphs": paragraphs(found), "rates": RATES,
        "still_form": StillForm(initial={"at": at_us or 0}, auto_id="still_%s"), "clip_form": ClipForm(auto_id="clip_%s"),
        "reviews": access.reviews_of([found.pk]).get(found.pk, []), "taken": list(access.derivatives_of(found)[:_LATELY]), "at_us": at_us,
    }


def listed(found: Recording) -> dict[str, Any]:
    """The marks of one recording, as list and as flags on its time line."""
    marks = access.marks_of([found.pk]).get(found.pk, [])
    return {"recording": found, "marks": marks, "flags": flags_within(found, marks)}


def flags_within(found: Recording, marks: Iterable[Mark]) -> list[Flag]:
    """Marks along the recording itself."""
    length = int(found.media.get("duration_us") or 0)
    if length <= 0:
        return []
    return [_flag(mark, 100 * mark.at_us / length) for mark in marks if not hasattr(mark, "strike")]


def flags_between(marks: Iterable[Mark], begin: datetime, end: datetime) -> list[Flag]:
    """Marks of several recordings on an axis of real time: an inspection's time line. Struck marks are left out."""
    whole = (end - begin).total_seconds()
    placed = [(mark, mark.real_time) for mark in marks if not hasattr(mark, "strike")]
    return [_flag(mark, 100 * (at - begin).total_seconds() / whole) for mark, at in placed if at is not None and whole > 0 and begin <= at <= end]


def place_of(mark: Mark) -> str:
    """The address at which the player stands at the mark."""
    return f"{reverse('archive:recording', args=[mark.recording_id])}?at={written(mark.at_us, digits=6)}"


def paragraphs(found: Recording) -> list[str]:
    """Paragraphs that the division named lately, to choose from."""
    rows = Mark.objects.filter(organisation=found.organisation_id).exclude(paragraph="").order_by("-position").values_list("paragraph", flat=True)
    return list(dict.fromkeys(rows[: _LATELY * 5]))[:_LATELY]


def _flag(mark: Mark, percent: float) -> Flag:
    x = f"{min(100.0, max(0.0, percent)):.3f}%"
    return Flag(x, f"{mark.get_kind_display()}: {mark.note[:80]}", place_of(mark), mark.kind, mark.recording.source_number)


def _asked(request: HttpRequest) -> int | None:
    """Where the address asks the player to stand."""
    try:
        return read(request.GET.get("at", ""))
    except ValueError:
        return None
