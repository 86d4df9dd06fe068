"""Pages of past assessments: what the law asked and what was known on a day; written down, given out with its proof."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.facilities.asking import facility_of
from qorgan.facilities.models import Facility
from qorgan.oversight import access, presenting
from qorgan.oversight.duty import State
from qorgan.oversight.models import Statement
from qorgan.oversight.papers import package_of
from qorgan.oversight.statements import Answer, StatementRefusal, as_known, end_of, repeated, write_down
from qorgan.people.rights import Permission, actor_of, refusal, requires


class QuestionForm(forms.Form):
    """Which day is asked about, and as it was known at the end of which day; nothing: by all that is known now."""

    on = forms.DateField(label=gettext_lazy("What the law asked on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    known_on = forms.DateField(
        label=gettext_lazy("As it was known at the end of"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


@requires(Permission.EVIDENCE_READ)
@require_http_methods(["GET", "POST"])
def statements(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Ask about a day; see the answer; by POST, write it down."""
    found, actor = facility_of(request, facility_id), actor_of(request)
    if not actor.may(Permission.EVIDENCE_READ, found.organisation_id):
        raise PermissionDenied(refusal([Permission.EVIDENCE_READ]))
    given = request.POST or request.GET
    form = QuestionForm(given if given.get("on") else None, initial={"on": timezone.localdate()})
    answer: Answer | None = None
    if form.is_bound and form.is_valid():
        try:
            on, known_at = form.cleaned_data["on"], end_of(form.cleaned_data["known_on"])
            if request.method == "POST":
                made = write_down(actor=actor.as_ledger(found.organisation_id), facility=found, on=on, known_at=known_at)
                return redirect("oversight:statement", made.pk)
            answer = as_known(found, on, known_at or timezone.now())
        except StatementRefusal as refused:
            form.add_error("known_on", str(refused))
    values: dict[str, Any] = {
        "facility": found,
        "form": form,
        "answer": answer,
        "lines": _lines(found, answer),
        "counts": _counts(answer),
        "kept": access.statements(actor).filter(facility=found).order_by("-made_at")[:50],
    }
    return render(request, "oversight/statements.html", values, status=422 if form.errors else 200)


@requires(Permission.EVIDENCE_READ)
@require_GET
def statement(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """One that was written down, derived again: the same or not."""
    kept = _kept(request, statement_id)
    answer, problem = _again(kept)
    values = {"kept": kept, "facility": kept.facility, "answer": answer, "problem": problem, "lines": _lines(kept.facility, answer), "counts": _counts(answer)}
    return render(request, "oversight/statement.html", values)


@requires(Permission.EVIDENCE_READ)
@require_GET
def package(request: HttpRequest, statement_id: UUID) -> HttpResponse:
    """JSON, papers in both languages, the ledger's entry with its proof, in one ZIP."""
    kept = _kept(request, statement_id)
    answer, problem = _again(kept)
    if answer is None:
        return render(request, "oversight/statement.html", {"kept": kept, "facility": kept.facility, "problem": problem}, status=409)
    response = HttpResponse(package_of(kept, answer), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="assessment-{kept.on.isoformat()}-{kept.position}.zip"'
    return response


def _again(kept: Statement) -> tuple[Answer | None, str]:
    try:
        return repeated(kept), ""
    except StatementRefusal as refused:
        return None, str(refused)


def _kept(request: HttpRequest, statement_id: UUID) -> Statement:
    return get_object_or_404(access.statements(actor_of(request)).select_related("facility__organisation", "ruleset"), pk=statement_id)


def _lines(facility: Facility, answer: Answer | None) -> list[presenting.Line]:
    duties = [one for one in answer.duties if one.state is not State.NOT_APPLICABLE and not one.undocumented] if answer else []
    return [presenting.line(facility, one) for one in sorted(duties, key=lambda one: (list(State).index(one.state), one.item.id))]


def _counts(answer: Answer | None) -> list[tuple[str, str, int]]:
    if answer is None:
        return []
    counted = [(state, sum(one.state is state for one in answer.duties)) for state in State]
    return [(presenting.SIGNS[state][0], str(presenting.SIGNS[state][1]), count) for state, count in counted if count]
