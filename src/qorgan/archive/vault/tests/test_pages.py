"""Pages of the vault, as each of the cast meets them (444 p.6, 13)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qorgan.archive.vault import granting, secret, standing
from qorgan.archive.vault.models import Generation, HolderKey, RecoveryCopy
from qorgan.archive.vault.tests.office import HEAD_SECRET, RESPONSIBLE_SECRET, acting, choose, open_office
from qorgan.people.actions import end_appointment
from qorgan.people.models import Person
from qorgan.people.tests.cast import Cast

ClientOf = Callable[[str], Client]
NEW_SECRET = "алтын сарайдың кілті 5"
HOLDERS_ONLY = ["vault-secret", "vault-change", "vault-open", "vault-renew", "vault-recovery-decline", "vault-recover"]


def post(client: Client, name: str, *args: Any, **values: str) -> Any:
    return client.post(reverse(f"archive:{name}", args=args), values)


def page(client: Client) -> str:
    answer = client.get(reverse("archive:vault"))
    assert answer.status_code == 200
    return str(answer.content.decode())


def dismiss(person: Person) -> None:
    end_appointment(actor=acting(person, person.organisation), appointment=person.appointments.in_force().get(), order_number="2-Ж")


@pytest.mark.parametrize(("name", "status"), [("gulnar", 200), ("serik", 200), ("olga", 200), ("dana", 200), ("aidar", 403), ("nurlan", 403)])
def test_who_sees_the_state_of_the_vault(client_of: ClientOf, cast: Cast, name: str, status: int) -> None:
    open_office(cast)
    assert client_of(name).get(reverse("archive:vault")).status_code == status


@pytest.mark.parametrize("name", ["olga", "dana", "aidar", "nurlan"])
@pytest.mark.parametrize("address", HOLDERS_ONLY)
def test_only_holders_do_anything_to_it(client_of: ClientOf, cast: Cast, name: str, address: str) -> None:
    open_office(cast)
    before = (Generation.objects.count(), HolderKey.objects.count(), RecoveryCopy.objects.count())
    assert client_of(name).get(reverse(f"archive:{address}")).status_code == 403
    assert post(client_of(name), address, secret=NEW_SECRET, again=NEW_SECRET).status_code == 403
    assert (Generation.objects.count(), HolderKey.objects.count(), RecoveryCopy.objects.count()) == before


def test_the_head_of_another_division_sees_and_changes_only_the_own_vault(client_of: ClientOf, cast: Cast) -> None:
    open_office(cast)
    stranger = client_of("bekzat")
    assert cast.karaganda.name not in page(stranger)
    waiting = choose(cast.serik, cast.karaganda, NEW_SECRET)
    assert stranger.get(reverse("archive:vault-access", args=[waiting.pk])).status_code == 404
    assert stranger.get(reverse("archive:vault-recovery", args=[1])).status_code == 404
    post(stranger, "vault-renew")
    assert Generation.objects.count() == 1


def test_the_steps_by_hand(client_of: ClientOf, cast: Cast) -> None:
    """Each step names its paragraph; the vault opens when both have chosen; the sheet is declined at last."""
    gulnar, serik = client_of("gulnar"), client_of("serik")
    assert cast.gulnar.full_name in page(gulnar)
    assert post(gulnar, "vault-secret", secret=HEAD_SECRET, again=HEAD_SECRET).status_code == 302
    post(gulnar, "vault-open")
    assert not Generation.objects.exists()
    assert post(serik, "vault-secret", secret=RESPONSIBLE_SECRET, again=RESPONSIBLE_SECRET).status_code == 302
    assert reverse("archive:vault-open") in page(serik)
    assert post(serik, "vault-open").headers["Location"] == reverse("archive:vault")
    assert Generation.objects.get().number == 1
    assert reverse("archive:vault-recovery", args=[1]) in page(gulnar)
    post(gulnar, "vault-recovery-decline")
    assert RecoveryCopy.objects.get().decision == "declined"
    assert 'data-state="current"' not in page(gulnar)


@pytest.mark.parametrize("values", [{"secret": NEW_SECRET, "again": "something else 1"}, {"secret": "short", "again": "short"}])
def test_a_secret_that_is_not_accepted_is_not_sent_back(client_of: ClientOf, cast: Cast, values: dict[str, str]) -> None:
    answer = client_of("gulnar").post(reverse("archive:vault-secret"), values)
    assert answer.status_code == 422
    assert all(value not in answer.content.decode() for value in values.values())
    assert not HolderKey.objects.exists()


def test_change_of_secret(client_of: ClientOf, cast: Cast) -> None:
    open_office(cast)
    client = client_of("gulnar")
    assert post(client, "vault-change", old="not the secret 12", secret=NEW_SECRET, again=NEW_SECRET).status_code == 422
    assert post(client, "vault-change", old=HEAD_SECRET, secret=NEW_SECRET, again=NEW_SECRET).status_code == 302
    key = standing.confirmed_key(cast.karaganda, cast.gulnar)
    assert key is not None
    assert secret.open_with(NEW_SECRET, key.blob) is not None


def test_a_lost_secret_is_made_good_on_two_screens(client_of: ClientOf, cast: Cast) -> None:
    open_office(cast)
    gulnar, serik = client_of("gulnar"), client_of("serik")
    post(serik, "vault-secret", secret=NEW_SECRET, again=NEW_SECRET)
    waiting = standing.waiting_key(cast.karaganda, cast.serik)
    assert waiting is not None
    assert waiting.code in page(serik)
    form = gulnar.get(reverse("archive:vault-access", args=[waiting.pk])).content.decode()
    assert waiting.code in form
    assert serik.get(reverse("archive:vault-access", args=[waiting.pk])).status_code == 404, "nobody confirms oneself"
    assert post(gulnar, "vault-access", waiting.pk, secret=NEW_SECRET).status_code == 422
    assert post(gulnar, "vault-access", waiting.pk, secret=HEAD_SECRET).status_code == 302
    assert standing.confirmed_key(cast.karaganda, cast.serik) == waiting
    assert Generation.objects.count() == 2


def test_the_page_settles_a_dismissal_and_offers_the_hand_over(client_of: ClientOf, cast: Cast) -> None:
    open_office(cast)
    dismiss(cast.serik)
    assert cast.serik.full_name not in page(client_of("gulnar"))
    assert Generation.objects.count() == 2
    dismiss(cast.gulnar)
    page(client_of("olga"))
    assert standing.former_keys(cast.karaganda).count() == 1, "only the last key is kept, until it is handed over"


def test_the_sheet_is_a_paper_given_once_and_recovers(client_of: ClientOf, cast: Cast) -> None:
    generation = open_office(cast)
    client = client_of("serik")
    assert post(client, "vault-recovery", 1, secret="not the secret 12").status_code == 422
    paper = post(client, "vault-recovery", 1, secret=RESPONSIBLE_SECRET)
    assert (paper["Content-Type"], paper.content[:4], paper["Cache-Control"]) == ("application/pdf", b"%PDF", "private, no-store")
    assert post(client, "vault-recovery", 1, secret=RESPONSIBLE_SECRET).status_code == 422
    key = standing.confirmed_key(cast.karaganda, cast.serik)
    assert key is not None
    opened = secret.open_with(RESPONSIBLE_SECRET, key.blob)
    assert opened is not None
    letters = str(granting.opened_by(key, opened)[generation])
    post(client, "vault-secret", secret=NEW_SECRET, again=NEW_SECRET)
    wrong = post(client, "vault-recover", sheet=letters[:-4] + "QQQQ")
    assert wrong.status_code == 422
    assert letters[20:40] not in wrong.content.decode(), "the letters are not sent back"
    assert post(client, "vault-recover", sheet=letters).status_code == 302
    assert Generation.objects.count() == 2


def test_the_administrator_sees_the_state_and_no_button(client_of: ClientOf, cast: Cast) -> None:
    open_office(cast)
    text = page(client_of("olga"))
    assert cast.gulnar.full_name in text
    for address in ("vault-secret", "vault-change", "vault-renew", "vault-recover"):
        assert f'"{reverse(f"archive:{address}")}"' not in text


@pytest.mark.parametrize("language", ["kk", "ru"])
@pytest.mark.parametrize("address", ["vault", *HOLDERS_ONLY])
def test_the_pages_speak_both_languages_without_inline_style_or_script(client_of: ClientOf, cast: Cast, language: str, address: str) -> None:
    open_office(cast)
    client = client_of("gulnar")
    client.cookies["qorgan_language"] = language
    text = client.get(reverse(f"archive:{address}")).content.decode()
    assert f'<html lang="{language}"' in text
    assert " style=" not in text
    assert "<script>" not in text
