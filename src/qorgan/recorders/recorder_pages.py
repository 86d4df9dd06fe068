"""Pages of recorders: the list, one recorder with its history, registering, changing, withdrawing (444 p.7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive.access import recordings
from qorgan.archive.models import Dock
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.rights import Actor, Permission, actor_of, requires
from qorgan.recorders import access, actions
from qorgan.recorders.docking import Device, in_docks
from qorgan.recorders.forms import ParticularsForm, ReasonForm, RegisterForm
from qorgan.recorders.malfunctions.pages import history_of
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.paging import division_of, say_written
from qorgan.recorders.patterns import PATTERNS
from qorgan.recorders.refusals import RecorderRefusal

PER_PAGE = 100
SHOWN_ISSUES = 25
SHOWN_ENTRIES = 20
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Line:
    """One recorder of the list: where it is, and what the docks say of it."""

    recorder: Recorder
    out: Issue | None
    overdue: bool
    device: Device | None


@requires(Permission.RECORDER_READ)
@require_GET
def recorders(request: HttpRequest) -> HttpResponse:
    """Every recorder: in store, out with whom since when, out of order, withdrawn."""
    actor, after = actor_of(request), request.GET.get("after", "")
    found = access.recorders(actor).select_related("organisation__recorder_policy").order_by("inventory_number", "id")
    if "withdrawn" not in request.GET:
        found = found.filter(withdrawn_at=None)
    if text := request.GET.get("q", "").strip():
        found = found.filter(inventory_number__icontains=text)
    open_issues = Issue.objects.filter(returned_at=None).select_related("person", "inspection")
    page = list(found.filter(inventory_number__gt=after).prefetch_related(Prefetch("issues", open_issues, to_attr="out"))[: PER_PAGE + 1])
    standing = in_docks(Dock.objects.filter(organisation__in=actor.organisations(Permission.RECORDER_READ), revoked_at=None))
    lines = [_line(recorder, standing) for recorder in page[:PER_PAGE]]
    out = access.issues(actor).filter(returned_at=None).count()
    values = {
        "lines": lines, "out": out, "older": page[PER_PAGE - 1].inventory_number if len(page) > PER_PAGE else "", "q": text,
        "late": sum(line.overdue for line in lines), "may_manage": actor.may(Permission.RECORDER_MANAGE), "after": after,
    }
    return render(request, "recorders/recorders.html", values)


@requires(Permission.RECORDER_READ)
@require_GET
def recorder(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """One recorder: particulars, issues, what was changed about it."""
    actor, found = actor_of(request), _recorder(request, recorder_id)
    issues = access.issues(actor).filter(recorder=found).select_related("person", "inspection", "row").order_by("-issued_at")
    if before := request.GET.get("before", ""):
        issues = issues.filter(pk__in=Issue.objects.filter(recorder=found, row__number__lt=int(before) if before.isdecimal() else 0))
    page = list(issues[: SHOWN_ISSUES + 1])
    values = {
        "recorder": found, "issues": page[:SHOWN_ISSUES], "older": page[SHOWN_ISSUES - 1].row.number if len(page) > SHOWN_ISSUES else "",
        "out": next((issue for issue in page if issue.returned_at is None), None), "history": _history(found),
        "may_manage": actor.may(Permission.RECORDER_MANAGE, found.organisation_id), "pattern_name": dict(PATTERNS).get(found.pattern, found.pattern),
        "malfunctions": history_of(found), "may_report": actor.may(Permission.MALFUNCTION_REPORT, found.organisation_id),
        "low_charge": access.policy_of(found.organisation).low_charge_percent,
        "labels": {field.name: field.verbose_name for field in Recorder._meta.fields}, **_recordings(actor, found),
    }
    return render(request, "recorders/recorder.html", values)


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Enter a recorder under its inventory number."""
    organisation = division_of(request, Permission.RECORDER_MANAGE)
    form = RegisterForm(request.POST or None, instance=Recorder(organisation=organisation))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.register_recorder(actor=actor_of(request).as_ledger(organisation), organisation=organisation, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            say_written(request, _("Recorder %(number)s is registered.") % {"number": made.inventory_number}, f"recorder:{made.id}")
            return redirect("recorders:recorder", made.pk)
    return _form_page(request, form, _("Register a recorder"), _("Register"), "444/7")


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """Change particulars; the old ones stay in the ledger."""
    found = _managed(request, recorder_id)
    form = ParticularsForm(request.POST or None, instance=found)

    def write(values: dict[str, Any]) -> None:
        actions.change_recorder(actor=actor_of(request).as_ledger(found.organisation_id), recorder=found, **values)

    return _act(request, found, form, write, (_("Change recorder %(number)s"), _("Change"), _("The particulars are changed."), "444/7"))


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """Take a recorder out of use for ever."""
    found = _managed(request, recorder_id)

    def write(values: dict[str, Any]) -> None:
        actions.withdraw_recorder(actor=actor_of(request).as_ledger(found.organisation_id), recorder=found, reason=values["reason"])

    words = (_("Withdraw recorder %(number)s"), _("Withdraw"), _("The recorder is withdrawn."), "444/7")
    return _act(request, found, ReasonForm(request.POST or None), write, words)


def _act(request: HttpRequest, found: Recorder, form: BaseForm, write: Callable[[dict[str, Any]], None], words: tuple[str, str, str, str]) -> HttpResponse:
    """Show a form about a recorder and carry it out. ``words``: title, button, what is said afterwards, paragraph."""
    title, button, done, basis = words
    if request.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data)
        except (RecorderRefusal, ValidationError) as refused:
            form.add_error(None, refused if isinstance(refused, ValidationError) else str(refused))
        else:
            say_written(request, done, f"recorder:{found.id}")
            return redirect("recorders:recorder", found.pk)
    return _form_page(request, form, title % {"number": found.inventory_number}, button, basis, found)


