"""A day of an inspection for tests, lived through hour by hour: recorders go out and come back, files arrive, gaps are explained.

It is tomorrow, because the ledger's times never go back; the clock stands until it is told to go on.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from qorgan.archive.docks import create_dock
from qorgan.archive.models import Dock, Recording
from qorgan.archive.times import OFFICE_ZONE
from qorgan.evidence.sequence import Run
from qorgan.people.models import Person, Post
from qorgan.people.signatures import Proven
from qorgan.recorders.actions import end_inspection
from qorgan.recorders.continuity import actions
from qorgan.recorders.continuity.actions import Matter, Reason
from qorgan.recorders.continuity.findings import Finding, findings
from qorgan.recorders.continuity.gathering import Facts, gather
from qorgan.recorders.continuity.models import Closing, Explanation, SignedReport
from qorgan.recorders.issuing import Written
from qorgan.recorders.models import Inspection, Recorder
from qorgan.recorders.tests.arriving import arrive, local
from qorgan.recorders.tests.conftest import Desk, as_actor, signing


@dataclass
class Day:
    """The desk with a clock. Times are texts of tomorrow in Almaty: ``"09:00"``, ``"09:00:30"``."""

    desk: Desk
    now: datetime
    dock: Dock = field(init=False)

    def __post_init__(self) -> None:
        self.dock = create_dock(actor=self.desk.actor, organisation=self.desk.cast.karaganda, name="214")[0]

    def at(self, text: str) -> datetime:
        """A time of the day."""
        begin = timezone.localtime(self.now).date() if self.begun else timezone.localtime(self.now).date() + timedelta(days=1)
        return datetime.fromisoformat(f"{begin} {text}").replace(tzinfo=OFFICE_ZONE).astimezone(UTC)

    begun: bool = False

    def go(self, text: str) -> None:
        """Let the clock stand at a later time."""
        self.now = self.at(text)
        self.begun = True

    def out(self, text: str, recorder: Recorder | None = None, person: Person | None = None, **stated: int) -> Written:
        """A recorder (0417) is issued (to Айдар)."""
        self.go(text)
        return self.desk.issue(recorder, person, **stated)

    def back(self, text: str, recorder: Recorder | None = None, **said: Any) -> Written:
        """It comes back."""
        self.go(text)
        return self.desk.take_back(recorder, **said)

    def file(self, text: str, minutes: float, number: int | None = None, *, recorder: Recorder | None = None, ahead_s: int = 0, **more: Any) -> Recording:
        """A file of so many minutes, whose device is ahead by ``ahead_s``, arrives."""
        shown = local(self.at(text) + timedelta(seconds=ahead_s))
        return self.raw_file(shown, minutes, number, recorder=recorder, **more)

    def raw_file(self, shown: datetime, minutes: float, number: int | None = None, *, recorder: Recorder | None = None, **more: Any) -> Recording:
        """A file whose device clock says ``shown``, naive."""
        name = f"{number or 0:04}_{shown:%H%M%S}.MP4"
        media = {"kind": "video", "duration_us": int(minutes * 60_000_000), "gaps": more.pop("gaps", [])}
        return arrive(self.dock, recorder or self.desk.r0417, shown, sequence=number, name=name, path=f"DCIM/{name}", media=media, **more)

    def end(self, text: str) -> None:
        """The inspector says since when it was over."""
        end_inspection(actor=self.desk.actor, inspection=self.desk.inspection, ended_at=self.at(text))

    @property
    def inspection(self) -> Inspection:
        """As it stands."""
        return Inspection.objects.select_related("organisation", "inspector").get(pk=self.desk.inspection.pk)

    @property
    def facts(self) -> Facts:
        """What is known."""
        return gather(self.inspection)

    @property
    def found(self) -> tuple[Finding, ...]:
        """What needs an explanation."""
        return findings(self.facts)

    def told(self) -> list[str]:
        """Findings in short: what, from, to or numbers, kind of the explanation."""
        return [
            f"{one.what} {one.run}" + (f" {one.explanation.kind}" if one.explanation else "") if one.run and one.absence is None
            else f"file {one.absence.name}" + (f" {one.explanation.kind}" if one.explanation else "") if one.absence
            else f"{_clock(one.start)}-{_clock(one.end)} {one.cause}" + (f" {one.explanation.kind}" if one.explanation else "")
            for one in self.found
        ]  # fmt: skip

    def explain(self, begin: str = "", end: str = "", kind: str = "break", *, runs: tuple[Run, ...] = (), by: Person | None = None, **more: Any) -> Explanation:
        """Айдар explains a time of 0417."""
        person = by or self.desk.cast.aidar
        interval = (self.at(begin), self.at(end)) if begin else None
        matter = Matter(more.pop("recorder", self.desk.r0417), interval, runs, more.pop("absences", ()))
        return actions.explain(
            actor=as_actor(person, self.desk.cast.karaganda, Post.INSPECTOR), inspection=self.inspection, matter=matter,
            reason=Reason(kind, more.pop("words", "")), proven=signing(person),
        )

    def sign(self, seen: str = "") -> SignedReport:
        """Серік signs the report."""
        proven = Proven(self.desk.cast.serik, Post.RESPONSIBLE.value, "pin")
        return actions.sign_report(actor=self.desk.actor, inspection=self.inspection, seen=seen or self.facts.inputs_digest, proven=proven)

    def close(self) -> Closing:
        """Серік closes the file."""
        return actions.close_file(actor=self.desk.actor, inspection=self.inspection, person=self.desk.cast.serik)


def _clock(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%H:%M}" if at else "?"
