"""Recordings of one inspection side by side, kept in step on real, corrected time (444 p.6, 17)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from qorgan.archive import access as archive_access
from qorgan.archive.guards import actor_of, open_vault, unseen_without
from qorgan.archive.models import Recording
from qorgan.archive.particulars import stretch_of
from qorgan.archive.playing import Showing, showing
from qorgan.archive.review import access, pane
from qorgan.archive.timeline import draw
from qorgan.people.rights import Permission

MOST = 4
MOST_LISTED = 200


@dataclass(frozen=True)
class Screen:
    """One of the players: its recording, how it is shown, and where it lies in real time, in milliseconds."""

    recording: Recording
    showing: Showing
    start_ms: int
    duration_ms: int


@unseen_without(Permission.RECORDING_PLAY)
@require_GET
def side(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Up to four of an inspection's recordings: those asked for by ``?r=``, else the first ones that run at the same time."""
    actor = actor_of(request)
    mine = archive_access.recordings(actor).filter(organisation__in=actor.organisations(Permission.RECORDING_PLAY), case=case_id, destroying_at=None)
    found = [one for one in mine.select_related("organisation").order_by("started_at", "id")[:MOST_LISTED] if stretch_of(one)]
    if not found:
        raise Http404
    asked = set(request.GET.getlist("r"))
    chosen = [one for one in found if str(one.pk) in asked][:MOST] or together(found)
    vault = open_vault(request, found[0].organisation_id)
    marks = access.marks_of([one.pk for one in chosen])
    drawing = draw([stretch for one in chosen if (stretch := stretch_of(one))])
    values: dict[str, Any] = {
        "label": found[0].case_label, "case": case_id, "found": found, "shown": {one.pk for one in chosen}, "most": MOST, "vault": vault, "drawing": drawing,
        "screens": [_screen(one) for one in chosen], "rates": pane.RATES, "first": chosen[0],
        "flags": pane.flags_between([m for one in marks.values() for m in one], drawing.begin, drawing.end) if drawing else [],
        "begin_ms": round(drawing.begin.timestamp() * 1000) if drawing else 0, "end_ms": round(drawing.end.timestamp() * 1000) if drawing else 0,
    }
    response = render(request, "review/side.html", values)
    response["Cache-Control"] = "private, no-store"
    return response


def together(found: list[Recording]) -> list[Recording]:
    """The first recording that another recorder's overlaps, with what overlaps it; the first ones of all if none does."""
    for one in found:
        begin, end = one.started_at, one.ended_at
        if begin is None or end is None:
            continue
        others = [two for two in found if two.started_at and two.ended_at and two.source != one.source and two.started_at < end and two.ended_at > begin]
        if others:
            return [one, *others][:MOST]
    return found[:1]


def _screen(recording: Recording) -> Screen:
    start = recording.started_at
    begin = round(start.timestamp() * 1000) if start else 0
    return Screen(recording, showing(recording.media), begin, int(recording.media.get("duration_us") or 0) // 1000)
