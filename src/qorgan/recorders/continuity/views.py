"""Pages of continuity: explain a gap, sign the report, print it, close the file (444 p.17-19)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive.continuity import Interval
from qorgan.people.models import Person
from qorgan.people.rights import Permission, requires
from qorgan.people.signatures import Proven, SignatureRefused, prove
from qorgan.recorders import access
from qorgan.recorders.continuity import actions
from qorgan.recorders.continuity.actions import Matter, Reason
from qorgan.recorders.continuity.findings import Finding, What, absent_in, findings
from qorgan.recorders.continuity.forms import ExplainForm, SignatureForm, SignReportForm
from qorgan.recorders.continuity.gathering import Facts, gather
from qorgan.recorders.continuity.models import SignedReport
from qorgan.recorders.continuity.words import name_of
from qorgan.recorders.models import Inspection
from qorgan.recorders.paging import actor_of, say_written
from qorgan.recorders.refusals import RecorderRefusal

READ = (Permission.INSPECTION_READ, Permission.INSPECTION_READ_OWN)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Chosen:
    """The finding that an address names, with all that is missing beside it."""

    finding: Finding
    matter: Matter

    @property
    def also(self) -> tuple[str, ...]:
        """What else the same signature explains."""
        files = [one.name for one in self.matter.absences]
        return tuple(str(run) for run in self.matter.runs) + tuple(files) if self.finding.what is What.GAP else ()


@requires(Permission.INSPECTION_EXPLAIN)
@require_http_methods(["GET", "POST"])
def explain(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Say why, sign it. Without a chosen gap: the first that nobody has explained."""
    found = _inspection(request, inspection_id, Permission.INSPECTION_EXPLAIN)
    facts = gather(found)
    chosen = _chosen(facts, request.GET)
    if chosen is None:
        return render(request, "continuity/nothing.html", {"inspection": found})
    form = ExplainForm(request.POST if request.method == "POST" else None, timed=chosen.matter.interval is not None, initial=_initial(chosen))
    if request.method == "POST" and form.is_valid():
        try:
            said = actions.explain(
                actor=actor_of(request).as_ledger(found.organisation_id), inspection=found, matter=_matter(facts, chosen, form),
                reason=Reason(form.cleaned_data["kind"], form.cleaned_data["words"]), proven=_proven(request, found, form),
            )
        except (SignatureRefused, RecorderRefusal) as refused:
            form.add_error("secret" if isinstance(refused, SignatureRefused) else None, str(refused))
        else:
            say_written(request, _("Explained: %(reason)s.") % {"reason": said.get_kind_display()}, f"inspection:{found.id}")
            return redirect("recorders:inspection", found.pk)
    recorder = facts.numbers.get(chosen.finding.device, "")
    values = {"inspection": found, "form": form, "also": chosen.also, "name": name_of(chosen.finding), "recorder": recorder}
    return render(request, "continuity/explain.html", values, status=422 if request.method == "POST" else 200)


@requires(Permission.INSPECTION_MANAGE)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Sign the report as it stands, open gaps included."""
    found = _inspection(request, inspection_id, Permission.INSPECTION_MANAGE)
    facts = gather(found)
    open_ones = [name_of(one) for one in findings(facts) if one.open]
    form = SignReportForm(request.POST if request.method == "POST" else None, initial={"seen": facts.inputs_digest})
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            report = actions.sign_report(
                actor=actor_of(request).as_ledger(found.organisation_id), inspection=found, seen=form.cleaned_data["seen"],
                proven=_proven(request, found, form),
            )
        except SignatureRefused as refused:
            form.add_error("secret", str(refused))
        except RecorderRefusal as refused:
            problem, form = refused, SignReportForm(initial={"seen": facts.inputs_digest})
        else:
            say_written(request, _("Report № %(number)d is signed.") % {"number": report.number}, f"inspection:{found.id}")
            return redirect("recorders:inspection", found.pk)
    values = {"inspection": found, "form": form, "problem": problem, "open_ones": open_ones, "facts": facts}
    return render(request, "continuity/sign.html", values, status=409 if problem else 422 if form.errors else 200)


@requires(Permission.INSPECTION_MANAGE)
@require_http_methods(["POST"])
def close(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Close the file; a refusal names the gaps that nobody has explained."""
    found = _inspection(request, inspection_id, Permission.INSPECTION_MANAGE)
    actor = actor_of(request)
    try:
        actions.close_file(actor=actor.as_ledger(found.organisation_id), inspection=found, person=actor.person)
    except RecorderRefusal as refused:
        values = {"inspection": found, "sentence": refused.sentence, "basis_item": refused.basis, "advice": refused.advice}
        return render(request, "recorders/inspection_refused.html", values, status=409)
    say_written(request, _("The file of inspection № %(number)s is closed.") % {"number": found.number}, f"inspection:{found.id}")
    return redirect("recorders:inspection", found.pk)


