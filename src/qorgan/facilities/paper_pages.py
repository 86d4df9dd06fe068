"""Pages of papers, persons and evidence of a facility."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qorgan.facilities import access, recording
from qorgan.facilities.asking import facility_of, managed, say_written, tell_form
from qorgan.facilities.evidencing import About, attach_evidence, open_evidence
from qorgan.facilities.forms import EvidenceForm, PassOfficerForm, ResponsibleForm
from qorgan.facilities.models import Facility, Record
from qorgan.facilities.papers import FORMS
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.people.access import persons
from qorgan.people.rights import Permission, actor_of, requires


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, facility_id: UUID, kind: str) -> HttpResponse:
    """Enter a paper."""
    return _paper(request, managed(request, facility_id), kind, None)


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, facility_id: UUID, record_id: UUID) -> HttpResponse:
    """Put a corrected paper in the place of another; the other stays readable."""
    found = managed(request, facility_id)
    record = get_object_or_404(Record, pk=record_id, facility=found)
    return _paper(request, found, record.kind, record)


@requires(Permission.FACILITY_MANAGE)
@require_POST
def end(request: HttpRequest, facility_id: UUID, record_id: UUID) -> HttpResponse:
    """Say that a paper no longer holds from today."""
    found = managed(request, facility_id)
    record = get_object_or_404(Record.objects.select_related("facility"), pk=record_id, facility=found)
    try:
        recording.end_record(actor=actor_of(request).as_ledger(found.organisation_id), record=record, on=timezone.localdate())
    except FacilityRefusal as refused:
        return _form(request, found, {"refused": refused.faults, "title": record.get_kind_display(), "basis_item": FORMS[record.kind].basis}, 422)
    say_written(request, _("It no longer holds."), f"facility:{found.id}")
    return redirect("facilities:facility", found.pk)


def _paper(request: HttpRequest, found: Facility, kind: str, replaces: Record | None) -> HttpResponse:
    if kind not in FORMS:
        raise Http404
    initial = {**replaces.values, "since": replaces.since, "until": replaces.until} if replaces else None
    form = FORMS[kind](request.POST or None, initial)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            recording.make_record(
                actor=actor_of(request).as_ledger(found.organisation_id),
                facility=found,
                kind=kind,
                values=form.values(),
                since=given["since"],
                until=given.get("until"),
                replaces=replaces,
            )
        except FacilityRefusal as refused:
            tell_form(refused, form)
        else:
            say_written(request, _("The paper is entered."), f"facility:{found.id}")
            return redirect("facilities:facility", found.pk)
    page = {"form": form, "title": Record.Kind(kind).label, "button": _("Correct") if replaces else _("Enter"), "basis_item": form.basis}
    return _form(request, found, page, 422 if request.method == "POST" else 200)


def _form(request: HttpRequest, found: Facility, values: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "facilities/facility_form.html", {"facility": found, **values}, status=status)


@requires(Permission.FACILITY_NAME)
@require_http_methods(["GET", "POST"])
def responsible(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Name the one responsible for protection and the deputy by one order (366 p.9)."""
    return _naming(request, facility_id, ResponsibleForm, (_("Responsible for protection"), "366/9"))


@requires(Permission.FACILITY_NAME)
@require_http_methods(["GET", "POST"])
def pass_officer(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Name the one responsible for the pass regime (366 p.19)."""
    return _naming(request, facility_id, PassOfficerForm, (_("Responsible for the pass regime"), "366/19"))


def _naming(request: HttpRequest, facility_id: UUID, kind: type[PassOfficerForm], words: tuple[str, str]) -> HttpResponse:
    actor = actor_of(request)
    found = get_object_or_404(
        access.visible_to(actor).filter(organisation__in=actor.organisations(Permission.FACILITY_NAME)).select_related("organisation"), pk=facility_id
    )
    form = kind(request.POST or None, persons(actor))
    if request.method == "POST" and form.is_valid():
        name = recording.name_responsible if kind is ResponsibleForm else recording.name_pass_officer
        try:
            name(actor=actor.as_ledger(found.organisation_id), facility=found, **form.cleaned_data)
        except (FacilityRefusal, ValidationError) as refused:
            tell_form(refused, form)
        else:
            say_written(request, _("They are named by order.") if kind is ResponsibleForm else _("Named by order."), f"facility:{found.id}")
            return redirect("facilities:facility", found.pk)
    page = {"form": form, "title": words[0], "button": _("Name by order"), "basis_item": words[1]}
    return _form(request, found, page, 422 if request.method == "POST" else 200)


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Attach a document, photo, plan or test record, with its own date."""
    found = managed(request, facility_id)
    form = EvidenceForm(
        request.POST or None, request.FILES or None, initial={"norm": request.GET.get("norm", ""), "equipment": request.GET.get("equipment", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = dict(form.cleaned_data)
            about = About(given.pop("title"), given.pop("kind"), given.pop("equipment"))
            attach_evidence(actor=actor_of(request).as_ledger(found.organisation_id), facility=found, about=about, **given)
        except FacilityRefusal as refused:
            tell_form(refused, form)
        else:
            say_written(request, _("The evidence is kept."), f"facility:{found.id}")
            return redirect("facilities:facility", found.pk)
    page = {"form": form, "title": _("Attach evidence"), "button": _("Attach"), "basis_item": form["norm"].value() or "366/74", "with_file": True}
    return _form(request, found, page, 422 if request.method == "POST" else 200)


@requires(Permission.EVIDENCE_READ)
@require_GET
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """The file of evidence as a download; each opening is an entry of the ledger."""
    actor = actor_of(request)
    found = get_object_or_404(access.evidence(actor).select_related("facility"), pk=evidence_id)
    try:
        data = open_evidence(actor=actor.as_ledger(found.facility.organisation_id), evidence=found)
    except FacilityRefusal as refused:
        page = {"refused": refused.faults, "title": found.title, "basis_item": "366/74"}
        return _form(request, facility_of(request, found.facility_id), page, 409)
    answer = HttpResponse(data, content_type=found.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=found.file_name) or "attachment"
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