def _form_page(request: HttpRequest, form: BaseForm, title: str, button: str, basis: str, found: Recorder | None = None) -> HttpResponse:
    values = {"form": form, "title": title, "button": button, "basis_item": basis, "recorder": found}
    return render(request, "recorders/recorder_form.html", values, status=422 if request.method == "POST" else 200)


def _recorder(request: HttpRequest, recorder_id: UUID) -> Recorder:
    return get_object_or_404(access.recorders(actor_of(request)).select_related("organisation"), pk=recorder_id)


def _managed(request: HttpRequest, recorder_id: UUID) -> Recorder:
    mine = actor_of(request).organisations(Permission.RECORDER_MANAGE)
    return get_object_or_404(Recorder.objects.filter(organisation__in=mine).select_related("organisation"), pk=recorder_id)


def _line(recorder: Recorder, standing: Mapping[str, Device]) -> Line:
    out: Issue | None = next(iter(recorder.out), None)  # type: ignore[attr-defined]
    policy = getattr(recorder.organisation, "recorder_policy", None)
    hour = policy.overdue_hour if policy else 19
    return Line(recorder, out, out is not None and out.overdue_at(hour) < timezone.now(), standing.get(str(recorder.pk)))


def _recordings(actor: Actor, recorder: Recorder) -> dict[str, Any]:
    """How many recordings of it this person may see; counted up to a thousand, which stays quick in any archive."""
    if not actor.may(Permission.RECORDING_READ, recorder.organisation_id):
        return {"recordings": None}
    found = recordings(actor).filter(organisation_id=recorder.organisation_id, source_number=recorder.inventory_number)
    count = len(found.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return {"recordings": min(count, MOST_COUNTED), "more_recordings": count > MOST_COUNTED}


def _history(recorder: Recorder) -> list[tuple[Entry, dict[str, Any]]]:
    """What the ledger says about the recorder itself, newest first."""
    entries = Entry.objects.filter(subject=f"recorder:{recorder.id}").select_related("content").order_by("-position")[:SHOWN_ENTRIES]
    return [(entry, said(entry)) for entry in entries]
