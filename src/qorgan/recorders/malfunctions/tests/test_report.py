"""A recorder does not work: signed in the journal, kept back, told at once to the two who must know (444 p.20)."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.utils import timezone

from qorgan.journals.actions import close_book, open_book
from qorgan.journals.models import Mark, Row
from qorgan.ledger import log
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people import actions as people
from qorgan.people.letters import send_due_letters
from qorgan.people.models import Appointment, Letter, Post, User
from qorgan.people.tests.post_office import post_office
from qorgan.recorders import access
from qorgan.recorders.actions import withdraw_recorder
from qorgan.recorders.malfunctions.access import between, open_malfunction
from qorgan.recorders.malfunctions.actions import report_repaired, send_to_repair, take_from_repair
from qorgan.recorders.malfunctions.models import Malfunction, Notice, Sending
from qorgan.recorders.malfunctions.notifying import see_malfunction
from qorgan.recorders.malfunctions.telling import Fault, since
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.tests.conftest import Desk, signing

ClientOf = Callable[[str], Client]


def fresh(desk: Desk) -> Recorder:
    return Recorder.objects.get(pk=desk.r0417.pk)


def from_the_field(desk: Desk, **said: object) -> Malfunction:
    """Aidar, who has it, tells it himself unless told otherwise."""
    values = {"moment": "field", "person": desk.cast.aidar, "proven": signing(desk.cast.aidar), **said}
    return desk.break_down(words="", **values)


def test_found_at_issue(desk: Desk) -> None:
    """Nobody took it: the journal gets a row of its own that names recorder and inspector, signed by the inspector."""
    made = desk.break_down()
    row = Row.objects.get()
    marks = {mark.column: mark for mark in row.marks.all()}
    assert {column: mark.text for column, mark in marks.items() if column != 7} == {2: "0417", 3: "Оспанов Марат"}
    assert "Қосылмайды" in marks[7].text
    assert marks[7].signature is not None
    assert (marks[7].signature.person, made.mark) == (desk.cast.marat, marks[7])
    assert row.person_key == str(desk.cast.marat.pk)
    with pytest.raises(RecorderRefusal) as refused:
        desk.issue()
    assert (refused.value.basis, "0418, 0421" in refused.value.advice) == ("444/20", True)
    assert [str(one) for one in access.free_recorders(desk.cast.karaganda)] == ["0418", "0421"]


def test_told_from_the_field_by_who_has_it(desk: Desk) -> None:
    issue = desk.issue().issue
    began = timezone.now()
    made = from_the_field(desk, fault=Fault("picture", began_at=began))
    mark = Mark.objects.get(row=issue.row, column=7)
    assert mark.signature is not None
    assert (mark.signature.person, made.issue, made.by_telephone) == (desk.cast.aidar, issue, False)
    assert timezone.localtime(began).strftime("%d.%m.%Y %H:%M") in mark.text
    assert Issue.objects.get().returned_at is None


def test_told_by_telephone_and_confirmed_at_the_return(desk: Desk) -> None:
    """The responsible person signs at once; the inspector's own hand follows when the recorder comes back."""
    issue = desk.issue().issue
    made = from_the_field(desk, proven=signing(desk.cast.serik, Post.RESPONSIBLE))
    mark = made.mark
    assert mark.signature is not None
    assert (made.by_telephone, mark.signature.person, made.name) == (True, desk.cast.serik, desk.cast.aidar.full_name)
    assert desk.cast.aidar.short_name in mark.text
    desk.take_back()
    made.refresh_from_db()
    assert made.confirmed_mark is not None
    assert made.confirmed_mark.signature is not None
    assert (made.confirmed_mark.row, made.confirmed_mark.signature.person) == (issue.row, desk.cast.aidar)
    assert fresh(desk).faulty_since is not None


def test_taken_back_by_another_it_stays_unconfirmed(desk: Desk) -> None:
    desk.issue()
    made = from_the_field(desk, proven=signing(desk.cast.serik, Post.RESPONSIBLE))
    desk.take_back(proven=signing(desk.cast.serik, Post.RESPONSIBLE), remarks="Инспектор емханада")
    made.refresh_from_db()
    assert made.confirmed_mark is None


