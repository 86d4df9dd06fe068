"""What every kiosk page shares: the station's division, the steps at the foot, refusals, the way back to the start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qorgan.people.models import Organisation, Post
from qorgan.people.rights import Actor, Permission, RequestWithActor, requires
from qorgan.recorders import access
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.models import Recorder

IDLE_SECONDS = 45
IDLE_SECONDS_TYPING = 180
SHOWN_SPARES = 3


@dataclass(frozen=True)
class Step:
    """A question with its draft: what a step's view receives."""

    actor: Actor
    organisation: Organisation
    draft: drafts.Draft
    recorder: Recorder


StepView = Callable[[HttpRequest, Step], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Who runs the station."""
    return cast(RequestWithActor, request).actor


def station_of(request: HttpRequest) -> Organisation:
    """The division of this kiosk: the chosen one, when the right to run a kiosk is held there."""
    actor = actor_of(request)
    if actor.organisation is not None and actor.may(Permission.KIOSK_USE, actor.organisation):
        return actor.organisation
    held = actor.organisations(Permission.KIOSK_USE)
    return next(appointment.organisation for appointment in actor.appointments if appointment.organisation_id in held)


def is_responsible(actor: Actor, organisation: Organisation) -> bool:
    """Whether the person at the station is the division's responsible person."""
    return any(a.post == Post.RESPONSIBLE and a.organisation_id == organisation.id for a in actor.appointments)


def kiosk_page(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A page of the kiosk: only for those who run one, never kept by the browser."""
    return requires(Permission.KIOSK_USE)(never_cache(require_http_methods(["GET", "POST"])(view)))


def kiosk_step(*, returning: bool | None) -> Callable[[StepView], Callable[..., HttpResponseBase]]:
    """A question after the first: without a living draft it leads back to the start and says so. None: of issue and return both."""

    def decorate(view: StepView) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def stepped(request: HttpRequest) -> HttpResponse:
            draft = drafts.load(request)
            if draft is None or returning not in (None, draft.returning):
                return back_to_start(request, _("The screen waited too long, or this step is over. Nothing was written: scan the recorder again."))
            found = access.recorders(actor_of(request)).filter(pk=draft.recorder).select_related("organisation").first()
            if found is None:
                return back_to_start(request, _("This recorder is not of this division."))
            return view(request, Step(actor_of(request), found.organisation, draft, found))

        return kiosk_page(stepped)

    return decorate


def back_to_start(request: HttpRequest, sentence: str) -> HttpResponse:
    """To the first screen, with a word of explanation."""
    drafts.drop(request)
    messages.warning(request, sentence)
    return redirect("recorders:kiosk")


def steps_of(titles: list[str], current: int) -> list[dict[str, str]]:
    """The steps at the foot of the screen; ``current`` counts from 0."""
    states = ["done"] * current + ["current"] + ["later"] * (len(titles) - current - 1)
    return [{"title": title, "state": state} for title, state in zip(titles, states, strict=True)]


def issue_steps(current: int) -> list[dict[str, str]]:
    """Issue: six answers."""
    return steps_of([_("Recorder"), _("Who"), _("What for"), _("Charge"), _("Clock"), _("Signature")], current)


def return_steps(current: int) -> list[dict[str, str]]:
    """Return: three."""
    return steps_of([_("Recorder"), _("Remarks"), _("Signature")], current)


def fault_steps(current: int) -> list[dict[str, str]]:
    """A malfunction that is no return: three."""
    return steps_of([_("Recorder"), _("What does not work"), _("Signature")], current)


def ask(request: HttpRequest, template: str, step: Step, values: Mapping[str, Any], *, refused: bool = False) -> HttpResponse:
    """Show one question. ``refused``: the answer was not usable, what was typed stays (422)."""
    context = {
        "recorder": step.recorder, "draft": step.draft, "start_url": reverse("recorders:kiosk"), "idle_url": reverse("recorders:kiosk"),
        "idle_seconds": IDLE_SECONDS, **values,
    }
    return render(request, f"recorders/{template}", context, status=422 if refused else 200)


def refuse(request: HttpRequest, sentence: str, basis: str = "", advice: str = "", *, instead_of: Step | Recorder | None = None) -> HttpResponse:
    """The end of a way that leads nowhere: why, under which paragraph, and what to do instead.

    ``instead_of``: a recorder that is not issued; those that are free are offered, with what has been answered already.
    """
    free = spares(request, instead_of) if instead_of is not None else []
    drafts.drop(request)
    start = reverse("recorders:kiosk")
    values = {"sentence": sentence, "basis": basis, "advice": advice, "start_url": start, "idle_url": start, "idle_seconds": IDLE_SECONDS, "spares": free}
    response = render(request, "recorders/kiosk_refused.html", values, status=409)
    response.refusal = sentence  # type: ignore[attr-defined] # for the log
    return response


def spares(request: HttpRequest, instead_of: Step | Recorder) -> list[str]:
    """Inventory numbers to take instead; who takes it and for what is remembered for the one chosen there and then."""
    recorder = instead_of if isinstance(instead_of, Recorder) else instead_of.recorder
    answered = instead_of.draft if isinstance(instead_of, Step) else drafts.Draft("")
    drafts.remember(request, answered)
    return list(access.free_recorders(recorder.organisation).exclude(pk=recorder.pk).values_list("inventory_number", flat=True)[:SHOWN_SPARES])
