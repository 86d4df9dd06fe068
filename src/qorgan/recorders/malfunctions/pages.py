"""Pages of malfunctions: report from the desk, one malfunction with all that followed, seen, away for repair, back, repaired (444 p.20)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qorgan.journals.actions import JournalRefusal
from qorgan.people.models import Person, Signature
from qorgan.people.rights import Permission, actor_of, refusal, requires
from qorgan.people.signatures import SignatureRefused, prove
from qorgan.recorders.malfunctions import access, actions
from qorgan.recorders.malfunctions.forms import AsideForm, BackForm, RepairedForm, ReportForm, SentForm
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.malfunctions.notifying import see_malfunction
from qorgan.recorders.malfunctions.telling import Fault, since
from qorgan.recorders.malfunctions.troubles import set_aside
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.paging import say_written
from qorgan.recorders.refusals import RecorderRefusal

SHOWN = 50
Moment = Malfunction.Moment


@dataclass(frozen=True)
class Line:
    """One malfunction of a recorder's history, as its page shows it."""

    malfunction: Malfunction
    away: str  # where it is for repair, "" when it is not away
    unseen: int


def history_of(recorder: Recorder) -> list[Line]:
    """Its malfunctions and repairs, newest first. Three queries."""
    found = recorder.malfunctions.prefetch_related("notices", "sendings").order_by("-reported_at")[:SHOWN]
    return [
        Line(one, next((sending.place for sending in one.sendings.all() if sending.back_at is None), ""), sum(n.seen_at is None for n in one.notices.all()))
        for one in found
    ]