def test_told_at_the_return(desk: Desk) -> None:
    issue = desk.issue().issue
    desk.take_back(fault=Fault("battery", "11:40-та сөніп қалды"), remarks="Бекіткіші бос")
    made = Malfunction.objects.get()
    texts = sorted(Mark.objects.filter(row=issue.row, column=7).values_list("text", flat=True))
    assert (made.moment, made.issue, len(texts)) == ("return", issue, 2)
    assert any("11:40" in text for text in texts)
    assert Issue.objects.get().returned_at is not None


def test_a_return_never_fails_because_it_is_reported_already(desk: Desk) -> None:
    issue = desk.issue().issue
    from_the_field(desk)
    desk.take_back(fault=Fault("mount", "Тағы да сынған"))
    assert Malfunction.objects.count() == 1
    assert Mark.objects.filter(row=issue.row, column=7, text__contains="Тағы да сынған", signature__person=desk.cast.aidar).count() == 1


def test_head_and_responsible_person_are_told_at_once(desk: Desk) -> None:
    """Two notices, two letters in the reader's language, written with the report and gone with the next run of the worker."""
    User.objects.filter(person=desk.cast.serik).update(language="ru")
    for person in (desk.cast.gulnar, desk.cast.serik):
        people.set_email(actor=desk.actor, person=person, email=f"{person.user.login}@example.kz")
    made = desk.break_down(words="Телефоны 8 701 000 00 00")
    notices = {notice.post: notice for notice in made.notices.all()}
    assert {post: notice.person for post, notice in notices.items()} == {"head": desk.cast.gulnar, "responsible": desk.cast.serik}
    letters = {letter.person: letter for letter in Letter.objects.filter(about=f"malfunction:{made.pk}")}
    assert "істен шықты" in letters[desk.cast.gulnar].subject
    assert "не работает" in letters[desk.cast.serik].subject
    assert all("8 701" not in letter.text and "0417" in letter.text for letter in letters.values())
    with post_office() as office, pytest.MonkeyPatch.context() as patch:
        for name, value in {"HOST": "127.0.0.1", "PORT": office.port, "TLS": "none", "FROM": "qorgan@example.kz", "SECONDS": 2}.items():
            patch.setitem(settings.QORGAN, f"QORGAN_MAIL_{name}", value)
        assert send_due_letters() == 2
        assert sorted(to for _from, [to] in office.moods.envelopes) == ["gulnar@example.kz", "serik@example.kz"]


def test_who_signs_it_knows_it(desk: Desk) -> None:
    made = desk.break_down(person=desk.cast.serik, proven=signing(desk.cast.serik, Post.RESPONSIBLE), moment="store")
    notices = {notice.post: notice for notice in made.notices.all()}
    assert (notices["responsible"].seen_by, notices["responsible"].letter) == (desk.cast.serik, None)
    assert notices["head"].seen_at is None
    assert notices["head"].letter is not None


def test_a_post_that_nobody_holds_is_told_to_the_next(desk: Desk) -> None:
    Appointment.objects.filter(person=desk.cast.gulnar).update(ended_at=timezone.now())
    made = desk.break_down()
    notice = made.notices.get(post=Post.HEAD)
    assert (notice.person, notice.letter) == (None, None)
    today = timezone.localdate()
    people.appoint(
        actor=desk.actor, person=desk.cast.nurlan, organisation=desk.cast.karaganda, post=Post.HEAD, order_number="9", order_date=today, starts_on=today
    )
    see_malfunction(actor=desk.actor, malfunction=made, person=desk.cast.nurlan)
    notice.refresh_from_db()
    assert notice.seen_by == desk.cast.nurlan


