"""Pages of inspections: the list, one inspection on its time line, a new one, its end (444 p.4, 17)."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive.review.access import marks_of
from qorgan.archive.review.pane import Flag, flags_between
from qorgan.people.rights import Permission, requires
from qorgan.recorders import access, actions
from qorgan.recorders.continuity.showing import Shown, shown, window_of
from qorgan.recorders.forms import EndForm, InspectionForm
from qorgan.recorders.handover.access import of_inspection
from qorgan.recorders.handover.lines import line_of as handover_line
from qorgan.recorders.models import Inspection, Issue
from qorgan.recorders.paging import actor_of, division_of, say_written
from qorgan.recorders.refusals import RecorderRefusal

READ = (Permission.INSPECTION_READ, Permission.INSPECTION_READ_OWN)
PER_PAGE = 50


@requires(*READ)
@require_GET
def inspections(request: HttpRequest) -> HttpResponse:
    """Inspections, newest day first; an inspector sees own ones."""
    actor = actor_of(request)
    found = _filtered(request, access.inspections(actor))
    running = access.inspections(actor).filter(ended_at=None).count()
    out = Issue.objects.filter(returned_at=None).select_related("recorder")
    page = list(
        _after(found, request.GET.get("after", "")).order_by("-planned_on", "-id").select_related("inspector", "closing")
        .prefetch_related(Prefetch("issues", out, to_attr="out"))[: PER_PAGE + 1]
    )
    shown = page[:PER_PAGE]
    older = f"{shown[-1].planned_on.isoformat()}_{shown[-1].pk}" if len(page) > PER_PAGE else ""
    values = {
        "inspections": shown, "running": running, "older": older, "q": request.GET.get("q", ""), "state": request.GET.get("state", ""),
        "may_manage": actor.may(Permission.INSPECTION_MANAGE), "own_only": not actor.may(Permission.INSPECTION_READ), "after": request.GET.get("after", ""),
    }
    return render(request, "recorders/inspections.html", values)


@requires(*READ)
@require_GET
def inspection(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """One inspection: issue and return, what was recorded between, what is missing."""
    actor, found = actor_of(request), _inspection(request, inspection_id)
    may_explain = actor.may(Permission.INSPECTION_EXPLAIN, found.organisation_id)
    line = shown(actor, found, window_of(request.GET), may_explain=may_explain)
    may_review = bool(line.recordings) and actor.may(Permission.RECORDING_PLAY, found.organisation_id)
    values = {
        "may_review": may_review, "flags": _flags(line) if may_review else [],
        "inspection": found, "issues": line.facts.issues, "line": line, "still_out": [one for one in line.facts.issues if one.returned_at is None],
        "may_manage": actor.may(Permission.INSPECTION_MANAGE, found.organisation_id), "may_explain": may_explain,
        "handovers": list(map(handover_line, of_inspection(actor, found))), "may_hand_over": actor.may(Permission.HANDOVER_MAKE, found.organisation_id),
        "left_to_hand_over": any(not one.is_gone for one in line.recordings),
    }
    return render(request, "recorders/inspection.html", values)


def _flags(line: Shown) -> list[Flag]:
    """Marks of review along the line, for those who may play: what they say comes out of sealed recordings (444 p.13)."""
    if line.picture is None:
        return []
    marks = marks_of([one.pk for one in line.recordings], struck=False)
    return flags_between([mark for of_one in marks.values() for mark in of_one], line.picture.begin, line.picture.end)


@requires(Permission.INSPECTION_MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter an inspection."""
    organisation = division_of(request, Permission.INSPECTION_MANAGE)
    form = InspectionForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_inspection(actor=actor_of(request).as_ledger(organisation), organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            say_written(request, _("Inspection № %(number)s is entered.") % {"number": made.number}, f"inspection:{made.id}")
            return redirect("recorders:inspection", made.pk)
    return render(request, "recorders/inspection_form.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(Permission.INSPECTION_EXPLAIN)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Say since when it is over: an inspector of one's own inspection, or whoever manages inspections."""
    actor = actor_of(request)
    found = get_object_or_404(access.inspections(actor).filter(organisation__in=actor.organisations(Permission.INSPECTION_EXPLAIN)), pk=inspection_id)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_inspection(actor=actor.as_ledger(found.organisation_id), inspection=found, ended_at=form.cleaned_data["ended_at"])
        except RecorderRefusal as refused:
            values = {"inspection": found, "sentence": refused.sentence, "basis_item": refused.basis, "advice": refused.advice}
            return render(request, "recorders/inspection_refused.html", values, status=409)
        say_written(request, _("Inspection № %(number)s is over.") % {"number": found.number}, f"inspection:{found.id}")
        return redirect("recorders:inspection", found.pk)
    return render(request, "recorders/inspection_end.html", {"inspection": found, "form": form}, status=422 if form.errors else 200)


def _inspection(request: HttpRequest, inspection_id: UUID) -> Inspection:
    visible = access.inspections(actor_of(request)).select_related("inspector", "organisation", "closing")
    return get_object_or_404(visible, pk=inspection_id)


def _filtered(request: HttpRequest, found: QuerySet[Inspection]) -> QuerySet[Inspection]:
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()
    if state == "open":
        found = found.filter(ended_at=None)
    elif state == "over":
        found = found.filter(ended_at__isnull=False)
    elif state == "unclosed":
        found = found.filter(ended_at__isnull=False, closing=None)
    if text:
        names = Q()
        for spelling in {text, text.capitalize(), text.upper()}:  # SQLite folds the case of Latin letters only
            names |= Q(subject_name__contains=spelling)
        found = found.filter(names | Q(number__contains=text) | Q(subject_bin=text) | Q(act_number=text))
    return found


def _after(found: QuerySet[Inspection], place: str) -> QuerySet[Inspection]:
    """Those below a place in the order of the list (``day_id``); the whole list for a place that cannot be read."""
    day, _sign, key = place.partition("_")
    try:
        planned_on, last = date.fromisoformat(day), UUID(key)
    except ValueError:
        return found
    return found.filter(Q(planned_on__lt=planned_on) | Q(planned_on=planned_on, pk__lt=last))
