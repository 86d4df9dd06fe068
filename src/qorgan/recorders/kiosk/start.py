"""The first screen, the last one, and the lock that makes a desk computer a kiosk."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qorgan.people.middleware import STATION
from qorgan.people.rights import Permission, requires
from qorgan.recorders import issuing
from qorgan.recorders.books import refuse_without_book
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.kiosk.pages import IDLE_SECONDS, actor_of, kiosk_page, refuse, station_of
from qorgan.recorders.kiosk.scanning import find_recorder
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.room import refuse_full_disk

DONE = "kiosk_done"


@kiosk_page
def start(request: HttpRequest) -> HttpResponse:
    """Scan or type a recorder; whether it goes out or comes back follows from its state."""
    drafts.drop(request)
    organisation = station_of(request)
    if request.method == "POST":
        typed = request.POST.get("scan", "")
        recorder = find_recorder(organisation, typed)
        if recorder is not None:
            return _begin(request, recorder, drafts.remembered(request) if "instead" in request.POST else {})
        return _start_page(request, _("No recorder of this division has the number “%(typed)s”.") % {"typed": typed.strip()[:60]}, status=422)
    return _start_page(request)


@kiosk_page
def done(request: HttpRequest) -> HttpResponse:
    """What was written; the screen returns to the start by itself, later when another recorder is offered."""
    written = request.session.pop(DONE, None)
    if written is None:
        return redirect("recorders:kiosk")
    start_url = reverse("recorders:kiosk")
    values = {"written": written, "start_url": start_url, "idle_seconds": IDLE_SECONDS, "idle_url": start_url if written["verb"] == "reported" else ""}
    return render(request, "recorders/kiosk_done.html", values)


@requires(Permission.KIOSK_USE)
@require_POST
def lock_station(request: HttpRequest) -> HttpResponse:
    """Give up, for this sign-in, every right but that of the kiosk: the screen may then stand where everybody passes."""
    request.session[STATION] = True
    return redirect("recorders:kiosk")


def _begin(request: HttpRequest, recorder: Recorder, answered: Mapping[str, str]) -> HttpResponse:
    """Issue or return, decided by the recorder's state; a recorder that cannot be issued says why. ``answered``: for another recorder."""
    if Issue.objects.filter(recorder=recorder, returned_at=None).exists():
        drafts.save(request, drafts.Draft(str(recorder.pk), returning=True))
        return redirect("recorders:kiosk-return")
    try:
        issuing.refuse_unfit(recorder)
        refuse_full_disk()
        refuse_without_book(recorder.organisation)
    except RecorderRefusal as refused:
        return refuse(request, refused.sentence, refused.basis, refused.advice, instead_of=recorder)
    draft = drafts.save(request, drafts.Draft(str(recorder.pk), person=answered.get("person", ""), inspection=answered.get("inspection", "")))
    return redirect("recorders:kiosk-charge" if draft.inspection else "recorders:kiosk-what" if draft.person else "recorders:kiosk-who")


def _start_page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    values = {"problem": problem, "locked": bool(request.session.get(STATION)), "responsible": actor.person}
    return render(request, "recorders/kiosk_start.html", values, status=status)
