"""Issue and return: the journal's row, the signatures, the state and the ledger entry in one transaction (444 p.8, 10, 17, 20)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.documents.dates import date_time
from qorgan.journals.actions import Cell, add_row, write
from qorgan.journals.models import Row
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Person, Post
from qorgan.people.signatures import Proven
from qorgan.recorders import clock, kinds
from qorgan.recorders.access import free_recorders, inspectors, policy_of
from qorgan.recorders.actions import end_inspection
from qorgan.recorders.books import FULL_NAME, INVENTORY_NUMBER, NOTE, RECEIVED, RETURNED, refuse_without_book, row_of
from qorgan.recorders.malfunctions.access import open_malfunction
from qorgan.recorders.malfunctions.actions import confirm_told, report_malfunction
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.malfunctions.telling import Fault, note, refuse_fault
from qorgan.recorders.models import Inspection, Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.room import refuse_full_disk
from qorgan.recorders.storing import write_if_emptied


@dataclass(frozen=True)
class Written:
    """What an action wrote: the page says it to the person who signed."""

    issue: Issue
    row_number: int
    position: int


@dataclass(frozen=True)
class Outing:
    """What the inspector states when taking a recorder: for what, with how much charge, and what its clock showed."""

    inspection: Inspection
    charge_percent: int
    clock_offset_s: int


def issue_recorder(*, actor: Actor, recorder: Recorder, person: Person, outing: Outing, proven: Proven) -> Written:
    """Give ``recorder`` to an inspector against signature (444 p.8): row, signed cells, issue and entry, or nothing of it.

    ``actor`` runs the kiosk (the responsible person), ``proven`` is the inspector who signs. Raises :class:`RecorderRefusal`:
    out already, withdrawn, out of order, nobody's inspector today, no open journal, inspection over, charge refused by the office,
    no room for what it will bring back.
    """
    try:
        with writing():
            current = Recorder.objects.select_for_update().select_related("organisation").get(pk=recorder.pk)
            refuse_unfit(current)
            refuse_full_disk()
            refuse_out(current)
            refuse_person(current.organisation, person)
            _refuse_signer(person, proven)
            refuse_outing(current.organisation, outing)
            return _write_issue(actor, current, person, outing, proven)
    except IntegrityError:
        refuse_out(recorder)  # another desk was faster by a moment: the database held the line
        raise


def return_recorder(
    *, actor: Actor, recorder: Recorder, proven: Proven, remarks: str = "", fault: Fault | None = None, inspection_over: bool = False
) -> Written:
    """Take ``recorder`` back against signature (444 p.10): column 5, remarks in column 7, and column 6 if a dock was faster.

    The inspector signs; the responsible person may sign in the inspector's absence, with a remark that says why. ``fault``
    reports a malfunction with it; what was told by telephone is confirmed by the inspector's signature (444 p.20). Raises
    :class:`RecorderRefusal`.
    """
    remarks = remarks.strip()
    with writing():
        current = Recorder.objects.select_for_update().select_related("organisation").get(pk=recorder.pk)
        issue = open_issue(current)
        _refuse_return(issue, proven, remarks)
        now, row = timezone.now(), row_of(actor=actor, issue=issue)
        mark = write(actor=actor, row=row, column=RETURNED, cell=Cell("", occurred_at=now, proven=proven))
        if remarks:
            write(actor=actor, row=row, column=NOTE, cell=Cell(remarks, proven=proven))
        issue.returned_at, issue.returned_by, issue.return_mark, issue.remarks = now, proven.person, mark, remarks
        issue.save(update_fields=["returned_at", "returned_by", "return_mark", "remarks"])
        entry = log.append(
            kinds.RECORDER_RETURNED, actor=actor, subject=f"recorder:{current.id}", organisation=str(current.organisation_id),
            payload={
                "issue": str(issue.id), "inventory_number": current.inventory_number, "row": row.number, "returned_at": now.isoformat(),
                "returned_by": str(proven.person.id), "returned_by_name": proven.person.full_name, "issued_to": str(issue.person_id),
                "remarks": remarks, "out_of_order": fault is not None,
            },
        )
        _note_fault(actor, current, issue, fault, proven)
        write_if_emptied(issue=issue)
        if inspection_over and not Issue.objects.filter(inspection=issue.inspection, returned_at=None).exists():
            _close_once(actor, issue.inspection, now)
    return Written(issue, row.number, entry.position)


def open_issue(recorder: Recorder) -> Issue:
    """The issue that has not come back. Raises :class:`RecorderRefusal` when there is none: a return without an issue."""
    related = ("row__book", "later_row__book", "person", "inspection", "recorder", "organisation")
    found = Issue.objects.select_related(*related).filter(recorder=recorder, returned_at=None).first()
    if found is None:
        raise RecorderRefusal(
            _("Recorder %(number)s was not issued to anybody: there is nothing to return.") % {"number": recorder.inventory_number},
            basis="444/10", advice=_("If it was taken without a signature, the responsible person notes that in the journal."),
        )
    return found


def notes_for(organisation: Organisation, charge_percent: int, clock_offset_s: int) -> list[str]:
    """What column 7 must say at issue: a low charge (444 p.20), a clock that is off (444 p.17)."""
    notes = []
    if charge_percent < policy_of(organisation).low_charge_percent:
        notes.append(_("charge at issue %(percent)d %%") % {"percent": charge_percent})
    if clock.judge(clock_offset_s) is not clock.Judgement.SAME:
        notes.append(clock.words(clock_offset_s))
    return notes


def refuse_unfit(recorder: Recorder) -> None:
    """A withdrawn recorder, or one out of order, is not issued."""
    if recorder.withdrawn_at is not None:
        sentence = _("Recorder %(number)s was withdrawn from use on %(day)s.")
        raise RecorderRefusal(sentence % {"number": recorder.inventory_number, "day": _day(recorder.withdrawn_at)}, basis="444/7", advice=_other(recorder))
    if recorder.faulty_since is not None:
        found = open_malfunction(recorder)
        raise RecorderRefusal(
            _("Recorder %(number)s is out of order since %(day)s: %(fault)s. Reported by %(name)s.")
            % {
                "number": recorder.inventory_number, "day": _day(recorder.faulty_since), "fault": found.told if found else recorder.fault,
                "name": recorder.fault_reported_by,
            },
            basis="444/20", advice=_other(recorder),
        )


def refuse_out(recorder: Recorder) -> None:
    """One recorder, one inspector."""
    out = Issue.objects.filter(recorder=recorder, returned_at=None).select_related("person").first()
    if out is not None:
        raise RecorderRefusal(
            _("Recorder %(number)s is out: %(name)s took it on %(moment)s. Nothing was written.")
            % {"number": recorder.inventory_number, "name": out.person.short_name, "moment": date_time(out.issued_at)},
            basis="444/8", advice=_other(recorder),
        )


def refuse_person(organisation: Organisation, person: Person) -> None:
    """Recorders are issued to the inspectors of the division, as appointed today."""
    if not inspectors(organisation).filter(pk=person.pk).exists():
        raise RecorderRefusal(
            _("%(name)s is not a state inspector of this division today.") % {"name": person.full_name},
            basis="444/8", advice=_("Recorders are issued to inspectors; the head of the division appoints them by order."),
        )


def refuse_outing(organisation: Organisation, outing: Outing) -> None:
    """The journal is open, the inspection is this division's and not over, the charge is one that the office accepts."""
    refuse_without_book(organisation)
    if outing.inspection.organisation_id != organisation.id:
        raise RecorderRefusal(_("This inspection belongs to another division."), basis="444/4")
    if Inspection.objects.filter(pk=outing.inspection.pk, ended_at__isnull=False).exists():
        raise RecorderRefusal(_("This inspection is over."), basis="444/4", advice=_("Enter a new one."))
    refuse_charge(organisation, outing.charge_percent)


