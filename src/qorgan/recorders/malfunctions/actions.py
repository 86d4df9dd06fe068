"""The one way by which a recorder becomes out of order and works again: report, confirm, send to repair, take back, repair (444 p.20)."""

from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.documents.dates import date_time
from qorgan.journals.actions import Cell, add_row, write
from qorgan.journals.models import Mark
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.kinds import Kind
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.models import Person, Post
from qorgan.people.signatures import Proven
from qorgan.recorders.books import FULL_NAME, INVENTORY_NUMBER, NOTE, refuse_without_book, row_of
from qorgan.recorders.kinds import RECORDER_OUT_OF_ORDER, RECORDER_REPAIRED
from qorgan.recorders.malfunctions import kinds
from qorgan.recorders.malfunctions.models import Malfunction, Sending
from qorgan.recorders.malfunctions.notifying import notify_of_malfunction
from qorgan.recorders.malfunctions.telling import LONGEST_WORDS, Fault, note, refuse_fault
from qorgan.recorders.malfunctions.troubles import settle_by
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal, refuse_withdrawn

_WITH_ROW = ("row__book", "later_row__book", "person", "recorder", "organisation", "inspection")
Moment = Malfunction.Moment


def report_malfunction(
    *, actor: Actor, recorder: Recorder, moment: str, fault: Fault, person: Person, proven: Proven, issue: Issue | None = None
) -> Malfunction:
    """Report that a recorder does not work: signed note in column 7, state, notices, letters and entry, or nothing of it.

    ``person`` tells it; ``proven`` signs: the same person, or for what an inspector tells by telephone from the field whoever keeps
    the recorders. ``issue``: the outing it belongs to, by default the one that is out, at the dock the last one. The recorder is not
    issued until :func:`report_repaired`. Raises :class:`RecorderRefusal`: withdrawn, reported already, not where ``moment`` says,
    signed by somebody else, no open journal.
    """
    try:
        with writing():
            current = Recorder.objects.select_for_update().select_related("organisation").get(pk=recorder.pk)
            refuse_withdrawn(current)
            refuse_reported(current)
            found = issue or _issue_of(current, moment)
            now = timezone.now()
            refuse_fault(fault, found, now)
            _refuse_signer(moment, person, proven)
            return _write_report(actor, current, moment, fault, person, proven, found, now)
    except IntegrityError:
        refuse_reported(recorder)  # another desk was faster by a moment: the database held the line
        raise


def report_repaired(*, actor: Actor, recorder: Recorder, how: str) -> Entry:
    """Note that a recorder works again, and what was done. Raises :class:`RecorderRefusal` when nothing was wrong with it."""
    with writing():
        current = Recorder.objects.select_for_update().get(pk=recorder.pk)
        found, now = _open(current), timezone.now()
        refuse_withdrawn(current)
        if not how.strip():
            raise RecorderRefusal(_("Say what was done."), basis="444/20")
        Sending.objects.filter(malfunction=found, back_at=None).update(back_at=now, back_by=actor.name)
        found.repaired_at, found.repaired_by, found.repair = now, actor.name, how.strip()[:LONGEST_WORDS]
        found.save(update_fields=["repaired_at", "repaired_by", "repair"])
        current.faulty_since, current.fault, current.fault_reported_by = None, "", ""
        current.save(update_fields=["faulty_since", "fault", "fault_reported_by"])
        return _append(RECORDER_REPAIRED, actor, current, {"malfunction": str(found.id), "fault": found.told, "note": found.repair})


def send_to_repair(*, actor: Actor, recorder: Recorder, place: str) -> Entry:
    """Note that the recorder has left for repair. Raises :class:`RecorderRefusal`: nothing wrong, with an inspector, away already."""
    if not place.strip():
        raise RecorderRefusal(_("Say where the recorder is sent."), basis="444/20")
    with writing():
        current = Recorder.objects.select_for_update().get(pk=recorder.pk)
        refuse_withdrawn(current)
        found = _open(current)
        if Issue.objects.filter(recorder=current, returned_at=None).exists():
            raise RecorderRefusal(_("Recorder %(number)s is out: it must come back first.") % {"number": current.inventory_number}, basis="444/10")
        if Sending.objects.filter(malfunction=found, back_at=None).exists():
            raise RecorderRefusal(_("Recorder %(number)s is away for repair already.") % {"number": current.inventory_number}, basis="444/20")
        Sending.objects.create(malfunction=found, place=place.strip()[:300], sent_by=actor.name)
        return _append(kinds.SENT_TO_REPAIR, actor, current, {"malfunction": str(found.id), "place": place.strip()[:300]})


def take_from_repair(*, actor: Actor, recorder: Recorder, result: str) -> Entry:
    """Note that the recorder came back from repair; whether it works is said apart. Raises :class:`RecorderRefusal` when it is not away."""
    with writing():
        current = Recorder.objects.select_for_update().get(pk=recorder.pk)
        found = _open(current)
        away = Sending.objects.filter(malfunction=found, back_at=None).first()
        if away is None:
            raise RecorderRefusal(_("Recorder %(number)s is not away for repair.") % {"number": current.inventory_number}, basis="444/20")
        away.back_at, away.back_by, away.result = timezone.now(), actor.name, result.strip()[:300]
        away.save(update_fields=["back_at", "back_by", "result"])
        return _append(kinds.BACK_FROM_REPAIR, actor, current, {"malfunction": str(found.id), "place": away.place, "result": away.result})


