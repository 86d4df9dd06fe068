"""Issue: the journal's row, the signature and the state appear together, or nothing does (444 p.4, 8, 17, 20)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.utils import timezone

from qorgan.archive import forecast, store
from qorgan.journals.actions import close_book
from qorgan.journals.models import Mark, Row
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.actions import end_appointment
from qorgan.people.models import Signature
from qorgan.recorders import access, actions, issuing, kinds
from qorgan.recorders.models import Issue
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.tests.conftest import Desk, signing


def cells(row: Row) -> dict[int, str]:
    return {mark.column: mark.text for mark in Mark.objects.filter(row=row).order_by("position")}


def nothing_was_written(desk: Desk) -> bool:
    return not Row.objects.exists() and not Signature.objects.exists() and not Entry.objects.filter(kind=kinds.RECORDER_ISSUED.key).exists()


@pytest.mark.parametrize("room", [0, -5, 1000])
def test_no_room_for_what_it_brings_back(desk: Desk, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """Issue stops before the disk is full; returning what is out goes on (444 p.11)."""
    desk.issue()
    monkeypatch.setattr(store, "room_bytes", lambda: room)
    monkeypatch.setattr(forecast, "_per_day", lambda: 1 << 30)
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue(desk.r0418)
    assert (refused.value.basis, bool(refused.value.advice)) == ("444/11", True)
    assert Issue.objects.count() == 1
    desk.take_back()
    assert Issue.objects.get().returned_at is not None


def test_signed_row_appears(desk: Desk) -> None:
    written = desk.issue()
    issue = Issue.objects.get()
    assert written.row_number == 1
    assert cells(issue.row) == {2: "0417", 3: "Жүнісов Айдар Маратұлы", 4: ""}
    received = Mark.objects.get(row=issue.row, column=4)
    assert received.occurred_at == issue.issued_at
    assert received.signature is not None
    assert received.signature.person == desk.cast.aidar
    entry = Entry.objects.get(position=written.position)
    payload = said(entry)["payload"]
    assert (entry.kind, payload["inventory_number"], payload["row"], payload["charge_percent"]) == ("recorders:recorder:issued", "0417", 1, 96)


def test_issued_for_an_inspection(desk: Desk) -> None:
    desk.issue()
    desk.inspection.refresh_from_db()
    issue = Issue.objects.get()
    assert issue.inspection == desk.inspection
    assert desk.inspection.started_at == issue.issued_at


def test_not_for_an_inspection_that_is_over(desk: Desk) -> None:
    actions.end_inspection(actor=desk.actor, inspection=desk.inspection)
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue()
    assert refused.value.basis == "444/4"
    assert nothing_was_written(desk)


def test_a_recorder_that_is_out_is_not_issued_again(desk: Desk) -> None:
    desk.issue()
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue(person=desk.cast.marat)
    assert "А. Жүнісов" in refused.value.sentence
    assert "0418, 0421" in refused.value.advice
    assert Row.objects.count() == 1


def test_no_journal_no_issue(desk: Desk) -> None:
    close_book(actor=desk.actor, book=desk.book, finished_on=desk.book.started_on, sheets=1)
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue()
    assert refused.value.basis == "444/8"
    assert nothing_was_written(desk)


def test_only_to_an_inspector_of_the_division_today(desk: Desk) -> None:
    for person in (desk.cast.dana, desk.cast.bekzat, desk.cast.nurlan):
        with pytest.raises(RecorderRefusal):
            desk.issue(person=person)
    end_appointment(actor=desk.actor, appointment=desk.cast.aidar.appointments.get(), order_number="9-Ж")
    with pytest.raises(RecorderRefusal):
        desk.issue()
    assert nothing_was_written(desk)


def test_nobody_signs_for_another(desk: Desk) -> None:
    with pytest.raises(RecorderRefusal):
        issuing.issue_recorder(
            actor=desk.actor, recorder=desk.r0417, person=desk.cast.aidar, outing=desk.outing(), proven=signing(desk.cast.marat)
        )
    assert nothing_was_written(desk)


def test_withdrawn_and_broken_recorders_stay(desk: Desk) -> None:
    actions.withdraw_recorder(actor=desk.actor, recorder=desk.r0417, reason="Есептен шығарылды")
    desk.break_down(desk.r0418)
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue()
    assert refused.value.basis == "444/7"
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue(desk.r0418)
    assert refused.value.basis == "444/20"
    assert "Оспанов Марат" in refused.value.sentence
    assert "0421" in refused.value.advice
    assert not Issue.objects.exists()


def test_charge_is_asked(desk: Desk) -> None:
    desk.issue(charge_percent=35)
    assert "35" in cells(Row.objects.get())[7]
    assert Issue.objects.get().charge_percent == 35


def test_an_office_may_refuse_a_low_charge(desk: Desk) -> None:
    actions.set_policy(actor=desk.actor, organisation=desk.cast.karaganda, values={"refuse_low_charge": True, "low_charge_percent": 40})
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue(charge_percent=39)
    assert refused.value.basis == "444/20"
    assert nothing_was_written(desk)
    desk.issue(charge_percent=40)
    assert 7 not in cells(Row.objects.get())


def test_clock_is_compared(desk: Desk) -> None:
    desk.issue(clock_offset_s=3600)
    assert Issue.objects.get().clock_offset_s == 3600
    assert "UTC+6" in cells(Row.objects.get())[7]


def test_a_failure_at_the_last_step_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = issuing.log.append

    def failing(kind: object, **values: object) -> Entry:
        if kind is kinds.RECORDER_ISSUED:
            raise OSError("the disk is full")
        return real(kind, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing.log, "append", failing)
    with pytest.raises(OSError, match="disk"):
        desk.issue()
    assert nothing_was_written(desk)
    assert not Issue.objects.exists()


def test_strangers_see_nothing(desk: Desk) -> None:
    from qorgan.people.rights import actor_for  # noqa: PLC0415 - reads as one sentence here

    desk.issue()
    seen = {
        name: access.issues(actor_for(getattr(desk.cast, name).user, verified=True)).count()
        for name in ("gulnar", "serik", "aidar", "marat", "dana", "bekzat", "nurlan")
    }
    assert seen == {"gulnar": 1, "serik": 1, "aidar": 1, "marat": 0, "dana": 0, "bekzat": 0, "nurlan": 0}


# Two desks, one recorder ---------------------------------------------------------------------------


@contextmanager
def without_the_constraint() -> Iterator[None]:
    """The database without its unique index, as if nobody had thought of it."""
    with connection.schema_editor() as editor:
        constraint = next(c for c in Issue._meta.constraints if c.name == "recorders_out_once")
        sql = constraint.create_sql(Issue, editor)
        editor.execute(constraint.remove_sql(Issue, editor))
    try:
        yield
    finally:
        Issue.objects.update(returned_at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute(str(sql))


def two_at_once(desk: Desk) -> list[str]:
    """Aidar and Marat sign for 0417 at the same moment; what each of them is told."""
    start, said_to = threading.Barrier(2), {}

    def sign(name: str) -> None:
        person = getattr(desk.cast, name)
        start.wait(10)
        try:
            written = desk.issue(person=person)
            said_to[name] = f"row {written.row_number}"
        except RecorderRefusal as refused:
            said_to[name] = refused.sentence
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sign, args=(name,)) for name in ("aidar", "marat")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(said_to.values())


def look_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the check away that an action makes before it writes: what remains is the database."""
    monkeypatch.setattr(issuing, "refuse_out", lambda recorder: None)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_one_recorder(desk: Desk) -> None:
    told = two_at_once(desk)
    assert len(told) == 2
    assert sum(sentence == "row 1" for sentence in told) == 1
    assert Issue.objects.count() == Row.objects.count() == Signature.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_held_by_the_database_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = issuing.refuse_out, []

    def blind_the_first_time(recorder: object) -> None:
        calls.append(1)
        if len(calls) > 2:  # each desk looks once and sees nothing; the third look is the one after the database refused
            real(recorder)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "refuse_out", blind_the_first_time)
    told = two_at_once(desk)
    assert sum(sentence == "row 1" for sentence in told) == 1
    assert len(told) == 2
    assert Issue.objects.count() == Row.objects.count() == Signature.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_check_and_constraint_both_take_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: if this test cannot see two issues of one recorder, the two above prove nothing."""
    look_away(monkeypatch)
    with without_the_constraint():
        assert two_at_once(desk) == ["row 1", "row 2"]
        assert Issue.objects.filter(recorder=desk.r0417, returned_at=None).count() == 2
