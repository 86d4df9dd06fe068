"""The register in the browser's terms: enter once, know groups and what is missing, answer what is asked."""

from collections.abc import Callable
from datetime import date
from html import unescape

from django.test import Client
from django.utils import timezone

from qorgan.facilities.assessing import assessed
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Facility, Fact
from qorgan.facilities.tests.conftest import MALL, MALL_FACTS
from qorgan.ledger.models import Entry


def typed(**more: str) -> dict[str, str]:
    """What one types into the page of entering."""
    return {"code": "АЛ-1", **MALL, **MALL_FACTS, "since": timezone.localdate().isoformat(), **more}


def test_a_mall_with_a_weapons_counter_is_entered_once_and_is_in_both_groups(client_of: Callable[[str], Client]) -> None:
    page = client_of("daniyar").post("/facilities/enter/", typed(trade_area_m2="2 000,00"), follow=True)
    facility = Facility.objects.get()
    assert page.redirect_chain == [(f"/facilities/{facility.pk}/", 302)]
    assert [one.name for one in assessed(facility, timezone.localdate()).groups] == ["3", "3.3", "4"]
    text = page.content.decode()
    for item in ("366/76/3.3", "366/76/4", "366/74/p2", "366/78", "366/109", "366/111"):
        assert f'href="/norms/{item}/"' in text, item
    assert "equipment.video_surveillance.installed" in text  # asked where it is missing


def test_an_answer_on_the_page_settles_a_requirement(client_of: Callable[[str], Client], enter: Callable[..., Facility]) -> None:
    facility, client = enter(**MALL_FACTS), client_of("daniyar")
    assert client.post(f"/facilities/{facility.pk}/answer/", {"equipment.video_surveillance.installed": "true"}).status_code == 302
    assert client.post(f"/facilities/{facility.pk}/answer/", {"equipment.video_surveillance.archive_days": "20"}).status_code == 302
    page = client.get(f"/facilities/{facility.pk}/").content.decode()
    assert "20" in page
    assert "30" in page
    standing = next(one for one in assessed(facility, timezone.localdate()).standings if one.item.id == "366/91/4")
    assert standing.failing == ("equipment.video_surveillance.archive_days",)


def test_one_form_asks_of_everything_whether_it_is_there(client_of: Callable[[str], Client], enter: Callable[..., Facility]) -> None:
    facility, client = enter(**MALL_FACTS), client_of("daniyar")
    address = f"/facilities/{facility.pk}/"
    page = client.get(address)
    asked = [name.name for name in page.context["presence"].asked]
    assert asked == [f"equipment.{line['block'].key}.installed" for line in page.context["matrix"]]
    assert len(asked) > 10
    assert [line for line in page.context["matrix"] if line["form"]] == [], "and none asks for itself"
    answers = dict.fromkeys(asked, "true") | {asked[0]: "", asked[1]: "false"}
    assert client.post(f"{address}answer/", answers).status_code == 302
    known = facts_on(facility, timezone.localdate())
    assert (asked[0] in known, known[asked[1]], known[asked[2]]) == (False, False, True)
    page = client.get(address)
    assert page.context["presence"] is None, "the one that was left open is asked at its place"
    assert [name.name for line in page.context["matrix"] if line["form"] for name in line["form"].asked if name.name.endswith(".installed")] == [asked[0]]


def test_what_cannot_be_taken_is_refused_at_its_field_and_nothing_is_written(client_of: Callable[[str], Client], chain: object) -> None:
    before = Entry.objects.count()
    page = client_of("daniyar").post("/facilities/enter/", typed(trade_area_m2="-1", notified_on="2031-01-01"))
    assert page.status_code == 422
    errors = page.context["facts"].errors
    assert set(errors) == {"trade_area_m2", "notified_on"}
    assert "366" in errors["trade_area_m2"][0]
    assert "366" in errors["notified_on"][0]
    assert not Facility.objects.exists()
    assert not Fact.objects.exists()
    assert Entry.objects.count() == before


def test_what_was_known_on_a_day_can_be_asked_again(enter: Callable[..., Facility]) -> None:
    facility = enter(kind="trade", trade_area_m2="499.99")
    moment = timezone.now()
    today = timezone.localdate()
    Fact.objects.create(facility=facility, name="trade_area_m2", value="500", since=today, by="x")
    assert str(facts_on(facility, today)["trade_area_m2"]) == "500"
    assert str(facts_on(facility, today, moment)["trade_area_m2"]) == "499.99"
    assert facts_on(facility, date(2026, 1, 1)) == {}


def test_others_do_not_find_it(client_of: Callable[[str], Client], enter: Callable[..., Facility]) -> None:
    address = f"/facilities/{enter().pk}/"
    assert [client_of(name).get(address).status_code for name in ("saule", "daniyar", "zhanar", "erlan", "stranger")] == [200, 200, 200, 200, 404]
    assert client_of("erlan").get(f"{address}facts/").status_code == 403
    assert client_of("stranger").get(f"{address}facts/").status_code == 404


def test_both_readings_are_explained_in_the_language_of_the_page(client_of: Callable[[str], Client], enter: Callable[..., Facility]) -> None:
    facility, client = enter(**{**MALL_FACTS, "notified_on": "2026-07-23"}), client_of("daniyar")  # six months end on a Saturday
    term = next(one for one in assessed(facility, timezone.localdate()).running if one.item.id == "366/111")
    assert term.due is not None
    assert term.due.defensible is not None
    for language in ("kk", "ru"):
        client.cookies["qorgan_language"] = language
        text = client.get(f"/facilities/{facility.pk}/").content.decode()
        for _day, reading in term.due.readings:
            assert getattr(reading, f"reason_{language}") in unescape(text)
            assert getattr(reading, "reason_ru" if language == "kk" else "reason_kk") not in unescape(text)
