"""The questions of a return: remarks, signature (444 p.10, 20)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from qorgan.journals.actions import JournalRefusal
from qorgan.people.models import Person, Signature
from qorgan.people.signatures import SignatureRefused, prove
from qorgan.recorders import issuing
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.kiosk.pages import IDLE_SECONDS_TYPING, Step, ask, is_responsible, kiosk_step, refuse, return_steps
from qorgan.recorders.kiosk.start import DONE
from qorgan.recorders.malfunctions.access import open_malfunction
from qorgan.recorders.malfunctions.kiosk import fault_of, told_of
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.models import Issue
from qorgan.recorders.refusals import RecorderRefusal

REMARK_LETTERS = 500


@kiosk_step(returning=True)
def remarks(request: HttpRequest, step: Step) -> HttpResponse:
    """Anything to note, does the recorder work, is the inspection over: one tap when there is nothing to say (444 p.10, 20)."""
    try:
        issue = issuing.open_issue(step.recorder)
    except RecorderRefusal as refused:
        return refuse(request, refused.sentence, refused.basis, refused.advice)
    responsible = is_responsible(step.actor, step.organisation)
    values = {
        "issue": issue, "responsible": responsible, "steps": return_steps(1), "idle_seconds": IDLE_SECONDS_TYPING,
        "fault": told_of(step.draft), "reported": open_malfunction(step.recorder),
    }
    if request.method != "POST":
        return ask(request, "kiosk_return.html", step, values)
    text, by_responsible = request.POST.get("remarks", "").strip()[:REMARK_LETTERS], responsible and "by_responsible" in request.POST
    draft = drafts.save(
        request, step.draft, remarks=text, by_responsible=by_responsible, inspection_over=request.POST.get("inspection") == "over",
        by_telephone=request.POST.get("broken") == "away", fault_since=request.POST.get("since", step.draft.fault_since).strip()[:40],
    )
    if request.POST.get("broken") == "no":
        drafts.save(request, draft, fault_kind="", fault_words="", fault_since="")
        return redirect("recorders:kiosk-return")
    if "broken" in request.POST:
        return redirect("recorders:kiosk-fault")
    if problem := _missing(text, draft, by_responsible):
        return ask(request, "kiosk_return.html", step, {**values, "draft": draft, "problem": problem}, refused=True)
    return redirect("recorders:kiosk-return-sign")


@kiosk_step(returning=True)
def sign_return(request: HttpRequest, step: Step) -> HttpResponse:
    """The PIN of the one who hands it in: column 5, remarks, state and entry are written together."""
    problem = ""
    try:
        issue, fault = issuing.open_issue(step.recorder), fault_of(step.draft)
        signer = _signer(step, issue)
        if request.method == "POST":
            return _write(request, step, signer)
    except SignatureRefused as error:
        problem = str(error)
    except RecorderRefusal as refused:
        return refuse(request, refused.sentence, refused.basis, refused.advice)
    except JournalRefusal as error:
        return refuse(request, str(error), "444/9")
    values = {
        "issue": issue, "signer": signer, "problem": problem, "steps": return_steps(2), "fault": fault,
        "told": Malfunction.objects.filter(issue=issue, person=signer, by_telephone=True, confirmed_mark=None).order_by("-reported_at").first(),
    }
    return ask(request, "kiosk_return_sign.html", step, values, refused=bool(problem))


def _write(request: HttpRequest, step: Step, signer: Person) -> HttpResponse:
    draft = step.draft
    proven = prove(person=signer, organisation=step.organisation, method=Signature.Method.PIN, secret=request.POST.get("pin", ""))
    written = issuing.return_recorder(
        actor=step.actor.as_ledger(step.organisation), recorder=step.recorder, proven=proven, remarks=draft.remarks,
        fault=fault_of(draft), inspection_over=draft.inspection_over,
    )
    drafts.drop(request)
    request.session[DONE] = {
        "verb": "returned", "recorder": step.recorder.inventory_number, "name": signer.short_name, "row": written.row_number,
        "entry": written.position, "stored": written.issue.stored_at is not None,
    }
    return redirect("recorders:kiosk-done")


def _signer(step: Step, issue: Issue) -> Person:
    return step.actor.person if step.draft.by_responsible and step.actor.person else issue.person


def _missing(text: str, draft: drafts.Draft, by_responsible: bool) -> str:
    try:
        fault_of(draft)
    except RecorderRefusal as refused:
        return refused.sentence
    if by_responsible and not text:
        return _("Write a remark: why the inspector does not hand it in.")
    return ""
