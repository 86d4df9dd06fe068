"""The questions of an issue: who, what for, charge, clock, signature (444 p.8, 17, 20)."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.journals.actions import JournalRefusal
from qorgan.people.models import Organisation, Person, Signature
from qorgan.people.signatures import SignatureRefused, prove
from qorgan.recorders import access, actions, clock, issuing
from qorgan.recorders.forms import KioskInspectionForm
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.kiosk.pages import IDLE_SECONDS_TYPING, Step, ask, issue_steps, kiosk_step, refuse
from qorgan.recorders.kiosk.start import DONE
from qorgan.recorders.models import Inspection
from qorgan.recorders.refusals import RecorderRefusal

CHARGES = (100, 90, 80, 70, 60, 50, 40, 30)
SHOWN_INSPECTIONS = 8


@kiosk_step(returning=False)
def who(request: HttpRequest, step: Step) -> HttpResponse:
    """Which inspector takes it: a button, its digit, a service number, or letters of the name that leave one person."""
    people = list(access.inspectors(step.organisation))
    typed = request.POST.get("q", request.GET.get("q", "")).strip()
    shown = _matching(people, typed)
    if request.method == "POST":
        chosen = next((person for person in people if str(person.pk) == request.POST.get("person")), None) or _only(people, typed)
        if chosen is not None:
            draft = drafts.save(request, step.draft, person=str(chosen.pk))
            return redirect("recorders:kiosk-fault-sign" if draft.fault_kind else "recorders:kiosk-what")
    values = {"people": shown, "typed": typed, "steps": issue_steps(1), "everybody": len(people)}
    return ask(request, "kiosk_who.html", step, values, refused=request.method == "POST")


@kiosk_step(returning=False)
def what(request: HttpRequest, step: Step) -> HttpResponse:
    """For which inspection: one of the inspector's open ones, or a new one."""
    person = _person(step)
    if person is None:
        return redirect("recorders:kiosk-who")
    waiting = list(_waiting(step.organisation, person)[:SHOWN_INSPECTIONS])
    if request.method == "POST":
        typed = request.POST.get("q", "").strip()
        if typed == "0":
            return redirect("recorders:kiosk-new")
        by_digit = waiting[int(typed) - 1] if typed.isdecimal() and 0 < int(typed) <= len(waiting) else None
        chosen = next((one for one in waiting if str(one.pk) == request.POST.get("inspection")), by_digit)
        if chosen is not None:
            drafts.save(request, step.draft, inspection=str(chosen.pk))
            return redirect("recorders:kiosk-charge")
    if not waiting:
        return redirect("recorders:kiosk-new")
    return ask(request, "kiosk_what.html", step, {"person": person, "inspections": waiting, "steps": issue_steps(2)}, refused=request.method == "POST")


@kiosk_step(returning=False)
def new_inspection(request: HttpRequest, step: Step) -> HttpResponse:
    """Enter an inspection on the spot: kind, subject, BIN with its check digit, number of the act."""
    person = _person(step)
    if person is None:
        return redirect("recorders:kiosk-who")
    form = KioskInspectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_inspection(
                actor=step.actor.as_ledger(step.organisation), organisation=step.organisation, inspector=person, planned_on=timezone.localdate(),
                **form.cleaned_data,
            )
            drafts.save(request, step.draft, inspection=str(made.pk))
            return redirect("recorders:kiosk-charge")
        except ValidationError as error:
            form.add_error(None, error)
    values = {
        "form": form, "person": person, "steps": issue_steps(2), "idle_seconds": IDLE_SECONDS_TYPING,
        "others": _waiting(step.organisation, person).exists(),
    }
    return ask(request, "kiosk_new.html", step, values, refused=request.method == "POST")


@kiosk_step(returning=False)
def charge(request: HttpRequest, step: Step) -> HttpResponse:
    """How full the battery is, as the inspector reads it from the device (444 p.20)."""
    if not step.draft.inspection:
        return redirect("recorders:kiosk-what")
    problem = ""
    if request.method == "POST":
        typed = (request.POST.get("charge") or request.POST.get("typed", "")).strip().removesuffix("%").strip()
        if typed.isdecimal() and int(typed) <= 100:
            try:
                issuing.refuse_charge(step.organisation, int(typed))
            except RecorderRefusal as refused:
                return refuse(request, refused.sentence, refused.basis, refused.advice, instead_of=step)
            drafts.save(request, step.draft, charge_percent=int(typed))
            return redirect("recorders:kiosk-clock")
        problem = _("The charge is a number from 0 to 100.")
    policy = access.policy_of(step.organisation)
    values = {"charges": CHARGES, "policy": policy, "problem": problem, "steps": issue_steps(3)}
    return ask(request, "kiosk_charge.html", step, values, refused=bool(problem))