@requires(Permission.MALFUNCTION_REPORT)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """Report that a recorder does not work: by who keeps it, or by the inspector who has it."""
    recorder = get_object_or_404(access.reportable(actor_of(request)).select_related("organisation"), pk=recorder_id)
    out = Issue.objects.filter(recorder=recorder, returned_at=None).select_related("person", "inspection", "row").first()
    moments = (Moment.FIELD.value,) if out else (Moment.STORE.value, Moment.DOCK.value)
    initial = {name: request.GET.get(name, "") for name in ("moment", "kind", "words") if request.GET.get(name)}
    form = ReportForm(request.POST or None, moments=moments, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = _report(request, recorder, out, {**form.cleaned_data, "moment": form.cleaned_data["moment"] or moments[0]})
        except SignatureRefused as refused:
            form.add_error("pin", str(refused))
        except (RecorderRefusal, JournalRefusal) as refused:
            form.add_error(None, str(refused))
        else:
            say_written(request, _("The malfunction is reported and stands in the journal."), f"recorder:{recorder.id}")
            return redirect("recorders:malfunction", made.pk)
    values = {"form": form, "recorder": recorder, "out": out, "own": out is not None and out.person == actor_of(request).person}
    return render(request, "recorders/malfunction_report.html", values, status=422 if request.method == "POST" else 200)


@requires(Permission.RECORDER_READ, Permission.MALFUNCTION_REPORT)
@require_GET
def malfunction(request: HttpRequest, malfunction_id: UUID) -> HttpResponse:
    """One malfunction: what was told, who has seen it, which letters went, the repair."""
    actor = actor_of(request)
    found = _malfunction(request, malfunction_id)
    values = {
        "malfunction": found, "notices": found.notices.select_related("person", "seen_by", "letter").order_by("post"),
        "sendings": found.sendings.order_by("sent_at", "pk"), "away": found.sendings.filter(back_at=None).exists(),
        "may_manage": actor.may(Permission.RECORDER_MANAGE, found.organisation_id), "may_see": access.unseen(actor).filter(pk=found.pk).exists(),
        "may_read": actor.may(Permission.RECORDER_READ, found.organisation_id), "may_letters": actor.may(Permission.LETTER_KEEP, found.organisation_id),
        "out": found.issue is not None and found.issue.returned_at is None, "troubles": found.troubles.order_by("first_seen_at"),
    }
    return render(request, "recorders/malfunction.html", values)


@requires(Permission.RECORDER_READ)
@require_POST
def seen(request: HttpRequest, malfunction_id: UUID) -> HttpResponse:
    """The head or the responsible person has seen it."""
    actor, found = actor_of(request), _malfunction(request, malfunction_id)
    try:
        see_malfunction(actor=actor.as_ledger(found.organisation_id), malfunction=found, person=_person(request))
    except RecorderRefusal as refused:
        raise PermissionDenied(refused.sentence) from refused
    say_written(request, _("Noted: you have seen it."), f"recorder:{found.recorder_id}")
    return redirect("web:today") if "today" in request.POST else redirect("recorders:malfunction", found.pk)


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def sent(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """The recorder leaves for repair."""
    found = _managed(request, recorder_id)

    def write(values: dict[str, Any]) -> None:
        actions.send_to_repair(actor=actor_of(request).as_ledger(found.organisation_id), recorder=found, place=values["place"])

    words = (_("Recorder %(number)s is sent to repair"), _("Note it"), _("Noted: it is away for repair."))
    return _act(request, found, SentForm(request.POST or None), write, words)


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def back(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """The recorder came back from repair."""
    found = _managed(request, recorder_id)

    def write(values: dict[str, Any]) -> None:
        actions.take_from_repair(actor=actor_of(request).as_ledger(found.organisation_id), recorder=found, result=values["result"])

    words = (_("Recorder %(number)s came back from repair"), _("Note it"), _("Noted: it is back. Try it, then say that it works."))
    return _act(request, found, BackForm(request.POST or None), write, words)


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def repaired(request: HttpRequest, recorder_id: UUID) -> HttpResponse:
    """The recorder works again."""
    found = _managed(request, recorder_id)

    def write(values: dict[str, Any]) -> None:
        actions.report_repaired(actor=actor_of(request).as_ledger(found.organisation_id), recorder=found, how=values["note"])

    words = (_("Recorder %(number)s works again"), _("Note it"), _("The recorder can be issued again."))
    return _act(request, found, RepairedForm(request.POST or None), write, words)


@requires(Permission.RECORDER_MANAGE)
@require_http_methods(["GET", "POST"])
def aside(request: HttpRequest, trouble_id: UUID) -> HttpResponse:
    """What a dock found is no malfunction."""
    trouble = get_object_or_404(access.troubles(actor_of(request)).select_related("recorder"), pk=trouble_id)

    def write(values: dict[str, Any]) -> None:
        set_aside(actor=actor_of(request).as_ledger(trouble.organisation_id), trouble=trouble, because=values["because"])

    words = (_("Recorder %(number)s: no malfunction"), _("Note it"), _("Noted: it is no malfunction."))
    return _act(request, trouble.recorder, AsideForm(request.POST or None), write, words)


def _report(request: HttpRequest, recorder: Recorder, out: Issue | None, values: dict[str, Any]) -> Malfunction:
    signer = _person(request)
    fault = Fault(values["kind"], values["words"], since(values["since"], timezone.now()))
    proven = prove(person=signer, organisation=recorder.organisation, method=Signature.Method.PIN, secret=values["pin"])
    return actions.report_malfunction(
        actor=actor_of(request).as_ledger(recorder.organisation_id), recorder=recorder, moment=values["moment"], fault=fault,
        person=out.person if out else signer, proven=proven,
    )


def _act(request: HttpRequest, found: Recorder, form: BaseForm, write: Callable[[dict[str, Any]], None], words: tuple[str, str, str]) -> HttpResponse:
    """Show a form about a recorder and carry it out. ``words``: title, button, what is said afterwards."""
    title, button, done = words
    if request.method == "POST" and form.is_valid():
        try:
            write(form.cleaned_data)
        except RecorderRefusal as refused:
            form.add_error(None, str(refused))
        else:
            say_written(request, done, f"recorder:{found.id}")
            return redirect("recorders:recorder", found.pk)
    values = {"form": form, "title": title % {"number": found.inventory_number}, "button": button, "basis_item": "444/20", "recorder": found}
    return render(request, "recorders/recorder_form.html", values, status=422 if request.method == "POST" else 200)


def _malfunction(request: HttpRequest, malfunction_id: UUID) -> Malfunction:
    related = ("recorder", "organisation", "person", "issue__inspection", "issue__person", "mark__row__book", "mark__signature", "confirmed_mark__signature")
    return get_object_or_404(access.malfunctions(actor_of(request)).select_related(*related), pk=malfunction_id)


def _managed(request: HttpRequest, recorder_id: UUID) -> Recorder:
    mine = actor_of(request).organisations(Permission.RECORDER_MANAGE)
    return get_object_or_404(Recorder.objects.filter(organisation__in=mine).select_related("organisation"), pk=recorder_id)


def _person(request: HttpRequest) -> Person:
    person = actor_of(request).person
    if person is None:
        raise PermissionDenied(refusal([Permission.MALFUNCTION_REPORT]))
    return person
