"""The kiosk as a person uses it: every step a form, by scanner, digits or buttons, without script."""

import time
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.journals.models import Mark, Row
from qorgan.people.tests.cast import PIN
from qorgan.recorders import actions
from qorgan.recorders.kiosk import draft as drafts
from qorgan.recorders.kiosk.scanning import find_recorder
from qorgan.recorders.models import Inspection, Issue
from qorgan.recorders.tests.conftest import BIN, Desk

ClientOf = Callable[[str], Client]
KIOSK = "/kiosk/"


def answer(client: Client, url: str, expected: str | None = None, **data: object) -> HttpResponse:
    """Post an answer; ``expected`` is the name of the page it leads to."""
    response = client.post(url, data)
    if expected is not None:
        assert response.status_code == 302, response.content.decode()
        assert response.headers["Location"] == reverse(f"recorders:{expected}")
    return response


def to_the_signature(client: Client, desk: Desk, scan: str = "0417") -> None:
    answer(client, KIOSK, "kiosk-who", scan=scan)
    answer(client, "/kiosk/who/", "kiosk-what", person=desk.cast.aidar.pk)
    answer(client, "/kiosk/what/", "kiosk-charge", inspection=desk.inspection.pk)
    answer(client, "/kiosk/charge/", "kiosk-clock", charge="90")
    answer(client, "/kiosk/clock/", "kiosk-sign", same="1")


