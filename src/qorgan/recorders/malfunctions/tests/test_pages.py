"""Pages: the band that waits to be seen, the report from desk and field, the way to repair and back, what docks found (444 p.20)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qorgan.archive.docks import create_dock
from qorgan.archive.models import Dock
from qorgan.ledger.models import Entry
from qorgan.people.models import Post
from qorgan.people.tests.cast import PIN
from qorgan.recorders.actions import register_recorder
from qorgan.recorders.malfunctions.models import Malfunction, Sending, Trouble
from qorgan.recorders.malfunctions.telling import Fault
from qorgan.recorders.models import Recorder
from qorgan.recorders.tests.arriving import arrive
from qorgan.recorders.tests.conftest import Desk, signing

ClientOf = Callable[[str], Client]


def report_url(recorder: Recorder) -> str:
    return reverse("recorders:recorder-fault", args=[recorder.pk])


def test_the_band_stays_until_it_is_seen(desk: Desk, client_of: ClientOf) -> None:
    made = desk.break_down()
    seen = reverse("recorders:malfunction-seen", args=[made.pk])
    for name, waits in (("gulnar", True), ("serik", True), ("aidar", False), ("olga", False), ("dana", False), ("bekzat", False)):
        assert (seen in client_of(name).get("/").content.decode()) is waits, name
    assert client_of("gulnar").get("/").context["waiting"].out_of_order == (), "it stands in the band above, once"
    assert client_of("gulnar").post(seen, {"today": "1"}).headers["Location"] == "/"
    assert client_of("gulnar").get("/").context["waiting"].out_of_order == (made,), "seen, and still out of order"
    assert seen not in client_of("gulnar").get("/").content.decode()
    assert seen in client_of("serik").get("/").content.decode()
    page = client_of("gulnar").get(reverse("recorders:malfunction", args=[made.pk])).content.decode()
    assert "Г. Әбенова" in page
    assert client_of("gulnar").post(seen).status_code == 403  # twice
    assert client_of("olga").post(seen).status_code == 403
    assert Entry.objects.filter(kind="recorders:malfunction:seen").count() == 1


def test_the_first_page_costs_the_same(desk: Desk, client_of: ClientOf) -> None:
    client, costs = client_of("serik"), []
    client.get("/")
    for recorder in (desk.r0417, desk.r0418, desk.r0421):
        desk.break_down(recorder)
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        costs.append(len(asked))
    assert len(set(costs)) == 1


def test_reported_from_the_desk(desk: Desk, client_of: ClientOf) -> None:
    client, url = client_of("serik"), report_url(desk.r0417)
    page = client.get(url, {"moment": "dock", "kind": "storage"}).content.decode()
    assert page.count("checked") == 2
    typed = {"moment": "dock", "kind": "storage", "words": "", "since": "", "pin": PIN}
    assert client.post(url, {**typed, "pin": "0000"}).status_code == 422
    assert client.post(url, {**typed, "pin": ""}).status_code == 422
    assert client.post(url, {**typed, "since": "кеше"}).status_code == 422
    assert client.post(url, {**typed, "moment": "field"}).status_code == 422
    assert not Malfunction.objects.exists()
    made = client.post(url, typed)
    assert made.status_code == 302
    assert Malfunction.objects.get().person == desk.cast.serik
    again = client.post(url, typed)
    assert again.status_code == 422
    assert desk.cast.serik.full_name in again.content.decode()


def test_the_inspector_who_has_it_reports_it_from_the_field(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    client, url = client_of("aidar"), report_url(desk.r0417)
    inspection = reverse("recorders:inspection", args=[desk.inspection.pk])
    assert url in client.get(inspection).content.decode()
    assert client_of("marat").get(url).status_code == 404
    assert client.get(report_url(desk.r0418)).status_code == 404
    done = client.post(url, {"kind": "picture", "words": "", "since": "", "pin": PIN})
    made = Malfunction.objects.get()
    assert done.headers["Location"] == reverse("recorders:malfunction", args=[made.pk])
    assert (made.moment, made.by_telephone, made.person) == ("field", False, desk.cast.aidar)
    assert client.get(done.headers["Location"]).status_code == 200
    assert url not in client.get(inspection).content.decode()


def test_told_to_the_responsible_person_at_the_desk(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    client = client_of("serik")
    assert client.post(report_url(desk.r0417), {"kind": "picture", "words": "", "since": "", "pin": PIN}).status_code == 302
    made = Malfunction.objects.get()
    assert (made.by_telephone, made.person) == (True, desk.cast.aidar)


def test_away_back_and_working_again(desk: Desk, client_of: ClientOf) -> None:
    made, client = desk.break_down(), client_of("serik")
    page = reverse("recorders:recorder", args=[desk.r0417.pk])

    def post(name: str, **typed: str) -> HttpResponse:
        return client.post(reverse(f"recorders:{name}", args=[desk.r0417.pk]), typed)  # type: ignore[return-value]

    assert reverse("recorders:recorder-sent", args=[desk.r0417.pk]) in client.get(page).content.decode()
    assert post("recorder-back", result="").status_code == 422
    assert post("recorder-sent", place="«Сервис» ЖШС").status_code == 302
    assert "«Сервис» ЖШС" in client.get(page).content.decode()
    assert post("recorder-sent", place="Басқа").status_code == 422
    assert post("recorder-back", result="Платасы ауыстырылды").status_code == 302
    assert post("recorder-repaired", note="Тексерілді").status_code == 302
    assert post("recorder-repaired", note="Тексерілді").status_code == 422
    history = client.get(page).content.decode()
    assert "Тексерілді" in history
    assert Sending.objects.get().result == "Платасы ауыстырылды"
    assert "Платасы ауыстырылды" in client.get(reverse("recorders:malfunction", args=[made.pk])).content.decode()
    assert Recorder.objects.get(pk=desk.r0417.pk).faulty_since is None


def test_history_costs_the_same(desk: Desk, client_of: ClientOf, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    client, serik = client_of("serik"), desk.cast.serik
    for _time in range(6):
        desk.break_down(person=serik, proven=signing(serik, Post.RESPONSIBLE), moment="store")
        assert client.post(reverse("recorders:recorder-repaired", args=[desk.r0417.pk]), {"note": "Жөнделді"}).status_code == 302
    with django_assert_max_num_queries(25):
        page = client.get(reverse("recorders:recorder", args=[desk.r0417.pk])).content.decode()
    assert page.count("/malfunctions/") == 6


# What docks find ----------------------------------------------------------------------------------


@pytest.fixture
def dock(desk: Desk) -> tuple[Dock, str]:
    return create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")


def status(dock: tuple[Dock, str], recorder: object, problem: str = "unreadable", message: str = "Файл оқылмайды") -> None:
    device = {
        "recorder": str(recorder), "inventory_number": "0417", "state": "failed", "files_total": 4, "files_done": 1, "bytes_total": 4000, "bytes_done": 900,
        "bytes_per_second": 0, "seconds_left": None, "problem": problem, "message": message,
    }
    answer = Client().post(
        "/api/dock/v1/status", json.dumps({"devices": [device]}), content_type="application/json", headers={"Authorization": f"Bearer {dock[1]}"}
    )
    assert answer.status_code == 200


def test_what_a_dock_cannot_read_is_offered_as_a_malfunction(desk: Desk, dock: tuple[Dock, str], client_of: ClientOf) -> None:
    """It stays after the recorder is unplugged; the dock itself puts nothing out of order; the report settles it."""
    for _report in range(3):
        status(dock, desk.r0417.pk)
    trouble = Trouble.objects.get()
    assert (trouble.recorder, trouble.code, trouble.what) == (desk.r0417, "unreadable", "Файл оқылмайды")
    assert Entry.objects.filter(kind="recorders:trouble:seen").count() == 1
    assert Recorder.objects.get(pk=desk.r0417.pk).faulty_since is None
    page = client_of("serik").get("/").content.decode()
    assert f"{report_url(desk.r0417)}?moment=dock&amp;kind=storage" in page
    made = desk.break_down(moment="dock", person=desk.cast.serik, proven=signing(desk.cast.serik, Post.RESPONSIBLE), fault=Fault("storage"))
    trouble.refresh_from_db()
    assert (trouble.malfunction, trouble.settled_at) == (made, made.reported_at)
    status(dock, desk.r0417.pk)
    assert Trouble.objects.count() == 1  # it is out of order: known
    assert "Файл оқылмайды" in client_of("serik").get(reverse("recorders:malfunction", args=[made.pk])).content.decode()


def test_what_is_no_malfunction_is_set_aside_with_a_word(desk: Desk, dock: tuple[Dock, str], client_of: ClientOf) -> None:
    status(dock, desk.r0417.pk, "read-only")
    trouble, client = Trouble.objects.get(), client_of("serik")
    url = reverse("recorders:trouble-aside", args=[trouble.pk])
    assert client_of("bekzat").post(url, {"because": "x"}).status_code == 404
    assert client.post(url, {"because": ""}).status_code == 422
    assert client.post(url, {"because": "Карта құлыпталған екен"}).status_code == 302
    trouble.refresh_from_db()
    assert (trouble.settled_because, trouble.malfunction) == ("Карта құлыпталған екен", None)
    assert client.post(url, {"because": "тағы"}).status_code == 404
    status(dock, desk.r0417.pk, "read-only")
    assert Trouble.objects.filter(settled_at=None).count() == 1  # seen anew


@pytest.mark.parametrize("problem", ["", "unreachable", "dock-full", "growing", "nonsense"])
def test_what_is_not_the_recorders_fault_is_no_trouble(desk: Desk, dock: tuple[Dock, str], problem: str) -> None:
    status(dock, desk.r0417.pk, problem)
    assert not Trouble.objects.exists()


def test_a_dock_names_recorders_of_its_own_division_only(desk: Desk, dock: tuple[Dock, str]) -> None:
    theirs = register_recorder(actor=desk.actor, organisation=desk.cast.pavlodar, inventory_number="0417")
    for recorder in (theirs.pk, "nonsense", ""):
        status(dock, recorder)
    assert not Trouble.objects.exists()


@pytest.mark.parametrize(
    ("media", "found"),
    [
        ({"kind": "broken", "problems": ["unreadable"]}, 1),
        ({"kind": "video", "problems": ["read-error"]}, 1),
        ({"kind": "video", "problems": ["time-goes-back"]}, 0),
        ({"kind": "video", "problems": []}, 0),
    ],
)
def test_a_damaged_recording_is_stored_and_asked_about(desk: Desk, dock: tuple[Dock, str], media: dict[str, Any], found: int) -> None:
    recording = arrive(dock[0], desk.r0417, None, media=media)
    assert [trouble.what for trouble in Trouble.objects.all()] == [recording.name] * found
