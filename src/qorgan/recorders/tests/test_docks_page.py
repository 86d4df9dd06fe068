"""The docks page, a new dock with its token shown once, revoking, the office's rules; papers (444 p.7, 11, 16, 19, 20)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.docks import create_dock
from qorgan.archive.models import Dock
from qorgan.ledger.models import Entry
from qorgan.recorders import patterns
from qorgan.recorders.models import Policy, Stranger
from qorgan.recorders.tests.conftest import Desk
from qorgan.recorders.tests.test_dock_api import DEVICE

ClientOf = Callable[[str], Client]


def test_failures_first_and_strangers(desk: Desk, client_of: ClientOf) -> None:
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="Бөлме 214")
    devices = [
        {**DEVICE, "recorder": str(desk.r0418.pk), "inventory_number": "0418"},
        {**DEVICE, "recorder": str(desk.r0421.pk), "inventory_number": "0421", "state": "failed", "message": "Жад оқылмайды"},
    ]
    now = timezone.now()
    Dock.objects.filter(pk=dock.pk).update(status={"devices": devices, "queue": {"files": 3, "bytes": 100}}, status_at=now, enrolled_at=now)
    Stranger.objects.create(organisation=desk.cast.karaganda, dock_name="Бөлме 214", volume_serial="DEAD-BEEF")
    client = client_of("serik")
    page = client.get(reverse("recorders:docks")).content.decode()
    assert page.index("0421") < page.index("0418")
    assert "Жад оқылмайды" in page
    assert "DEAD-BEEF" in page
    part = client.get(reverse("recorders:docks"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "0421" in part


def test_a_new_dock_shows_its_token_once(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("olga")
    assert client.get(reverse("recorders:dock-new")).status_code == 200
    page = client.post(reverse("recorders:dock-new"), {"name": "Бөлме 214"})
    token = page.context["token"]
    assert f"qorgan-dock enrol --server http://testserver --token {token}" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert token not in client.get(reverse("recorders:docks")).content.decode()
    assert not Dock.objects.filter(token_digest=token).exists()
    assert client.post(reverse("recorders:dock-new"), {"name": "Бөлме 214"}).status_code == 422


def test_revoked_for_ever(desk: Desk, client_of: ClientOf) -> None:
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    url = reverse("recorders:dock-revoke", args=[dock.pk])
    client = client_of("olga")
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    dock.refresh_from_db()
    assert dock.revoked_at is not None


def test_rules_are_off_until_set_and_each_change_is_an_entry(desk: Desk, client_of: ClientOf) -> None:
    client, url = client_of("gulnar"), reverse("recorders:policy")
    page = client.get(url)
    assert page.context["form"]["erase_after_receipt"].value() is False
    assert client.post(url, {"erase_after_receipt": "on", "low_charge_percent": "40", "overdue_hour": "18"}).status_code == 302
    policy = Policy.objects.get()
    assert (policy.erase_after_receipt, policy.low_charge_percent, policy.refuse_low_charge, policy.overdue_hour) == (True, 40, False, 18)
    assert Entry.objects.filter(kind="recorders:policy:set").count() == 1
    assert client.post(url, {"low_charge_percent": "140", "overdue_hour": "25"}).status_code == 422


PAGES = {
    "recorders:docks": "serik gulnar olga", "recorders:dock-new": "serik olga", "recorders:policy": "gulnar", "recorders:labels": "serik gulnar"
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["gulnar", "serik", "aidar", "olga", "dana", "nurlan"])
def test_who_opens_which_page(desk: Desk, client_of: ClientOf, page: str, name: str) -> None:
    assert client_of(name).get(reverse(page)).status_code == (200 if name in PAGES[page].split() else 403)


def test_strangers_docks_are_not_found(desk: Desk, client_of: ClientOf) -> None:
    create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="Бөлме 214")
    assert "Бөлме 214" not in client_of("bekzat").get(reverse("recorders:docks")).content.decode()
    foreign, _token = create_dock(actor=desk.actor, organisation=desk.cast.pavlodar, name="77")
    assert client_of("serik").post(reverse("recorders:dock-revoke", args=[foreign.pk])).status_code == 404


def test_labels_as_pdf(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("serik")
    response = client.get(reverse("recorders:labels"), {"print": "1", "recorders": [str(desk.r0417.pk), str(desk.r0418.pk)], "skip": "3"})
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert client.get(reverse("recorders:labels"), {"print": "1"}).status_code == 422
    assert client_of("bekzat").get(reverse("recorders:labels"), {"print": "1", "recorders": [str(desk.r0417.pk)]}).status_code == 422


@pytest.mark.parametrize("size", ["a6", "a7"])
def test_badge_as_pdf(desk: Desk, client_of: ClientOf, size: str) -> None:
    response = client_of("aidar").get(reverse("recorders:badge"), {"size": size})
    assert response.content.startswith(b"%PDF")


def test_patterns_of_the_form_are_the_docks() -> None:
    shipped = {path.stem for path in (Path(patterns.__file__).parents[1] / "dock" / "patterns").glob("[a-z]*.yaml")}
    assert {key for key, _words in patterns.PATTERNS} == shipped | {"auto"}
