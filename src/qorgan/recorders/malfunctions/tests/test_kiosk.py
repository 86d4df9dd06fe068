"""The kiosk's way for a recorder that does not work, as a person goes it: at issue, at the return, by telephone (444 p.20)."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.journals.actions import close_book
from qorgan.journals.models import Mark, Row
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import PIN
from qorgan.recorders import actions
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.models import Issue, Recorder
from qorgan.recorders.tests.conftest import Desk, signing

ClientOf = Callable[[str], Client]
KIOSK = "/kiosk/"


def answer(client: Client, url: str, expected: str | None = None, **data: object) -> HttpResponse:
    """Post an answer; ``expected`` is the name of the page it leads to."""
    response = client.post(url, data)
    if expected is not None:
        assert response.status_code == 302, response.content.decode()
        assert response.headers["Location"] == reverse(f"recorders:{expected}")
    return response


def to_the_charge(client: Client, desk: Desk) -> None:
    answer(client, KIOSK, "kiosk-who", scan="0417")
    answer(client, "/kiosk/who/", "kiosk-what", person=desk.cast.aidar.pk)
    answer(client, "/kiosk/what/", "kiosk-charge", inspection=desk.inspection.pk)


def test_dead_on_the_table(desk: Desk, client_of: ClientOf) -> None:
    """Scanned, one key, one tap, who, PIN: signed in the journal, and another recorder is offered with the answers kept."""
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-who", scan="0417")
    assert reverse("recorders:kiosk-fault") in client.get("/kiosk/who/").content.decode()
    assert client.get("/kiosk/broken/").status_code == 200
    answer(client, "/kiosk/broken/", "kiosk-who", kind="power")
    answer(client, "/kiosk/who/", "kiosk-fault-sign", person=desk.cast.marat.pk)
    assert "М. Оспанов" in client.get("/kiosk/broken/sign/").content.decode()
    answer(client, "/kiosk/broken/sign/", "kiosk-done", pin=PIN)
    made = Malfunction.objects.get()
    assert (made.moment, made.kind, made.person, made.by_telephone) == ("issue", "power", desk.cast.marat, False)
    page = client.get("/kiosk/done/").content.decode()
    assert "Г. Әбенова" in page
    assert 'name="scan" value="0418"' in page
    assert "data-scan" in page  # a scanner's digits choose nothing on this page
    answer(client, KIOSK, "kiosk-what", scan="0418", instead="1")
    assert "М. Оспанов" in client.get("/kiosk/what/new/").content.decode()


def test_in_the_middle_of_an_issue_its_answers_go_over_to_the_spare(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/", "kiosk-fault-sign", kind="battery")
    answer(client, "/kiosk/broken/sign/", "kiosk-done", pin=PIN)
    client.get("/kiosk/done/")
    answer(client, KIOSK, "kiosk-charge", scan="0421", instead="1")
    answer(client, "/kiosk/charge/", "kiosk-clock", charge="90")
    answer(client, "/kiosk/clock/", "kiosk-sign", same="1")
    answer(client, "/kiosk/sign/", "kiosk-done", pin=PIN)
    issue = Issue.objects.get()
    assert (issue.recorder, issue.person, issue.inspection) == (desk.r0421, desk.cast.aidar, desk.inspection)


def test_answers_are_not_kept_for_the_next_in_line(desk: Desk, client_of: ClientOf) -> None:
    """A recorder scanned in the ordinary way, or offered too long ago, asks who again."""
    client = client_of("serik")
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/", "kiosk-fault-sign", kind="battery")
    answer(client, "/kiosk/broken/sign/", "kiosk-done", pin=PIN)
    answer(client, KIOSK, "kiosk-who", scan="0421")
    session = client.session
    session[drafts.INSTEAD] = {"person": str(desk.cast.aidar.pk), "inspection": str(desk.inspection.pk), "touched": int(time.time()) - 61}
    session.save()
    answer(client, KIOSK, "kiosk-who", scan="0418", instead="1")


def test_something_else_needs_words(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/", "kiosk-fault-words", kind="other")
    assert client.get("/kiosk/broken/words/").status_code == 200
    assert answer(client, "/kiosk/broken/words/", words=" ").status_code == 422
    answer(client, "/kiosk/broken/words/", "kiosk-fault-sign", words="Қатты қызады")
    answer(client, "/kiosk/broken/sign/", "kiosk-done", pin=PIN)
    assert Malfunction.objects.get().words == "Қатты қызады"
    assert Mark.objects.filter(column=7, text__contains="Қатты қызады").count() == 1


def test_handed_in_with_its_malfunction(desk: Desk, client_of: ClientOf) -> None:
    """One signature for both: column 5 and the note in column 7."""
    issue = desk.issue().issue
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-return", scan="0417")
    answer(client, "/kiosk/return/", "kiosk-fault", broken="here", remarks="Бауы үзілген")
    answer(client, "/kiosk/broken/", "kiosk-return", kind="sound")
    page = client.get("/kiosk/return/").content.decode()
    assert "Бауы үзілген" in page
    assert answer(client, "/kiosk/return/", inspection="over", since="кеше").status_code == 422
    assert answer(client, "/kiosk/return/sign/", pin=PIN).status_code == 409  # a time that is none is not signed
    answer(client, KIOSK, "kiosk-return", scan="0417")
    answer(client, "/kiosk/return/", "kiosk-fault", broken="here")
    answer(client, "/kiosk/broken/", "kiosk-return", kind="sound")
    answer(client, "/kiosk/return/", "kiosk-return-sign", inspection="over", remarks="Бауы үзілген")
    assert client.get("/kiosk/return/sign/").status_code == 200
    answer(client, "/kiosk/return/sign/", "kiosk-done", pin=PIN)
    made = Malfunction.objects.get()
    issue.refresh_from_db()
    assert (made.moment, made.issue, made.person) == ("return", issue, desk.cast.aidar)
    assert issue.returned_at is not None
    assert Mark.objects.filter(row=issue.row, column=7, signature__person=desk.cast.aidar).count() == 2


def test_it_works_after_all(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-return", scan="0417")
    answer(client, "/kiosk/return/", "kiosk-fault", broken="here")
    answer(client, "/kiosk/broken/", "kiosk-return", kind="sound")
    answer(client, "/kiosk/return/", "kiosk-return", broken="no")
    answer(client, "/kiosk/return/", "kiosk-return-sign", inspection="over")
    answer(client, "/kiosk/return/sign/", "kiosk-done", pin=PIN)
    assert not Malfunction.objects.exists()


def test_the_inspector_telephones(desk: Desk, client_of: ClientOf) -> None:
    """Who runs the kiosk signs, with the time told; the recorder stays out, and the return confirms it."""
    desk.issue()
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-return", scan="0417")
    answer(client, "/kiosk/return/", "kiosk-fault", broken="away")
    assert "А. Жүнісов" in client.get("/kiosk/broken/").content.decode()
    answer(client, "/kiosk/broken/", "kiosk-fault-words", kind="battery")
    told = timezone.localtime().replace(second=0, microsecond=0)
    assert answer(client, "/kiosk/broken/words/", since="сағат үште").status_code == 422
    before = timezone.localtime(timezone.now() - timedelta(hours=5))
    assert answer(client, "/kiosk/broken/words/", since=before.strftime("%d.%m.%Y %H:%M")).status_code == 422  # it had not been issued yet
    answer(client, "/kiosk/broken/words/", "kiosk-fault-sign", since=told.strftime("%d.%m.%Y %H:%M"), words="")
    assert "С. Қасымов" in client.get("/kiosk/broken/sign/").content.decode()
    answer(client, "/kiosk/broken/sign/", "kiosk-done", pin=PIN)
    made = Malfunction.objects.get()
    assert (made.moment, made.began_at, made.by_telephone, made.person) == ("field", told, True, desk.cast.aidar)
    assert made.notices.get(post="responsible").seen_by == desk.cast.serik
    answer(client, KIOSK, "kiosk-return", scan="0417")
    page = client.get("/kiosk/return/").content.decode()
    assert 'name="broken"' not in page
    answer(client, "/kiosk/return/", "kiosk-return-sign", inspection="over")
    answer(client, "/kiosk/return/sign/", "kiosk-done", pin=PIN)
    made.refresh_from_db()
    assert made.confirmed_mark is not None


@pytest.mark.parametrize("pin", ["", "0000"])
def test_without_the_right_pin_nothing_is_reported(desk: Desk, client_of: ClientOf, pin: str) -> None:
    client = client_of("serik")
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/", "kiosk-fault-sign", kind="power")
    before = Entry.objects.exclude(kind="people:signature:refused").count()
    response = answer(client, "/kiosk/broken/sign/", pin=pin)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Row.objects.exists()
    assert Entry.objects.exclude(kind="people:signature:refused").count() == before
    assert Entry.objects.filter(kind="people:signature:refused").count() == 1
    answer(client, "/kiosk/broken/sign/", "kiosk-done", pin=PIN)


def test_another_desk_was_faster(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/", "kiosk-fault-sign", kind="power")
    desk.break_down()
    response = answer(client, "/kiosk/broken/sign/", pin=PIN)
    assert response.status_code == 409
    assert desk.cast.marat.full_name in response.content.decode()
    assert Malfunction.objects.count() == 1


def test_a_closed_journal_says_what_to_do(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/", "kiosk-fault-sign", kind="power")
    close_book(actor=desk.actor, book=desk.book, finished_on=timezone.localdate(), sheets=1)
    assert answer(client, "/kiosk/broken/sign/", pin=PIN).status_code == 409
    assert Recorder.objects.get(pk=desk.r0417.pk).faulty_since is None


def test_pages_out_of_their_order_lead_back(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    answer(client, "/kiosk/broken/", "kiosk", kind="power")  # nothing scanned
    to_the_charge(client, desk)
    answer(client, "/kiosk/broken/sign/", "kiosk-fault", pin=PIN)
    answer(client, "/kiosk/broken/words/", "kiosk-fault", words="x")
    assert answer(client, "/kiosk/broken/", kind="nonsense").status_code == 422
    assert not Malfunction.objects.exists()


def test_a_low_charge_that_is_refused_offers_another(desk: Desk, client_of: ClientOf) -> None:
    actions.set_policy(actor=desk.actor, organisation=desk.cast.karaganda, values={"refuse_low_charge": True})
    client = client_of("serik")
    to_the_charge(client, desk)
    response = answer(client, "/kiosk/charge/", charge="30")
    assert response.status_code == 409
    assert 'name="scan" value="0418"' in response.content.decode()
    answer(client, KIOSK, "kiosk-charge", scan="0418", instead="1")


def test_a_low_charge_is_noted_in_the_journal_and_on_the_page(desk: Desk, client_of: ClientOf) -> None:
    issue = desk.issue(charge_percent=40).issue
    assert "40" in Mark.objects.get(row=issue.row, column=7).text
    client, url = client_of("gulnar"), reverse("recorders:recorder", args=[desk.r0417.pk])
    assert 'data-kind="warn"' in client.get(url).content.decode()
    desk.take_back()
    desk.issue(desk.r0418, charge_percent=90)
    assert 'data-kind="warn"' not in client.get(reverse("recorders:recorder", args=[desk.r0418.pk])).content.decode()


def test_what_is_out_of_order_is_refused_with_a_spare(desk: Desk, client_of: ClientOf) -> None:
    desk.break_down(person=desk.cast.aidar, proven=signing(desk.cast.aidar))
    client = client_of("serik")
    response = answer(client, KIOSK, scan="0417")
    assert (response.status_code, 'name="scan" value="0418"' in response.content.decode()) == (409, True)
    answer(client, KIOSK, "kiosk-who", scan="0418", instead="1")
