"""Pages on which a hand-over is written: recordings of an inspection or of a search, and the letter (444 p.14)."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qorgan.archive.guards import actor_of
from qorgan.archive.models import Recording
from qorgan.archive.search import SearchForm, matching
from qorgan.people.models import Organisation
from qorgan.people.rights import Permission, requires
from qorgan.recorders.access import inspections
from qorgan.recorders.handover import actions
from qorgan.recorders.handover.access import recordings_to_hand_over
from qorgan.recorders.handover.fitness import is_whole
from qorgan.recorders.handover.forms import ChosenForm, LetterForm
from qorgan.recorders.handover.models import HandOver
from qorgan.recorders.handover.papers import choices
from qorgan.recorders.models import Inspection
from qorgan.recorders.paging import division_of, say_written
from qorgan.recorders.refusals import RecorderRefusal


@requires(Permission.HANDOVER_MAKE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose recordings and write the letter. ``?inspection=`` offers those of an inspection, other words are those of the archive's search."""
    organisation = division_of(request, Permission.HANDOVER_MAKE)
    inspection = _inspection(request, organisation)
    search = SearchForm(request.GET, [])
    offered = _offered(request, organisation, inspection, search)
    posted = request.POST if request.method == "POST" else None
    form, chosen = LetterForm(posted, papers=choices(inspection)), ChosenForm(posted, offered=offered)
    if posted is not None and form.is_valid() and chosen.is_valid():
        made = _draft(request, form, _picked(offered, chosen.cleaned_data["recordings"]), organisation, inspection)
        if made is not None:
            return redirect("handover:handover", made.pk)
    picked = set(posted.getlist("recordings")) if posted is not None else {str(one.pk) for one in offered if inspection or request.GET.get("recording")}
    values: dict[str, Any] = {
        "form": form, "search": search, "inspection": inspection, "offered": [(one, str(one.pk) in picked, is_whole(one)) for one in offered],
        "choose_problem": chosen.errors.get("recordings") if posted is not None else None, "most": actions.MOST_RECORDINGS,
        "cut": len(offered) == actions.MOST_RECORDINGS, "searched": any(request.GET.values()),
    }
    return render(request, "handover/new.html", values, status=200 if posted is None else 422)


def _draft(
    request: HttpRequest, form: LetterForm, picked: list[Recording], organisation: Organisation, inspection: Inspection | None
) -> HandOver | None:
    """The draft, or None with the refusal on the form."""
    try:
        made = actions.draft(
            actor=actor_of(request).as_ledger(organisation), organisation=organisation, recordings=picked, letter=form.letter(), inspection=inspection
        )
    except RecorderRefusal as refused:
        form.add_error(None, f"{refused.sentence} {refused.advice}".strip())
    except ValidationError as error:
        form.add_error(None, error)
    else:
        say_written(request, _("The draft is written. Both sign it, each at the own sign-in."), f"handover:{made.pk}")
        return made
    return None


def _inspection(request: HttpRequest, organisation: Organisation) -> Inspection | None:
    wanted = request.GET.get("inspection", "")
    key = _uuid(wanted)
    if key is None:
        return None
    return get_object_or_404(inspections(actor_of(request)).filter(organisation=organisation), pk=key)


def _offered(request: HttpRequest, organisation: Organisation, inspection: Inspection | None, search: SearchForm) -> list[Recording]:
    """The recordings to choose from, in the order in which they were made."""
    everything = recordings_to_hand_over(actor_of(request), organisation)
    if inspection is not None:
        found = everything.filter(case=inspection.pk)
    elif request.GET.get("recording"):
        key = _uuid(request.GET["recording"])
        if key is None:
            raise Http404
        found = everything.filter(pk=key)
    elif any(request.GET.values()):
        found = matching(everything, organisation, search, undated=request.GET.get("undated") == "1")
    else:
        return []
    newest = list(found.filter(destroying_at=None).order_by("-started_at", "id").select_related("fixity")[: actions.MOST_RECORDINGS])
    return list(reversed(newest))


def _picked(offered: list[Recording], chosen: list[str]) -> list[Recording]:
    wanted = set(chosen)
    return [one for one in offered if str(one.pk) in wanted]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
