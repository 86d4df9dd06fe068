"""What the page of an inspection shows of its continuity: drawing, findings, explanations, the last report and whether it is old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qorgan.archive.access import recordings
from qorgan.archive.continuity import Interval, length
from qorgan.archive.lines import destroyed_words
from qorgan.archive.models import Recording
from qorgan.documents.dates import duration
from qorgan.people.rights import Actor
from qorgan.recorders.continuity.access import latest_report
from qorgan.recorders.continuity.findings import Finding, findings, superseded
from qorgan.recorders.continuity.gathering import Facts, gather
from qorgan.recorders.continuity.models import Closing, Explanation, SignedReport
from qorgan.recorders.continuity.phrases import cause_words, note_words
from qorgan.recorders.continuity.picture import Picture, picture
from qorgan.recorders.continuity.snapshot import snapshot
from qorgan.recorders.continuity.words import language, name_of, span
from qorgan.recorders.models import Inspection

SHORTEST_WINDOW = timedelta(minutes=1)
ROW_HEIGHT = 98
ROWS_BEGIN = 24


@dataclass(frozen=True)
class Line:
    """One finding as the table has it. ``explain_url`` is "" for whoever may not; ``look_url`` shows its time in the drawing."""

    finding: Finding
    recorder: str
    name: str
    times: str
    cause: str
    meanwhile: str
    explain_url: str
    look_url: str


@dataclass(frozen=True)
class Said:
    """An explanation in the list of all of them."""

    explanation: Explanation
    superseded: bool
    matter: str


@dataclass(frozen=True)
class Course:
    """A row of the drawing with its place."""

    row: Any
    y: int


@dataclass(frozen=True)
class Shown:
    """Everything of the page. ``old``: the facts are not those that were signed. ``visible``: ids of recordings that one may open."""

    facts: Facts
    picture: Picture | None
    courses: tuple[Course, ...]
    sentence: str
    lines: tuple[Line, ...]
    said: tuple[Said, ...]
    notes: tuple[str, ...]
    recordings: tuple[Recording, ...]
    visible: frozenset[str]
    report: SignedReport | None
    old: bool
    closing: Closing | None
    zoom: tuple[tuple[str, str], ...]

    @property
    def open(self) -> int:
        """How many findings have no explanation."""
        return sum(line.finding.open for line in self.lines)

    @property
    def recorded(self) -> timedelta:
        """How much of the inspection was recorded."""
        return self.facts.continuity.covered if self.facts.continuity else timedelta()

    @property
    def silent(self) -> timedelta:
        """How much was not, by any recorder."""
        return length([self.facts.interval]) - self.recorded if self.facts.interval else timedelta()

    @property
    def height(self) -> int:
        """Of the drawing, in pixels."""
        return ROWS_BEGIN + ROW_HEIGHT * len(self.courses) + 20


def shown(actor: Actor, inspection: Inspection, window: Interval | None = None, *, may_explain: bool) -> Shown:
    """The continuity of an inspection as ``actor`` sees it: the same gaps for everybody, links only to what one may open."""
    facts = gather(inspection)
    found = findings(facts)
    values = snapshot(facts, found)
    drawn = picture(values, window)
    report = latest_report(inspection)
    mine = {str(pk) for pk in recordings(actor).filter(organisation_id=inspection.organisation_id, case=inspection.id).values_list("pk", flat=True)}
    gone = superseded(facts.explanations, found)
    return Shown(
        facts=facts, picture=drawn, courses=tuple(Course(row, ROWS_BEGIN + ROW_HEIGHT * n) for n, row in enumerate(drawn.rows)) if drawn else (),
        sentence=_sentence(facts, found), lines=tuple(_line(one, facts, may_explain=may_explain) for one in found),
        said=tuple(Said(one, str(one.pk) in gone, _matter(one)) for one in facts.explanations),
        notes=tuple(" ".join(part for part in (note["recorder"], note_words(note)) if part) for note in values["notes"]),
        recordings=tuple(_with_offset(one) for one in (*facts.recordings, *facts.unplaced) if str(one.pk) in mine), visible=frozenset(mine),
        report=report, old=report is not None and report.inputs_digest != values["inputs"] and not facts.destroyed,
        closing=Closing.objects.filter(inspection=inspection).first(), zoom=_zoom(drawn) if drawn else (),
    )


def window_of(query: Mapping[str, str]) -> Interval | None:
    """The part of the line that an address asks for (``from`` and ``to``, seconds since 1970); None for all of it."""
    try:
        begin, end = (datetime.fromtimestamp(int(query[name]), timezone.get_fixed_timezone(0)) for name in ("from", "to"))
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return (begin, end) if end - begin >= SHORTEST_WINDOW else None


def explain_url(inspection: Inspection, one: Finding) -> str:
    """Where a finding is explained."""
    values = {"recorder": one.device}
    if one.absence is not None:
        values["file"] = str(one.absence.pk)
    elif one.run is not None:
        values |= {"first": str(one.run.first), "last": str(one.run.last)}
    elif one.interval is not None:
        values |= {"from": one.interval[0].isoformat(), "to": one.interval[1].isoformat()}
    return f"{reverse('continuity:explain', args=[inspection.pk])}?{urlencode(values)}"


def _line(one: Finding, facts: Facts, *, may_explain: bool) -> Line:
    interval = one.interval
    margin = max(SHORTEST_WINDOW, (interval[1] - interval[0])) if interval else SHORTEST_WINDOW
    return Line(
        finding=one, recorder=facts.numbers.get(one.device, ""), name=name_of(one), times=span(one), cause=cause_words(one.cause or ""),
        meanwhile=", ".join(facts.numbers[device] for device in one.meanwhile), explain_url=explain_url(facts.inspection, one) if may_explain else "",
        look_url=_window_url(interval[0] - margin, interval[1] + margin) if interval else "",
    )


def _matter(one: Explanation) -> str:
    """What an explanation speaks of."""
    parts = []
    if one.interval:
        start, end = (timezone.localtime(at) for at in one.interval)
        parts.append(f"{start:%d.%m.%Y %H:%M:%S}–{end:%H:%M:%S}")
    if one.runs:
        parts.append(_("file № %(numbers)s") % {"numbers": ", ".join(str(run) for run in one.runs)})
    return "; ".join(parts)


def _with_offset(one: Recording) -> Recording:
    one.destroyed = destroyed_words(vars(one)) if one.is_gone else ""  # type: ignore[attr-defined]
    one.offset_s = None if one.offset_ms is None else round(one.offset_ms / 1000)  # type: ignore[attr-defined]
    return one


def _sentence(facts: Facts, found: Sequence[Finding]) -> str:
    """The drawing in words."""
    if facts.continuity is None:
        return ""
    out = ngettext("%(count)d issue", "%(count)d issues", len(facts.issues)) % {"count": len(facts.issues)}
    what = ngettext("%(count)d recording", "%(count)d recordings", len(facts.recordings)) % {"count": len(facts.recordings)}
    count = len(facts.continuity.gaps)
    gaps = ngettext("%(count)d gap", "%(count)d gaps", count) % {"count": count}
    length = duration(facts.continuity.covered.total_seconds(), language())
    words = _("%(issues)s, %(recordings)s, %(length)s together, %(gaps)s.") % {"issues": out, "recordings": what, "length": length, "gaps": gaps}
    unexplained = sum(one.open for one in found)
    open_ones = _("Without explanation: %(count)d.") % {"count": unexplained}
    return f"{words} {open_ones}" if unexplained else words


def _zoom(drawn: Picture) -> tuple[tuple[str, str], ...]:
    """Other parts of the line, by name and address; only those that show something else."""
    begin, end, (first, last) = drawn.begin, drawn.end, drawn.whole
    wide = end - begin
    earlier, later = max(first, begin - wide / 2), min(last, end + wide / 2)
    found = [
        (_("Closer"), _window_url(begin + wide / 4, end - wide / 4) if wide >= 2 * SHORTEST_WINDOW else ""),
        (_("Wider"), _window_url(earlier, later) if (begin, end) != drawn.whole else ""),
        (_("Earlier"), _window_url(earlier, earlier + wide) if begin > first else ""),
        (_("Later"), _window_url(later - wide, later) if end < last else ""),
        (_("All of it"), "?#line" if (begin, end) != drawn.whole else ""),
    ]
    return tuple((title, url) for title, url in found if url)


def _window_url(begin: datetime, end: datetime) -> str:
    return f"?from={int(begin.timestamp())}&to={int(end.timestamp()) + 1}#line"
