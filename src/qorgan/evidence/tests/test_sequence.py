"""File numbers: what was passed over, what turned over, what contradicts itself (444 p.19)."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qorgan.evidence.sequence import NEAR, Run, holes, passed, without


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        (6, 7, ()),
        (6, 6, ()),
        (6, 9, (Run(7, 8),)),
        (9999, 1, ()),
        (9999, 0, ()),
        (9998, 3, (Run(9999, 9999), Run(1, 2))),
        (999, 1, ()),
        (9_990, 2, (Run(9_991, 9_999), Run(1, 1))),
        (1000, 1, None),  # nowhere near a top
        (17, 4, None),
        (9999, 4000, None),
    ],
)
def test_from_one_number_to_the_next(before: int, after: int, runs: tuple[Run, ...] | None) -> None:
    assert passed(before, after) == runs


def test_what_is_here_is_not_missing() -> None:
    assert without([Run(3, 9)], [5, 6, 9, 12]) == (Run(3, 4), Run(7, 8))
    assert without([Run(3, 4)], [3, 4]) == ()
    assert holes([1, 2, 6, 5, 9], [7]) == (Run(3, 4), Run(8, 8))
    assert [str(run) for run in (Run(3, 4), Run(7, 7))] == ["3–4", "7"]


@given(start=st.integers(1, 9_999), steps=st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_a_counter_that_turns_over_misses_what_a_simple_count_misses(start: int, steps: list[int]) -> None:
    def turned(number: int) -> int:
        return (number - 1) % 9_999 + 1

    assume(not 999 - NEAR <= start <= 999)  # a counter of three digits could have turned over there as well
    counted = [start]
    for step in steps:
        counted.append(counted[-1] + step)
    over = {turned(number) for before, after in pairwise(counted) for number in range(before + 1, after)}
    found = {number for run in holes([turned(number) for number in counted]) for number in range(run.first, run.last + 1)}
    assert found == over - {turned(number) for number in counted}


@given(seen=st.lists(st.integers(0, 60), min_size=2, max_size=30))
def test_nothing_that_is_here_is_called_missing(seen: list[int]) -> None:
    assert not {number for run in holes(seen) for number in range(run.first, run.last + 1)} & set(seen)
