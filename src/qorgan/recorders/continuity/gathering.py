"""What is known of an inspection, taken together for the computation: who had which recorder when, what was recorded, what was said.

The answer does not depend on who asks: a gap is a gap for everybody. What of it one may open is the page's business.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from qorgan.archive.continuity import Continuity, Interval, Lane, Piece, examine, holes_of
from qorgan.archive.models import Recording
from qorgan.archive.times import MEASURED
from qorgan.archive.told import Told, told_of
from qorgan.evidence.canonical import digest
from qorgan.recorders.continuity.models import Absence, Explanation
from qorgan.recorders.continuity.troubles import Trouble, troubles_of
from qorgan.recorders.models import Attribution, Inspection, Issue

ARRIVED_WITHIN = timedelta(hours=12)  # a file without a time that came so soon after the inspection may be of it
MOST_NOBODYS = 50
_NEIGHBOURS = 20  # files next to those of the inspection among which one has a number


@dataclass(frozen=True)
class Facts:
    """Everything the report rests on. ``unplaced``: recordings whose clock says a time that cannot be.

    ``nobodys``: recordings of the division from the same time that belong to no issue. ``stored``: digests of vanished files that
    the archive holds.
    """

    inspection: Inspection
    issues: tuple[Issue, ...]
    recordings: tuple[Recording, ...]
    unplaced: tuple[Recording, ...]
    nobodys: tuple[Recording, ...]
    lanes: tuple[Lane, ...]
    interval: Interval | None
    explanations: tuple[Explanation, ...]
    absences: tuple[Absence, ...]
    stored: frozenset[str]
    troubles: tuple[Trouble, ...]
    told: Mapping[str, Told]
    device_of: Mapping[str, str]

    @cached_property
    def continuity(self) -> Continuity | None:
        """The computation; None while no recorder was issued."""
        return examine(self.interval, self.lanes) if self.interval else None

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Inventory number by recorder."""
        return {str(issue.recorder_id): issue.recorder.inventory_number for issue in self.issues}

    @cached_property
    def by_key(self) -> dict[str, Recording]:
        """Recordings by id as text."""
        return {str(one.id): one for one in self.recordings}

    @property
    def destroyed(self) -> bool:
        """Whether recordings of it were destroyed after their term: what was signed before stays the last word."""
        return any(one.is_gone for one in (*self.recordings, *self.unplaced))

    @property
    def inputs(self) -> dict[str, Any]:
        """All that the report is computed from, as plain values."""
        return inputs_of(self)

    @cached_property
    def inputs_digest(self) -> str:
        """The digest by which a signed report knows whether it is older than the facts."""
        return digest(self.inputs)


def gather(inspection: Inspection) -> Facts:
    """The facts of an inspection as they stand. The number of queries follows the number of recorders, not of recordings."""
    issues = tuple(Issue.objects.filter(inspection=inspection).select_related("recorder", "person", "row").order_by("issued_at", "id"))
    mine = Recording.objects.filter(organisation_id=inspection.organisation_id, case=inspection.id).select_related("attribution")
    recordings = tuple(mine.order_by("started_at", "id"))
    span = _span(inspection, issues)
    placed = tuple(one for one in recordings if _placed(one))
    told = {str(one.id): told_of(one) for one in recordings}
    device_of = _devices(issues, recordings)
    lanes = tuple(_lanes(issues, recordings, {str(one.id) for one in placed}, told, device_of)) if span else ()
    absences = tuple(Absence.objects.filter(issue__in=issues, back_at=None).order_by("noticed_at", "key"))
    return Facts(
        inspection=inspection, issues=issues, recordings=placed, unplaced=tuple(one for one in recordings if not _placed(one)),
        nobodys=_nobodys(inspection, span), lanes=lanes, interval=_interval(inspection, issues, placed),
        explanations=tuple(inspection.explanations.select_related("recorder", "signature").order_by("position")),
        absences=absences, stored=_stored(inspection, absences), troubles=troubles_of({issue.recorder_id: issue.recorder for issue in issues}.values(), span),
        told=told, device_of=device_of,
    )


def inputs_of(facts: Facts) -> dict[str, Any]:
    """Plain values: what was looked at, and nothing that follows from it or from the moment of asking."""
    inspection = facts.inspection
    return {
        "inspection": str(inspection.id), "started_at": _text(inspection.started_at), "ended_at": _text(inspection.ended_at),
        "issues": [[str(one.id), _text(one.issued_at), _text(one.returned_at), one.clock_offset_s] for one in facts.issues],
        "files": [_file(one, facts) for one in (*facts.recordings, *facts.unplaced)],
        "lanes": [[lane.device, lane.before, lane.after] for lane in facts.lanes],
        "explanations": [str(one.id) for one in facts.explanations],
        "absences": [[str(one.id), one.plain_sha256 in facts.stored] for one in facts.absences],
        "nobodys": [str(one.id) for one in facts.nobodys],
        "troubles": [[one.key, _text(one.start), _text(one.end)] for one in facts.troubles],
    }


def _file(one: Recording, facts: Facts) -> list[Any]:
    told, media = facts.told[str(one.id)], one.media
    return [str(one.id), one.plain_sha256, _text(one.started_at), media.get("duration_us"), holes_of(media), one.offset_ms, told.sequence]


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _span(inspection: Inspection, issues: Sequence[Issue]) -> Interval | None:
    """From the first to the last time at which anything of it can have been."""
    if inspection.started_at is None or not issues:
        return None
    ends = [issue.returned_at or timezone.now() for issue in issues]
    return min(inspection.started_at, issues[0].issued_at), max([*ends, inspection.ended_at or inspection.started_at])


