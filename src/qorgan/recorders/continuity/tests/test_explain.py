"""Gaps explained: by whom, for how long, what becomes of it when recordings come late (444 p.17)."""

from datetime import datetime

import pytest
from django.db import DatabaseError

from qorgan.evidence.sequence import Run
from qorgan.ledger.models import Entry
from qorgan.people.models import Signature
from qorgan.recorders.attributing import assign
from qorgan.recorders.continuity.findings import superseded
from qorgan.recorders.continuity.models import Explanation
from qorgan.recorders.continuity.snapshot import notes
from qorgan.recorders.continuity.tests.day import Day
from qorgan.recorders.issuing import Outing, issue_recorder
from qorgan.recorders.malfunctions.actions import report_malfunction
from qorgan.recorders.malfunctions.telling import Fault
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.tests.conftest import make_inspection, signing


@pytest.fixture
def lunch(day: Day) -> Day:
    """Out 08:40, files 09:00-12:00 and 13:00-17:00, back 18:00, over 17:30."""
    day.out("08:40")
    day.back("18:00")
    day.file("09:00", 180, 6)
    day.file("13:00", 240, 7)
    day.end("17:30")
    return day


def test_gap_before_the_first_picture_counts_from_the_beginning(lunch: Day) -> None:
    assert lunch.told() == ["08:40-09:00 unknown", "12:00-13:00 off", "17:00-17:30 unknown"]


def test_gap_is_explained_with_a_signature(lunch: Day) -> None:
    said = lunch.explain("12:00", "13:00", "break")
    assert lunch.told()[1] == "12:00-13:00 off break"
    assert [one.open for one in lunch.found] == [True, False, True]
    entry = Entry.objects.get(position=said.position)
    assert entry.kind == "continuity:gap:explained"
    assert Signature.objects.get(pk=said.signature_id).person == lunch.desk.cast.aidar


def test_half_of_a_gap_may_be_explained_and_the_rest_is_open(lunch: Day) -> None:
    lunch.explain("12:00", "12:30", "break")
    assert lunch.told()[1:3] == ["12:00-12:30 off break", "12:30-13:00 off"]
    lunch.explain("12:20", "13:00", "transport")
    assert lunch.told()[1:3] == ["12:00-12:20 off break", "12:20-13:00 off transport"]


def test_later_explanation_takes_the_place_of_an_earlier_one_and_both_stay(lunch: Day) -> None:
    first = lunch.explain("12:00", "13:00", "break")
    second = lunch.explain("12:00", "13:00", "battery")
    assert lunch.told()[1] == "12:00-13:00 off battery"
    assert superseded(lunch.facts.explanations, lunch.found) == {str(first.id)}
    assert list(Explanation.objects.order_by("position")) == [first, second]


def test_explanation_never_changes(lunch: Day) -> None:
    said = lunch.explain("12:00", "13:00")
    with pytest.raises(DatabaseError, match="append only"):
        Explanation.objects.filter(pk=said.pk).update(words="other")


def test_late_recording_shrinks_a_gap_and_its_explanation_holds(lunch: Day) -> None:
    lunch.explain("12:00", "13:00", "break")
    lunch.file("12:20", 20)
    assert lunch.told()[1:3] == ["12:00-12:20 unknown break", "12:40-13:00 unknown break"]


def test_number_that_turns_out_missing_later_is_open_though_the_time_was_explained(lunch: Day) -> None:
    lunch.explain("12:00", "13:00", "break")
    lunch.file("17:00", 10, 10)
    assert lunch.told() == [
        "08:40-09:00 unknown", "12:00-13:00 off break", "numbers 8–9", "17:10-17:30 unknown",
    ]
    lunch.explain(kind="malfunction", runs=(Run(8, 9),))
    assert lunch.told()[2] == "numbers 8–9 malfunction"


def test_missing_files_are_named_with_their_gap(day: Day) -> None:
    day.out("09:00")
    day.back("11:00")
    day.file("09:00", 60, 4)
    day.file("10:30", 30, 7)
    day.end("11:00")
    assert day.told() == ["10:00-10:30 files-missing", "numbers 5–6"]
    day.explain("10:00", "10:30", "malfunction", runs=(Run(5, 6),))
    day.file("10:05", 10, 5)
    assert day.told() == ["10:00-10:05 off malfunction", "10:15-10:30 files-missing malfunction", "numbers 6 malfunction"]


@pytest.mark.parametrize(
    ("begin", "end", "kind", "words"),
    [("09:10", "09:40", "break", ""), ("12:00", "13:00", "holiday", ""), ("12:00", "13:00", "other", "  "), ("19:00", "20:00", "break", "")],
)
def test_what_is_no_explanation(lunch: Day, begin: str, end: str, kind: str, words: str) -> None:
    before = Entry.objects.count()
    with pytest.raises(RecorderRefusal):
        lunch.explain(begin, end, kind, words=words)
    assert (Explanation.objects.count(), Entry.objects.count()) == (0, before)


def test_recorder_of_another_inspection_is_refused(lunch: Day) -> None:
    with pytest.raises(RecorderRefusal):
        lunch.explain("12:00", "13:00", recorder=lunch.desk.r0421)


