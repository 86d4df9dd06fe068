"""The register of hand-overs: what left, to whom, is it back? (444 p.14)"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from qorgan.archive.guards import actor_of
from qorgan.archive.keyset import by_time
from qorgan.people.rights import Permission, requires
from qorgan.recorders.handover import access
from qorgan.recorders.handover.lines import Line, line_of
from qorgan.recorders.handover.models import Answer, HandOver, Production
from qorgan.recorders.handover.standing import WORDS, Standing

MOST_DRAFTS = 50
_ANSWERED = Exists(Answer.objects.filter(handover=OuterRef("pk")))
_SENT = Exists(Production.objects.filter(handover=OuterRef("pk"), ending__whole=True))
_MADE = Q(registration__isnull=False)
STATES: dict[str, Callable[[QuerySet[HandOver]], QuerySet[HandOver]]] = {
    "unsent": lambda found: found.filter(_MADE).exclude(_SENT),
    "unconfirmed": lambda found: found.filter(_SENT, _MADE, acceptance=None).exclude(_ANSWERED),
    "unanswered": lambda found: found.filter(_MADE, acceptance__isnull=False).exclude(_ANSWERED),
    "answered": lambda found: found.filter(_ANSWERED),
}


class RegisterForm(forms.Form):
    """The filters; every one may be empty."""

    q = forms.CharField(label=_("Number, recipient, request or inspection"), required=False, max_length=100)
    to = forms.ChoiceField(label=_("Recipient"), required=False, choices=[("", _("all")), *HandOver.To.choices])
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[
            ("", _("all")), ("unsent", WORDS[Standing.MADE]), ("unconfirmed", WORDS[Standing.LEFT]), ("unanswered", _("received, no answer")),
            ("answered", WORDS[Standing.ANSWERED]),
        ],
    )


@requires(Permission.HANDOVER_READ)
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """All that was handed over, newest first, and above it the drafts that wait for a signature."""
    actor, form = actor_of(request), RegisterForm(request.GET)
    visible = access.handovers(actor)
    found = _filtered(visible.filter(_MADE), form.cleaned_data) if form.is_valid() else visible.none()
    page = by_time(found, "registration__made_at", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    rows = {row.pk: row for row in access.with_state(HandOver.objects.filter(pk__in=page.ids))}
    waiting = STATES["unconfirmed"](visible).count()
    values: dict[str, Any] = {
        "form": form, "page": page, "lines": [line_of(rows[pk]) for pk in page.ids], "drafts": _drafts(visible), "filtered": _is_filtered(form),
        "waiting": waiting, "heading_words": _heading(visible, waiting), "may_make": actor.may(Permission.HANDOVER_MAKE),
        "several": len(actor.organisations(Permission.HANDOVER_READ)) > 1,
    }
    return render(request, "handover/register.html", values, status=200 if form.is_valid() else 422)


def _drafts(visible: QuerySet[HandOver]) -> list[Line]:
    found = visible.filter(registration=None, withdrawal=None).order_by("-drafted_at", "id")
    return [line_of(one) for one in access.with_state(found)[:MOST_DRAFTS]]


def _heading(visible: QuerySet[HandOver], waiting: int) -> str:
    if not waiting:
        made = visible.filter(registration__isnull=False).exists()
        return str(_("Everything that was sent is confirmed")) if made else str(_("Nothing has been handed over yet"))
    return ngettext("%(count)d hand-over is not confirmed by its recipient", "%(count)d hand-overs are not confirmed by their recipients", waiting) % {
        "count": waiting
    }


def _filtered(found: QuerySet[HandOver], wanted: dict[str, Any]) -> QuerySet[HandOver]:
    if wanted.get("to"):
        found = found.filter(recipient_kind=wanted["to"])
    if wanted.get("state"):
        found = STATES[wanted["state"]](found)
    return found.filter(_named(wanted["q"].strip())) if wanted.get("q", "").strip() else found


def _named(text: str) -> Q:
    """By number (2026-007), recipient, request or inspection, whatever the case of the letters."""
    names = Q(request_number__contains=text) | Q(inspection__number__contains=text)
    for spelling in {text, text.capitalize(), text.upper(), text.lower()}:  # SQLite folds the case of Latin letters only
        names |= Q(recipient_name__contains=spelling) | Q(recipient_person__contains=spelling) | Q(inspection__subject_name__contains=spelling)
    year, dash, number = text.partition("-")
    if dash and year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) < 9:
        names |= Q(registration__year=int(year), registration__number=int(number))
    return names


def _is_filtered(form: RegisterForm) -> bool:
    return form.is_valid() and any(form.cleaned_data.values())
