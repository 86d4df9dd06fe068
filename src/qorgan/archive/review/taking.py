"""Addresses that give something made out of a recording: an overview, its curves, a still, a clip, a view (444 p.6, 21)."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qorgan.archive.guards import actor_of, unseen_without
from qorgan.archive.models import Recording
from qorgan.archive.opened import PLAIN_TEXT, NotOpened, playable, vault_for
from qorgan.archive.playing import showing
from qorgan.archive.review import actions, seeing
from qorgan.archive.review.captions import captioned, file_name
from qorgan.archive.review.forms import ClipForm, StillForm
from qorgan.archive.review.models import Derivative, real_time
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.review.timecode import written
from qorgan.archive.vault.models import Opening
from qorgan.evidence.viewing.looking import Limits
from qorgan.people.rights import Permission

Answer = TypeVar("Answer", bound=HttpResponseBase)
PICTURES = 24
MOST_PICTURES = 96
THUMB_WIDTH = 192
BINS = 240
LEAST_BINS = 8
_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "mp4": "video/mp4", "mov": "video/quicktime", "matroska": "video/x-matroska", "mpegts": "video/mp2t"}
_ENDINGS = {"jpeg": "jpg", "png": "png", "mp4": "mp4", "mov": "mov", "matroska": "mkv", "mpegts": "ts"}


@dataclass(frozen=True)
class Thumb:
    """A small picture of the overview: its data as an address, when it is shown, where it leads."""

    source: str
    width: int
    height: int
    at_us: int
    at: datetime | None
    timecode: str
    url: str


@unseen_without(Permission.RECORDING_PLAY)
@require_GET
def overview(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Key pictures along the recording, made at this moment and kept nowhere. Asked for by the player, or as a page of its own."""
    found = playable(request, recording_id)
    count = PICTURES if request.GET.get("count") != str(MOST_PICTURES) else MOST_PICTURES
    values: dict[str, Any] = {"recording": found, "count": count, "most": MOST_PICTURES, "has_sound": bool(found.media.get("audio_codec"))}
    try:
        values["thumbs"] = _thumbs(request, found, count)
    except NotOpened as refused:
        values["problem"] = refused.sentence
    return _kept_nowhere(render(request, "review/overview_part.html" if request.headers.get("HX-Request") else "review/overview.html", values))


