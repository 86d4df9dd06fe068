"""Reminders: to whom, once a stage, kept with what the mail server said, through a real server."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from qorgan.facilities.models import Facility
from qorgan.facilities.tests.conftest import Chain
from qorgan.norms.engine.workdays import seeded
from qorgan.oversight import reminding, tallying
from qorgan.oversight.deriving import derive
from qorgan.oversight.duty import Completion, Known
from qorgan.oversight.models import Reminder
from qorgan.oversight.rules import rules_on
from qorgan.oversight.staging import stage
from qorgan.oversight.tests.conftest import Attach, Enter
from qorgan.people.letters import send_due_letters
from qorgan.people.models import Letter, Person
from qorgan.people.tests.post_office import PostOffice, post_office

CALENDAR = seeded(2024, 2034)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A mail server that takes everything, named in the settings."""
    with post_office() as running:
        values = {"HOST": "127.0.0.1", "PORT": running.port, "TLS": "none", "FROM": "qorgan@alatau.kz", "USER": "", "PASSWORD": "", "CA": "", "SECONDS": 5}
        for name, value in values.items():
            monkeypatch.setitem(settings.QORGAN, f"QORGAN_MAIL_{name}", value)
        yield running


def stages(facts: dict[str, Any], key: str, first: date, days: int, *done: Completion) -> list[tuple[date, str]]:
    found = []
    for on in (first + timedelta(days=number) for number in range(days)):
        (duty,) = [one for one in derive(rules_on(on), Known(facts, done), CALENDAR) if one.key == key]
        found.append((on, stage(duty, on)))
    return found


def test_a_term_is_spoken_of_at_a_month_a_week_a_day_on_the_day_and_each_week_after() -> None:
    facts = {"kind": "trade", "trade_area_m2": 2500, "sells_firearms": False, "is_khorgos": False, "is_expo": False, "notified_on": date(2026, 6, 1)}
    told: dict[str, date] = {}
    for on, at in stages(facts, "366/111", date(2026, 10, 1), 90):
        if at:
            told.setdefault(at, on)
    keep = date(2026, 12, 1)
    assert list(told.values()) == [keep - timedelta(days=ahead) for ahead in (30, 7, 1, 0)] + [keep + timedelta(days=1 + 7 * week) for week in range(4)]


@given(st.integers(0, 120))
def test_equipment_is_no_matter_for_the_mail(ahead: int) -> None:
    on = date(2026, 10, 1) + timedelta(days=ahead)
    facts = {"kind": "trade", "trade_area_m2": 2500, "notified_on": date(2026, 6, 1), "equipment.video_surveillance.installed": False}
    assert not [one for one in derive(rules_on(on), Known(facts), CALENDAR) if one.equipment and stage(one, on)]


@pytest.mark.django_db
def test_one_letter_a_person_once_a_stage_and_the_server_took_it(chain: Chain, enter: Enter, office: PostOffice) -> None:
    Person.objects.filter(pk=chain.daniyar.pk).update(email="daniyar@alatau.kz")
    first, second = enter(chain.mall, "1"), enter(chain.mall, "2")
    tallying.count_some()
    today = timezone.localdate()
    assert reminding.remind_of(today) == 1
    assert reminding.remind_of(today) == 0
    assert send_due_letters() == 1
    (letter,) = Letter.objects.all()
    assert (letter.person, letter.state, letter.address) == (chain.daniyar, "sent", "daniyar@alatau.kz")
    assert office.moods.envelopes == [("qorgan@alatau.kz", ["daniyar@alatau.kz"])]
    told = Reminder.objects.filter(letter=letter)
    assert {one.facility for one in told} == {first, second}
    assert len({(one.facility_id, one.key) for one in told}) == len(told)
    assert "«Алатау-1»" in letter.text
    assert letter.deliveries.get().answer == ""


@pytest.mark.django_db
def test_what_is_done_is_not_reminded_of_and_a_new_stage_is(chain: Chain, mall: Facility, attach: Attach) -> None:
    today = timezone.localdate()
    attach(mall, "366/63", date(2024, 4, 1))
    tallying.count_some()
    reminding.remind_of(today)
    keys = set(Reminder.objects.values_list("key", flat=True))
    assert "366/111" in keys
    assert "366/63" not in keys
    from_now = Reminder.objects.count()
    for days in range(1, 8):
        tallying.Tally.objects.update(on=today + timedelta(days=days))
        reminding.remind_of(today + timedelta(days=days))
    again = Reminder.objects.filter(key="366/111")
    assert again.count() == 2  # a week later
    assert Reminder.objects.count() > from_now


@pytest.mark.django_db
def test_the_daily_run_is_once_a_day_and_not_at_night(mall: Facility, monkeypatch: pytest.MonkeyPatch) -> None:
    morning = timezone.localtime().replace(hour=9)
    monkeypatch.setattr(reminding, "now", lambda: morning.replace(hour=5))
    assert reminding.remind() == 0
    monkeypatch.setattr(reminding, "now", lambda: morning)
    assert reminding.remind() == 1
    assert reminding.remind() == 0
