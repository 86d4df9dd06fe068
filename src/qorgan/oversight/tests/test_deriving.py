"""Duties of a facility, derived from the packs: each state, each reason, and what is never done."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qorgan.norms.engine.schema import Kind
from qorgan.norms.engine.workdays import seeded
from qorgan.oversight.deriving import derive
from qorgan.oversight.duty import Completion, Duty, Known, Source, State, Way, standing_days
from qorgan.oversight.rules import rules_on

CALENDAR = seeded(2022, 2036)
ON = date(2026, 11, 22)
MALL: dict[str, Any] = {"kind": "trade", "trade_area_m2": 2500, "sells_firearms": False, "is_khorgos": False, "is_expo": False}


def of(facts: dict[str, Any], *done: tuple[str, date], on: date = ON) -> dict[str, Duty]:
    known = Known(facts, tuple(Completion(day, norm) for norm, day in done))
    return {one.key: one for one in derive(rules_on(on), known, CALENDAR)}


def test_an_unknown_beginning_is_asked_for_and_nothing_is_guessed() -> None:
    drill = of(MALL)["366/38"]
    assert (drill.state, drill.missing, drill.readings) == (State.UNKNOWN, ("last_drill_on", "notified_on"), ())


def test_a_place_outside_the_order_owes_nothing_and_one_that_may_be_inside_is_asked() -> None:
    outside = of({**MALL, "trade_area_m2": 499})
    assert {one.state for one in outside.values()} == {State.NOT_APPLICABLE}
    asked = of({"kind": "trade", "sells_firearms": False, "is_khorgos": False, "is_expo": False})
    assert asked["366/9"].state is State.UNKNOWN
    assert "trade_area_m2" in asked["366/9"].missing


def test_a_place_with_a_notice_owes_although_no_group_names_it() -> None:
    duties = of({**MALL, "trade_area_m2": 100, "notified_on": date(2026, 11, 1)})
    assert duties["366/63"].state is State.DUE


def test_a_term_shows_its_counting_and_every_skipped_day() -> None:
    draft = of({**MALL, "notified_on": date(2026, 11, 2)})["366/63"]
    assert (draft.state, draft.keep, draft.defensible) == (State.DUE, date(2027, 1, 8), None)  # 16.12, 1-4.01 and 7.01 are days off
    assert draft.due is not None
    assert sum(step.number is not None for step in draft.due.steps()) == 45
    assert ("notified_on", date(2026, 11, 2)) in draft.facts
    assert draft.estimated


def test_between_two_readings_it_is_urgent_and_not_yet_overdue() -> None:
    done = ("366/63", date(2026, 11, 11))
    for on, state in (
        (date(2026, 11, 21), State.SOON),
        (date(2026, 11, 22), State.SOON),
        (date(2026, 11, 23), State.SOON),
        (date(2026, 11, 24), State.OVERDUE),
    ):
        agree = of({**MALL, "notified_on": date(2026, 11, 2)}, done, on=on)["366/64"]
        assert (agree.state, agree.keep, agree.defensible) == (state, date(2026, 11, 21), date(2026, 11, 23))
        assert [one.certain for one in agree.missed] == {21: [], 22: [False], 23: [False], 24: [True]}[on.day]


def test_a_chain_of_terms_waits_for_what_starts_it() -> None:
    duties = of({**MALL, "notified_on": date(2024, 3, 1)}, ("366/63", date(2024, 4, 1)))
    assert duties["366/64"].state is State.OVERDUE
    assert duties["366/65"].waits_for == ("366/64",)
    assert duties["366/71"].state is State.WAITING  # nothing has changed that we know of
    approved = of({**MALL, "notified_on": date(2024, 3, 1)}, ("366/63", date(2024, 4, 1)), ("366/64", date(2024, 4, 5)), ("366/65", date(2024, 4, 10)))
    assert approved["366/72/1"].keep == date(2029, 4, 10)
    assert approved["366/69"].state is State.OVERDUE


def test_a_fact_may_tell_of_a_completion_and_says_that_it_is_no_document() -> None:
    agree = of({**MALL, "notified_on": date(2024, 3, 1), "passport_drafted_on": date(2024, 4, 1)})["366/63"]
    assert agree.state is State.DONE
    assert agree.closed_by[0].source is Source.FACT


def test_what_was_done_late_stays_missed_for_ever() -> None:
    draft = of({**MALL, "notified_on": date(2024, 3, 1)}, ("366/63", date(2025, 1, 15)))["366/63"]
    assert draft.state is State.DONE
    assert [(one.way, one.made_up_on, one.certain) for one in draft.missed] == [(Way.TERM, date(2025, 1, 15), True)]


def test_a_document_of_an_earlier_change_does_not_close_a_later_one() -> None:
    before = of({**MALL, "passport_changed_on": date(2026, 6, 1)}, ("366/71", date(2025, 3, 3)))["366/71"]
    assert before.state is State.OVERDUE
    after = of({**MALL, "passport_changed_on": date(2026, 6, 1)}, ("366/71", date(2026, 6, 9)))["366/71"]
    assert (after.state, after.missed) == (State.DONE, ())


def test_missing_equipment_fails_when_its_half_year_is_over_and_advice_never_does() -> None:
    facts = {**MALL, "notified_on": date(2026, 9, 1), "equipment.video_surveillance.installed": False, "equipment.notification.installed": False}
    early = of(facts)["366/78:video_surveillance"]
    assert (early.state, early.keep, early.defensible) == (State.DUE, date(2027, 3, 1), None)
    late = of({**facts, "notified_on": date(2024, 9, 2)})
    assert late["366/78:video_surveillance"].state is State.OVERDUE
    assert late["366/78:video_surveillance"].failing
    assert not [one for one in late.values() if one.state is State.OVERDUE and not one.mandatory]
    unknown = of({key: value for key, value in facts.items() if key != "notified_on"})["366/78:video_surveillance"]
    assert (unknown.state, unknown.missing, bool(unknown.failing)) == (State.UNKNOWN, ("notified_on",), True)


def test_a_document_closes_its_paragraph_and_the_subparagraphs_of_it_and_no_unnumbered_part() -> None:
    duties = of(MALL, ("366/6", date(2026, 1, 5)), ("366/9", date(2026, 1, 5)))
    assert duties["366/6/4"].state is State.DONE
    assert duties["366/9"].state is State.DONE
    assert duties["366/9/p2"].undocumented
    parts = [(f"366/6/{number}", date(2026, 2, number)) for number in range(1, 10)]
    assert of(MALL, *parts)["366/6"].state is State.DONE
    assert of(MALL, *parts[:-1])["366/6"].state is State.UNKNOWN


def test_a_day_outside_the_calendar_is_said() -> None:
    known = Known({**MALL, "notified_on": date(2019, 3, 1)})
    draft = next(one for one in derive(rules_on(ON), known, CALENDAR) if one.key == "366/63")
    assert (draft.state, draft.missing) == (State.UNKNOWN, ("calendar.2019",))


def _norms() -> Iterator[str]:
    rules = rules_on(ON)
    return (rule.item.id for rule in (*rules.recurring, *rules.terms, *rules.standing))


days = st.dates(date(2023, 1, 1), ON)
facts = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["trade", "catering", "ministry_central"]),
        "trade_area_m2": st.sampled_from([0, 499, 500, 1999, 2000, 9000]),
        "sells_firearms": st.booleans(),
        "is_khorgos": st.booleans(),
        "is_expo": st.booleans(),
        "notified_on": days,
        "passport_changed_on": days,
        "last_drill_on": days,
        "last_briefing_on": days,
        "passport_approved_on": days,
        "equipment.video_surveillance.installed": st.booleans(),
    },
)


@settings(max_examples=120, deadline=None)
@given(facts=facts, done=st.lists(st.tuples(st.sampled_from(sorted(_norms())), days), max_size=12))
def test_every_answer_says_why(facts: dict[str, Any], done: list[tuple[str, date]]) -> None:
    for one in of(facts, *done).values():
        why = {
            State.OVERDUE: bool(one.readings),
            State.SOON: bool(one.readings),
            State.DUE: bool(one.readings) or not one.mandatory or one.compensated,
            State.UNKNOWN: bool(one.missing) or one.undocumented,
            State.WAITING: bool(one.waits_for) or bool(one.missing),
            State.DONE: bool(one.closed_by) or bool(one.equipment),
            State.NOT_APPLICABLE: not one.missing,
        }
        assert why[one.state], one
        if one.state is State.OVERDUE:
            assert (one.defensible or one.keep or ON) < ON
        if one.keep and one.defensible:
            assert one.keep < one.defensible


@settings(max_examples=80, deadline=None)
@given(facts=facts, done=st.lists(st.tuples(st.sampled_from(sorted(_norms())), days), max_size=12), ahead=st.integers(1, 500))
def test_nothing_closes_by_itself(facts: dict[str, Any], done: list[tuple[str, date]], ahead: int) -> None:
    """A later day with nothing more known finds no duty done that was not, and forgets no miss."""
    before, after = of(facts, *done), of(facts, *done, on=ON + timedelta(days=ahead))
    for key, one in after.items():
        if one.state is State.DONE:
            assert before[key].state is State.DONE, key
        sure = {(lost.first, lost.way) for lost in before[key].missed if lost.certain}
        assert sure <= {(lost.first, lost.way) for lost in one.missed if lost.certain}


def test_every_duty_of_the_order_is_derived() -> None:
    rules = rules_on(ON)
    assert {one.item.kind for one in derive(rules, Known(MALL), CALENDAR)} >= {Kind.DUTY, Kind.DEADLINE, Kind.REQUIREMENT}
    assert {"366/38", "366/41", "366/63", "366/64", "366/65", "366/69", "366/71", "366/72/1", "366/73", "366/111"} <= set(of(MALL))


def test_a_later_statement_does_not_make_an_earlier_event_unhappen() -> None:
    changes = (date(2025, 1, 10), date(2026, 10, 30))
    known = Known({**MALL, "notified_on": date(2024, 3, 1), "passport_changed_on": changes[1]}, told={"passport_changed_on": changes})
    correct = next(one for one in derive(rules_on(ON), known, CALENDAR) if one.key == "366/71")
    assert correct.state is State.OVERDUE
    assert [one.first.year for one in correct.missed if one.certain] == [2025]


def test_of_statements_those_stand_that_nothing_corrects() -> None:
    day = date.fromisoformat
    assert standing_days([(day("2025-05-02"), day("2025-05-01")), (day("2026-05-02"), day("2026-05-01"))]) == (day("2025-05-01"), day("2026-05-01"))
    assert standing_days([(day("2025-05-02"), day("2025-05-01")), (day("2025-05-02"), day("2025-04-30"))]) == (day("2025-04-30"),)
    assert standing_days([(day("2025-05-02"), day("2025-05-01")), (day("2025-06-01"), day("2025-03-01"))]) == (day("2025-03-01"),)
    assert standing_days([(day("2025-05-02"), day("2025-05-01")), (day("2025-06-01"), None)]) == ()