@unseen_without(Permission.RECORDING_PLAY)
@require_GET
def curves(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Motion and speech along the recording."""
    found = playable(request, recording_id)
    values: dict[str, Any] = {"recording": found}
    try:
        bins = min(BINS, max(LEAST_BINS, _length(found) * 2 // 1_000_000))  # half a second is the least that says something
        job = {"do": "curves", "bins": bins, "duration_us": _length(found)}
        told = seeing.seen(request, found, vault_for(request, found), job, limits=seeing.LONG)[0][0]
        values |= {"motion": _area(told["motion"]), "speech": _area(told["speech"]), "bins": bins}
    except NotOpened as refused:
        values["problem"] = refused.sentence
    return _kept_nowhere(render(request, "review/curves_part.html" if request.headers.get("HX-Request") else "review/curves.html", values))


@unseen_without(Permission.RECORDING_PLAY)
@require_POST
def still(request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
    """One frame as a file. Its exact time stands in its name and inside the file, never in its pixels."""
    found, form = playable(request, recording_id), StillForm(request.POST)
    if not form.is_valid():
        return _said(_("Write the time within the recording as hours:minutes:seconds."), 422)
    try:
        vault, shape = vault_for(request, found), form.cleaned_data["form"]
        job = {"do": "stills", "times": [form.cleaned_data["at"]], "form": shape, "width": 0}
        told, data = seeing.seen(request, found, vault, job)[0]
        at_us = max(0, int(told["frame_us"]))
        actor = actor_of(request).as_ledger(found.organisation_id)
        taken = actions.take(
            actor=actor, unlocking=vault.unlocking, recording=found, kind=Derivative.Kind.STILL, from_us=at_us, until_us=at_us, form=shape
        )
    except NotOpened as refused:
        return refused.answer()
    except ReviewRefused as refused_time:
        return _said(refused_time.sentence, 422)
    name = file_name(found, at_us, None, _ENDINGS[shape])
    return _file(HttpResponse(captioned(data, shape, found, taken), content_type=_TYPES[shape]), name)


@unseen_without(Permission.RECORDING_PLAY)
@require_POST
def clip(request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
    """A piece of the recording, not encoded again, as a file that says what it is: a derivative. It begins at the key picture before."""
    found, form = playable(request, recording_id), ClipForm(request.POST)
    if not form.is_valid() or form.cleaned_data["end"] <= form.cleaned_data["begin"]:
        return _said(_("A clip ends after it begins: set its beginning and its end."), 422)
    begin_us, end_us = form.cleaned_data["begin"], form.cleaned_data["end"]
    try:
        vault = vault_for(request, found)
        job = {"do": "clip", "from_us": begin_us, "until_us": end_us, **_labelled(found, begin_us, end_us)}
        limits = Limits(cpu_seconds=600, seconds=vault.seconds_left + 1, silence=60)
        started = seeing.begun(seeing.begin(request, found, vault, job, limits=limits))
    except NotOpened as refused:
        return refused.answer()
    try:
        shape, true_us = str(started.value["form"]), max(0, int(started.value["from_us"]))
        actor = actor_of(request).as_ledger(found.organisation_id)
        actions.take(
            actor=actor, unlocking=vault.unlocking, recording=found, kind=Derivative.Kind.CLIP, from_us=min(true_us, end_us), until_us=end_us, form=shape
        )
        return _file(seeing.stream(started, content_type=_TYPES[shape]), file_name(found, true_us, end_us, _ENDINGS[shape]))
    except ReviewRefused as refused_time:
        started.look.close()
        return _said(refused_time.sentence, 422)
    except BaseException:
        started.look.close()
        raise


@unseen_without(Permission.RECORDING_PLAY)
@require_GET
def view(request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
    """What browsers do not play, converted while it is watched, from ``?from=`` microseconds on. Never stored; it ends with the unlocking."""
    found = playable(request, recording_id)
    if not showing(found.media).converted:
        return _said(_("Browsers play this recording as it is: it is not converted."), 404)
    try:
        vault = vault_for(request, found)
        job = {"do": "convert", "from_us": _whole(request.GET.get("from", "0")), "width": seeing.VIEW_WIDTH}
        limits = Limits(cpu_seconds=seeing.VIEW_CPU_SECONDS, seconds=vault.seconds_left + 1, silence=60, nice=10)
        look = seeing.begin(request, found, vault, job, limits=limits, kind=Opening.Kind.VIEW)
        return seeing.stream(seeing.begun(look), content_type=showing(found.media).content_type, person=vault.unlocking.person_id)
    except NotOpened as refused:
        return refused.answer()


def _thumbs(request: HttpRequest, found: Recording, count: int) -> list[Thumb]:
    length = _length(found)
    job = {"do": "thumbnails", "times": [length * number // count for number in range(count)], "width": THUMB_WIDTH}
    told = seeing.seen(request, found, vault_for(request, found), job)
    return [_thumb(found, value, data) for value, data in told if data]


def _thumb(found: Recording, value: dict[str, Any], data: bytes) -> Thumb:
    at_us = max(0, int(value["frame_us"]))
    address = f"{reverse('archive:recording', args=[found.pk])}?at={written(at_us, digits=6)}"
    source = f"data:image/jpeg;base64,{b64encode(data).decode()}"
    return Thumb(source, int(value["width"]), int(value["height"]), at_us, real_time(found, at_us), written(at_us, digits=0), address)


def _area(values: list[int]) -> str:
    """A curve as the ``d`` of an SVG path, filled down to its foot; only numbers enter it. "" for none."""
    if not values:
        return ""
    steps = "".join(f"L{number} {100 - min(100, max(0, int(value)))}H{number + 1}" for number, value in enumerate(values))
    return f"M0 100{steps}V100Z"


def _labelled(found: Recording, begin_us: int, end_us: int) -> dict[str, str]:
    """What the clip says of itself inside the file."""
    begin, end = real_time(found, begin_us), real_time(found, end_us)
    times = f"{timezone.localtime(begin).isoformat()} – {timezone.localtime(end).isoformat()}" if begin and end else ""
    comment = f"Derivative, not the original. Recording {found.pk}, SHA-256 {found.plain_sha256}, {written(begin_us)} – {written(end_us)} {times}".strip()
    return {"title": f"{found.name} {written(begin_us)} – {written(end_us)}", "comment": comment}


def _length(found: Recording) -> int:
    return max(1, int(found.media.get("duration_us") or 0))


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _file(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = str(content_disposition_header(True, name))
    response["X-Content-Type-Options"] = "nosniff"
    return _kept_nowhere(response)


def _kept_nowhere(response: Answer) -> Answer:
    response["Cache-Control"] = "private, no-store"
    return response


def _said(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type=PLAIN_TEXT)