def test_malfunction_proposes_itself(day: Day) -> None:
    day.out("08:40")
    day.go("16:30")
    aidar, fault = day.desk.cast.aidar, Fault("power", "does not start", day.at("16:10"))
    report_malfunction(actor=day.desk.actor, recorder=day.desk.r0417, moment="field", fault=fault, person=aidar, proven=signing(aidar))
    day.back("18:00")
    day.file("08:40", 200, 6)
    day.file("13:00", 190, 7)
    seen = day.facts.inputs_digest
    day.end("17:30")
    assert day.told() == ["12:00-13:00 off", "16:10-17:30 unknown"]
    proposed = [(one.proposal.kind, one.proposal.words) if one.proposal else None for one in day.found]
    assert proposed == [None, ("malfunction", "does not start")]
    assert day.facts.inputs["troubles"]
    assert day.facts.inputs_digest != seen


# Bad days ----------------------------------------------------------------------------------------


def test_no_recording_at_all(day: Day) -> None:
    day.out("09:00")
    day.back("17:00")
    day.end("17:00")
    assert day.told() == ["09:00-17:00 nothing"]


def test_no_recorder_at_all(day: Day) -> None:
    day.go("10:00")
    day.end("10:00")
    assert day.told() == ["?-? unequipped"]
    day.explain(kind="other", words="the recorder was at the repair", recorder=None)
    assert day.found[0].open is False


def test_clock_an_hour_ahead_is_corrected_and_shown_raw(day: Day) -> None:
    day.out("09:00", clock_offset_s=3600)
    day.back("10:01")
    day.file("09:00:10", 60, 1, ahead_s=3600)
    day.end("10:00")
    assert day.told() == ["09:00-09:00 unknown"]
    piece = day.facts.lanes[0].pieces[0]
    assert (piece.start, piece.offset_ms) == (day.at("09:00:10"), 3_600_000)
    assert piece.shown.endswith("10:00:10")


def test_clock_that_fell_back_to_2000_has_no_place_but_its_number_is_here(day: Day) -> None:
    day.out("09:00")
    day.back("12:00")
    day.file("09:00", 60, 1)
    day.raw_file(datetime.fromisoformat("2000-01-01 00:00:07"), 50, 2)
    day.file("11:00", 60, 3)
    day.end("12:00")
    assert day.told() == ["10:00-11:00 off"]
    assert [day.facts.told[str(one.id)].sequence for one in day.facts.unplaced] == [2]
    assert day.facts.interval == (day.at("09:00"), day.at("12:00"))


def test_two_recorders_the_second_from_mid_inspection(day: Day) -> None:
    day.out("09:00")
    day.back("10:30")
    day.file("09:00", 60, 1)
    day.out("10:40", day.desk.r0421)
    day.back("12:00", day.desk.r0421)
    day.file("10:40", 80, 5, recorder=day.desk.r0421)
    day.end("12:00")
    assert day.told() == ["10:00-10:30 unknown", "10:30-10:40 unequipped"]
    assert day.found[0].proposal is not None
    assert day.found[0].proposal.kind == "replaced"


def test_recorder_still_out_is_not_missing_anything_yet(day: Day) -> None:
    day.out("09:00")
    day.go("11:00")
    assert day.told() == []
    day.file("09:10", 20, 1)
    assert day.told() == ["09:00-09:10 unknown"]


def test_numbers_between_two_outings_belong_to_the_time_that_was_not_recorded(day: Day) -> None:
    other = make_inspection(day.desk.cast, day.desk.cast.aidar, number="77/1")
    day.go("08:00")
    issue_recorder(
        actor=day.desk.actor, recorder=day.desk.r0417, person=day.desk.cast.aidar, outing=Outing(other, 90, 0), proven=signing(day.desk.cast.aidar)
    )
    day.back("08:30")
    day.file("08:00", 30, 5)
    day.out("09:00")
    day.back("10:00")
    day.file("09:10", 50, 8)
    day.end("10:00")
    assert day.told() == ["09:00-09:10 files-missing", "numbers 6–7"]
    day.file("09:00", 10, 7)
    assert day.told() == []


def test_clock_an_hour_ahead_that_nobody_noticed_at_issue(day: Day) -> None:
    day.out("09:00")
    day.back("10:00")
    day.file("09:30", 30, 2, ahead_s=3600)
    day.end("10:00")
    assert day.told() == ["09:00-10:00 nothing"]
    assert [(note["code"], note["seconds"]) for note in notes(day.facts)] == [("hour", 3600), ("unplaced", 0)]


def test_recording_named_by_hand_gets_its_true_time(day: Day) -> None:
    written = day.out("09:00", clock_offset_s=-600)
    day.back("10:00")
    lost = day.file("09:05", 30, 3, ahead_s=-600, recorder=day.desk.r0421)
    assert lost.case is None
    assign(actor=day.desk.actor, recording=lost, issue=written.issue)
    day.end("10:00")
    assert day.told() == ["09:00-09:05 unknown", "09:35-10:00 unknown"]
