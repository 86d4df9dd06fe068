"""Column 6 follows the dock's word that every receipt is verified, never anything earlier (444 p.11, appendix 1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from qorgan.archive.docks import as_actor, create_dock
from qorgan.archive.models import Dock
from qorgan.journals.actions import close_book, open_book
from qorgan.journals.models import Mark
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.recorders import storing
from qorgan.recorders.models import Issue
from qorgan.recorders.storing import mark_stored, write_overdue_cells
from qorgan.recorders.tests.arriving import arrive, local
from qorgan.recorders.tests.conftest import Desk


@pytest.fixture
def dock(desk: Desk) -> Dock:
    return create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")[0]


def record(desk: Desk, dock: Dock, issue: Issue) -> str:
    return str(arrive(dock, desk.r0417, local(issue.issued_at + timedelta(seconds=1))).id)


def column_6() -> list[Mark]:
    return list(Mark.objects.filter(column=6))


def test_column_6_follows_the_receipt(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    desk.take_back()
    key = record(desk, dock, issue)
    assert column_6() == []
    filled = mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[key])
    issue.refresh_from_db()
    assert [one.pk for one in filled] == [issue.pk]
    assert column_6()[0].occurred_at == issue.stored_at == issue.attributions.get().recording.stored_at
    assert column_6()[0].signature is None
    payload = said(Entry.objects.get(kind="recorders:recorder:emptied"))["payload"]
    assert (payload["rows"], payload["recordings"]) == ([1], [key])


def test_told_twice_written_once(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    desk.take_back()
    record(desk, dock, issue)
    assert mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[])
    assert mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[]) == []
    assert len(column_6()) == 1


def test_docked_before_the_signature(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    record(desk, dock, issue)
    assert mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[]) == []
    assert column_6() == []
    assert desk.take_back().issue.stored_at is not None
    assert len(column_6()) == 1


def test_used_again_after_docking_column_6_waits(desk: Desk, dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = desk.issue().issue
    record(desk, dock, issue)
    mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[])
    monkeypatch.setattr(storing, "STILL_EMPTY", timedelta(0))  # as if hours had gone by between the dock and the signature
    assert desk.take_back().issue.stored_at is None
    assert mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[]) != []


def test_still_in_the_dock_hours_later(desk: Desk, dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = desk.issue().issue
    record(desk, dock, issue)
    mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[])
    device = dict.fromkeys(("files_total", "files_done", "bytes_total", "bytes_done", "bytes_per_second"), 0)
    device |= {"recorder": str(desk.r0417.pk), "inventory_number": "0417", "state": "empty", "seconds_left": 0, "problem": "", "message": ""}
    Dock.objects.filter(pk=dock.pk).update(status={"devices": [device]}, status_at=timezone.now())
    monkeypatch.setattr(storing, "STILL_EMPTY", timedelta(0))
    assert desk.take_back().issue.stored_at is not None


def test_returned_first_and_seen_empty_afterwards(desk: Desk, dock: Dock, monkeypatch: pytest.MonkeyPatch) -> None:
    issue = desk.issue().issue
    record(desk, dock, issue)
    mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[])
    monkeypatch.setattr(storing, "STILL_EMPTY", timedelta(0))
    desk.take_back()
    assert write_overdue_cells(recorders=[str(desk.r0417.pk)], organisation_id=desk.cast.karaganda.pk) == 1
    assert write_overdue_cells(recorders=[str(desk.r0417.pk)], organisation_id=desk.cast.karaganda.pk) == 0
    assert len(column_6()) == 1


def test_nothing_recorded_column_6_stays_empty(desk: Desk, dock: Dock) -> None:
    desk.issue()
    desk.take_back()
    assert mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[]) == []
    assert column_6() == []


def test_no_open_book_the_cell_waits(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    desk.take_back()
    record(desk, dock, issue)
    close_book(actor=desk.actor, book=desk.book, finished_on=timezone.localdate(), sheets=1)
    assert mark_stored(actor=as_actor(dock), recorder=desk.r0417, recordings=[]) == []
    assert column_6() == []
    open_book(actor=desk.actor, organisation=desk.cast.karaganda, started_on=timezone.localdate())
    assert write_overdue_cells(recorders=[str(desk.r0417.pk)], organisation_id=desk.cast.karaganda.pk) == 1
    assert column_6()[0].row.book.number == 2
