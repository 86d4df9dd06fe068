"""The pages: what falls due, an act from its list to its paper, bans, the page of a recording before and after."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qorgan.archive.models import Recording
from qorgan.archive.retention import access, acts
from qorgan.archive.retention.destroying import carry_out, destroy
from qorgan.archive.retention.models import Act, Hold
from qorgan.archive.retention.tests.office import DUE, acting_at, at_desk, compose, signed
from qorgan.ledger.check import check_and_remember
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import PIN, Cast

pytestmark = pytest.mark.django_db
Page = Callable[[str], Client]


def shown(client: Client, name: str, *args: object, language: str = "ru") -> str:
    """The text of a page in Russian."""
    client.cookies["qorgan_language"] = language
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def post(client: Client, name: str, *args: object, **values: Any) -> Any:
    """Post, and follow."""
    client.cookies["qorgan_language"] = "ru"
    return client.post(reverse(name, args=args), values, follow=True)


def test_from_the_list_to_the_tombstone_by_hand(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    """Composed by one, signed by both with their own PIN, carried out; every page says how far it is."""
    with acting_at(DUE):
        serik, gulnar = client_of("serik"), client_of("gulnar")
        assert "12-3/41" in shown(serik, "retention:due")
        page = post(serik, "retention:compose", recording=[str(one.pk) for one in stored[:2]])
        act = Act.objects.get()
        assert (act.recordings, page.redirect_chain[-1][0]) == (2, reverse("retention:act", args=[act.pk]))
        assert "ждёт подписей" in page.content.decode()
        where = reverse("retention:act", args=[act.pk])
        assert [where in client.get("/").content.decode() for client in (serik, gulnar)] == [True, True]  # on the first page of each
        check_and_remember()
        assert 'data-ok="yes"' in shown(serik, "retention:act", act.pk)  # the act's own state does not hide the ledger's
        wrong = post(serik, "retention:act-sign", act.pk, pin="9999")
        assert (wrong.status_code, Act.objects.get().responsible) == (422, None)
        assert "ждёт второй подписи" in post(serik, "retention:act-sign", act.pk, pin=PIN).content.decode()
        assert [where in client.get("/").content.decode() for client in (serik, gulnar)] == [False, True]
        assert "исполняется" in post(gulnar, "retention:act-sign", act.pk, pin=PIN).content.decode()
        carry_out()
        assert "уничтожено – 2, сохранено – 0, осталось – 0" in shown(gulnar, "retention:act-progress", act.pk)
        assert "исполнен" in shown(gulnar, "retention:acts")
        assert f"Уничтожена 21.11.2043 по акту № {act.number}" in shown(gulnar, "archive:recording", stored[0].pk)
        assert f"уничтожена 21.11.2043 по акту № {act.number}" in shown(gulnar, "archive:search")
        assert "Айдар" not in shown(gulnar, "archive:recording", stored[0].pk)


def test_both_papers_are_made(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    with acting_at(DUE):
        act = signed(cast)
        destroy(act)
        for language in ("kk", "ru"):
            response = client_of("dana").get(reverse("retention:act-paper", args=[act.pk]), {"language": language})
            assert response.content.startswith(b"%PDF-")


def test_nothing_of_a_destroyed_recording_is_streamed(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    with acting_at(DUE):
        destroy(signed(cast))
        for name in ("archive:stream", "archive:original"):
            assert client_of("gulnar").get(reverse(name, args=[stored[0].pk])).status_code == 410


def test_a_refused_act_says_by_whom_and_why(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    with acting_at(DUE):
        act = compose(cast)
        assert "не все" in post(client_of("gulnar"), "retention:act-stop", act.pk, reason="не все записи просмотрены").content.decode()
        assert post(client_of("serik"), "retention:act-sign", act.pk, pin=PIN).status_code == 409


def test_a_ban_is_placed_on_the_inspection_and_lifted_by_the_head(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    serik, gulnar = client_of("serik"), client_of("gulnar")
    url = f"{reverse('retention:hold-new')}?recording={stored[0].pk}"
    serik.cookies["qorgan_language"] = "ru"
    page = serik.post(url, {"scope": "inspection", "reason": "дело в суде", "until": ""}, follow=True)
    assert "дело в суде" in page.content.decode()
    hold = Hold.objects.get()
    assert all(access.held(one) for one in stored)
    assert serik.get(reverse("retention:hold-lift", args=[hold.pk])).status_code == 403
    assert post(gulnar, "retention:hold-lift", hold.pk, reason="решение вступило в силу", pin=PIN).status_code == 200
    assert not access.held(stored[0])
    assert "решение вступило в силу" in shown(gulnar, "retention:holds")


def test_a_ban_for_a_case_names_its_inspections(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    serik = client_of("serik")
    wrong = post(serik, "retention:hold-new", inspections="12-3/41\n99-9/9", reason="дело")
    assert wrong.status_code == 422
    assert "99-9/9" in wrong.content.decode()
    post(serik, "retention:hold-new", inspections="№ 12-3/41", reason="дело")
    assert access.held(stored[2])


def test_the_page_of_a_recording_tells_the_arithmetic(stored: list[Recording], client_of: Page) -> None:
    page = shown(client_of("gulnar"), "archive:recording", stored[0].pk)
    assert "20 ноября 2043 года" in page
    assert "внеплановая проверка" in page


def test_a_term_is_lengthened_on_the_page_and_not_shortened(stored: list[Recording], client_of: Page) -> None:
    serik = client_of("serik")
    assert post(serik, "retention:longer", stored[0].pk, until="2043-11-20", reason="жалоба").status_code == 422
    assert post(serik, "retention:longer", stored[0].pk, until="2044-11-20", reason="жалоба").status_code == 200


def test_another_division_sees_nothing_of_it(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    with acting_at(DUE):
        act = compose(cast)
        bekzat = client_of("bekzat")
        assert bekzat.get(reverse("retention:act", args=[act.pk])).status_code == 404
        assert "12-3/41" not in shown(bekzat, "retention:due")
        assert post(bekzat, "retention:compose", recording=[str(stored[0].pk)]).status_code == 409


def test_the_ledger_page_says_that_a_content_was_destroyed(stored: list[Recording], cast: Cast, client_of: Page) -> None:
    with acting_at(DUE):
        act = signed(cast)
        destroy(act)
        dana = client_of("dana")
        page = shown(dana, "ledger:entry", stored[0].position)
        assert f"№ {act.number}" in page
        assert "уничтожено" in shown(dana, "ledger:entries")


def test_the_head_s_page_learns_what_waits(stored: list[Recording], cast: Cast) -> None:
    before = access.due_soon(cast.karaganda)
    assert (before.fallen, before.waits) == (0, False)
    with acting_at(DUE):
        assert access.due_soon(cast.karaganda).fallen == 3
        act = compose(cast, [stored[0].pk])
        acts.stop(actor=at_desk(cast.gulnar, cast.karaganda), act=compose(cast, [stored[1].pk]), reason="қате")
        soon = access.due_soon(cast.karaganda)
    assert (soon.fallen, [one.pk for one in soon.open_acts], soon.waits) == (2, [act.pk], True)
    assert Entry.objects.filter(kind="retention:act:stopped").count() == 1
