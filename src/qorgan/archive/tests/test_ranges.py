"""Ranges against a plain file: whatever is asked for, the same bytes come as slicing gives (RFC 9110, section 14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qorgan.archive.ranges import Part, wanted

PLAIN = bytes(range(256)) * 3


def model(first: int | None, last: int | None, size: int) -> bytes | None:
    """What a plain file gives: None when nothing of the range exists, b"" never."""
    content = PLAIN[:size]
    if first is None:
        return content[-(last or 0) :] if last and size else None
    return content[first : size if last is None else last + 1] or None


@given(size=st.integers(0, 700), first=st.none() | st.integers(0, 800), length=st.none() | st.integers(0, 800))
def test_one_range_is_what_slicing_gives(size: int, first: int | None, length: int | None) -> None:
    if first is None and length is None:
        return
    last = length if first is None else None if length is None else first + length
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    part, expected = wanted(header, size), model(first, last, size)
    if expected is None:
        assert part is None
    else:
        assert part is not None
        assert part.partial
        assert PLAIN[:size][part.start : part.stop] == expected
        assert part.content_range(size) == f"bytes {part.start}-{part.start + len(expected) - 1}/{size}"


@given(header=st.text(alphabet="bytes=-, 0123456789\tx", max_size=30), size=st.integers(0, 1000))
def test_whatever_is_asked_the_part_lies_within_the_file(header: str, size: int) -> None:
    part = wanted(header, size)
    assert part is None or 0 <= part.start <= part.stop <= size
    assert part is None or not part.partial or part.length > 0


@pytest.mark.parametrize("header", ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1", "bytes=0-1-2", "bytes=0-1,x"])
def test_a_header_that_says_nothing_asks_for_everything(header: str) -> None:
    assert wanted(header, 100) == Part(0, 100, False)


@pytest.mark.parametrize(("header", "expected"), [("bytes=0-0,10-19", (0, 1)), ("bytes=500-600, 10-19", (10, 20)), ("Bytes= -5 , 0-1", (95, 100))])
def test_of_several_ranges_the_first_that_exists(header: str, expected: tuple[int, int]) -> None:
    part = wanted(header, 100)
    assert part is not None
    assert (part.start, part.stop) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-300"])
def test_nothing_of_it_exists(header: str) -> None:
    assert wanted(header, 100) is None
