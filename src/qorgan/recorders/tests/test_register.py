"""Registering, changing, withdrawing recorders (444 p.3, 7), and who sees them."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import PIN
from qorgan.recorders import actions
from qorgan.recorders.models import Recorder
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.tests.conftest import Desk

ClientOf = Callable[[str], Client]
TYPED = {"inventory_number": "0500", "model": "DSJ-V9", "serial": "77", "pattern": "auto", "volume_serial": "", "volume_label": "", "marker": ""}


def test_registered(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    assert client.get(reverse("recorders:register")).status_code == 200
    response = client.post(reverse("recorders:register"), TYPED)
    recorder = Recorder.objects.get(inventory_number="0500")
    assert response.headers["Location"] == reverse("recorders:recorder", args=[recorder.pk])
    payload = said(Entry.objects.get(kind="recorders:recorder:registered", subject=f"recorder:{recorder.pk}"))
    assert payload["payload"]["inventory_number"] == "0500"
    assert payload["actor"]["name"] == desk.cast.serik.full_name
    assert "0500" in client.get(response.headers["Location"]).content.decode()


def test_inventory_number_is_unique(desk: Desk, client_of: ClientOf) -> None:
    response = client_of("serik").post(reverse("recorders:register"), {**TYPED, "inventory_number": " 0417 "})
    assert response.status_code == 422
    assert Recorder.objects.filter(inventory_number="0417").count() == 1
    actions.register_recorder(actor=desk.actor, organisation=desk.cast.pavlodar, inventory_number="0417")
    with pytest.raises(ValidationError):
        actions.register_recorder(actor=desk.actor, organisation=desk.cast.karaganda, inventory_number="0417")


def test_particulars_change_and_the_ledger_keeps_both(desk: Desk, client_of: ClientOf) -> None:
    url = reverse("recorders:recorder-change", args=[desk.r0417.pk])
    client = client_of("serik")
    assert client.get(url).status_code == 200
    values = {"model": "DSJ-V9", "serial": "SN-1", "pattern": "auto", "volume_serial": "A1B2-0417", "volume_label": "", "marker": "q-0417"}
    assert client.post(url, values).status_code == 302
    entry = Entry.objects.get(kind="recorders:recorder:changed")
    assert said(entry)["payload"]["changes"] == {"serial": ["", "SN-1"]}
    client.post(url, values)
    assert Entry.objects.filter(kind="recorders:recorder:changed").count() == 1


def test_withdrawn_for_a_reason_and_not_while_out(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    with pytest.raises(RecorderRefusal):
        actions.withdraw_recorder(actor=desk.actor, recorder=desk.r0417, reason="Ескірді")
    desk.take_back()
    url = reverse("recorders:recorder-withdraw", args=[desk.r0417.pk])
    assert client_of("serik").post(url, {"reason": " "}).status_code == 422
    assert client_of("serik").post(url, {"reason": "Ескірді"}).status_code == 302
    desk.r0417.refresh_from_db()
    assert desk.r0417.withdrawn_because == "Ескірді"
    with pytest.raises(RecorderRefusal):
        actions.change_recorder(actor=desk.actor, recorder=desk.r0417, model="X")


def test_one_marker_one_recorder_in_use(desk: Desk) -> None:
    with pytest.raises(ValidationError):
        actions.change_recorder(actor=desk.actor, recorder=desk.r0418, marker="q-0417")
    actions.withdraw_recorder(actor=desk.actor, recorder=desk.r0417, reason="Ескірді")
    actions.change_recorder(actor=desk.actor, recorder=desk.r0418, marker="q-0417")


def test_reported_out_of_order_and_repaired_from_its_page(desk: Desk, client_of: ClientOf) -> None:
    client, url = client_of("serik"), reverse("recorders:recorder-fault", args=[desk.r0417.pk])
    assert client.post(url, {"moment": "store", "kind": "mount", "words": "Экраны сынған", "pin": PIN}).status_code == 302
    assert "Экраны сынған" in client.get(reverse("recorders:recorder", args=[desk.r0417.pk])).content.decode()
    assert client.post(reverse("recorders:recorder-repaired", args=[desk.r0417.pk]), {"note": "Ауыстырылды"}).status_code == 302
    assert Recorder.objects.get(pk=desk.r0417.pk).faulty_since is None


def test_list_says_where_each_is(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    page = client_of("gulnar").get(reverse("recorders:list")).content.decode()
    assert "А. Жүнісов" in page
    assert all(number in page for number in ("0417", "0418", "0421"))


@pytest.mark.parametrize("count", [1, 40])
def test_list_costs_the_same(desk: Desk, client_of: ClientOf, count: int, django_assert_max_num_queries: Callable[[int], object]) -> None:
    Recorder.objects.bulk_create([Recorder(organisation=desk.cast.karaganda, inventory_number=f"9{n:03}") for n in range(count)])
    client = client_of("serik")
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        assert client.get(reverse("recorders:list")).status_code == 200


@pytest.mark.parametrize(("name", "reads", "manages"), [
    ("gulnar", 200, 200), ("serik", 200, 200), ("olga", 200, 403), ("aidar", 403, 403), ("dana", 403, 403), ("nurlan", 403, 403), ("bekzat", 404, 404),
])
def test_who_sees_a_recorder(desk: Desk, client_of: ClientOf, name: str, reads: int, manages: int) -> None:
    client = client_of(name)
    assert client.get(reverse("recorders:recorder", args=[desk.r0417.pk])).status_code == reads
    assert client.get(reverse("recorders:recorder-change", args=[desk.r0417.pk])).status_code == manages
    assert client.post(reverse("recorders:recorder-withdraw", args=[desk.r0417.pk]), {"reason": "x"}).status_code in ({302} if manages == 200 else {manages})
