"""Speed of the continuity report: one day, one inspection, eight recorders, five hundred files, one of ten with a hole (444 p.17-19).

``python benchmarks/continuity.py`` prints one JSON list. Everything of a report is measured together, from the stored rows to the
signed report and its paper, against two seconds; the computation is measured against reading the same rows and nothing else.
"""

import json
import time
import uuid
from datetime import UTC, date, datetime, timedelta

from _office import FOLDER, medians, point_at, prepare, result, say, seconds

from qorgan.archive.models import Recording
from qorgan.journals.actions import open_book
from qorgan.ledger.signing import create_key
from qorgan.people.models import Post
from qorgan.people.signatures import Proven
from qorgan.people.tests.cast import SETUP, Cast, make_cast
from qorgan.recorders import issuing
from qorgan.recorders.actions import end_inspection, open_inspection, register_recorder
from qorgan.recorders.attributing import MEASURED
from qorgan.recorders.continuity.actions import sign_report
from qorgan.recorders.continuity.findings import findings
from qorgan.recorders.continuity.gathering import gather
from qorgan.recorders.models import Attribution, Inspection, Issue
from qorgan.web.demo.clock import acting_at

SECONDS = 2.0
RECORDERS, SEGMENTS, ROUNDS = 8, 500, 5
BEGUN = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ENDED = BEGUN + timedelta(hours=9)
LENGTH = timedelta(minutes=8)


def office() -> tuple[Cast, Inspection]:
    """Eight recorders out from nine, files of eight minutes, each fifth one a little late, every twentieth number missing."""
    (FOLDER / "keys").mkdir(exist_ok=True)
    create_key()
    point_at(FOLDER / "continuity.sqlite3")
    prepare()
    with acting_at(BEGUN):
        cast = make_cast()
        open_book(actor=SETUP, organisation=cast.karaganda, started_on=date(2026, 1, 5))
        inspection = open_inspection(
            actor=SETUP, organisation=cast.karaganda, inspector=cast.aidar, kind="unplanned", subject_name="«Сарыарқа кені» ЖШС", planned_on=date(2026, 11, 20)
        )
        issues = [issued(cast, inspection, number) for number in range(RECORDERS)]
    Issue.objects.update(returned_at=BEGUN + timedelta(hours=9))
    with acting_at(ENDED):
        end_inspection(actor=SETUP, inspection=inspection)
    Recording.objects.bulk_create([recording(cast, inspection, issues[n % RECORDERS], n // RECORDERS) for n in range(SEGMENTS)])
    for one in Recording.objects.all():
        issue = next(issue for issue in issues if str(issue.recorder_id) == one.source)
        Attribution.objects.create(recording=one, organisation=cast.karaganda, recorder=issue.recorder, issue=issue, basis="time")
    return cast, Inspection.objects.get(pk=inspection.pk)


def issued(cast: Cast, inspection: Inspection, number: int) -> Issue:
    """One recorder, to Айдар."""
    recorder = register_recorder(actor=SETUP, organisation=cast.karaganda, inventory_number=f"{417 + number:04}")
    proven = Proven(cast.aidar, Post.INSPECTOR.value, "pin")
    return issuing.issue_recorder(actor=SETUP, recorder=recorder, person=cast.aidar, outing=issuing.Outing(inspection, 96, 2), proven=proven).issue


def recording(cast: Cast, inspection: Inspection, issue: Issue, place: int) -> Recording:
    """One file as a dock describes it, with a manifest as long as real ones are."""
    start, number = BEGUN + place * LENGTH + place // 5 * timedelta(seconds=20), place + 1 + place // 20
    holes = [[60_000_000, 75_000_000]] if place % 10 == 5 else []
    digest = uuid.uuid5(issue.id, str(place)).hex * 2
    media = {"kind": "video", "duration_us": LENGTH // timedelta(microseconds=1), "gaps": holes, "problems": []}
    manifest = {"sequence": number, "device_zone_minutes": 300, "media": media, "filler": "x" * 1200}
    return Recording(
        organisation=cast.karaganda, source=str(issue.recorder_id), source_number=issue.recorder.inventory_number, person=cast.aidar,
        person_name=cast.aidar.full_name, case=inspection.id, case_label=inspection.label, kind="video", name=f"{number:04}.MP4", path=f"DCIM/{number:04}.MP4",
        media=media, plain_sha256=digest, sealed_blake3=digest, plain_size=1 << 28, sealed_size=1 << 28, generation=1,
        device_started_at=(start + timedelta(hours=5)).replace(tzinfo=None).isoformat(), started_at=start, ended_at=start + LENGTH, offset_ms=2000,
        offset_basis=MEASURED, dock_name="214", manifest=f"qorgan.manifest/1\n{json.dumps(manifest)}\n\n", stored_at=start, position=0, receipt="",
    )  # fmt: skip


def rows(inspection: Inspection) -> None:
    """The recordings of the inspection, and nothing done with them."""
    list(Recording.objects.filter(organisation=inspection.organisation_id, case=inspection.id).select_related("attribution"))


def main() -> None:
    """Measure in turn: the rows alone, the computation, the whole report with its paper."""
    cast, inspection = office()
    proven = Proven(cast.serik, Post.RESPONSIBLE.value, "pin")

    def compute() -> None:
        findings(gather(inspection))

    def whole() -> None:
        seen = gather(inspection).inputs_digest
        sign_report(actor=SETUP, inspection=inspection, seen=seen, proven=proven).pdf("kk")

    with acting_at(ENDED):
        compute()
        read, computed, report = medians([[seconds(lambda: rows(inspection)), seconds(compute), seconds(whole)] for _ in range(ROUNDS)])
        begun = time.process_time()
        whole()
        cpu = time.process_time() - begun
    found = findings(gather(inspection))
    gaps = sum(one.what == "gap" for one in found)
    figures = {"segments": SEGMENTS, "recorders": RECORDERS, "findings": len(found), "gaps": gaps}
    say([
        result("report of 500 segments, signed and printed, against two seconds", report / SECONDS, 1.0, "lower", report_s=report, report_cpu_s=cpu, **figures),
        result("gaps of 500 segments, against reading their rows alone", computed / read, 10.0, "lower", computed_ms=computed * 1e3, rows_ms=read * 1e3),
    ])  # fmt: skip


if __name__ == "__main__":
    main()
