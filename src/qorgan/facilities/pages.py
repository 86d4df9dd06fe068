"""Pages of the register: the list, one facility with groups and matrix, entering, stating facts (366 ch. 1 and 6)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qorgan.facilities import access, actions, presenting, sides
from qorgan.facilities.asking import facility_of, managed, organisation_of, say_written, tell_form
from qorgan.facilities.assessing import ORDER, assessed_many
from qorgan.facilities.facts import facts_on
from qorgan.facilities.forms import EnterForm, FactsForm, ParticularsForm, SinceForm
from qorgan.facilities.models import Facility
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.facilities.values import shown
from qorgan.facilities.vocabulary import PLAIN, names
from qorgan.norms.calendar import office_calendar
from qorgan.norms.engine.assess import assess
from qorgan.people.rights import Permission, actor_of, requires

PER_PAGE = 50


@requires(Permission.FACILITY_READ)
@require_GET
def facilities(request: HttpRequest) -> HttpResponse:
    """The register: each facility with its groups and what it lacks."""
    actor, text, after = actor_of(request), request.GET.get("q", "").strip(), request.GET.get("after", "")
    found = access.visible_to(actor).select_related("organisation").order_by("code", "id")
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name_kk__icontains=text) | Q(name_ru__icontains=text) | Q(address__icontains=text))
    count = found.count()
    page = list(found.filter(code__gt=after)[: PER_PAGE + 1])
    standing = assessed_many(page[:PER_PAGE], timezone.localdate())
    lines: list[dict[str, Any]] = [
        {"facility": one, "groups": standing[one.pk].groups, "possible": standing[one.pk].possible, "counts": presenting.counts(standing[one.pk])}
        for one in page[:PER_PAGE]
    ]
    values = {
        "lines": lines,
        "count": count,
        "q": text,
        "after": after,
        "older": page[PER_PAGE - 1].code if len(page) > PER_PAGE else "",
        "lacking": sum(line["counts"]["not_met"] > 0 for line in lines),
        "may_manage": actor.may(Permission.FACILITY_MANAGE),
        "whole": count <= PER_PAGE,
    }
    return render(request, "facilities/facilities.html", values)


@requires(Permission.FACILITY_READ)
@require_GET
def facility(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """One facility: its groups and why, what the law demands, what is missing, which terms run."""
    return facility_page(request, facility_of(request, facility_id))


def facility_page(request: HttpRequest, found: Facility, refused: FactsForm | None = None) -> HttpResponse:
    """The page; ``refused`` is a form of it whose values could not be taken."""
    actor, today = actor_of(request), timezone.localdate()
    facts = facts_on(found, today)
    assessment = assess(facts, today, office_calendar(), ORDER)
    may_manage = actor.may(Permission.FACILITY_MANAGE, found.organisation_id)
    blocks = presenting.blocks(assessment, facts)
    asked = presenting.missing_of_place(assessment)
    kept = sides.evidence(found)
    unseen = {block.key: block.installed for block in presenting.unseen(blocks)} if may_manage else {}
    values: dict[str, Any] = {
        "facility": found,
        "groups": presenting.grouping(assessment.groups),
        "group_names": ", ".join(one.name for one in assessment.groups),
        "possible": presenting.grouping(assessment.possible),
        "matrix": [
            {
                "block": block,
                "form": _questions(block.ask(), refused) if may_manage and block.key not in unseen else None,
                "brief": block.key in unseen,
                "evidence": [one for one in kept if one.equipment == block.key],
            }
            for block in blocks
        ],
        "presence": _questions(tuple(unseen.values()), refused),
        "spared": presenting.spared(assessment),
        "terms": presenting.terms(assessment) if assessment.groups or assessment.possible or facts.get("notified_on") else [],
        "counts": presenting.counts(assessment),
        "today": today,
        "known": [(names()[name], shown(name, value)) for name, value in facts.items() if name in names() and not name.startswith("equipment.")],
        "questions": _questions(tuple(asked), refused) if may_manage else None,
        "missing": [names()[name] for name in asked],
        "planned": facts.get("planned") is True,
        "may_manage": may_manage,
        "refused": refused,
        "drawers": sides.drawers(found, [one.name for one in assessment.groups], today),
        "persons": sides.persons(found),
        "evidence": kept,
        "may_open": actor.may(Permission.EVIDENCE_READ, found.organisation_id),
        "may_name": actor.may(Permission.FACILITY_NAME, found.organisation_id),
    }
    return render(request, "facilities/facility.html", values, status=422 if refused else 200)


def _questions(asked: tuple[str, ...], refused: FactsForm | None) -> FactsForm | None:
    """A form for these facts; the refused one where it asks the same."""
    if not asked:
        return None
    if refused is not None and set(asked) & {name.name for name in refused.asked}:
        return refused
    return FactsForm(None, asked)


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a facility with what is known of it."""
    organisation = organisation_of(request, Permission.FACILITY_MANAGE)
    data = request.POST or None
    form, facts, since = EnterForm(data, instance=Facility(organisation=organisation)), FactsForm(data, [one.name for one in PLAIN]), SinceForm(data)
    if request.method == "POST" and all([form.is_valid(), facts.is_valid(), since.is_valid()]):
        values = dict(form.cleaned_data)
        try:
            made = actions.enter_facility(
                actor=actor_of(request).as_ledger(organisation),
                organisation=organisation,
                code=values.pop("code"),
                particulars=values,
                facts=facts.facts(),
                since=since.day(),
                source=since.cleaned_data["source"],
            )
        except (FacilityRefusal, ValidationError) as refused:
            tell_form(refused, form, facts, since)
        else:
            say_written(request, _("Facility %(code)s is entered.") % {"code": made.code}, f"facility:{made.id}")
            return redirect("facilities:facility", made.pk)
    page = {"form": form, "facts": facts, "since": since, "title": _("Enter a facility"), "button": _("Enter"), "basis_item": "366/8", "facility": None}
    return render(request, "facilities/facility_form.html", page, status=422 if request.method == "POST" else 200)


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Change the particulars of a facility."""
    found = managed(request, facility_id)
    form = ParticularsForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.change_facility(actor=actor_of(request).as_ledger(found.organisation_id), facility=found, particulars=form.cleaned_data)
        say_written(request, _("The particulars are changed."), f"facility:{found.id}")
        return redirect("facilities:facility", found.pk)
    page = {"form": form, "title": _("Change particulars"), "button": _("Change"), "basis_item": "366/8", "facility": found}
    return render(request, "facilities/facility_form.html", page, status=422 if request.method == "POST" else 200)


@requires(Permission.FACILITY_MANAGE)
@require_http_methods(["GET", "POST"])
def facts(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """State what is true of the place since a day."""
    return facts_form(request, managed(request, facility_id), [one.name for one in PLAIN], (_("Facts for classification"), "366/76"))


def facts_form(request: HttpRequest, found: Facility, asked: list[str], words: tuple[str, str]) -> HttpResponse:
    """A form over facts of a facility. ``words``: title, paragraph."""
    data = request.POST or None
    form, since = FactsForm(data, asked, facts_on(found, timezone.localdate())), SinceForm(data)
    if request.method == "POST" and all([form.is_valid(), since.is_valid()]):
        try:
            _state(request, found, form, since.day(), since.cleaned_data["source"])
        except FacilityRefusal as refused:
            tell_form(refused, form, since)
        else:
            return redirect("facilities:facility", found.pk)
    page = {"facts": form, "since": since, "title": words[0], "button": _("Write it down"), "basis_item": words[1], "facility": found}
    return render(request, "facilities/facility_form.html", page, status=422 if request.method == "POST" else 200)


@requires(Permission.FACILITY_MANAGE)
@require_POST
def answer(request: HttpRequest, facility_id: UUID) -> HttpResponse:
    """Answer the questions that stand at a requirement: what was left empty stays unknown."""
    found = managed(request, facility_id)
    form = FactsForm(request.POST, [name for name in request.POST if name in names()])
    if form.is_valid():
        try:
            _state(request, found, form, timezone.localdate(), "")
        except FacilityRefusal as refused:
            tell_form(refused, form)
        else:
            return redirect("facilities:facility", found.pk)
    return facility_page(request, found, form)


def _state(request: HttpRequest, found: Facility, form: FactsForm, since: date, source: str) -> None:
    rows = actions.state_facts(actor=actor_of(request).as_ledger(found.organisation_id), facility=found, facts=form.facts(), since=since, source=source)
    if rows:
        say_written(request, _("What you stated is kept."), f"facility:{found.id}")