def test_the_mail_server_is_down(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No act waits for a letter: the report stands, the page tells it, the letter is tried again."""
    with post_office() as office:
        port = office.port
    for name, value in {"HOST": "127.0.0.1", "PORT": port, "TLS": "none", "FROM": "qorgan@example.kz", "SECONDS": 1}.items():
        monkeypatch.setitem(settings.QORGAN, f"QORGAN_MAIL_{name}", value)
    people.set_email(actor=desk.actor, person=desk.cast.gulnar, email="gulnar@example.kz")
    made = desk.break_down()
    assert send_due_letters() == 0
    assert {letter.problem for letter in Letter.objects.all()} == {Letter.Problem.UNREACHABLE}
    assert fresh(desk).faulty_since == made.reported_at


def test_reported_once(desk: Desk) -> None:
    desk.break_down()
    with pytest.raises(RecorderRefusal) as refused:
        desk.break_down(person=desk.cast.aidar, proven=signing(desk.cast.aidar))
    assert refused.value.basis == "444/20"
    assert desk.cast.marat.full_name in refused.value.sentence
    assert (Malfunction.objects.count(), Row.objects.count(), Letter.objects.count()) == (1, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once(desk: Desk) -> None:
    """One is written, the other is told by whom; nothing of the second remains."""
    start, answers = Barrier(2), []

    def report(person: object) -> None:
        start.wait()
        try:
            desk.break_down(person=person, proven=signing(person))  # type: ignore[arg-type]
            answers.append("written")
        except RecorderRefusal as refused:
            answers.append(refused.basis)
        finally:
            connections["default"].close()

    threads = [Thread(target=report, args=[person]) for person in (desk.cast.aidar, desk.cast.marat)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["444/20", "written"]
    assert (Malfunction.objects.count(), Row.objects.count(), Notice.objects.count(), Letter.objects.count()) == (1, 1, 2, 2)


def test_a_withdrawn_recorder_is_not_reported(desk: Desk) -> None:
    withdraw_recorder(actor=desk.actor, recorder=desk.r0417, reason="Ескірді")
    with pytest.raises(RecorderRefusal) as refused:
        desk.break_down()
    assert refused.value.basis == "444/7"
    assert not Row.objects.exists()


def test_nobody_signs_for_another(desk: Desk) -> None:
    """At issue the inspector signs; for what is told from the field only who keeps the recorders does it in his place."""
    with pytest.raises(RecorderRefusal):
        desk.break_down(proven=signing(desk.cast.serik, Post.RESPONSIBLE))
    desk.issue()
    with pytest.raises(RecorderRefusal):
        from_the_field(desk, proven=signing(desk.cast.marat))
    assert not Malfunction.objects.exists()


@pytest.mark.parametrize("moment", ["issue", "store"])
def test_what_is_out_is_not_in_store(desk: Desk, moment: str) -> None:
    desk.issue()
    with pytest.raises(RecorderRefusal) as refused:
        desk.break_down(moment=moment)
    assert desk.cast.aidar.full_name in refused.value.sentence
    with pytest.raises(RecorderRefusal):
        desk.break_down(desk.r0418, moment="field")


def test_times_that_cannot_be(desk: Desk) -> None:
    desk.issue()
    for told in (timezone.now() + timedelta(minutes=3), timezone.now() - timedelta(days=1)):
        with pytest.raises(RecorderRefusal):
            from_the_field(desk, fault=Fault("power", began_at=told))
    with pytest.raises(RecorderRefusal):
        from_the_field(desk, fault=Fault("nonsense"))


def test_a_time_as_it_is_typed() -> None:
    now = timezone.localtime().replace(hour=9, minute=30, second=12, microsecond=0)
    assert since("8:05", now) == now.replace(hour=8, minute=5, second=0)
    assert since("0805", now) == since("8.05", now) == since("08:05", now)
    assert since("23:50", now) == now.replace(hour=23, minute=50, second=0) - timedelta(days=1)
    assert since("02.03.2026 14:05", now).strftime("%d.%m.%Y %H:%M") == "02.03.2026 14:05"  # type: ignore[union-attr]
    assert since("  ", now) is None
    for wrong in ("кеше", "25:00", "31.02.2026 10:00"):
        with pytest.raises(RecorderRefusal):
            since(wrong, now)


def test_at_the_dock_it_stands_in_the_row_of_the_last_outing(desk: Desk) -> None:
    issue = desk.issue().issue
    desk.take_back()
    serik = desk.cast.serik
    made = desk.break_down(moment="dock", person=serik, proven=signing(serik, Post.RESPONSIBLE), fault=Fault("storage"))
    assert (made.issue, made.mark.row) == (issue, issue.row)
    other = desk.break_down(desk.r0418, moment="dock", person=serik, proven=signing(serik, Post.RESPONSIBLE), fault=Fault("storage"))
    assert (other.issue, other.mark.row.number) == (None, 2)


def test_the_book_was_closed_while_it_was_out(desk: Desk) -> None:
    desk.issue()
    close_book(actor=desk.actor, book=desk.book, finished_on=timezone.localdate(), sheets=1)
    with pytest.raises(RecorderRefusal) as refused:
        from_the_field(desk)
    assert (refused.value.basis, fresh(desk).faulty_since) == ("444/8", None)
    open_book(actor=desk.actor, organisation=desk.cast.karaganda, started_on=timezone.localdate())
    assert from_the_field(desk).mark.row.book.number == 2


@pytest.mark.parametrize("broken_at", range(8))
def test_it_is_written_whole_or_not_at_all(desk: Desk, broken_at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger fails at its first, second, ... entry of the report: nothing remains of row, mark, state, notices, letters."""
    before, calls, append = Entry.objects.count(), [], log.append

    def failing(*args: object, **values: object) -> Entry:
        calls.append(args)
        if len(calls) == broken_at + 1:
            raise log.LedgerError("broken")
        return append(*args, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(log, "append", failing)
    try:
        desk.break_down()
    except log.LedgerError:
        left = [Row.objects.count(), Mark.objects.count(), Malfunction.objects.count(), Notice.objects.count(), Letter.objects.count()]
        assert left == [0, 0, 0, 0, 0]
        assert (Entry.objects.count(), fresh(desk).faulty_since) == (before, None)
    else:
        assert broken_at == len(calls) == 7  # row, three cells, two letters, the report


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("entries", [1, 4, 6, 7])
def test_the_server_is_killed_in_the_middle(desk: Desk, entries: int) -> None:
    """kill -9 before the ledger's nth entry of the report: nothing of it remains, and it can be reported at once."""
    before = Entry.objects.count()
    connections.close_all()
    if (child := os.fork()) == 0:
        count, append = iter(range(entries - 1, -1, -1)), log.append

        def dying(*args: object, **values: object) -> Entry:
            if next(count) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return append(*args, **values)  # type: ignore[arg-type]

        log.append = dying  # type: ignore[assignment]
        desk.break_down()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    left = [Row.objects.count(), Mark.objects.count(), Malfunction.objects.count(), Notice.objects.count(), Letter.objects.count()]
    assert left == [0, 0, 0, 0, 0]
    assert (Entry.objects.count(), fresh(desk).faulty_since) == (before, None)
    assert desk.break_down().mark.row.number == 1


def test_repaired_it_goes_out_again(desk: Desk) -> None:
    made = desk.break_down()
    send_to_repair(actor=desk.actor, recorder=desk.r0417, place="«Сервис» ЖШС")
    with pytest.raises(RecorderRefusal):
        send_to_repair(actor=desk.actor, recorder=desk.r0417, place="Басқа")
    with pytest.raises(RecorderRefusal):
        desk.issue()
    take_from_repair(actor=desk.actor, recorder=desk.r0417, result="Аккумулятор ауыстырылды")
    with pytest.raises(RecorderRefusal):
        take_from_repair(actor=desk.actor, recorder=desk.r0417, result="")
    with pytest.raises(RecorderRefusal):
        desk.issue()  # back is not repaired
    with pytest.raises(RecorderRefusal):
        report_repaired(actor=desk.actor, recorder=desk.r0417, how=" ")
    report_repaired(actor=desk.actor, recorder=desk.r0417, how="Тексерілді, істейді")
    made.refresh_from_db()
    assert (made.repair, made.repaired_by, open_malfunction(desk.r0417)) == ("Тексерілді, істейді", desk.actor.name, None)
    desk.issue()
    kinds = list(Entry.objects.filter(subject=f"recorder:{desk.r0417.pk}").order_by("position").values_list("kind", flat=True))
    assert [kind.rpartition(":")[2] for kind in kinds] == ["registered", "out-of-order", "sent-to-repair", "back-from-repair", "repaired", "issued"]


def test_a_recorder_that_is_out_is_not_sent_away(desk: Desk) -> None:
    desk.issue()
    from_the_field(desk)
    with pytest.raises(RecorderRefusal) as refused:
        send_to_repair(actor=desk.actor, recorder=desk.r0417, place="«Сервис» ЖШС")
    assert refused.value.basis == "444/10"
    desk.take_back()
    send_to_repair(actor=desk.actor, recorder=desk.r0417, place="«Сервис» ЖШС")
    report_repaired(actor=desk.actor, recorder=desk.r0417, how="Қайтты")
    assert Sending.objects.get().back_at is not None


def test_nothing_is_wrong_with_it(desk: Desk) -> None:
    for verb, values in ((report_repaired, {"how": "x"}), (send_to_repair, {"place": "x"}), (take_from_repair, {"result": "x"})):
        with pytest.raises(RecorderRefusal):
            verb(actor=desk.actor, recorder=desk.r0417, **values)  # type: ignore[operator]


def test_what_was_told_never_changes(desk: Desk) -> None:
    made = desk.break_down()
    for change in ({"words": "Бәрі дұрыс"}, {"reported_at": timezone.now()}, {"kind": "other"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Malfunction.objects.filter(pk=made.pk).update(**change)
    for row in (made.notices.first(), made):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()  # type: ignore[union-attr]


def test_seen_by_whom_and_when(desk: Desk) -> None:
    made = desk.break_down()
    entry = see_malfunction(actor=desk.actor, malfunction=made, person=desk.cast.gulnar)
    notice = made.notices.get(post=Post.HEAD)
    assert (notice.seen_by, said(entry)["payload"]["posts"]) == (desk.cast.gulnar, ["head"])
    assert notice.seen_at is not None
    for person in (desk.cast.gulnar, desk.cast.aidar, desk.cast.bekzat):
        with pytest.raises(RecorderRefusal):
            see_malfunction(actor=desk.actor, malfunction=made, person=person)
    assert made.notices.get(post=Post.RESPONSIBLE).seen_at is None


def test_spans_for_the_time_line(desk: Desk, django_assert_num_queries: Callable[[int], object]) -> None:
    issue = desk.issue().issue
    began = timezone.now()
    made = from_the_field(desk, fault=Fault("picture", began_at=began))
    hour = timedelta(hours=1)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        spans = between(desk.r0417.pk, issue.issued_at, timezone.now())
    assert [(span.malfunction, span.began_at, span.ended_at, span.told) for span in spans] == [(made.pk, began, None, True)]
    assert between(desk.r0417.pk, began - 2 * hour, began - hour) == []
    assert between(desk.r0418.pk, began - hour, began + hour) == []
    report_repaired(actor=desk.actor, recorder=desk.r0417, how="Қайта қосылды")
    made.refresh_from_db()
    assert made.repaired_at is not None
    assert [span.ended_at for span in between(desk.r0417.pk, began, began + hour)] == [made.repaired_at]
    assert between(desk.r0417.pk, made.repaired_at + hour, made.repaired_at + 2 * hour) == []


def test_a_time_that_nobody_could_say_begins_with_the_report(desk: Desk) -> None:
    made = desk.break_down()
    (span,) = between(desk.r0417.pk, made.reported_at - timedelta(hours=1), made.reported_at + timedelta(hours=1))
    assert (span.began_at, span.told) == (made.reported_at, False)


def test_the_cast_of_another_division_is_not_told(desk: Desk) -> None:
    made = desk.break_down()
    assert desk.cast.bekzat.pk not in set(made.notices.values_list("person", flat=True))