@kiosk_step(returning=False)
def device_clock(request: HttpRequest, step: Step) -> HttpResponse:
    """Whether the device shows the server's time; if not, what it shows (444 p.17)."""
    if step.draft.charge_percent is None:
        return redirect("recorders:kiosk-charge")
    problem = ""
    if request.method == "POST":
        typed = request.POST.get("shows", "").strip()
        try:
            offset = clock.offset_of(typed, timezone.now()) if typed else 0
            if typed or "same" in request.POST:
                drafts.save(request, step.draft, clock_offset_s=offset)
                return redirect("recorders:kiosk-sign")
        except clock.ClockError as error:
            problem = str(error)
    return ask(request, "kiosk_clock.html", step, {"now": timezone.now(), "problem": problem, "steps": issue_steps(4)}, refused=bool(problem))


@kiosk_step(returning=False)
def sign(request: HttpRequest, step: Step) -> HttpResponse:
    """Everything at a glance, then the PIN: signature, journal row, state and entry are written together."""
    draft = step.draft
    if draft.clock_offset_s is None or draft.charge_percent is None:
        return redirect("recorders:kiosk-clock")
    person = _person(step)
    inspection = Inspection.objects.filter(pk=draft.inspection, organisation=step.organisation).first() if draft.inspection else None
    if person is None or inspection is None:
        return redirect("recorders:kiosk-who")
    outing = issuing.Outing(inspection, draft.charge_percent, draft.clock_offset_s)
    problem = ""
    if request.method == "POST":
        try:
            return _write(request, step, person, outing)
        except SignatureRefused as error:
            problem = str(error)
        except RecorderRefusal as refused:
            return refuse(request, refused.sentence, refused.basis, refused.advice, instead_of=step)
        except JournalRefusal as error:
            return refuse(request, str(error), "444/9")
    values = {
        "person": person, "outing": outing, "clock_words": clock.words(outing.clock_offset_s), "clock_state": clock.judge(outing.clock_offset_s).value,
        "notes": issuing.notes_for(step.organisation, outing.charge_percent, outing.clock_offset_s), "problem": problem, "steps": issue_steps(5),
    }
    return ask(request, "kiosk_sign.html", step, values, refused=bool(problem))


def _write(request: HttpRequest, step: Step, person: Person, outing: issuing.Outing) -> HttpResponse:
    proven = prove(person=person, organisation=step.organisation, method=Signature.Method.PIN, secret=request.POST.get("pin", ""))
    written = issuing.issue_recorder(
        actor=step.actor.as_ledger(step.organisation), recorder=step.recorder, person=person, outing=outing, proven=proven
    )
    drafts.drop(request)
    request.session[DONE] = {
        "verb": "issued", "recorder": step.recorder.inventory_number, "name": person.short_name, "row": written.row_number, "entry": written.position
    }
    return redirect("recorders:kiosk-done")


def _person(step: Step) -> Person | None:
    """The inspector chosen, if still one of the division."""
    return access.inspectors(step.organisation).filter(pk=step.draft.person).first() if step.draft.person else None


def _waiting(organisation: Organisation, person: Person) -> QuerySet[Inspection]:
    """Inspections that the person could go to: not over, nearest day first."""
    return Inspection.objects.filter(organisation=organisation, inspector=person, ended_at=None).order_by("planned_on", "number")


def _matching(people: Sequence[Person], typed: str) -> list[Person]:
    """Those of whom a part of the name begins with the letters, or whose service number does."""
    if not typed or (typed.isdecimal() and len(typed) <= 2):
        return list(people)
    wanted = typed.casefold()
    return [p for p in people if any(part.casefold().startswith(wanted) for part in (*p.full_name.split(), p.service_number, p.full_name))]


def _only(people: Sequence[Person], typed: str) -> Person | None:
    """The one person meant by what was typed and confirmed, if it is one."""
    if typed.isdecimal() and 0 < int(typed) <= len(people) and len(typed) <= 2:
        return people[int(typed) - 1]
    found = _matching(people, typed) if typed else []
    return found[0] if len(found) == 1 else None
