"""Return: column 5 against signature, remarks in column 7, a malfunction reported at once (444 p.10, 20)."""

from datetime import datetime

import pytest
from django.utils import timezone

from qorgan.journals.actions import close_book, open_book
from qorgan.journals.models import Mark, Row
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.models import Post
from qorgan.recorders import access
from qorgan.recorders.malfunctions.actions import report_repaired
from qorgan.recorders.malfunctions.telling import Fault
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.tests.conftest import Desk, signing


def test_returned(desk: Desk) -> None:
    desk.issue()
    written = desk.take_back()
    issue = Issue.objects.get()
    mark = Mark.objects.get(row=issue.row, column=5)
    assert mark == issue.return_mark
    assert mark.occurred_at == issue.returned_at
    assert mark.signature is not None
    assert mark.signature.person == desk.cast.aidar
    assert not Mark.objects.filter(row=issue.row, column__in=(6, 7)).exists()
    assert said(Entry.objects.get(position=written.position))["payload"]["row"] == 1


def test_it_can_be_issued_again(desk: Desk) -> None:
    desk.issue()
    desk.take_back()
    assert desk.issue().row_number == 2


def test_remarks(desk: Desk) -> None:
    desk.issue()
    desk.take_back(remarks="  Бекіткіші босап қалған ")
    mark = Mark.objects.get(column=7)
    assert mark.text == "Бекіткіші босап қалған"
    assert mark.signature is not None
    assert Issue.objects.get().remarks == mark.text


def test_nothing_to_return(desk: Desk) -> None:
    with pytest.raises(RecorderRefusal) as refused:
        desk.take_back()
    assert refused.value.basis == "444/10"
    assert not Row.objects.exists()


def test_another_inspector_does_not_hand_it_in(desk: Desk) -> None:
    desk.issue()
    with pytest.raises(RecorderRefusal) as refused:
        desk.take_back(proven=signing(desk.cast.marat), remarks="Айдар сұрады")
    assert refused.value.basis == "444/10"
    assert Issue.objects.get().returned_at is None


def test_the_responsible_person_takes_it_with_a_remark(desk: Desk) -> None:
    desk.issue()
    with pytest.raises(RecorderRefusal):
        desk.take_back(proven=signing(desk.cast.serik, Post.RESPONSIBLE))
    desk.take_back(proven=signing(desk.cast.serik, Post.RESPONSIBLE), remarks="Инспектор емханада")
    issue = Issue.objects.get()
    assert issue.returned_by == desk.cast.serik
    assert Mark.objects.get(row=issue.row, column=5).signature.person == desk.cast.serik  # type: ignore[union-attr]


def test_a_malfunction_is_reported_and_stops_the_next_issue(desk: Desk) -> None:
    desk.issue()
    with pytest.raises(RecorderRefusal):
        desk.take_back(fault=Fault("other"))
    desk.take_back(fault=Fault("other", "Жазу үзіліп қалады"))
    recorder = Recorder.objects.get(pk=desk.r0417.pk)
    assert recorder.fault.endswith("Жазу үзіліп қалады")
    assert recorder.fault_reported_by == desk.cast.aidar.full_name
    assert Entry.objects.filter(kind="recorders:recorder:out-of-order").count() == 1
    with pytest.raises(RecorderRefusal):
        desk.issue()
    report_repaired(actor=desk.actor, recorder=recorder, how="Аккумулятор ауыстырылды")
    desk.issue()


def test_the_inspection_is_over_when_its_last_recorder_is_back(desk: Desk) -> None:
    desk.issue()
    desk.issue(desk.r0418)
    desk.take_back(inspection_over=True)
    desk.inspection.refresh_from_db()
    assert desk.inspection.ended_at is None
    desk.take_back(desk.r0418, inspection_over=True)
    desk.inspection.refresh_from_db()
    assert desk.inspection.ended_at == Issue.objects.get(recorder=desk.r0418).returned_at


def test_free_again(desk: Desk) -> None:
    desk.issue()
    assert [str(r) for r in access.free_recorders(desk.cast.karaganda)] == ["0418", "0421"]
    desk.take_back()
    assert [str(r) for r in access.free_recorders(desk.cast.karaganda)] == ["0417", "0418", "0421"]


def test_overdue_at_the_hour_of_the_office(desk: Desk) -> None:
    desk.issue()
    issue = Issue.objects.get()
    issue.issued_at = timezone.make_aware(datetime(2026, 11, 20, 8, 40))  # noqa: DTZ001
    assert timezone.localtime(issue.overdue_at(19)).isoformat() == "2026-11-20T19:00:00+05:00"
    issue.issued_at = timezone.make_aware(datetime(2026, 11, 20, 20, 0))  # noqa: DTZ001
    assert timezone.localtime(issue.overdue_at(19)).isoformat() == "2026-11-21T19:00:00+05:00"


def test_the_book_was_closed_while_it_was_out(desk: Desk) -> None:
    """What is laced and sealed gets no further mark: the issue goes on in a row of the next book, which names the first."""
    desk.issue()
    close_book(actor=desk.actor, book=desk.book, finished_on=timezone.localdate(), sheets=1)
    with pytest.raises(RecorderRefusal) as refused:
        desk.take_back()
    assert refused.value.basis == "444/8"
    assert Issue.objects.get().returned_at is None
    open_book(actor=desk.actor, organisation=desk.cast.karaganda, started_on=timezone.localdate())
    written = desk.take_back(remarks="Бәрі дұрыс")
    issue = Issue.objects.get()
    assert issue.later_row is not None
    assert (written.row_number, issue.later_row.book.number) == (1, 2)
    assert {mark.column for mark in issue.later_row.marks.all()} == {2, 3, 5, 7}
    assert not Mark.objects.filter(row=issue.row, column=5).exists()
    assert issue.return_mark is not None
    assert issue.return_mark.row == issue.later_row
