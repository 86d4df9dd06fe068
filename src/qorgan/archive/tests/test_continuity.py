"""The computation of continuity, against a count second by second, and the days on which recorders go wrong (444 p.17-19)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.archive.continuity import SILENCE, Cause, Continuity, Gap, Lane, Piece, an_hour_off, examine, holes_of, length
from qorgan.evidence.sequence import Run

NINE = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # 09:00 in Almaty
S = 1_000_000


def at(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def piece(start: float, minutes: float, number: int | None = None, **more: Any) -> Piece:
    """A file that begins so many minutes after nine and lasts so many."""
    return Piece(f"f{start:g}" if number is None else str(number), at(start), int(minutes * 60 * S), sequence=number, **more)


def lane(*pieces: Piece, device: str = "0417", held: tuple[float, float] = (0, 60), **more: Any) -> Lane:
    """A recorder that somebody had from minute to minute."""
    return Lane(device, ((at(held[0]), at(held[1])),), pieces, **more)


def hour(*lanes: Lane) -> Continuity:
    """From nine to ten."""
    return examine((NINE, at(60)), lanes)


def told(gaps: tuple[Gap, ...]) -> list[tuple[str, int, int, str]]:
    """Gaps as minutes after nine."""
    return [(gap.device, round((gap.start - NINE) / timedelta(minutes=1)), round((gap.end - NINE) / timedelta(minutes=1)), gap.cause.value) for gap in gaps]


# Against the oracle ------------------------------------------------------------------------------

SPAN = 40
HELD = st.lists(st.tuples(st.integers(-5, SPAN), st.integers(0, SPAN)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=3)
PIECE = st.tuples(
    st.integers(-10, SPAN + 5), st.integers(0, 25), st.lists(st.tuples(st.integers(0, 25), st.integers(1, 9)), max_size=3), st.none() | st.integers(1, 9)
)


def second(number: int) -> datetime:
    return NINE + timedelta(seconds=number)


def made(device: str, held: list[tuple[int, int]], pieces: list[Any]) -> Lane:
    files = tuple(
        Piece(f"{device}{n}", second(start), long * S, tuple((begin * S, min(long, begin + more) * S) for begin, more in holes if begin < long), number)
        for n, (start, long, holes, number) in enumerate(pieces)
    )
    return Lane(device, tuple((second(a), second(b)) for a, b in held), files)


def recorded(files: tuple[Piece, ...]) -> set[int]:
    """Seconds that some file covers, looked at one by one."""
    return {
        n
        for n in range(SPAN)
        for one in files
        if one.start <= second(n) and second(n + 1) <= one.end
        and not any(one.start + timedelta(microseconds=a) <= second(n) < one.start + timedelta(microseconds=b) for a, b in one.holes)
    }  # fmt: skip


def runs(seconds: set[int]) -> list[tuple[int, int]]:
    """Seconds in a row, as pairs; a single second is no gap."""
    found: list[tuple[int, int]] = []
    for n in sorted(seconds):
        if found and found[-1][1] == n:
            found[-1] = (found[-1][0], n + 1)
        else:
            found.append((n, n + 1))
    return [(a, b) for a, b in found if b - a > 1]


@given(lanes=st.lists(st.tuples(HELD, st.lists(PIECE, max_size=6)), max_size=3))
def test_the_same_as_a_count_second_by_second(lanes: list[Any]) -> None:
    given_lanes = [made(f"r{n}", held, pieces) for n, (held, pieces) in enumerate(lanes)]
    found = examine((second(0), second(SPAN)), given_lanes)
    known: set[int] = set()
    for one, course in zip(given_lanes, found.courses, strict=True):
        expected = {n for n in range(SPAN) if any(a <= second(n) < b for a, b in one.held)}
        covered = recorded(one.pieces)
        assert [(second(a), second(b)) for a, b in runs(expected - covered)] == [gap.interval for gap in course.gaps]
        assert length(course.covered) == timedelta(seconds=len(covered))
        assert length(course.expected) == timedelta(seconds=len(expected))
        known |= expected | covered
    assert [(second(a), second(b)) for a, b in runs(set(range(SPAN)) - known)] == [gap.interval for gap in found.unequipped]
    assert found.covered == timedelta(seconds=len({n for one in given_lanes for n in recorded(one.pieces)}))
    assert list(found.gaps) == sorted(found.gaps, key=lambda gap: (gap.start, gap.end, gap.device))


@given(lanes=st.lists(st.tuples(HELD, st.lists(PIECE, max_size=6)), min_size=1, max_size=2), order=st.randoms())
def test_the_order_in_which_recordings_arrive_says_nothing(lanes: list[Any], order: Any) -> None:
    given_lanes = [made(f"r{n}", held, pieces) for n, (held, pieces) in enumerate(lanes)]
    shuffled = [replace(one, pieces=tuple(order.sample(one.pieces, len(one.pieces)))) for one in given_lanes]
    assert examine((second(0), second(SPAN)), given_lanes) == examine((second(0), second(SPAN)), shuffled)


@given(held=HELD, pieces=st.lists(PIECE, max_size=6), late=PIECE)
def test_a_recording_that_comes_late_only_shrinks_gaps(held: list[Any], pieces: list[Any], late: Any) -> None:
    before = examine((second(0), second(SPAN)), [made("r", held, pieces)])
    after = examine((second(0), second(SPAN)), [made("r", held, [*pieces, late])])
    assert all(any(old.start <= gap.start and gap.end <= old.end for old in before.gaps) for gap in after.gaps)


# What a gap is -----------------------------------------------------------------------------------


def test_before_between_and_after_are_gaps_of_an_inspection_that_had_begun() -> None:
    found = hour(lane(piece(10, 20, 7), piece(40, 10, 8), before=6, after=9))
    assert told(found.gaps) == [("0417", 0, 10, "off"), ("0417", 30, 40, "off"), ("0417", 50, 60, "off")]
    assert found.covered == timedelta(minutes=30)


def test_switched_off_is_told_from_files_that_are_missing() -> None:
    course = hour(lane(piece(0, 10, 1), piece(20, 10, 2), piece(40, 10, 5), piece(55, 5))).courses[0]
    assert [(gap.cause, gap.missing) for gap in course.gaps] == [(Cause.OFF, ()), (Cause.FILES_MISSING, (Run(3, 4),)), (Cause.UNKNOWN, ())]
    assert [(loss.runs, loss.start, loss.end) for loss in course.losses] == [((Run(3, 4),), at(30), at(40))]


def test_a_hole_in_a_file_is_inside_it_even_beside_a_short_one() -> None:
    found = hour(lane(piece(0, 60, 1, holes=((50 * 60 * S, 55 * 60 * S),)), piece(20, 5, 2)))
    assert told(found.gaps) == [("0417", 50, 55, "inside")]


def test_no_recording_at_all() -> None:
    assert told(hour(lane()).gaps) == [("0417", 0, 60, "nothing")]
    assert told(hour().gaps) == [("", 0, 60, "unequipped")]


def test_numbers_missing_though_no_time_is() -> None:
    course = hour(lane(piece(0, 30, 1), piece(30, 30, 4))).courses[0]
    assert course.gaps == ()
    assert [loss.runs for loss in course.losses] == [(Run(2, 3),)]


def test_numbers_missing_before_the_first_file_concern_only_who_did_not_record_then() -> None:
    assert [loss.runs for loss in hour(lane(piece(0, 60, 7), before=3)).courses[0].losses] == []
    late = hour(lane(piece(5, 55, 7), before=3)).courses[0]
    assert [(loss.runs, loss.start, loss.end) for loss in late.losses] == [((Run(4, 6),), None, at(5))]
    assert late.gaps[0].cause is Cause.FILES_MISSING


def test_a_number_with_no_place_in_time_is_here() -> None:
    course = hour(lane(piece(0, 10, 1), piece(20, 40, 4), present=frozenset({2, 3}))).courses[0]
    assert (course.losses, course.gaps[0].cause) == ((), Cause.OFF)


# Bad days ----------------------------------------------------------------------------------------


def test_numbers_turn_over() -> None:
    course = hour(lane(piece(0, 30, 9998), piece(30, 20, 9999), piece(50, 10, 1))).courses[0]
    assert (course.gaps, course.losses, course.disordered) == ((), (), ())
    cut = hour(lane(piece(0, 30, 9998), piece(50, 10, 2))).courses[0]
    assert cut.gaps[0].missing == (Run(9999, 9999), Run(1, 1))


def test_overlapping_files_are_said_and_counted_once() -> None:
    found = hour(lane(piece(0, 40, 1), piece(30, 30, 2)))
    assert found.gaps == ()
    assert found.covered == timedelta(hours=1)
    assert [(one.start, one.end, one.files) for one in found.courses[0].overlaps] == [(at(30), at(40), ("1", "2"))]


def test_two_files_with_one_number() -> None:
    course = hour(lane(piece(0, 30, 1), Piece("again", at(30), 30 * 60 * S, sequence=1))).courses[0]
    assert (course.repeated, course.losses) == ((1,), ())


def test_a_clock_that_went_back_contradicts_the_numbers() -> None:
    course = hour(lane(piece(10, 10, 5), piece(20, 10, 6), piece(15, 5, 7))).courses[0]
    assert course.disordered == (("7", "6"),)
    assert course.losses == ()


def test_a_device_an_hour_ahead_that_nobody_noticed() -> None:
    held = [(NINE, at(60))]
    ahead = [piece(60, 10), piece(80, 30)]
    assert an_hour_off(ahead, held) == timedelta(hours=1)
    assert an_hour_off([piece(-60, 10)], held) == -timedelta(hours=1)
    assert an_hour_off([*ahead, piece(300, 1)], held) is None
    assert an_hour_off([], held) is None
    assert hour(lane(*ahead)).courses[0].outside == ("f60", "f80")


def test_a_recorder_that_replaced_another_in_mid_inspection() -> None:
    found = hour(lane(piece(0, 20, 1), held=(0, 25)), lane(piece(30, 30, 8), device="0421", held=(28, 60)))
    assert told(found.gaps) == [("0417", 20, 25, "unknown"), ("", 25, 28, "unequipped"), ("0421", 28, 30, "unknown")]
    assert found.covered == timedelta(minutes=50)


def test_one_recorder_does_not_cover_for_another_but_it_is_said() -> None:
    found = hour(lane(piece(0, 20, 1), piece(40, 20, 2)), lane(piece(0, 60, 1), device="0421"))
    assert told(found.gaps) == [("0417", 20, 40, "off")]
    assert found.gaps[0].meanwhile == ("0421",)
    assert found.covered == timedelta(hours=1)


def test_a_second_is_no_gap() -> None:
    assert hour(lane(piece(0, 30, 1), Piece("2", at(30) + SILENCE, 30 * 60 * S, sequence=2))).gaps == ()


@pytest.mark.parametrize(
    ("media", "holes"),
    [
        ({}, ()),
        ({"gaps": [[5, 9]], "duration_us": 20}, ((5, 9),)),
        ({"gaps": [[5, 9]], "duration_us": 20, "problems": ["too-many-gaps"]}, ((5, 9), (9, 20))),
        ({"gaps": [], "duration_us": 20, "problems": ["too-many-gaps"]}, ()),
    ],
)
def test_holes_of_a_file(media: dict[str, Any], holes: tuple[tuple[int, int], ...]) -> None:
    assert holes_of(media) == holes
