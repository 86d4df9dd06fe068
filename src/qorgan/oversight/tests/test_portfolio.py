"""The portfolio: right at once after something is written, the same number of queries for few and many, nothing hidden."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.oversight import tallying
from qorgan.oversight.models import Counting, Tally
from qorgan.oversight.tests.conftest import Attach, Enter, stated
from qorgan.people.tests.cast import signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(chain: Chain) -> Client:
    return signed_in_client(chain.zhanar.user)


def test_counts_follow_what_is_written(mall: Facility, attach: Attach) -> None:
    assert tallying.catch_up() == 0
    before = Tally.objects.get(facility=mall)
    attach(mall, "366/9", date(2026, 1, 5))
    assert tallying.catch_up() == 0
    after = Tally.objects.get(facility=mall)
    assert (after.done, after.undocumented) == (before.done + 1, before.undocumented - 1)
    assert tallying.catch_up() == 0
    assert Counting.objects.get().on == timezone.localdate()


def test_a_count_of_another_day_or_of_other_rules_is_made_anew(mall: Facility) -> None:
    tallying.catch_up()
    Tally.objects.update(on=date(2026, 1, 1), overdue=0)
    Counting.objects.update(on=date(2026, 1, 1))
    tallying.catch_up()
    assert Tally.objects.get().overdue > 0
    Tally.objects.update(rules="0" * 64, overdue=0)
    Counting.objects.update(rules="0" * 64)
    tallying.catch_up()
    assert Tally.objects.get().overdue > 0


def test_many_are_left_to_the_worker_and_the_page_says_so(chain: Chain, enter: Enter, page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        enter(chain.mall, str(number))
    monkeypatch.setattr(tallying, "AT_ONCE", 2)
    assert "3" in page.get(reverse("oversight:portfolio")).context["answer"] or page.get(reverse("oversight:portfolio")).context["waiting"] == 3
    assert tallying.count_some(most=2) == 2
    assert tallying.count_some(most=2) == 1
    assert page.get(reverse("oversight:portfolio")).context["waiting"] == 0


def test_a_failure_is_never_hidden(chain: Chain, enter: Enter, page: Client) -> None:
    for number in range(5):
        enter(chain.mall, f"{number}")
    failing = enter(chain.mall, "bad", kato="750000000")
    stated(failing, date(2024, 3, 2), **{"equipment.video_surveillance.installed": "false"})
    found = page.get(reverse("oversight:portfolio"))
    assert found.context["totals"]["failing"] == 1
    assert found.context["rows"][0].facility == failing
    assert "%" not in found.content.decode().split("<main", 1)[1]
    narrowed = page.get(reverse("oversight:portfolio"), {"region": "75", "state": "failing"})
    assert [row.facility for row in narrowed.context["rows"]] == [failing]
    assert [row["key"] for row in narrowed.context["regions"]] == ["75"]


def test_groups_and_regions_add_up(chain: Chain, enter: Enter, page: Client) -> None:
    enter(chain.mall, "1")
    enter(chain.mall, "2", kato="")
    enter(chain.mall, "3", sells_firearms="true")
    found = page.get(reverse("oversight:portfolio"))
    assert sum(row["facilities"] for row in found.context["regions"]) == 3
    assert {row["group"]: row["facilities"] for row in found.context["groups"]}["4"] == 1
    assert [row.facility.code for row in page.get(reverse("oversight:portfolio"), {"group": "4"}).context["rows"]] == ["3"]
    assert [row.facility.code for row in page.get(reverse("oversight:portfolio"), {"region": "-"}).context["rows"]] == ["2"]


def test_the_portfolio_asks_as_often_for_many_as_for_few(chain: Chain, enter: Enter, page: Client) -> None:
    counts = []
    for several in (2, 12):
        for number in range(several):
            enter(chain.mall, f"{several}-{number}", kato=f"{'35' if number % 2 else '75'}1010000")
        page.get(reverse("oversight:portfolio"))
        with CaptureQueriesContext(connection) as queries:
            page.get(reverse("oversight:portfolio"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_stranger_sees_nothing_of_it(chain: Chain, mall: Facility) -> None:
    stranger = signed_in_client(chain.stranger.user)
    assert stranger.get(reverse("oversight:portfolio")).context["totals"]["facilities"] == 0
    assert stranger.get(reverse("oversight:facility", args=[mall.pk])).status_code == 404
    assert stranger.get(reverse("oversight:why", args=[mall.pk, "366/38"])).status_code == 404


def test_a_place_outside_the_order_is_not_said_to_be_in_order(chain: Chain, enter: Enter, page: Client) -> None:
    enter(chain.mall, "small", trade_area_m2="100", notified_on="")
    found = page.get(reverse("oversight:portfolio")).context["totals"]
    assert (found["facilities"], found["clear"], found["outside"]) == (1, 0, 1)
