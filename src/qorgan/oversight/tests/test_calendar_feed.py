"""The calendar feed read back by a parser that follows RFC 5545 by the letter."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qorgan.oversight.calendar_feed import LIMIT, Event, folded, written

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
_NAME = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', re.DOTALL)
_UNESCAPED = re.compile(r"\\([\\;,nN])")


def unfolded(data: bytes) -> list[str]:
    """Content lines (3.1): CRLF, at most 75 octets each, a fold is CRLF and one blank; every octet line is whole UTF-8."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    lines: list[bytes] = []
    for piece in physical:
        assert b"\r" not in piece
        assert b"\n" not in piece
        assert len(piece) <= LIMIT
        piece.decode()
        if piece[:1] in (b" ", b"\t"):
            lines[-1] += piece[1:]
        else:
            lines.append(piece)
    return [line.decode() for line in lines]


def parsed(data: bytes) -> dict[str, Any]:
    """Components as nested dictionaries; raises where the grammar is broken."""
    root: dict[str, Any] = {"name": "", "properties": [], "inside": []}
    open_ones = [root]
    for line in unfolded(data):
        found = _NAME.fullmatch(line)
        assert found, line
        name, parameters, value = found[1].upper(), found[2], found[3]
        if name == "BEGIN":
            component: dict[str, Any] = {"name": value, "properties": [], "inside": []}
            open_ones[-1]["inside"].append(component)
            open_ones.append(component)
        elif name == "END":
            assert open_ones.pop()["name"] == value
        else:
            open_ones[-1]["properties"].append((name, parameters, value))
    assert open_ones == [root]
    (calendar,) = root["inside"]
    return calendar


def one(component: dict[str, Any], name: str) -> str:
    (found,) = [value for given_name, _, value in component["properties"] if given_name == name]
    return found


def text(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    return _UNESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=200)
events = st.builds(
    Event,
    uid=st.uuids().map(str),
    day=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    summary=words,
    description=st.lists(words, max_size=4).map("\n".join),
    url=st.just("http://127.0.0.1/x"),
    category=words,
    location=words,
    alarm_days=st.integers(0, 9),
)


@given(st.lists(events, max_size=4), words)
def test_what_is_written_is_read_back(given_events: list[Event], name: str) -> None:
    calendar = parsed(written(given_events, name=name, at=AT, language="kk"))
    assert (calendar["name"], one(calendar, "VERSION"), text(one(calendar, "X-WR-CALNAME"))) == ("VCALENDAR", "2.0", name)
    assert one(calendar, "PRODID")
    assert [part["name"] for part in calendar["inside"]] == ["VEVENT"] * len(given_events)
    for event, read in zip(given_events, calendar["inside"], strict=True):
        assert one(read, "UID") == event.uid
        assert one(read, "DTSTAMP") == "20261122T060000Z"
        assert one(read, "DTSTART") == event.day.strftime("%Y%m%d")
        assert one(read, "DTEND") == (event.day + timedelta(days=1)).strftime("%Y%m%d")
        assert text(one(read, "SUMMARY")) == event.summary
        assert text(one(read, "DESCRIPTION")) == event.description
        assert text(one(read, "CATEGORIES")) == event.category
        assert [part["name"] for part in read["inside"]] == ["VALARM"] * bool(event.alarm_days)


@given(st.text(alphabet="Қә–😀a", max_size=300))
def test_a_fold_never_cuts_a_character(line: str) -> None:
    assert unfolded(folded(f"X:{line}")) == [f"X:{line}"]


def test_a_word_that_looks_like_a_line_stays_a_word() -> None:
    event = Event("1", date(2026, 1, 1), "a\r\nEND:VCALENDAR", "b", "http://x/", "c")
    (read,) = parsed(written([event], name="n", at=AT, language="ru"))["inside"]
    assert text(one(read, "SUMMARY")) == "a\nEND:VCALENDAR"