def test_six_answers_and_the_row_is_written(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_signature(client, desk, scan=desk.r0417.scan_text)
    answer(client, "/kiosk/sign/", "kiosk-done", pin=PIN)
    page = client.get("/kiosk/done/").content.decode()
    issue = Issue.objects.get()
    assert (issue.person, issue.charge_percent, issue.clock_offset_s) == (desk.cast.aidar, 90, 0)
    assert 'http-equiv="refresh"' in page
    assert client.get("/kiosk/done/").status_code == 302


def test_by_keyboard_alone(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-who", scan="0417")
    answer(client, "/kiosk/who/", "kiosk-what", q="жүн")
    answer(client, "/kiosk/what/", "kiosk-charge", q="1")
    answer(client, "/kiosk/charge/", "kiosk-clock", typed="87 %")
    shown = timezone.localtime().replace(microsecond=0)
    answer(client, "/kiosk/clock/", "kiosk-sign", shows=f"{(shown.hour + 1) % 24:02}:{shown.minute:02}:{shown.second:02}")
    answer(client, "/kiosk/sign/", "kiosk-done", pin=PIN)
    issue = Issue.objects.get()
    assert issue.charge_percent == 87
    assert 3595 <= issue.clock_offset_s <= 3600
    assert "UTC+6" in Mark.objects.get(row=issue.row, column=7).text


def test_every_page_can_be_looked_at(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    assert client.get(KIOSK).status_code == 200
    answer(client, KIOSK, "kiosk-who", scan="0417")
    who = client.get("/kiosk/who/").content.decode()
    assert "Жүнісов" in who
    assert "Төлегенова" not in who  # the auditor takes no recorder
    answer(client, "/kiosk/who/", "kiosk-what", person=desk.cast.aidar.pk)
    assert "12-3/41" in client.get("/kiosk/what/").content.decode()
    assert client.get("/kiosk/what/new/").status_code == 200
    answer(client, "/kiosk/what/", "kiosk-charge", inspection=desk.inspection.pk)
    assert client.get("/kiosk/charge/").status_code == 200
    answer(client, "/kiosk/charge/", "kiosk-clock", charge="40")
    assert client.get("/kiosk/clock/").status_code == 200
    answer(client, "/kiosk/clock/", "kiosk-sign", same="1")
    assert "40" in client.get("/kiosk/sign/").content.decode()


def test_pages_show_no_other_area(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-who", scan="0417")
    page = client.get("/kiosk/who/").content.decode()
    assert reverse("recorders:kiosk") in page
    for name in ("journals:books", "archive:search", "people:list", "ledger:entries"):
        assert f'href="{name}' not in page
    assert "<nav" not in page


def test_a_locked_station_has_no_other_right(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    assert client.get(reverse("recorders:list")).status_code == 200
    client.post("/kiosk/station/")
    assert client.get(KIOSK).status_code == 200
    assert client.get(reverse("recorders:list")).status_code == 403
    to_the_signature(client, desk)
    answer(client, "/kiosk/sign/", "kiosk-done", pin=PIN)


def test_a_new_inspection_on_the_spot(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-who", scan="0417")
    answer(client, "/kiosk/who/", "kiosk-what", person=desk.cast.marat.pk)
    assert client.get("/kiosk/what/").headers["Location"] == reverse("recorders:kiosk-new")
    answer(client, "/kiosk/what/", "kiosk-new", q="0")
    typed = {"kind": "preventive", "subject_name": "«Үлгі» АҚ", "subject_bin": "123456789012", "act_number": "12"}
    refused = answer(client, "/kiosk/what/new/", **typed)
    assert refused.status_code == 422
    assert "«Үлгі» АҚ" in refused.content.decode()
    answer(client, "/kiosk/what/new/", "kiosk-charge", **{**typed, "subject_bin": BIN})
    made = Inspection.objects.get(subject_name="«Үлгі» АҚ")
    assert (made.inspector, made.subject_bin, made.number) == (desk.cast.marat, BIN, f"{timezone.localdate().year}-001")


def test_a_wrong_pin_writes_nothing(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_signature(client, desk)
    assert answer(client, "/kiosk/sign/", pin="0000").status_code == 422
    assert not Row.objects.exists()
    answer(client, "/kiosk/sign/", "kiosk-done", pin=PIN)


def test_signing_twice_writes_once(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_signature(client, desk)
    answer(client, "/kiosk/sign/", "kiosk-done", pin=PIN)
    answer(client, "/kiosk/sign/", "kiosk", pin=PIN)
    assert Issue.objects.count() == 1


def test_why_not_and_what_instead(desk: Desk, client_of: ClientOf) -> None:
    desk.break_down()
    response = answer(client_of("serik"), KIOSK, scan="0417")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Оспанов Марат" in page
    assert "0418, 0421" in page


def test_a_low_charge_is_refused_where_the_office_says_so(desk: Desk, client_of: ClientOf) -> None:
    actions.set_policy(actor=desk.actor, organisation=desk.cast.karaganda, values={"refuse_low_charge": True})
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-who", scan="0417")
    answer(client, "/kiosk/who/", "kiosk-what", person=desk.cast.aidar.pk)
    answer(client, "/kiosk/what/", "kiosk-charge", inspection=desk.inspection.pk)
    assert answer(client, "/kiosk/charge/", charge="30").status_code == 409


def test_return_by_one_tap_and_a_pin(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-return", scan="0417")
    assert "А. Жүнісов" in client.get("/kiosk/return/").content.decode()
    answer(client, "/kiosk/return/", "kiosk-return-sign", inspection="over")
    assert client.get("/kiosk/return/sign/").status_code == 200
    answer(client, "/kiosk/return/sign/", "kiosk-done", pin=PIN)
    issue = Issue.objects.get()
    desk.inspection.refresh_from_db()
    assert issue.returned_by == desk.cast.aidar
    assert desk.inspection.ended_at == issue.returned_at


def test_the_responsible_person_signs_with_a_remark(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    client = client_of("serik")
    answer(client, KIOSK, "kiosk-return", scan="0417")
    assert answer(client, "/kiosk/return/", inspection="on", by_responsible="on").status_code == 422
    answer(client, "/kiosk/return/", "kiosk-return-sign", inspection="on", by_responsible="on", remarks="Инспектор ауырып қалды")
    answer(client, "/kiosk/return/sign/", "kiosk-done", pin=PIN)
    assert Issue.objects.get().returned_by == desk.cast.serik


def test_nobody_goes_on_nothing_is_kept(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    to_the_signature(client, desk)
    session = client.session
    session[drafts.KEY] = {**session[drafts.KEY], "touched": int(time.time()) - drafts.KEPT_SECONDS - 1}
    session.save()
    answer(client, "/kiosk/sign/", "kiosk", pin=PIN)
    assert not Issue.objects.exists()


@pytest.mark.parametrize("name", ["aidar", "olga", "dana", "nurlan"])
def test_only_those_who_keep_recorders_run_a_kiosk(desk: Desk, client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    assert client.get(KIOSK).status_code == 403
    assert client.post(KIOSK, {"scan": "0417"}).status_code == 403
    assert client.post("/kiosk/station/").status_code == 403


def test_a_stranger_finds_no_recorder_of_ours(desk: Desk, client_of: ClientOf) -> None:
    response = answer(client_of("bekzat"), KIOSK, scan=desk.r0417.scan_text)
    assert response.status_code == 422
    assert "0417" not in response.content.decode()


@pytest.mark.parametrize("layout", ["latin", "russian", "kazakh"])
def test_a_scanner_types_on_any_layout(desk: Desk, layout: str) -> None:
    russian = str.maketrans("abcdefqorgn:", "фисвуайщкпнЖ".replace("н", "т"))
    kazakh = {**russian, **str.maketrans("1234567890-", '"әіңғ,.үұқө')}
    typed = desk.r0417.scan_text.translate({"latin": {}, "russian": russian, "kazakh": kazakh}[layout])
    assert find_recorder(desk.cast.karaganda, typed) == desk.r0417
    assert find_recorder(desk.cast.karaganda, "қң\".") == desk.r0417
    assert find_recorder(desk.cast.karaganda, "9999") is None
