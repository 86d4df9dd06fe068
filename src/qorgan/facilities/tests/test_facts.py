"""What can be stated and what is refused: each refusal names its field and a paragraph that exists."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from qorgan.facilities.actions import state_facts
from qorgan.facilities.contradictions import contradictions
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Facility, Fact
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.facilities.values import WrongValue, read, restored, stored
from qorgan.facilities.vocabulary import PLAIN, Shape, names
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.norms.engine import find
from qorgan.norms.engine.catalogue import catalogue
from qorgan.norms.engine.given import form

DAY = date(2026, 11, 22)
CALENDAR_ANCHORS = {name for name in form("366", DAY).asked if name.startswith("last_")}


def test_every_fact_that_the_packs_ask_for_can_be_stated() -> None:
    anchors = {item.term.anchor for item in catalogue(DAY) if item.order == "366" and item.term}  # of them the notice alone is a fact of the place
    asked = {name for name in form("366", DAY).asked if not name.endswith(".compensated")} - (anchors - {"notified_on"}) - CALENDAR_ANCHORS
    assert asked - set(names()) == set()
    assert {find(name.basis).id for name in names().values()} == {name.basis for name in names().values()}


@pytest.mark.parametrize(
    ("written", "value"),
    [("1999,99", "1999.99"), ("1999.99", "1999.99"), ("2 000", "2000"), ("2\u00a0000,5", "2000.5"), ("0", "0"), ("499.990000"[:6], "499.99")],
)
def test_areas_are_read_with_a_comma_or_a_point(written: str, value: str) -> None:
    assert read("trade_area_m2", written) == Decimal(value)


@pytest.mark.parametrize("written", ["-1", "−1", "1,999.99", "1.999,99", "1 99", "много", "12 м2", "1e3", "1999,999", "٣", "2000001", ",5", "NaN", "1..2"])
def test_what_is_no_area_is_refused_in_words_with_its_paragraph(written: str) -> None:
    with pytest.raises(WrongValue) as refused:
        read("trade_area_m2", written)
    assert refused.value.fault.field == "trade_area_m2"
    assert find(refused.value.fault.basis).id == "366/76/3.1"


@pytest.mark.parametrize("written", ["2026-02-30", "30.02.2026", "1999-12-31", "завтра", "2026/01/01", "22.11.26"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(WrongValue):
        read("notified_on", written)
    with pytest.raises(WrongValue):
        read("notified_on", (timezone.localdate() + timedelta(days=1)).isoformat())
    assert read("notified_on", "21.05.2026") == read("notified_on", "2026-05-21") == date(2026, 5, 21)


@given(st.decimals(min_value=0, max_value=2_000_000, places=2))
def test_a_number_comes_back_as_it_was_stated(value: Decimal) -> None:
    assert restored("trade_area_m2", stored(read("trade_area_m2", str(value).replace(".", ",")))) == value


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_value_or_a_refusal(text: str) -> None:
    for name in ("kind", "trade_area_m2", "sells_firearms", "notified_on", "equipment.backup_power.hours"):
        with suppress(WrongValue):
            value = read(name, text)
            assert value is None or restored(name, stored(value)) == value


@pytest.mark.parametrize(
    ("facts", "field", "basis"),
    [
        ({"is_khorgos": True, "is_expo": True}, "is_expo", "366/76/2.1"),
        ({"is_khorgos": True, "kind": "trade"}, "is_khorgos", "366/76/2.1"),
        ({"state_guarded": True, "kind": "catering"}, "state_guarded", "366/77"),
        ({"kind": "ministry_central", "trade_area_m2": Decimal(5)}, "trade_area_m2", "366/76/1"),
        ({"planned": True, "notified_on": date(2026, 1, 1)}, "planned", "366/75"),
        ({"occupies": "building", "has_own_entrances": False}, "has_own_entrances", "366/90/2"),
        ({"equipment.backup_power.installed": False, "equipment.backup_power.hours": 24}, "equipment.backup_power.hours", "366/106/1"),
    ],
)
def test_facts_that_cannot_hold_together_are_refused(facts: dict[str, object], field: str, basis: str) -> None:
    assert [(fault.field, fault.basis) for fault in contradictions(facts)] == [(field, basis)]
    for one in facts:
        assert contradictions({name: value for name, value in facts.items() if name != one}) == [], one


def test_every_fault_is_told_at_once_and_nothing_is_written(enter: Callable[..., Facility], officer: Actor) -> None:
    facility = enter(kind="trade")
    before = Entry.objects.count(), Fact.objects.count()
    with pytest.raises(FacilityRefusal) as refused:
        state_facts(actor=officer, facility=facility, facts={"kind": "kiosk", "trade_area_m2": "-5", "colour": "red", "sells_firearms": "true"})
    assert {fault.field for fault in refused.value.faults} == {"kind", "trade_area_m2", "colour"}
    assert (Entry.objects.count(), Fact.objects.count()) == before
    with pytest.raises(FacilityRefusal):
        state_facts(actor=officer, facility=facility, facts={"kind": "catering"}, since=timezone.localdate() + timedelta(days=1))


def test_a_statement_stands_above_an_older_one_and_the_older_stays(enter: Callable[..., Facility], officer: Actor) -> None:
    facility, today = enter(kind="trade", trade_area_m2="480"), timezone.localdate()
    early = today - timedelta(days=30)
    state_facts(actor=officer, facility=facility, facts={"trade_area_m2": "450"}, since=early, source="техникалық паспорт")
    assert facts_on(facility, early)["trade_area_m2"] == Decimal(450)
    assert facts_on(facility, today)["trade_area_m2"] == Decimal(480)
    state_facts(actor=officer, facility=facility, facts={"trade_area_m2": ""})
    assert "trade_area_m2" not in facts_on(facility, today)
    assert facts_on(facility, today - timedelta(days=1))["trade_area_m2"] == Decimal(450)
    assert not state_facts(actor=officer, facility=facility, facts={"kind": "trade", "trade_area_m2": ""})
    assert Fact.objects.filter(facility=facility, name="trade_area_m2").count() == 3


def test_the_database_itself_keeps_what_was_stated(enter: Callable[..., Facility]) -> None:
    facility = enter(kind="trade")
    for attempt in (lambda: Fact.objects.filter(facility=facility).update(value="catering"), lambda: Fact.objects.filter(facility=facility).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert facts_on(facility, timezone.localdate()) == {"kind": "trade"}


def test_every_plain_fact_can_be_stated_through_its_own_words(enter: Callable[..., Facility], officer: Actor) -> None:
    facility = enter()
    stated = [one for one in PLAIN if one.name != "has_own_entrances"]  # a building of its own has them
    for one in stated:
        sample = {Shape.CHOICE: next(iter(one.choices), ""), Shape.NUMBER: "12,5", Shape.YES_NO: "жоқ", Shape.DATE: "21.05.2026"}[one.shape]
        state_facts(actor=officer, facility=facility, facts={one.name: sample})
    assert set(facts_on(facility, timezone.localdate())) == {one.name for one in stated}
