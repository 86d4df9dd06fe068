"""Levels of danger: what is done at a level includes what is done at every level below it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.norms.engine import catalogue
from qorgan.norms.engine.levels import levels, measures
from qorgan.norms.engine.schema import LevelName

FIRST, TODAY = date(2023, 10, 22), date(2026, 11, 22)
days = st.integers(0, (TODAY - FIRST).days).map(lambda number: FIRST + timedelta(days=number))
pairs = st.tuples(st.sampled_from(LevelName), st.sampled_from(LevelName))


@given(days, pairs)
def test_a_higher_level_keeps_every_measure_of_a_lower_one(day: date, pair: tuple[LevelName, LevelName]) -> None:
    order = list(LevelName)
    lower, higher = sorted(pair, key=order.index)
    below, above = ({item.id for item in measures(level, day)} for level in (lower, higher))
    assert below <= above
    assert (below == above) is (lower is higher)


@pytest.mark.parametrize(("level", "count"), [(LevelName.YELLOW, 9), (LevelName.ORANGE, 12), (LevelName.RED, 14)])
def test_the_measures_of_the_text(level: LevelName, count: int) -> None:
    found = [item.id for item in measures(level, TODAY)]
    assert len(found) == count
    assert found == sorted(found, key=[item.id for item in catalogue(TODAY)].index)
    assert f"366/A3/9/{level}/1" in found
    assert all(item.startswith("366/A3/9/") and item.count("/") == 4 for item in found)


def test_an_order_without_levels_has_none() -> None:
    assert levels(TODAY, "444") == {}
    with pytest.raises(KeyError):
        measures(LevelName.RED, TODAY, "444")


def test_distances_of_evacuation_are_numbers() -> None:
    told = {item.place: (item.distance.metres, item.distance.at_least) for item in catalogue(TODAY) if item.distance and item.order == "366"}
    by_thing = [(50, False), (45, False), (200, True), (60, False), (230, False), (350, False), (600, True), (920, False), (1240, False)]
    assert told == {"A3/15/2": (100, True)} | {f"A3/17/{number}": one for number, one in enumerate(by_thing, 1)}


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_number_of_metres_stands_in_the_sentence(language: str) -> None:
    for item in catalogue(TODAY):
        if item.distance:
            assert str(item.distance.metres) in getattr(item, f"summary_{language}").split(": ")[-1].replace("100 метр алыс", "100 метр")
