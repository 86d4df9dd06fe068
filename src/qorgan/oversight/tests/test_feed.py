"""The calendar address: read by its secret alone, by today's appointments, until it is revoked."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.ledger.models import Content
from qorgan.oversight.feeds import make_feed
from qorgan.oversight.models import Feed
from qorgan.oversight.tests.conftest import Enter
from qorgan.oversight.tests.test_calendar_feed import one, parsed, text
from qorgan.people.models import Appointment
from qorgan.people.tests.cast import SETUP, signed_in_client

pytestmark = pytest.mark.django_db


def fed(secret: str) -> list[dict[str, object]]:
    answer = Client().get(reverse("oversight:feed", args=[secret]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return parsed(answer.content)["inside"]


def test_one_makes_an_address_and_any_program_reads_it(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    made = page.post(reverse("oversight:calendar"), {"make": "1"})
    address = made.context["address"]
    events = parsed(Client().get(address).content)["inside"]
    days = {text(one(event, "CATEGORIES")): one(event, "DTSTART") for event in events}
    assert days["366, 63-т."] == f"{timezone.localdate():%Y%m%d}"  # overdue: it stands on today
    assert all("«Алатау-1»" in text(one(event, "SUMMARY")) for event in events)
    assert len({one(event, "UID") for event in events}) == len(events)
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert not any(secret in content.body for content in Content.objects.all())
    assert secret not in page.get(reverse("oversight:calendar")).content.decode()


def test_it_says_nothing_of_how_a_place_is_equipped(chain: Chain, enter: Enter) -> None:
    enter(chain.mall, "1", **{"equipment.video_surveillance.installed": "false"})
    _feed, secret = make_feed(actor=SETUP, person=chain.daniyar, language="ru")
    assert not any("78" in one(event, "CATEGORIES") for event in fed(secret))
    assert any("111" in one(event, "CATEGORIES") for event in fed(secret))


def test_a_revoked_address_and_a_guessed_one_find_nothing(chain: Chain, mall: Facility) -> None:
    page = signed_in_client(chain.daniyar.user)
    first = page.post(reverse("oversight:calendar"), {"make": "1"}).context["address"]
    second = page.post(reverse("oversight:calendar"), {"make": "1"}).context["address"]
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    page.post(reverse("oversight:calendar"), {"revoke": "1"})
    assert Client().get(second).status_code == 404
    assert Client().get(reverse("oversight:feed", args=["guess"])).status_code == 404
    assert Feed.objects.filter(revoked_at=None).count() == 0


def test_access_ends_with_the_appointment(chain: Chain, mall: Facility) -> None:
    _feed, secret = make_feed(actor=SETUP, person=chain.daniyar, language="kk")
    assert fed(secret)
    Appointment.objects.filter(person=chain.daniyar).update(ends_on=timezone.localdate() - timedelta(days=1), starts_on=date(2020, 1, 1))
    assert fed(secret) == []
    _feed, other = make_feed(actor=SETUP, person=chain.stranger, language="kk")
    assert fed(other) == []
