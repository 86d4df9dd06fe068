"""The coming year as it is drawn, equipment gathered in one line, the official words at "why?"."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.norms.models import ImportedPlace, ImportedText
from qorgan.oversight.coming import NEXT, coming
from qorgan.oversight.duties import duties_of
from qorgan.oversight.duty import State
from qorgan.oversight.presenting import gather, line
from qorgan.oversight.tests.conftest import Enter, stated
from qorgan.people.tests.cast import signed_in_client

pytestmark = pytest.mark.django_db


def test_every_day_that_falls_due_is_a_mark_in_its_place(chain: Chain, enter: Enter) -> None:
    today = timezone.localdate()
    shop = enter(chain.mall, "9", since=today - timedelta(days=10), notified_on=(today - timedelta(days=5)).isoformat())
    duties = [duty for duty in duties_of(shop, today) if duty.mandatory]
    found = coming([line(shop, duty) for duty in duties], today)
    ahead = {duty.key for duty in duties if duty.state in {State.SOON, State.DUE} and duty.keep and today <= duty.keep <= found.until}
    assert {"366/63", "366/111"} <= ahead
    assert sum(mark.count for mark in found.marks) == found.count
    assert [mark.day for mark in found.marks] == sorted(mark.day for mark in found.marks)
    places = [float(mark.x.removesuffix("%")) for mark in found.marks]
    assert all(2 <= x <= 98 for x in places)
    assert all(after - before >= 1.5 for before, after in pairwise(places))
    six_months = next(duty.keep for duty in duties if duty.key == "366/111")
    half_year = [mark for mark in found.marks if six_months and mark.day <= six_months][-1]
    assert 45 < float(half_year.x.removesuffix("%")) < 55  # half a year on is the middle
    assert len(found.first) == min(NEXT, found.count)
    assert [one.day for one in found.first] == sorted(one.day for one in found.first if one.day)


def test_a_day_to_keep_that_has_passed_stands_at_the_last_one_that_can_be_defended(chain: Chain, enter: Enter) -> None:
    today = date(2026, 11, 22)
    shop = enter(chain.mall, "9", since=date(2026, 5, 22), notified_on="2026-05-21")  # 21.11.2026 is a Saturday
    six_months = next(duty for duty in duties_of(shop, today) if duty.key == "366/111")
    assert (six_months.state, six_months.keep, six_months.defensible) == (State.SOON, date(2026, 11, 21), date(2026, 11, 23))
    found = coming([line(shop, six_months)], today)
    assert [mark.day for mark in found.marks] == [one.day for one in found.first] == [date(2026, 11, 23)]
    assert "21.11.2026" in found.first[0].note  # the table says which day has passed


def test_nothing_that_is_late_daily_or_only_advised_is_drawn(chain: Chain, mall: Facility) -> None:
    today = timezone.localdate()
    drawn = coming([line(mall, duty) for duty in duties_of(mall, today)], today, most=1000).first
    assert drawn
    assert not [one for one in drawn if one.duty.state is State.OVERDUE or not one.duty.mandatory or one.norm in {"366/A3/35/4", "366/A3/50/4"}]


def test_equipment_that_is_not_there_is_one_line_with_each_requirement_in_it(chain: Chain, mall: Facility) -> None:
    stated(mall, date(2024, 3, 2), **{"equipment.video_surveillance.installed": "false"})
    lines = [line(mall, duty) for duty in duties_of(mall, timezone.localdate()) if duty.state is State.OVERDUE]
    cameras = [one for one in lines if one.duty.equipment == "video_surveillance"]
    assert len(cameras) > 5
    found = gather(lines)
    heap = next(one for one in found if one.gathered)
    assert [one.url for one in heap.gathered] == [one.url for one in cameras]
    assert heap.url.endswith(f"/facilities/{mall.pk}/#video_surveillance")
    assert len(found) == len(lines) - len(cameras) + 1
    shown = signed_in_client(chain.daniyar.user).get(reverse("oversight:today")).content.decode()
    assert all(f'href="{one.url}"' in shown for one in cameras)  # none is lost


def test_why_has_the_official_words_of_both_texts_where_they_are_imported(chain: Chain, mall: Facility) -> None:
    page, address = signed_in_client(chain.daniyar.user), reverse("oversight:why", args=[mall.pk, "366/63"])
    assert 'class="texts"' not in page.get(address).content.decode()
    for position, (language, words) in enumerate((("kk", "Жоба туралы ресми сөз."), ("ru", "Официальные слова о проекте."))):
        text = ImportedText.objects.create(order="366", language=language, imported_at=timezone.now(), position=position)
        ImportedPlace.objects.create(text=text, position=1, place="366/63", kind="paragraph", printed="63", words=words, line=1)
    shown = page.get(address).content.decode()
    assert "63. Жоба туралы ресми сөз." in shown
    assert "63. Официальные слова о проекте." in shown


def test_those_who_keep_facilities_alone_begin_with_what_is_due(chain: Chain) -> None:
    answer = signed_in_client(chain.daniyar.user).get("/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("oversight:today"))


def test_a_place_outside_the_order_has_no_terms_and_misses_nobody(chain: Chain, enter: Enter) -> None:
    shop = enter(chain.mall, "9", trade_area_m2="499.99", notified_on="")
    found = signed_in_client(chain.daniyar.user).get(reverse("facilities:facility", args=[shop.pk]))
    assert found.context["terms"] == []
    assert 'data-kind="warn"' not in found.content.decode()
