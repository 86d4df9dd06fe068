"""What the ledger says of the recordings of a hand-over: every entry about them, their issue and return, and this hand-over itself."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from qorgan.archive.models import Recording
from qorgan.archive.review.models import Protocol
from qorgan.journals.models import Row
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.recorders.handover.models import HandOver, Registration
from qorgan.recorders.handover.reviewing import protocols_of
from qorgan.recorders.kinds import RECORDER_ISSUED, RECORDER_RETURNED
from qorgan.recorders.models import Attribution, Issue

_BATCH = 400  # parameters of one query, below SQLite's limit


@dataclass(frozen=True)
class History:
    """``of``: entries by recording, in order, issue and return among them. ``own``: of the hand-over.

    ``beside``: of the journal's rows, of the docks that sealed the recordings, by which their keys are known, and of review protocols.
    """

    of: Mapping[UUID, Sequence[Entry]]
    own: Sequence[Entry]
    beside: Sequence[Entry]
    issues: Sequence[Issue]
    protocols: Sequence[Protocol]

    def positions(self) -> list[int]:
        """Every entry once, in order."""
        every = {entry.position for entries in (*self.of.values(), self.own, self.beside) for entry in entries}
        return sorted(every)


def history_of(handover: HandOver, registration: Registration, recordings: Sequence[Recording]) -> History:
    """Read it up to the entry by which the hand-over was made. Entries whose content was destroyed are left out."""
    until = registration.position
    about = _by_subject([f"recording:{one.pk}" for one in recordings], until)
    issue_of = _issues([one.pk for one in recordings])
    issues = sorted({issue.pk: issue for issue in issue_of.values()}.values(), key=lambda issue: (issue.issued_at, str(issue.pk)))
    desk = _desk(issues, until)
    of = {
        one.pk: sorted([*about.get(f"recording:{one.pk}", ()), *_of_issue(issue_of.get(one.pk), desk)], key=lambda entry: entry.position)
        for one in recordings
    }
    docks = sorted({str(manifest_values(one).get("dock", "")) for one in recordings} - {""})
    beside = _by_subject([f"row:{row}" for row in row_ids(issues)] + [f"dock:{dock}" for dock in docks], until)
    protocols = protocols_of(handover, [one.pk for one in recordings], until)
    signed = Entry.objects.filter(position__in=[one.position for one in protocols], content__isnull=False).select_related("content")
    own = _by_subject([f"handover:{handover.pk}"], until)
    return History(of, own.get(f"handover:{handover.pk}", []), [*(entry for found in beside.values() for entry in found), *signed], issues, protocols)


def row_ids(issues: Iterable[Issue]) -> list[UUID]:
    """Rows of the journal in which these issues stand."""
    return [row for issue in issues for row in (issue.row_id, issue.later_row_id) if row]


def rows_of(issues: Sequence[Issue]) -> list[Row]:
    """Those rows, by book and number."""
    return list(Row.objects.filter(pk__in=row_ids(issues)).select_related("book").order_by("book__number", "number"))


def manifest_values(recording: Recording) -> Mapping[str, Any]:
    """What the dock said, from its signed manifest; nothing when that cannot be read."""
    lines = recording.manifest.split("\n", 2)
    try:
        values = json.loads(lines[1])
    except (IndexError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def moment_in(values: Mapping[str, Any], name: str) -> datetime | None:
    """A time of the manifest."""
    try:
        return datetime.fromisoformat(str(values.get(name, "")))
    except ValueError:
        return None


def _by_subject(subjects: Sequence[str], until: int) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for begin in range(0, len(subjects), _BATCH):
        entries = Entry.objects.filter(subject__in=subjects[begin : begin + _BATCH], position__lte=until, content__isnull=False)
        for entry in entries.select_related("content").order_by("position"):
            found.setdefault(entry.subject, []).append(entry)
    return found


def _issues(recordings: Sequence[UUID]) -> dict[UUID, Issue]:
    """The issue of each recording that has one."""
    found: dict[UUID, Issue] = {}
    for begin in range(0, len(recordings), _BATCH):
        known = Attribution.objects.filter(recording__in=recordings[begin : begin + _BATCH], issue__isnull=False).select_related("issue__recorder")
        found |= {one.recording_id: one.issue for one in known if one.issue}
    return found


def _desk(issues: Sequence[Issue], until: int) -> list[Entry]:
    """Entries of issue and return."""
    subjects = sorted({f"recorder:{issue.recorder_id}" for issue in issues})
    wanted, known = {RECORDER_ISSUED.key, RECORDER_RETURNED.key}, {str(issue.pk) for issue in issues}
    found = Entry.objects.filter(subject__in=subjects, kind__in=wanted, position__lte=until, content__isnull=False)
    return [entry for entry in found.select_related("content").order_by("position") if said(entry)["payload"].get("issue") in known]


def _of_issue(issue: Issue | None, desk: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in desk if issue is not None and said(entry)["payload"].get("issue") == str(issue.pk)]
