"""The drawing: recordings, gaps and corrections where they were in real time (444 p.17)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qorgan.archive.continuity import Interval, merge, subtract
from qorgan.archive.timeline import Stretch, draw

NINE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 09:00 in Almaty
MINUTE = 60_000_000


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def test_one_recording_fills_its_line_but_for_its_gap() -> None:
    line = draw([Stretch(NINE, 100 * MINUTE, ((40 * MINUTE, 50 * MINUTE),))])
    assert line is not None
    assert [(bar.x, bar.width) for bar in line.segments] == [("0.000%", "40.000%"), ("50.000%", "50.000%")]
    assert [(bar.x, bar.width, bar.seconds) for bar in line.gaps] == [("40.000%", "10.000%", 600)]
    assert (line.recorded, line.silent) == (timedelta(minutes=90), timedelta(minutes=10))


def test_an_interval_shows_what_is_missing_before_between_and_after() -> None:
    line = draw([Stretch(at(10), 20 * MINUTE), Stretch(at(40), 20 * MINUTE)], begin=NINE, end=at(100), explained=[(at(55), at(101))])
    assert line is not None
    assert [(gap.x, gap.seconds, gap.explained) for gap in line.gaps] == [("0.000%", 600, False), ("30.000%", 600, False), ("60.000%", 2400, True)]


def test_overlaps_are_drawn_and_counted_once() -> None:
    line = draw([Stretch(at(0), 30 * MINUTE), Stretch(at(20), 30 * MINUTE)])
    assert line is not None
    assert [(bar.x, bar.width) for bar in line.overlaps] == [("40.000%", "20.000%")]
    assert line.recorded == timedelta(minutes=50)


def test_a_corrected_clock_is_marked_and_a_second_off_is_not() -> None:
    line = draw([Stretch(at(0), 10 * MINUTE, offset_ms=3_600_000), Stretch(at(20), 10 * MINUTE, offset_ms=-400)])
    assert line is not None
    assert [(mark.x, mark.offset_s) for mark in line.clocks] == [("0.000%", 3600)]


def test_ticks_are_round_times_of_the_office() -> None:
    line = draw([Stretch(at(7), 95 * MINUTE)])
    assert line is not None
    assert [tick.at.strftime("%H:%M") for tick in line.ticks] == ["09:15", "09:30", "09:45", "10:00", "10:15", "10:30"]
    short = draw([Stretch(NINE, 3_000_000)])
    assert short is not None
    assert short.ticks[0].with_seconds


def test_a_gap_of_seconds_in_a_day_is_still_seen() -> None:
    line = draw([Stretch(NINE, 1440 * MINUTE, ((MINUTE, MINUTE + 2_000_000),))])
    assert line is not None
    assert line.gaps[0].width == "0.150%"


def test_nothing_to_draw() -> None:
    assert draw([]) is None
    assert draw([Stretch(NINE, 0)]) is None


INTERVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (at(min(pair)), at(max(pair)))), max_size=8)


def covered(intervals: list[Interval]) -> set[int]:
    return {minute for start, end in intervals for minute in range(60) if start <= at(minute) and at(minute + 1) <= end}


@given(whole=INTERVALS, holes=INTERVALS)
def test_what_is_subtracted_is_what_sets_of_minutes_say(whole: list[Interval], holes: list[Interval]) -> None:
    assert covered(subtract(whole, holes)) == covered(merge(whole)) - covered(holes)
    merged = merge(whole)
    assert covered(merged) == covered(whole)
    assert all(left[1] < right[0] for left, right in pairwise(merged))


@given(starts=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 200)), min_size=1, max_size=12))
def test_recorded_and_silent_make_up_the_whole(starts: list[tuple[int, int]]) -> None:
    line = draw([Stretch(at(start), length * MINUTE) for start, length in starts])
    assert line is not None
    assert line.recorded + line.silent == line.end - line.begin
    assert all(0 <= float(bar.x[:-1]) <= 100 for bar in (*line.segments, *line.gaps))