def _placed(one: Recording) -> bool:
    """Whether its true time is known: corrected by the clock check of an issue during which it then was made. Length is needed too."""
    return one.offset_basis == MEASURED and one.started_at is not None and microseconds_of(one) > 0


def microseconds_of(one: Recording) -> int:
    """How long it is; of one that was destroyed after its term its times remain, and no more."""
    if one.is_gone and one.started_at and one.ended_at:
        return (one.ended_at - one.started_at) // timedelta(microseconds=1)
    return int(one.media.get("duration_us") or 0)


def _interval(inspection: Inspection, issues: Sequence[Issue], placed: Sequence[Recording]) -> Interval | None:
    """The inspection's own; while it is not over, up to what can be known: the last return, the last picture."""
    if inspection.started_at is None:
        return None
    known = [*(issue.returned_at for issue in issues), *(one.ended_at for one in placed)]
    end = inspection.ended_at or max((at for at in known if at is not None), default=inspection.started_at)
    return (inspection.started_at, end) if end > inspection.started_at else None


def _devices(issues: Sequence[Issue], recordings: Sequence[Recording]) -> dict[str, str]:
    """The recorder of each recording: by its issue, which a person may have named, else by what the dock recognised."""
    mine = {issue.id: str(issue.recorder_id) for issue in issues}
    known, found = set(mine.values()), {}
    for one in recordings:
        attribution = getattr(one, "attribution", None)
        by_issue = mine.get(attribution.issue_id) if attribution else None
        found[str(one.id)] = by_issue or (one.source if one.source in known else next(iter(mine.values()), ""))
    return found


def _lanes(
    issues: Sequence[Issue], recordings: Sequence[Recording], placed: Collection[str], told: Mapping[str, Told], device_of: Mapping[str, str]
) -> Iterable[Lane]:
    """One a recorder, in the order of their first issues."""
    for device in dict.fromkeys(str(issue.recorder_id) for issue in issues):
        mine = [one for one in recordings if device_of[str(one.id)] == device]
        pieces = tuple(_piece(one, one.started_at, told) for one in mine if one.started_at and str(one.id) in placed)
        own = [issue for issue in issues if str(issue.recorder_id) == device]
        lost = {told[str(one.id)].sequence for one in mine if str(one.id) not in placed}
        before, after = _neighbours(own[0], pieces) if pieces else (None, None)
        yield Lane(device, tuple(_held(own, pieces)), pieces, before, after, frozenset(number for number in lost if number is not None))


def _piece(one: Recording, start: datetime, told: Mapping[str, Told]) -> Piece:
    return Piece(
        key=str(one.id), start=start, duration_us=microseconds_of(one), holes=holes_of(one.media),
        sequence=told[str(one.id)].sequence, shown=one.device_started_at, offset_ms=one.offset_ms,
    )


def _held(own: Sequence[Issue], pieces: Sequence[Piece]) -> Iterable[Interval]:
    """From signature to signature. What a recorder that is still out has not brought home is not missing yet."""
    for issue in own:
        reached = max((piece.end for piece in pieces if piece.start >= issue.issued_at), default=issue.issued_at)
        end = issue.returned_at or reached
        if end > issue.issued_at:
            yield issue.issued_at, end


def _neighbours(issue: Issue, pieces: Sequence[Piece]) -> tuple[int | None, int | None]:
    """Numbers of the recorder's files just before and just after these, whatever outing they are of."""
    first, last = min(piece.start for piece in pieces), max(piece.start for piece in pieces)
    others = Recording.objects.filter(organisation_id=issue.organisation_id, source_number=issue.recorder.inventory_number)
    others = others.exclude(case=issue.inspection_id)
    before = others.filter(started_at__lt=first).order_by("-started_at", "-id")
    after = others.filter(started_at__gt=last).order_by("started_at", "id")
    return _number(before), _number(after)


def _number(files: QuerySet[Recording]) -> int | None:
    numbers = (told_of(one).sequence for one in files.only("manifest")[:_NEIGHBOURS])
    return next((number for number in numbers if number is not None), None)


def _nobodys(inspection: Inspection, span: Interval | None) -> tuple[Recording, ...]:
    """Recordings of the division from this time that nobody was found for: they may be the missing ones."""
    if span is None:
        return ()
    lost = Attribution.objects.filter(organisation=inspection.organisation_id, issue=None).values("recording")
    when = Q(started_at__lt=span[1], ended_at__gt=span[0]) | Q(started_at=None, stored_at__gte=span[0], stored_at__lt=span[1] + ARRIVED_WITHIN)
    return tuple(Recording.objects.filter(when, pk__in=lost).order_by("started_at", "id")[:MOST_NOBODYS])


def _stored(inspection: Inspection, absences: Iterable[Absence]) -> frozenset[str]:
    digests = {one.plain_sha256 for one in absences if one.plain_sha256}
    held = Recording.objects.filter(organisation_id=inspection.organisation_id, plain_sha256__in=digests) if digests else Recording.objects.none()
    return frozenset(held.values_list("plain_sha256", flat=True))
