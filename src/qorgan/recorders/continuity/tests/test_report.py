"""The signed report: frozen, kept, printed in both languages; what came later makes it old (444 p.17-19)."""

import os
import signal
from dataclasses import replace
from hashlib import sha256

import pytest
from django.db import DatabaseError, connections

from qorgan.evidence import durable
from qorgan.evidence.canonical import digest, parse
from qorgan.ledger.check import check
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.models import Signature
from qorgan.people.rights import actor_for
from qorgan.recorders.continuity.access import latest_report, unclosed
from qorgan.recorders.continuity.actions import SIGNING
from qorgan.recorders.continuity.gathering import microseconds_of
from qorgan.recorders.continuity.models import SignedReport
from qorgan.recorders.continuity.tests.day import Day
from qorgan.recorders.refusals import RecorderRefusal


@pytest.fixture
def gone(day: Day) -> Day:
    """Two files of an hour each with half an hour between, an inspection from nine to half past eleven."""
    day.out("09:00", clock_offset_s=3600)
    day.back("11:30")
    day.file("09:00", 60, 1, ahead_s=3600)
    day.file("10:30", 60, 4, ahead_s=3600)
    day.end("11:30")
    return day


def test_report_is_frozen_signed_and_in_the_ledger(gone: Day) -> None:
    report = gone.sign()
    values = parse(report.content.encode())
    assert digest(values) == report.content_digest == report.signature.digest
    assert report.open_findings == 2
    assert [(one["what"], one["cause"]) for one in values["findings"]] == [("gap", "files-missing"), ("numbers", "")]
    assert [one["shown"][-8:] for one in values["files"]] == ["10:00:00", "11:30:00"]
    assert values["recorded_us"] == 7200 * 10**6
    entry = Entry.objects.get(position=report.position)
    assert (entry.kind, said(entry)["payload"]["content"], said(entry)["payload"]["open"]) == ("continuity:report:signed", report.content_digest, 2)
    assert latest_report(gone.inspection) == report
    with pytest.raises(DatabaseError, match="append only"):
        SignedReport.objects.filter(pk=report.pk).update(content="{}")


def test_nothing_is_signed_that_was_not_looked_at(gone: Day) -> None:
    seen = gone.facts.inputs_digest
    gone.file("10:00", 10, 2, ahead_s=3600)
    with pytest.raises(RecorderRefusal):
        gone.sign(seen)
    assert SignedReport.objects.count() == 0


def test_nothing_is_signed_before_it_is_over(day: Day) -> None:
    day.out("09:00")
    day.back("10:00")
    with pytest.raises(RecorderRefusal):
        day.sign()
    with pytest.raises(RecorderRefusal):
        day.close()


def test_recording_that_arrives_after_the_report_makes_it_old(gone: Day) -> None:
    report = gone.sign()
    assert gone.facts.inputs_digest == report.inputs_digest
    gone.go("15:00")
    assert gone.facts.inputs_digest == report.inputs_digest  # time alone changes nothing
    gone.file("10:00", 10, 2, ahead_s=3600)
    assert gone.facts.inputs_digest != report.inputs_digest
    again = gone.sign()
    assert (again.number, latest_report(gone.inspection)) == (2, again)
    assert [one["id"] for one in report.values["files"]] != [one["id"] for one in again.values["files"]]


def test_file_is_not_closed_while_a_gap_has_no_explanation(gone: Day) -> None:
    with pytest.raises(RecorderRefusal) as refused:
        gone.close()
    assert refused.value.basis == "444/17"
    assert "10:00:00–10:30:00" in refused.value.sentence
    assert "2–3" in refused.value.sentence
    gone.explain("10:00", "10:30", "malfunction")
    with pytest.raises(RecorderRefusal) as refused:
        gone.close()
    assert "10:00:00" not in refused.value.sentence
    assert gone.inspection in unclosed_of(gone)
    gone.explain(kind="malfunction", runs=(gone.found[1].run,))  # type: ignore[arg-type]
    closing = gone.close()
    assert Entry.objects.get(position=closing.position).kind == "continuity:inspection:file-closed"
    assert gone.inspection not in unclosed_of(gone)
    with pytest.raises(RecorderRefusal):
        gone.close()


def unclosed_of(gone: Day) -> list[object]:
    return list(unclosed(actor_for(gone.desk.cast.serik.user, verified=True)))


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_paper_is_the_same_bytes_each_time(gone: Day, language: str) -> None:
    gone.explain("10:00", "10:30", "other", words="Түскі ас")
    report = gone.sign()
    paper = report.pdf(language)  # type: ignore[arg-type]
    assert paper.startswith(b"%PDF-1.7")
    assert b"pdfaid" in paper
    assert sha256(report.pdf(language)).digest() == sha256(paper).digest()  # type: ignore[arg-type]


def test_a_recording_destroyed_after_its_term_keeps_its_time_and_no_more(gone: Day) -> None:
    facts = gone.facts
    one = facts.recordings[0]
    assert not facts.destroyed
    one.media, one.manifest = {}, ""
    assert microseconds_of(one) == 0
    one.destroying_at = gone.now
    assert microseconds_of(one) == 3600 * 10**6
    assert replace(facts, recordings=(one,)).destroyed


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("moment", "reports"), [("begin", 0), ("done", 1)])
def test_killed_while_signing_leaves_all_of_a_report_or_nothing(gone: Day, moment: str, reports: int) -> None:
    seen, entries = gone.facts.inputs_digest, Entry.objects.count()
    connections.close_all()
    child = os.fork()
    if child == 0:
        durable.on_step = durable._fault(f"{SIGNING}.{moment}:kill")
        gone.sign(seen)
        os._exit(0)  # never reached
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    written = Entry.objects.count() - entries
    assert (SignedReport.objects.count(), written) == (reports, reports)
    assert Signature.objects.filter(digest__in=SignedReport.objects.values("content_digest")).count() == reports
    assert check().holds
    assert gone.sign(seen).number == reports + 1
