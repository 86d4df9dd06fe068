"""The kiosk's way for a recorder that does not work: what, words if wanted, signature (444 p.20).

It leaves the questions of issue or return at any point. At a return it leads back into them: recorder and malfunction are then
signed together. For what an inspector tells by telephone, whoever runs the kiosk signs.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from qorgan.journals.actions import JournalRefusal
from qorgan.people.models import Person, Signature
from qorgan.people.signatures import SignatureRefused, prove
from qorgan.recorders import access
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.kiosk.pages import IDLE_SECONDS_TYPING, Step, ask, fault_steps, kiosk_step, refuse, return_steps, spares
from qorgan.recorders.kiosk.start import DONE
from qorgan.recorders.malfunctions.actions import report_malfunction
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.malfunctions.telling import LONGEST_WORDS, Fault, refuse_fault, since
from qorgan.recorders.models import Issue
from qorgan.recorders.refusals import RecorderRefusal

SIGNS = {
    "power": "power", "battery": "battery-warning", "picture": "video-off", "sound": "mic-off", "clock": "clock-alert", "storage": "hard-drive",
    "mount": "wrench", "other": "circle-question-mark",
}


@kiosk_step(returning=None)
def what(request: HttpRequest, step: Step) -> HttpResponse:
    """What does not work: a tap or a digit."""
    if request.method == "POST":
        typed = request.POST.get("kind", "")
        if typed in Malfunction.Kind.values:
            return redirect(_next(drafts.save(request, step.draft, fault_kind=typed)))
    kinds = [(value, label, SIGNS[value]) for value, label in Malfunction.Kind.choices]
    steps = return_steps(1) if _at_return(step.draft) else fault_steps(1)
    return ask(request, "kiosk_broken.html", step, {"kinds": kinds, "issue": _issue(step), "steps": steps}, refused=request.method == "POST")


@kiosk_step(returning=None)
def words(request: HttpRequest, step: Step) -> HttpResponse:
    """In words, and since when: asked where the kind says too little, and for what was told by telephone."""
    if not step.draft.fault_kind:
        return redirect("recorders:kiosk-fault")
    problem, issue = "", _issue(step)
    if request.method == "POST":
        typed = {"fault_words": request.POST.get("words", "").strip()[:LONGEST_WORDS], "fault_since": request.POST.get("since", "").strip()[:40]}
        draft = drafts.save(request, step.draft, **typed)
        try:
            refuse_fault(fault_of(draft) or Fault(""), issue, timezone.now())
            return redirect(_after_words(draft))
        except RecorderRefusal as refused:
            problem, step = refused.sentence, Step(step.actor, step.organisation, draft, step.recorder)
    values = {
        "issue": issue, "problem": problem, "steps": return_steps(1) if _at_return(step.draft) else fault_steps(1), "idle_seconds": IDLE_SECONDS_TYPING,
        "kind": _kind(step.draft), "must": step.draft.fault_kind == Malfunction.Kind.OTHER,
    }
    return ask(request, "kiosk_broken_words.html", step, values, refused=bool(problem))


@kiosk_step(returning=None)
def sign(request: HttpRequest, step: Step) -> HttpResponse:
    """The PIN: column 7, the recorder's state, the letters and the entry are written together."""
    draft, issue = step.draft, _issue(step)
    try:
        fault = fault_of(draft)
    except RecorderRefusal:
        return redirect("recorders:kiosk-fault-words")
    if fault is None or _at_return(draft):
        return redirect("recorders:kiosk-fault")
    reporter = issue.person if issue else access.inspectors(step.organisation).filter(pk=draft.person).first() if draft.person else None
    signer = step.actor.person if issue else reporter
    if reporter is None or signer is None:
        return redirect("recorders:kiosk-who")
    answer = _answer(request, step, fault, reporter, signer) if request.method == "POST" else ""
    if isinstance(answer, HttpResponse):
        return answer
    values = {"issue": issue, "reporter": reporter, "signer": signer, "fault": fault, "problem": answer, "steps": fault_steps(2)}
    return ask(request, "kiosk_broken_sign.html", step, values, refused=bool(answer))


def fault_of(draft: drafts.Draft) -> Fault | None:
    """The malfunction that a draft tells, if it tells one. Raises :class:`RecorderRefusal` for a time that is none."""
    return Fault(draft.fault_kind, draft.fault_words, since(draft.fault_since, timezone.now())) if draft.fault_kind else None


def told_of(draft: drafts.Draft) -> str:
    """Kind and words of a draft, "" when it tells no malfunction."""
    return Fault(draft.fault_kind, draft.fault_words).told if draft.fault_kind else ""


def _answer(request: HttpRequest, step: Step, fault: Fault, reporter: Person, signer: Person) -> HttpResponse | str:
    """What follows the PIN; a sentence when it does not fit."""
    try:
        return _write(request, step, fault, reporter, signer)
    except SignatureRefused as error:
        return str(error)
    except RecorderRefusal as refused:
        return refuse(request, refused.sentence, refused.basis, refused.advice)
    except JournalRefusal as error:
        return refuse(request, str(error), "444/9")


def _write(request: HttpRequest, step: Step, fault: Fault, reporter: Person, signer: Person) -> HttpResponse:
    proven = prove(person=signer, organisation=step.organisation, method=Signature.Method.PIN, secret=request.POST.get("pin", ""))
    moment = Malfunction.Moment.FIELD if step.draft.returning else Malfunction.Moment.ISSUE
    made = report_malfunction(
        actor=step.actor.as_ledger(step.organisation), recorder=step.recorder, moment=moment, fault=fault, person=reporter, proven=proven
    )
    free = [] if step.draft.returning else spares(request, step)
    drafts.drop(request)
    request.session[DONE] = {
        "verb": "reported", "recorder": step.recorder.inventory_number, "name": reporter.short_name, "row": made.mark.row.number,
        "entry": made.mark.position, "spares": free, "told": [one.person.short_name for one in made.notices.select_related("person") if one.person],
    }
    return redirect("recorders:kiosk-done")


def _next(draft: drafts.Draft) -> str:
    """The question after the kind."""
    if draft.by_telephone or draft.fault_kind == Malfunction.Kind.OTHER:
        return "recorders:kiosk-fault-words"
    return _after_words(draft)


def _after_words(draft: drafts.Draft) -> str:
    if _at_return(draft):
        return "recorders:kiosk-return"
    return "recorders:kiosk-fault-sign" if draft.returning or draft.person else "recorders:kiosk-who"


def _at_return(draft: drafts.Draft) -> bool:
    """The recorder is here and handed in with its malfunction."""
    return draft.returning and not draft.by_telephone


def _kind(draft: drafts.Draft) -> str:
    return str(Malfunction.Kind(draft.fault_kind).label)


def _issue(step: Step) -> Issue | None:
    """The outing, when the recorder is out."""
    out = Issue.objects.filter(recorder=step.recorder, returned_at=None).select_related("person", "inspection", "row")
    return out.first() if step.draft.returning else None
