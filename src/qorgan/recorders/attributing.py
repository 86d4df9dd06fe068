"""Whose recording it is: the issue during which it was made, found by the recording's time, corrected by the clock check (444 p.7, 17).

A recorder names itself, never its wearer: who had it, and for which inspection, stands in the issue. What cannot be found stays
visible and is named by the responsible person.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.models import Recording
from qorgan.archive.retention.actions import freeze
from qorgan.archive.times import MEASURED, OFFICE_ZONE
from qorgan.archive.told import told_of
from qorgan.evidence.manifest import Manifest
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.recorders import kinds
from qorgan.recorders.malfunctions.troubles import note_damaged
from qorgan.recorders.models import Attribution, Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal

TOLERANCE = timedelta(minutes=5)  # a recorder is switched on while the signature is still drying
LOOKED_BACK = 60  # issues of one recorder
_OWNER = ("person", "person_name", "case", "case_label")
_TIMES = ("started_at", "ended_at", "offset_ms", "offset_basis")
_OFFICE_MINUTES = frozenset({None, 300, 360})  # zones by which a pattern reads a clock that shows the local time


def attribute(recording: Recording, manifest: Manifest) -> None:
    """Say whose a recording is, and correct its time; called by the archive inside the transaction that stored it.

    Leaves person and case empty when no issue is known: such a recording waits for the responsible person.
    """
    recorder = recorder_of(recording, manifest)
    issue, start, basis = _find(recorder, recording, manifest)
    Attribution.objects.create(
        recording=recording, organisation_id=recording.organisation_id, recorder=recorder, issue=issue, basis=basis
    )
    if recorder is not None:
        note_damaged(recorder, recording)
    if issue is None:
        freeze(recording, control_kind="")
        return
    _fill(recording, issue, start)
    recording.save(update_fields=[*_OWNER, *_TIMES])
    freeze(recording, control_kind=issue.inspection.kind)
    _append(Actor.system("server", str(recording.organisation_id)), recording, issue, basis, {"person": "", "case": ""})


def recorder_of(recording: Recording, manifest: Manifest) -> Recorder | None:
    """The recorder that the dock recognised, if this division has it."""
    mine = Recorder.objects.filter(organisation_id=recording.organisation_id)
    if manifest.recorder:
        return mine.filter(pk=UUID(manifest.recorder)).first()
    return mine.filter(inventory_number=manifest.inventory_number).first() if manifest.inventory_number else None


def assign(*, actor: Actor, recording: Recording, issue: Issue) -> Entry:
    """Name by hand the issue to which a recording belongs; its time is corrected by that issue's clock check if it then fits.

    Its retention class follows, and never shortens its term (444 p.12). Raises :class:`RecorderRefusal` for another division's issue,
    and for a recording that was destroyed.
    """
    if issue.organisation_id != recording.organisation_id:
        raise RecorderRefusal(_("This issue belongs to another division."), basis="444/7")
    with writing():
        current = Recording.objects.select_for_update().get(pk=recording.pk)
        if current.is_gone:
            raise RecorderRefusal(_("This recording was destroyed after its term: nobody can be named for it."), basis="444/12")
        before = {"person": current.person_name, "case": current.case_label}
        _take_back_correction(current)
        _fill(current, issue, _fitting(current, told_of(current).zone_minutes, issue))
        current.save(update_fields=[*_OWNER, *_TIMES])
        Attribution.objects.update_or_create(
            recording=current,
            defaults={
                "organisation_id": current.organisation_id, "recorder": issue.recorder, "issue": issue, "basis": Attribution.Basis.HAND,
                "decided_at": timezone.now(),
            },
        )
        freeze(current, control_kind=issue.inspection.kind, actor=actor)
        return _append(actor, current, issue, Attribution.Basis.HAND, before)


def _append(actor: Actor, recording: Recording, issue: Issue, basis: str, before: Mapping[str, str]) -> Entry:
    return log.append(
        kinds.RECORDING_ATTRIBUTED, actor=actor, subject=f"recording:{recording.id}", organisation=str(recording.organisation_id),
        payload={
            "basis": str(basis), "before": dict(before), "issue": str(issue.id), "person": str(issue.person_id), "name": issue.person.full_name,
            "inspection": str(issue.inspection_id), "inspection_number": issue.inspection.number, "offset_s": issue.clock_offset_s,
        },
    )


def _find(recorder: Recorder | None, recording: Recording, manifest: Manifest) -> tuple[Issue | None, datetime | None, str]:
    """The issue, the corrected start, and how it was found."""
    if recorder is None:
        return None, None, Attribution.Basis.NONE
    issues = list(Issue.objects.filter(recorder=recorder).select_related("person", "inspection").order_by("-issued_at")[:LOOKED_BACK])
    for tolerance in (timedelta(), TOLERANCE):
        for issue in issues:
            start = _fitting(recording, manifest.device_zone_minutes, issue, tolerance)
            if start is not None:
                return issue, start, Attribution.Basis.TIME
    sealed_at = datetime.fromisoformat(manifest.sealed_at)  # a dock may keep a file for days: later issues do not count
    last = next((issue for issue in issues if issue.issued_at <= sealed_at), None)
    return (last, None, Attribution.Basis.LAST) if last else (None, None, Attribution.Basis.NONE)


def _fitting(recording: Recording, zone_minutes: int | None, issue: Issue, tolerance: timedelta = TOLERANCE) -> datetime | None:
    """The likeliest true start that lies in the time of this issue."""
    until = (issue.returned_at or timezone.now()) + tolerance
    return next((start for start in _starts(recording, zone_minutes, issue) if issue.issued_at - tolerance <= start <= until), None)


def _starts(recording: Recording, zone_minutes: int | None, issue: Issue) -> Iterator[datetime]:
    """When it began by the true clock, if this is its issue: the likeliest first."""
    if recording.started_at is None:
        return
    offset = timedelta(seconds=issue.clock_offset_s)
    if recording.device_started_at and zone_minutes in _OFFICE_MINUTES:
        shown = datetime.fromisoformat(recording.device_started_at).replace(tzinfo=OFFICE_ZONE)
        yield shown.astimezone(UTC) - offset
        return
    yield recording.started_at - offset
    if recording.offset_basis == "container":  # many devices write local time there and call it UTC
        local = recording.started_at.replace(tzinfo=OFFICE_ZONE).astimezone(UTC)
        yield local - offset


def _fill(recording: Recording, issue: Issue, start: datetime | None) -> None:
    _own(recording, issue)
    if start is None:
        return
    recording.started_at, recording.ended_at = start, start + (recording.duration or timedelta())
    recording.offset_ms, recording.offset_basis = issue.clock_offset_s * 1000, MEASURED


def _take_back_correction(recording: Recording) -> None:
    """To what the device's clock said, before another issue's check was taken off."""
    if recording.offset_ms is None or recording.started_at is None:
        return
    start = recording.started_at + timedelta(milliseconds=recording.offset_ms)
    recording.started_at, recording.ended_at = start, start + (recording.duration or timedelta())
    recording.offset_ms, recording.offset_basis = None, ""


def _own(recording: Recording, issue: Issue) -> None:
    recording.person, recording.person_name = issue.person, issue.person.full_name
    recording.case, recording.case_label = issue.inspection_id, issue.inspection.label[:300]
