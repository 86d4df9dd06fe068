"""Recordings of which nobody knows whose they are: the list, and naming the issue by hand (444 p.7)."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.people.rights import Permission, actor_of, requires
from qorgan.recorders.attributing import assign
from qorgan.recorders.forms import AssignForm
from qorgan.recorders.models import Attribution, Issue
from qorgan.recorders.paging import say_written

SHOWN = 200
SHOWN_ISSUES = 60


@requires(Permission.INSPECTION_MANAGE)
@require_GET
def unattributed(request: HttpRequest) -> HttpResponse:
    """Recordings without an issue, newest first."""
    found = _mine(request).filter(issue=None).select_related("recording", "recorder").order_by("-decided_at")[:SHOWN]
    return render(request, "recorders/unattributed.html", {"attributions": list(found)})


@requires(Permission.INSPECTION_MANAGE)
@require_http_methods(["GET", "POST"])
def assign_recording(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Name the issue to which a recording belongs; a wrong answer is replaced the same way, both stand in the ledger."""
    found = get_object_or_404(_mine(request).select_related("recording", "recorder", "issue__inspection", "issue__person"), pk=recording_id)
    issues = Issue.objects.filter(organisation_id=found.organisation_id)
    if found.recorder_id is not None:
        issues = issues.filter(recorder_id=found.recorder_id)
    latest = issues.order_by("-issued_at").values("pk")[:SHOWN_ISSUES]
    form = AssignForm(request.POST or None, issues=Issue.objects.filter(pk__in=list(latest.values_list("pk", flat=True))))
    if request.method == "POST" and form.is_valid():
        assign(actor=actor_of(request).as_ledger(found.organisation_id), recording=found.recording, issue=form.cleaned_data["issue"])
        say_written(request, _("The recording is assigned."), f"recording:{found.recording_id}")
        return redirect("recorders:unattributed")
    return render(request, "recorders/assign.html", {"form": form, "attribution": found}, status=422 if request.method == "POST" else 200)


def _mine(request: HttpRequest) -> QuerySet[Attribution]:
    return Attribution.objects.filter(organisation__in=actor_of(request).organisations(Permission.INSPECTION_MANAGE))
