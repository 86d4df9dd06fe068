"""The first page: what is out, what is docking, what waits for this person, what the week holds; or the steps of a new office."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as django_set_language

from qorgan.archive.vault.access import current_generation
from qorgan.journals.actions import current_book
from qorgan.people.models import Appointment, Post, User
from qorgan.people.rights import Actor, Permission, actor_of, open_to_all
from qorgan.recorders import today as recorders
from qorgan.recorders.malfunctions.today import Band, band
from qorgan.web.care import Care, care


@dataclass(frozen=True)
class Step:
    """One of the four steps by which an office begins."""

    title: str
    text: str
    basis: str
    state: str  # done, current, later
    url: str
    action: str


@open_to_all("shows only what the asking person may see")
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Today, composed of what the rooms report."""
    actor = actor_of(request)
    if actor.person is None:
        return redirect("web:sign-in")
    if actor.second_factor_missing:
        return redirect("web:second-factor")
    if actor.of_facilities_alone:
        return redirect("oversight:today")
    steps = first_steps(actor)
    values: dict[str, Any] = {"steps": [] if all(step.state == "done" for step in steps) else steps, **_now(actor)}
    values |= {"band": band(actor), "week": recorders.week(actor), "care": _care(actor), "runs_office": actor.may(Permission.RECORDER_READ)}
    values["waiting"] = _below(values["band"], recorders.waiting(actor))
    values["answer"] = _broken(values["band"]) or answer(values["now"], values["waiting"])
    return render(request, "web/today.html", values)


def _below(band: Band, waiting: recorders.Waiting) -> recorders.Waiting:
    """What waits, without what the band above shows already: each thing stands once."""
    shown = {one.pk for one in band.unseen}
    return replace(waiting, out_of_order=tuple(one for one in waiting.out_of_order if one.pk not in shown))


@open_to_all("the moving part of one's own Today")
@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """The band that is asked for again every few seconds."""
    actor = actor_of(request)
    return render(request, "web/today_now.html", _now(actor)) if actor.person else HttpResponse(status=204)


@open_to_all("changes the language of one's own pages")
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language here and for later sign-ins."""
    response: HttpResponseBase = django_set_language(request)
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in {"kk", "ru", "en"}:
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response


def first_steps(actor: Actor) -> list[Step]:
    """Appoint, vault, recorders, journal (444 p.6-9): for those who run the office."""
    organisation = actor.organisation
    if organisation is None or not actor.may(Permission.RECORDER_READ):
        return []
    posts = set(Appointment.objects.in_force().filter(organisation=organisation).values_list("post", flat=True))
    done = [
        {Post.HEAD, Post.RESPONSIBLE} <= posts,
        current_generation(organisation) is not None,
        recorders.has_recorders(actor),
        current_book(organisation) is not None,
    ]
    told = [
        (_("Appoint the responsible person"), _("The head does it by an order with number and date."), "444/6", "people:list", _("People")),
        (_("Open the vault"), _("Head and responsible person each choose a secret that nobody else knows."), "444/6", "archive:vault", _("Vault")),
        (_("Register the recorders"), _("Each under its inventory number, with a label to scan."), "444/7", "recorders:list", _("Recorders")),
        (_("Open the journal"), _("Its cover and first day; recorders are issued against a signature in it."), "444/8", "journals:books", _("Journal")),
    ]
    first = done.index(False) if False in done else len(done)
    states = ["done" if did else ("current" if number == first else "later") for number, did in enumerate(done)]
    return [Step(title, text, basis, state, reverse(url), action) for (title, text, basis, url, action), state in zip(told, states, strict=True)]


def answer(out: recorders.Now, wait: recorders.Waiting) -> str:
    """The first question at that desk, answered in one line."""
    if out.failed:
        return ngettext("%(n)d recorder cannot be emptied", "%(n)d recorders cannot be emptied", out.failed) % {"n": out.failed}
    if out.late:
        sentence = ngettext("%(n)d recorder is out, %(late)d is late", "%(n)d recorders are out, %(late)d late", len(out.out))
        return sentence % {"n": len(out.out), "late": out.late}
    if out.out:
        return ngettext("%(n)d recorder is out, none is late", "%(n)d recorders are out, none is late", len(out.out)) % {"n": len(out.out)}
    if out.docking:
        return ngettext("%(n)d recorder is being emptied", "%(n)d recorders are being emptied", len(out.docking)) % {"n": len(out.docking)}
    if wait.count:
        return ngettext("%(n)d thing waits for you", "%(n)d things wait for you", wait.count) % {"n": wait.count}
    return _("Everything is in its place")


def _broken(broken: Band) -> str:
    if not broken.unseen:
        return ""
    numbers = ", ".join(one.recorder.inventory_number for one in broken.unseen)
    return ngettext("Recorder %(numbers)s does not work", "Recorders %(numbers)s do not work", len(broken.unseen)) % {"numbers": numbers}


def _now(actor: Actor) -> dict[str, Any]:
    return {"now": recorders.now(actor)}


def _care(actor: Actor) -> Care | None:
    return care() if actor.may(Permission.STORAGE_READ) else None

