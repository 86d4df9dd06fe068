"""What the order says on a day, and who carries it out."""

from datetime import date, timedelta

import pytest

from qorgan.norms.engine import UnknownItemError, catalogue, coverage, find, history, orders
from qorgan.norms.engine.schema import Kind, TextState, Unit, Wording

TODAY = date(2026, 11, 22)
ORDER_444 = date(2023, 9, 5)
ORDER_434 = date(2025, 10, 13)


def test_a_day_gets_the_wording_in_force() -> None:
    before, after = find("444/9", ORDER_434 - timedelta(days=1)), find("444/9", ORDER_434)

    assert (before.wording, before.source.number, before.in_force_to) == (
        Wording.NOT_AT_HAND,
        "444",
        date(2025, 10, 12),
    )
    assert (after.wording, after.source.number, after.in_force_to) == (Wording.KNOWN, "434", None)
    assert before.summary_kk == "" != after.summary_kk


def test_before_its_first_day_an_order_says_nothing() -> None:
    assert catalogue(ORDER_444 - timedelta(days=1)) == []
    with pytest.raises(UnknownItemError, match="444/11: no such item on 2023-09-04"):
        find("444/11", ORDER_444 - timedelta(days=1))
    assert find("444/11", ORDER_444).in_force_from == ORDER_444


def test_every_day_of_four_years_has_exactly_one_value_of_each_paragraph() -> None:
    paragraphs = {f"444/{number}" for number in range(1, 22)}

    for offset in range((TODAY - ORDER_444).days + 1):
        day = ORDER_444 + timedelta(days=offset)
        found = [item.id for item in catalogue(day)]
        assert len(found) == len(set(found))
        assert paragraphs <= set(found)


def test_history_is_oldest_first() -> None:
    assert [value.source.number for value in history("444/6")] == ["444", "434"]
    assert [value.source.number for value in history("444/11")] == ["444"]
    with pytest.raises(UnknownItemError):
        history("444/22")


def test_unknown_days_are_marked() -> None:
    """The day of first publication is not at hand, so no day of this order is certain; each says how it was found."""
    assert {item.in_force_certain for item in catalogue(TODAY)} == {False}
    assert all(item.source.note_kk and item.source.note_ru for item in catalogue(TODAY))


def test_an_item_says_what_it_is() -> None:
    item = find("444/12")

    assert (item.order, item.place, item.parent_id) == ("444", "12", "444")
    assert (item.kind, item.text) == (Kind.RETENTION, TextState.KK_ONLY)
    assert item.term is not None
    assert (item.term.number, item.term.unit) == (3, Unit.YEAR)
    assert item.doubt_kk
    assert find("444/9/s4").parent_id == "444/9"


def test_a_paragraph_counts_the_tests_of_its_parts_once() -> None:
    parts = [item for item in catalogue(TODAY) if item.parent_id == "444/9"]
    shown = find("444/9").shown_by

    assert set(shown) == {name for part in parts for name in part.shown_by}
    assert len(shown) == len(set(shown))


def test_coverage_has_the_promised_fields_in_the_order_of_the_text() -> None:
    rows = coverage()

    assert all(list(row) == ["id", "kind", "summary_kk", "summary_ru", "carried_out_by", "shown_by"] for row in rows)
    ids = [row["id"] for row in rows]
    assert ids.index("444/2") < ids.index("444/10") < ids.index("444/A1/7")
    assert all(row["carried_out_by"] and row["summary_kk"] and row["summary_ru"] for row in rows)


def test_coverage_says_who_or_why_not_or_when() -> None:
    said = {row["id"]: row["carried_out_by"] for row in coverage()}

    assert said["444/15"].startswith("no software: ")
    assert said["444/14"] == "recorders.draft, recorders.sign_handover, recorders.produce, evidence.stream"
    assert said["444/17"] == "recorders.issue_recorder, archive.examine, recorders.close_file"
    assert said["444/8"] == "recorders.issue_recorder, recorders.return_recorder, journals.write"


def test_orders_at_hand() -> None:
    assert orders() == ["366", "444"]
