"""The report as plain values: what was looked at, what follows from it, in a form that is signed and kept for good.

Integers, texts, lists; times are ISO texts in UTC. The papers in both languages are drawn from these values and nothing else.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from qorgan.archive.continuity import SILENCE, Piece, an_hour_off, holes_of, length
from qorgan.archive.models import Recording
from qorgan.recorders.clock import Judgement, judge
from qorgan.recorders.continuity.findings import Finding, superseded
from qorgan.recorders.continuity.gathering import Facts, microseconds_of
from qorgan.recorders.continuity.models import Explanation
from qorgan.recorders.models import Issue

FORMAT = "qorgan.continuity/1"


def snapshot(facts: Facts, found: Sequence[Finding]) -> dict[str, Any]:
    """All that the report says."""
    inspection, organisation = facts.inspection, facts.inspection.organisation
    continuity = facts.continuity
    return {
        "format": FORMAT, "made_at": text(timezone.now()), "inputs": facts.inputs_digest,
        "organisation": {"id": str(organisation.id), "kk": organisation.name_kk, "ru": organisation.name_ru},
        "inspection": {
            "id": str(inspection.id), "number": inspection.number, "kind": inspection.kind, "subject_name": inspection.subject_name,
            "subject_bin": inspection.subject_bin, "act_number": inspection.act_number, "inspector": inspection.inspector.full_name,
            "started_at": text(inspection.started_at), "ended_at": text(inspection.ended_at),
        },
        "interval": [text(at) for at in facts.interval or ()],
        "recorded_us": _microseconds(continuity.covered) if continuity else 0,
        "issues": [_issue(one, facts) for one in facts.issues],
        "files": [_file(n, one, facts) for n, one in enumerate(facts.recordings, start=1)],
        "unplaced": [_file(0, one, facts) for one in facts.unplaced],
        "findings": [_finding(one, facts) for one in found],
        "explanations": _explanations(facts, found),
        "overlaps": [
            {"recorder": facts.numbers[one.device], "start": text(one.start), "end": text(one.end)}
            for course in (continuity.courses if continuity else ()) for one in course.overlaps
        ],
        "notes": notes(facts),
        "troubles": [
            {"recorder": facts.numbers.get(one.device, ""), "start": text(one.start), "end": text(one.end), "words": one.words} for one in facts.troubles
        ],
    }


def notes(facts: Facts) -> list[dict[str, Any]]:
    """What a reader must know besides the gaps: a code, the recorder, and numbers or names."""
    found: list[dict[str, Any]] = [
        {"code": "clock", "recorder": one.recorder.inventory_number, "seconds": one.clock_offset_s, "names": []}
        for one in facts.issues if judge(one.clock_offset_s) is not Judgement.SAME
    ]
    lanes = {lane.device: lane for lane in facts.lanes}
    for course in facts.continuity.courses if facts.continuity else ():
        number, lane = facts.numbers[course.device], lanes[course.device]
        pieces = {piece.key: piece for piece in lane.pieces}
        outside = [pieces[key] for key in course.outside]
        hour = an_hour_off([*outside, *_shifted(facts, course.device)], lane.held)
        if outside:
            found.append(_note("outside", number, [_name(one, facts) for one in outside]))
        if hour is not None:
            found.append({"code": "hour", "recorder": number, "seconds": int(hour.total_seconds()), "names": []})
        if course.repeated:
            found.append(_note("repeated", number, [str(n) for n in course.repeated]))
        if course.disordered:
            found.append(_note("disordered", number, [f"{_name(pieces[a], facts)} – {_name(pieces[b], facts)}" for a, b in course.disordered]))
    if facts.unplaced:
        found.append(_note("unplaced", "", [one.name for one in facts.unplaced]))
    if facts.nobodys:
        found.append(_note("nobodys", "", [one.name for one in facts.nobodys]))
    return found + [_note("removed", one.recorder.inventory_number, [one.name]) for one in _removed(facts)]


def _shifted(facts: Facts, device: str) -> list[Piece]:
    """Files that fit nowhere, where the clock check at issue would put them: was the check itself an hour wrong?"""
    offset = next((timedelta(seconds=one.clock_offset_s) for one in facts.issues if str(one.recorder_id) == device), timedelta())
    mine = [one for one in facts.unplaced if facts.device_of[str(one.id)] == device and one.started_at]
    return [Piece(str(one.id), one.started_at - offset, microseconds_of(one)) for one in mine if one.started_at]


def text(moment: datetime | None) -> str:
    """A moment in UTC, "" for none."""
    return moment.astimezone(timezone.get_fixed_timezone(0)).isoformat() if moment else ""


def _removed(facts: Facts) -> list[Any]:
    """Files that somebody took from a recorder although the archive has them: nothing is lost, and nobody had allowed it."""
    return [one for one in facts.absences if one.plain_sha256 in facts.stored and not one.in_folder]


def _note(code: str, recorder: str, names: list[str]) -> dict[str, Any]:
    return {"code": code, "recorder": recorder, "seconds": 0, "names": names}


def _name(piece: Piece, facts: Facts) -> str:
    return facts.by_key[piece.key].name


def _microseconds(span: Any) -> int:
    return int(span / (SILENCE / 1_000_000))


def _issue(one: Issue, facts: Facts) -> dict[str, Any]:
    courses = facts.continuity.courses if facts.continuity else ()
    course = next((course for course in courses if course.device == str(one.recorder_id)), None)
    return {
        "recorder": one.recorder.inventory_number, "person": one.person.full_name, "row": one.row.number, "issued_at": text(one.issued_at),
        "returned_at": text(one.returned_at), "offset_s": one.clock_offset_s, "charge_percent": one.charge_percent,
        "recorded_us": _microseconds(length(course.covered)) if course else 0,
    }


def _file(n: int, one: Recording, facts: Facts) -> dict[str, Any]:
    return {
        "n": n, "id": str(one.id), "recorder": facts.numbers.get(facts.device_of[str(one.id)], one.source_number), "name": one.name,
        "sequence": facts.told[str(one.id)].sequence, "shown": one.device_started_at, "started_at": text(one.started_at), "ended_at": text(one.ended_at),
        "duration_us": microseconds_of(one), "holes": [list(hole) for hole in holes_of(one.media)],
        "offset_ms": one.offset_ms, "sha256": one.plain_sha256,
    }


def _finding(one: Finding, facts: Facts) -> dict[str, Any]:
    absence = one.absence
    return {
        "n": one.number, "what": one.what.value, "recorder": facts.numbers.get(one.device, ""), "start": text(one.start), "end": text(one.end),
        "cause": one.cause.value if one.cause else "", "run": [one.run.first, one.run.last] if one.run else [],
        "file": absence.name if absence else "", "dock": absence.dock_name if absence else "",
        "meanwhile": [facts.numbers[device] for device in one.meanwhile],
        "explanation": str(one.explanation.id) if one.explanation else "",
    }


def _explanations(facts: Facts, found: Sequence[Finding]) -> list[dict[str, Any]]:
    gone = superseded(facts.explanations, found)
    return [_explanation(n, one, str(one.id) in gone) for n, one in enumerate(facts.explanations, start=1)]


def _explanation(n: int, one: Explanation, gone: bool) -> dict[str, Any]:
    signature = one.signature
    return {
        "n": n, "id": str(one.id), "kind": one.kind, "words": one.words, "recorder": one.recorder.inventory_number if one.recorder else "",
        "start": text(one.starts_at), "end": text(one.ends_at), "numbers": one.numbers, "superseded": gone, "position": one.position,
        "by": signature.name, "post": signature.post, "method": signature.method, "signed_at": text(signature.signed_at),
    }
