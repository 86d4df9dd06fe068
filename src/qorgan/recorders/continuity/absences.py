"""What docks report as missing on a recorder, written down: the office knows before anybody looks for it (444 p.19)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from qorgan.archive.docks import as_actor
from qorgan.archive.models import Dock
from qorgan.archive.times import OFFICE_ZONE
from qorgan.ledger import log
from qorgan.ledger.transactions import writing
from qorgan.recorders.attributing import LOOKED_BACK, TOLERANCE
from qorgan.recorders.continuity import kinds
from qorgan.recorders.continuity.models import Absence
from qorgan.recorders.models import Issue, Recorder

_LARGEST_NUMBER = 2**31 - 1
_LARGEST_SIZE = 2**53


def note_absences(*, dock: Dock, recorder: Recorder, rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep what a dock says is missing, with one ledger entry for all that is new; return how much that is.

    The same word again changes nothing; ``back_at`` ends an absence. ``rows`` are as the wire has them, checked here field by field.
    """
    absences = [found for row in rows if (found := _absence(dock, recorder, row)) is not None]
    with writing():
        Recorder.objects.select_for_update().get(pk=recorder.pk)
        known = {one.key: one for one in Absence.objects.filter(organisation=recorder.organisation, key__in=[one.key for one in absences])}
        fresh = [one for one in {one.key: one for one in absences}.values() if one.key not in known]
        ended = [known[one.key] for one in absences if one.back_at and one.key in known and known[one.key].back_at is None]
        if not fresh and not ended:
            return 0
        log.append(
            kinds.ABSENCE_REPORTED, actor=as_actor(dock), subject=f"recorder:{recorder.id}", organisation=str(recorder.organisation_id),
            payload={
                "dock": str(dock.id), "inventory_number": recorder.inventory_number, "missing": [_said(one) for one in fresh],
                "back": [_said(one) for one in ended],
            },
        )
        issues = list(Issue.objects.filter(recorder=recorder).order_by("-issued_at")[:LOOKED_BACK])
        for one in fresh:
            one.issue = _issue_of(one, issues)
            one.save(force_insert=True)
        for one in ended:
            one.back_at = timezone.now()
            one.save(update_fields=["back_at"])
    return len(fresh) + len(ended)


def _absence(dock: Dock, recorder: Recorder, row: Mapping[str, Any]) -> Absence | None:
    """One row, or None for one that names neither a file nor numbers."""
    path, first, last = _text(row, "path", 1024), _number(row, "first_number"), _number(row, "last_number")
    if not path and (first is None or last is None or last < first):
        return None
    size = row.get("size")
    absence = Absence(
        organisation=recorder.organisation, recorder=recorder, dock_name=dock.name, kind=Absence.Kind.FILE if path else Absence.Kind.NUMBERS, path=path,
        size=size if isinstance(size, int) and 0 <= size < _LARGEST_SIZE else 0, modified_at=_text(row, "modified_at", 40),
        plain_sha256=_text(row, "plain_sha256", 64), device_started_at=_text(row, "device_started_at", 40), first_number=first, last_number=last,
        in_folder=row.get("in_folder") is True, seen_at=_moment(row, "found_at"), noticed_at=_moment(row, "noticed_at") or timezone.now(),
        back_at=_moment(row, "back_at"),
    )
    named = (str(recorder.id), absence.path, str(absence.size), absence.modified_at, str(first), str(last), _text(row, "noticed_at", 40))
    absence.key = hashlib.sha256("\n".join(named).encode()).hexdigest()
    return absence


def _issue_of(one: Absence, issues: Sequence[Issue]) -> Issue | None:
    """The outing during which it was made by its own time, else the last one before it was missed; ``issues`` newest first."""
    try:
        shown = datetime.fromisoformat(one.device_started_at).replace(tzinfo=OFFICE_ZONE).astimezone(UTC)
    except ValueError:
        shown = None
    for issue in issues if shown else ():
        start = shown - timedelta(seconds=issue.clock_offset_s) if shown else one.noticed_at
        if issue.issued_at - TOLERANCE <= start <= (issue.returned_at or one.noticed_at) + TOLERANCE:
            return issue
    return next((issue for issue in issues if issue.issued_at <= one.noticed_at), None)


def _said(one: Absence) -> dict[str, Any]:
    run = [one.first_number, one.last_number] if one.first_number is not None else []
    return {"path": one.path, "size": one.size, "plain_sha256": one.plain_sha256, "numbers": run, "noticed_at": one.noticed_at.isoformat()}


def _text(row: Mapping[str, Any], name: str, longest: int) -> str:
    """For reading only: what cannot be printed is replaced."""
    value = row.get(name)
    text = value if isinstance(value, str) else ""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)[:longest]


def _number(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_NUMBER else None


def _moment(row: Mapping[str, Any], name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(row.get(name) or ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
