"""Conditions: every edge, every missing fact, and data that is no condition."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.norms.engine.conditions import ConditionError, bounds_of, compiled, facts_of, values_of

AREA = {"kind": ["trade"], "trade_area_m2": {"from": 500, "below": 2000}}


@pytest.mark.parametrize(("area", "holds"), [("499.99", False), ("500", True), ("500.01", True), ("1999.99", True), ("2000", False), ("0", False)])
def test_from_is_inside_and_below_is_not(area: str, holds: bool) -> None:
    assert compiled(AREA)({"kind": "trade", "trade_area_m2": Decimal(area)}).holds is holds


def test_a_missing_fact_is_named_only_where_it_would_tell() -> None:
    assert compiled(AREA)({"kind": "trade"}).missing == {"trade_area_m2"}
    assert compiled(AREA)({}).missing == {"kind", "trade_area_m2"}
    assert compiled(AREA)({"kind": "catering"}).holds is False
    assert compiled(AREA)({"trade_area_m2": 100}).holds is False


def test_any_and_not() -> None:
    condition = {"any": [{"group": ["1", "2.1"]}, {"is_expo": True}], "not": {"state_guarded": True}}
    ask = compiled(condition)
    assert ask({"group": frozenset({"3.1", "2.1"}), "state_guarded": False}).holds is True
    assert ask({"group": frozenset({"3.1"}), "is_expo": True, "state_guarded": False}).holds is True
    assert ask({"group": frozenset({"3.1"}), "is_expo": True, "state_guarded": True}).holds is False
    assert ask({"group": frozenset({"3.1"})}).missing == {"is_expo", "state_guarded"}
    assert facts_of(condition) == {"group", "is_expo", "state_guarded"}


def test_bounds_are_where_the_answer_may_change() -> None:
    assert bounds_of({"any": [AREA, {"trade_area_m2": {"from": 2000}}]}, "trade_area_m2") == {Decimal(500), Decimal(2000)}


def test_values_are_the_words_that_a_condition_names() -> None:
    condition = {"any": [AREA, {"kind": "catering"}], "not": {"kind": ["market"], "is_expo": True}}
    assert values_of(condition, "kind") == {"trade", "catering", "market"}
    assert values_of(condition, "is_expo") == {True}
    assert values_of(condition, "trade_area_m2") == set()


@pytest.mark.parametrize("wrong", [{"area": {"form": 500}}, {"area": {}}, {"area": {"from": 1, "above": 1}}, {"any": []}, {"any": {"a": 1}}])
def test_what_is_no_condition_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ConditionError, AttributeError)):
        compiled(wrong)


@given(st.integers(-5, 5), st.integers(-5, 5), st.one_of(st.none(), st.integers(-6, 6)))
def test_a_range_is_what_comparison_says(low: int, high: int, value: int | None) -> None:
    for lower, upper in product(("from", "above"), ("below", "to")):
        answer = compiled({"x": {lower: low, upper: high}})({"x": value})
        if value is None:
            assert answer.holds is None
            continue
        inside = (value >= low if lower == "from" else value > low) and (value < high if upper == "below" else value <= high)
        assert answer.holds is inside
