"""Pages on which a holder says something about a recording: marks a moment, strikes a mark, says that it was reviewed (444 p.6)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qorgan.archive.guards import actor_of, unseen_without
from qorgan.archive.models import Recording
from qorgan.archive.opened import NotOpened, playable, vault_for
from qorgan.archive.review import access, actions, pane
from qorgan.archive.review.forms import MarkForm, ReviewedForm, StrikeForm
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.review.timecode import read
from qorgan.people.rights import Permission
from qorgan.people.signatures import Proven, SignatureRefused, prove

PLAY = Permission.RECORDING_PLAY
FORM = ["GET", "POST"]


@unseen_without(PLAY)
@require_POST
def mark(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Mark a moment. Answers the player with the marks and an empty form, anybody else with the page at that moment."""
    found, form = playable(request, recording_id), MarkForm(request.POST)
    status = 422
    try:
        vault = vault_for(request, found)
        if form.is_valid():
            values = form.cleaned_data
            made = actions.mark_moment(
                actor=actor_of(request).as_ledger(found.organisation_id), unlocking=vault.unlocking, recording=found, at_us=values["at"],
                kind=values["kind"], note=values["note"], paragraph=values["paragraph"],
            )
            if not request.headers.get("HX-Request"):
                messages.success(request, _("Marked. Entry %(position)s in the ledger.") % {"position": made.position})
                return redirect(pane.place_of(made))
            form, status = MarkForm(initial={"at": made.at_us}), 200
    except NotOpened as refused:
        form.add_error(None, refused.sentence)
        status = refused.status
    except ReviewRefused as refused_mark:
        form.add_error(None, refused_mark.sentence)
    values = {**pane.listed(found), "mark_form": form, "paragraphs": pane.paragraphs(found), "may_mark": True}
    if request.headers.get("HX-Request"):
        # htmx shows an answer only when it is a success; the sentence stands in the form
        return _private(render(request, "review/marks.html", values))
    return _private(render(request, "review/mark.html", values, status=status))


@unseen_without(PLAY)
@require_http_methods(FORM)
def strike(request: HttpRequest, moment_id: UUID) -> HttpResponse:
    """Take a mark back, with the reason."""
    struck = get_object_or_404(access.marks(actor_of(request)).select_related("recording"), pk=moment_id)
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.strike_mark(
                actor=actor_of(request).as_ledger(struck.organisation_id), mark=struck, reason=form.cleaned_data["reason"]
            )
        except ReviewRefused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("The mark is struck. Entry %(position)s in the ledger.") % {"position": done.position})
            return redirect(pane.place_of(struck))
    will = [
        _("The mark “%(note)s” is struck through, with your reason.") % {"note": struck.note},
        _("It stays readable: nothing is taken out."),
    ]
    return _confirm(request, struck.recording, form, title=_("Strike the mark"), action=_("Strike it"), will=will, basis="444/6/s1")


@unseen_without(PLAY)
@require_http_methods(FORM)
def reviewed(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Say, signed, that a recording was reviewed."""
    found, asked = playable(request, recording_id), actor_of(request)
    form = ReviewedForm(request.POST or None, initial={"extent": "whole", **_part(request)})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            vault, proven = vault_for(request, found), _proven(request, found, values["pin"])
            said = actions.declare_reviewed(
                actor=asked.as_ledger(found.organisation_id), unlocking=vault.unlocking, recording=found, proven=proven, extent=values["extent"],
                from_us=values["begin"] or 0, until_us=values["end"] or 0, remarks=values["remarks"],
            )
        except NotOpened as locked:
            form.add_error(None, locked.sentence)
        except ReviewRefused as refused:
            form.add_error(None, refused.sentence)
        except SignatureRefused as refused_pin:
            form.add_error("pin", str(refused_pin))
        else:
            messages.success(request, _("Reviewed and signed. Entry %(position)s in the ledger.") % {"position": said.position})
            return redirect("archive:recording", found.pk)
    will = [
        _("You have reviewed the recording “%(name)s” as far as you say here, for the purpose stated at unlocking.") % {"name": found.name},
        _("Your name, post, the time and your signature."),
    ]
    return _confirm(request, found, form, title=_("Say that it was reviewed"), action=_("Sign"), will=will, basis="444/6/s1")


def _proven(request: HttpRequest, found: Recording, pin: str) -> Proven:
    person = actor_of(request).person
    assert person is not None  # noqa: S101 - who may play is somebody
    return prove(person=person, organisation=found.organisation, method="pin", secret=pin)


def _part(request: HttpRequest) -> dict[str, Any]:
    """The part that the player's clip marks suggest."""
    try:
        return {"extent": "part", "begin": read(request.GET["from"]), "end": read(request.GET["to"])}
    except (KeyError, ValueError):
        return {}


def _confirm(request: HttpRequest, found: Recording, form: Any, *, title: str, action: str, will: list[str], basis: str) -> HttpResponse:
    back = reverse("archive:recording", args=[found.pk])
    values = {"recording": found, "form": form, "title": title, "action": action, "will": will, "basis_item": basis, "back": back}
    return _private(render(request, "review/confirm.html", values, status=422 if form.errors else 200))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