def refuse_charge(organisation: Organisation, charge_percent: int) -> None:
    """The charge is checked at issue; whether a low one is refused or noted is the office's rule (444 p.20)."""
    if not 0 <= charge_percent <= 100:
        raise RecorderRefusal(_("The charge is a number from 0 to 100."), basis="444/20")
    policy = policy_of(organisation)
    if policy.refuse_low_charge and charge_percent < policy.low_charge_percent:
        raise RecorderRefusal(
            _("The battery has %(percent)d %%; this office does not issue below %(limit)d %%.")
            % {"percent": charge_percent, "limit": policy.low_charge_percent},
            basis="444/20", advice=_("Put it on charge and take another."),
        )


def _write_issue(actor: Actor, recorder: Recorder, person: Person, outing: Outing, proven: Proven) -> Written:
    now = timezone.now()
    row = _write_row(actor, recorder, person, outing, proven, now)
    issue = Issue.objects.create(
        organisation=recorder.organisation, recorder=recorder, person=person, inspection=outing.inspection, row=row, issued_at=now,
        charge_percent=outing.charge_percent, clock_offset_s=outing.clock_offset_s,
    )
    Inspection.objects.filter(pk=outing.inspection.pk, started_at=None).update(started_at=now)
    entry = log.append(
        kinds.RECORDER_ISSUED, actor=actor, subject=f"recorder:{recorder.id}", organisation=str(recorder.organisation_id),
        payload={
            "issue": str(issue.id), "inventory_number": recorder.inventory_number, "row": row.number, "issued_at": now.isoformat(),
            "person": str(person.id), "name": person.full_name, "inspection": str(outing.inspection.id), "inspection_number": outing.inspection.number,
            "charge_percent": outing.charge_percent, "clock_offset_s": outing.clock_offset_s,
        },
    )
    return Written(issue, row.number, entry.position)