@requires(*READ)
@require_GET
def report(request: HttpRequest, inspection_id: UUID, number: int) -> HttpResponse:
    """A signed report as PDF/A, in the language of the page or in ``?language=``."""
    visible = access.inspections(actor_of(request)).filter(pk=inspection_id)
    found = get_object_or_404(SignedReport.objects.select_related("signature", "inspection"), inspection__in=visible, number=number)
    wanted = request.GET.get("language") or get_language()
    response = HttpResponse(found.pdf("ru" if wanted == "ru" else "kk"), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="continuity-{found.inspection_id}-{number}.pdf"'
    return response


def _inspection(request: HttpRequest, inspection_id: UUID, permission: Permission) -> Inspection:
    actor = actor_of(request)
    mine = access.inspections(actor).filter(organisation__in=actor.organisations(permission))
    return get_object_or_404(mine.select_related("inspector", "organisation"), pk=inspection_id)


def _proven(request: HttpRequest, found: Inspection, form: SignatureForm) -> Proven:
    person: Person | None = actor_of(request).person
    if person is None:
        raise PermissionDenied
    return prove(person=person, organisation=found.organisation, method=form.method, secret=form.cleaned_data["secret"])


def _chosen(facts: Facts, query: QueryDict) -> Chosen | None:
    """What the address names; it must be something that is missing. Raises 404 for what is not."""
    found = findings(facts)
    if not query:
        first = next((one for one in found if one.open), None)
        return _beside(facts, first, first.interval) if first else None
    named = next((one for one in found if _is_named(one, query)), None)
    if named is None:
        raise Http404
    return _beside(facts, named, named.interval)


def _is_named(one: Finding, query: QueryDict) -> bool:
    if one.device != query.get("recorder", ""):
        return False
    if one.absence is not None:
        return str(one.absence.pk) == query.get("file")
    if one.run is not None:
        return (str(one.run.first), str(one.run.last)) == (query.get("first"), query.get("last"))
    wanted = tuple(query[name] for name in ("from", "to") if query.get(name))
    return wanted == (tuple(at.isoformat() for at in one.interval) if one.interval else ())


def _beside(facts: Facts, one: Finding, interval: Interval | None) -> Chosen:
    recorder = next((issue.recorder for issue in facts.issues if str(issue.recorder_id) == one.device), None)
    if one.what is What.GAP:
        runs, absences = absent_in(facts, one.device, interval) if interval and one.device else ((), ())
        return Chosen(one, Matter(recorder, interval, runs, absences))
    return Chosen(one, Matter(recorder, None, (one.run,) if one.run and one.absence is None else (), (one.absence,) if one.absence else ()))


def _matter(facts: Facts, chosen: Chosen, form: ExplainForm) -> Matter:
    """As it was typed: the time may have been narrowed."""
    begin, end = form.cleaned_data.get("starts_at"), form.cleaned_data.get("ends_at")
    if not isinstance(begin, datetime) or not isinstance(end, datetime):
        return chosen.matter
    return _beside(facts, chosen.finding, (begin, end)).matter


def _initial(chosen: Chosen) -> dict[str, object]:
    proposal, interval = chosen.finding.proposal, chosen.matter.interval
    values: dict[str, object] = {"kind": proposal.kind, "words": proposal.words} if proposal else {}
    if interval:  # whole seconds that hold all of the gap
        end = interval[1].replace(microsecond=0)
        values |= {"starts_at": interval[0].replace(microsecond=0), "ends_at": end if end == interval[1] else end + _SECOND}
    return values


