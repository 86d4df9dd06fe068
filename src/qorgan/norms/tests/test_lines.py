"""Facts on lines: read by pieces, the same as read whole."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qorgan.norms.answers import calendar
from qorgan.norms.engine.given import FactsRefusedError, checked
from qorgan.norms.engine.lines import Lines, parsed

ON = date(2026, 11, 22)
SHOP = {
    "kind": "trade",
    "trade_area_m2": 1999.99,
    "notified_on": "2026-01-05",
    "equipment": {"glazing": {"installed": True, "impact_resistant": False}, "alarm_button": {"installed": False}},
}
REMEMBERING = Lines("366", ON, calendar())
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3000), st.sampled_from([0.5, 1999.99, "trade", "2026-01-05", "a, b", "}", '"', "{", "equipment", "«Алатау»", [1]])
)
OWN = st.one_of(VALUES, st.dictionaries(st.sampled_from(["installed", "compensated", "archive_days", "monitors", "strange"]), VALUES, max_size=4))
FACTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("kind", "trade_area_m2", "is_khorgos", "is_expo", "sells_firearms", "notified_on", "occupies", "colour", '"equipment": {'), VALUES)
    | {"equipment": st.one_of(VALUES, st.dictionaries(st.sampled_from(["video_surveillance", "glazing", "moon", '"}']), OWN, max_size=3))},
)


def whole(line: str) -> Any:
    """What reading all of it says: the facts with their kinds of value, or the refusal."""
    try:
        return shown(checked(parsed(line), "366", ON, calendar())[0])
    except FactsRefusedError as error:
        return str(error)
    except ValueError:
        return "no JSON"


def by_pieces(line: str) -> Any:
    """The same, by what is remembered."""
    try:
        return shown(REMEMBERING.read(line))
    except FactsRefusedError as error:
        return str(error)
    except ValueError:
        return "no JSON"


def shown(facts: dict[str, Any]) -> Any:
    """Values with their types: True is not 1."""
    return {name: shown(value) if isinstance(value, dict) else (type(value).__name__, value) for name, value in facts.items()}


@settings(max_examples=400)
@given(FACTS, st.sampled_from([(", ", ": "), (",", ":"), (" ,  ", " : ")]), st.booleans())
def test_any_line_is_read_as_it_is_read_whole(facts: dict[str, Any], separators: tuple[str, str], plain: bool) -> None:
    line = json.dumps(facts, separators=separators, ensure_ascii=plain)
    assert by_pieces(line) == whole(line)
    assert by_pieces(line) == whole(line)  # now remembered


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_line_is_never_read_as_something_else(data: st.DataObject) -> None:
    line = json.dumps(SHOP)
    assert by_pieces(line) == whole(line)
    at = data.draw(st.integers(0, len(line)))
    until = data.draw(st.integers(at, min(len(line), at + 12)))
    damaged = line[:at] + data.draw(st.sampled_from(["", "}", "{", ",", '"', " ", "\\", ', "kind": "trade"', '"equipment": {', "\n"])) + line[until:]
    assert by_pieces(damaged) == whole(damaged)


@pytest.mark.parametrize(
    "line",
    [
        '{"kind": "trade", "kind": "trade", "equipment": {"glazing": {"installed": true}}}',
        '{"equipment": {"glazing": {"installed": true}, "glazing": {"installed": true}}}',
        '{"equipment": {"glazing": {"installed": true, "installed": true}}}',
        '{"equipment": {"glazing": {"installed": true}}, "equipment": {"glazing": {"installed": true}}}',
        '{"equ\\u0069pment": {"glazing": {"installed": true}}, "equipment": {"glazing": {"installed": true}}}',
        '{"is_expo": true, "kind": "trade", "equipment": {"glazing": {"installed": true}}}',
        '{"kind": "trade", "equipment": {"glazing": {"installed": 1}}}',
        '{"kind": "trade", "equipment": {"alarm_button": {"installed": false, "at_post_and_entrances": true}}}',
        '{"kind": "trade",, "equipment": {"glazing": {"installed": true}}}',
        '{, "equipment": {"glazing": {"installed": true}}}',
        '{"kind": "trade" "equipment": {"glazing": {"installed": true}}}',
        '{"kind": "trade", "equipment": {"glazing": {"installed": true} "alarm_button": {"installed": true}}}',
        '{"kind": "trade", "equipment": {, "glazing": {"installed": true}}}',
        '{"kind": "trade", "equipment": {"glazing": {"installed": true}}}}',
        '[{"kind": "trade", "equipment": {"glazing": {"installed": true}}}]',
    ],
)
def test_what_is_wrong_as_a_whole_is_wrong_by_pieces(line: str) -> None:
    by_pieces(json.dumps(SHOP))
    assert by_pieces(line) == whole(line)
    assert not isinstance(whole(line), dict)


def test_the_usual_line_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qorgan.norms.engine.lines.checked", None)
    assert shown(Lines("366", ON, calendar()).read(json.dumps(SHOP))) == whole(json.dumps(SHOP))