def confirm_told(*, actor: Actor, issue: Issue, proven: Proven) -> Mark | None:
    """At the return: the inspector's own signature under what was told by telephone, in column 7. None when there is nothing to confirm."""
    waiting = Malfunction.objects.filter(issue=issue, by_telephone=True, confirmed_mark=None, person=proven.person)
    found = waiting.select_related("recorder").order_by("-reported_at").first()
    if found is None:
        return None
    with writing():
        words = _("malfunction told at %(moment)s confirmed: %(told)s") % {"moment": date_time(found.reported_at), "told": found.told}
        found.confirmed_mark = write(actor=actor, row=row_of(actor=actor, issue=issue), column=NOTE, cell=Cell(words, proven=proven))
        found.save(update_fields=["confirmed_mark"])
        _append(kinds.MALFUNCTION_CONFIRMED, actor, found.recorder, {"malfunction": str(found.id), "mark": str(found.confirmed_mark.pk)})
    return found.confirmed_mark


def refuse_reported(recorder: Recorder) -> None:
    """A malfunction is reported once; the second who comes with it is told by whom and when."""
    found = Malfunction.objects.filter(recorder=recorder, repaired_at=None).first()
    if found is not None:
        raise RecorderRefusal(
            _("Recorder %(number)s is reported out of order already: %(told)s. %(name)s, %(moment)s.")
            % {"number": recorder.inventory_number, "told": found.told, "name": found.name, "moment": date_time(found.reported_at)},
            basis="444/20", advice=_("Head and responsible person know. It is not issued until it is repaired."),
        )


def _write_report(
    actor: Actor, recorder: Recorder, moment: str, fault: Fault, person: Person, proven: Proven, issue: Issue | None, now: datetime
) -> Malfunction:
    by_telephone = proven.person.pk != person.pk
    cell = Cell(note(fault, by_telephone=person.short_name if by_telephone else ""), proven=proven)
    mark = _write_mark(actor, recorder, person if moment == Moment.ISSUE else None, issue, cell)
    made = Malfunction.objects.create(
        organisation=recorder.organisation, recorder=recorder, issue=issue, moment=moment, kind=fault.kind, words=fault.words.strip()[:LONGEST_WORDS],
        began_at=fault.began_at, reported_at=now, person=person, name=person.full_name, by_telephone=by_telephone, mark=mark,
    )
    recorder.faulty_since, recorder.fault, recorder.fault_reported_by = now, made.told[:500], person.full_name
    recorder.save(update_fields=["faulty_since", "fault", "fault_reported_by"])
    notices = notify_of_malfunction(malfunction=made, signer=proven.person)
    settle_by(actor=actor, malfunction=made)
    _append(RECORDER_OUT_OF_ORDER, actor, recorder, {
        "malfunction": str(made.id), "issue": str(issue.id) if issue else None, "moment": moment, "kind": fault.kind, "fault": made.told,
        "began_at": fault.began_at.isoformat() if fault.began_at else None, "reported_at": now.isoformat(), "reported_by": person.full_name,
        "person": str(person.id), "signed_by": str(proven.person.id), "mark": str(mark.id),
        "told": [{"post": one.post, "person": str(one.person_id or ""), "letter": str(one.letter_id or "")} for one in notices],
    })
    return made


def _write_mark(actor: Actor, recorder: Recorder, user: Person | None, issue: Issue | None, cell: Cell) -> Mark:
    """In the row of the outing; for a recorder that nobody took, in a row of its own, which names who was to take it."""
    if issue is not None:
        return write(actor=actor, row=row_of(actor=actor, issue=issue), column=NOTE, cell=cell)
    cells = {INVENTORY_NUMBER: Cell(recorder.inventory_number), NOTE: cell}
    if user is not None:
        cells[FULL_NAME] = Cell(user.full_name)
    book = refuse_without_book(recorder.organisation)
    row = add_row(actor=actor, book=book, cells=cells, person_key=str(user.id) if user else "", subject_key=recorder.inventory_number)
    return Mark.objects.get(row=row, column=NOTE)


def _issue_of(recorder: Recorder, moment: str) -> Issue | None:
    issues = Issue.objects.filter(recorder=recorder).select_related(*_WITH_ROW)
    out = issues.filter(returned_at=None).first()
    if moment == Moment.DOCK:
        return out or issues.order_by("-issued_at").first()
    if moment in {Moment.ISSUE, Moment.STORE} and out is not None:
        raise RecorderRefusal(
            _("Recorder %(number)s is with %(name)s.") % {"number": recorder.inventory_number, "name": out.person.full_name}, basis="444/20",
            advice=_("A malfunction in the field is told by who has the recorder."),
        )
    if moment in {Moment.FIELD, Moment.RETURN} and out is None:
        raise RecorderRefusal(_("Recorder %(number)s is not out.") % {"number": recorder.inventory_number}, basis="444/20")
    return out if moment in {Moment.FIELD, Moment.RETURN} else None


def _refuse_signer(moment: str, person: Person, proven: Proven) -> None:
    if proven.person.pk == person.pk:
        return
    if moment in {Moment.FIELD, Moment.RETURN} and proven.post in {Post.RESPONSIBLE, Post.HEAD}:
        return
    raise RecorderRefusal(_("Who reports the malfunction signs for it."), basis="444/20")


def _open(recorder: Recorder) -> Malfunction:
    found = Malfunction.objects.select_for_update().filter(recorder=recorder, repaired_at=None).first()
    if found is None:
        raise RecorderRefusal(_("Recorder %(number)s is not out of order.") % {"number": recorder.inventory_number}, basis="444/20")
    return found


def _append(kind: Kind, actor: Actor, recorder: Recorder, payload: dict[str, object]) -> Entry:
    return log.append(
        kind, actor=actor, subject=f"recorder:{recorder.id}", organisation=str(recorder.organisation_id),
        payload={"inventory_number": recorder.inventory_number, **payload},
    )