def _write_row(actor: Actor, recorder: Recorder, person: Person, outing: Outing, proven: Proven, now: datetime) -> Row:
    cells = {INVENTORY_NUMBER: Cell(recorder.inventory_number), FULL_NAME: Cell(person.full_name), RECEIVED: Cell("", occurred_at=now, proven=proven)}
    if notes := notes_for(recorder.organisation, outing.charge_percent, outing.clock_offset_s):
        cells[NOTE] = Cell("; ".join(notes))
    book = refuse_without_book(recorder.organisation)
    return add_row(actor=actor, book=book, cells=cells, person_key=str(person.id), subject_key=recorder.inventory_number)


def _refuse_signer(person: Person, proven: Proven) -> None:
    if proven.person.pk != person.pk:
        raise RecorderRefusal(_("The inspector who takes the recorder signs for it, nobody else."), basis="444/8")


def _note_fault(actor: Actor, recorder: Recorder, issue: Issue, fault: Fault | None, proven: Proven) -> None:
    """A malfunction at the return; one that is reported already is confirmed, and what else is told stands beside it in column 7."""
    confirm_told(actor=actor, issue=issue, proven=proven)
    if fault is None:
        return
    if open_malfunction(recorder) is None:
        report_malfunction(
            actor=actor, recorder=recorder, moment=Malfunction.Moment.RETURN, fault=fault, person=proven.person, proven=proven, issue=issue
        )
        return
    refuse_fault(fault, issue, timezone.now())
    write(actor=actor, row=row_of(actor=actor, issue=issue), column=NOTE, cell=Cell(note(fault), proven=proven))


def _refuse_return(issue: Issue, proven: Proven, remarks: str) -> None:
    if proven.person.pk == issue.person_id:
        return
    names = {"name": issue.person.short_name}
    if proven.post != Post.RESPONSIBLE:
        raise RecorderRefusal(
            _("%(name)s took this recorder and hands it in.") % names, basis="444/10",
            advice=_("In the inspector's absence the responsible person takes it back, with a remark."),
        )
    if not remarks:
        raise RecorderRefusal(_("Write a remark: why %(name)s does not hand it in.") % names, basis="444/10")


def _close_once(actor: Actor, inspection: Inspection, ended_at: datetime) -> None:
    if not Inspection.objects.filter(pk=inspection.pk, ended_at__isnull=False).exists():
        end_inspection(actor=actor, inspection=inspection, ended_at=ended_at)


def _other(recorder: Recorder) -> str:
    """What to take instead."""
    numbers = list(free_recorders(recorder.organisation).exclude(pk=recorder.pk).values_list("inventory_number", flat=True)[:3])
    if not numbers:
        return _("No other recorder is free.")
    return ngettext("Take %(numbers)s: it is free.", "Free are: %(numbers)s.", len(numbers)) % {"numbers": ", ".join(numbers)}


def _day(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%d.%m.%Y")
