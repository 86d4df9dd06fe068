"""Verbs of the room: register, change, withdraw recorders; open and close inspections; set the office's rules."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Person
from qorgan.recorders import kinds
from qorgan.recorders.models import Inspection, Issue, Policy, Recorder
from qorgan.recorders.refusals import RecorderRefusal, refuse_withdrawn

PARTICULARS = ("model", "serial", "pattern", "volume_serial", "volume_label", "marker")


def register_recorder(*, actor: Actor, organisation: Organisation, inventory_number: str, **particulars: str) -> Recorder:
    """Enter a recorder under its inventory number (444 p.7). Raises ``ValidationError`` for a number that the division has."""
    recorder = Recorder(organisation=organisation, inventory_number=inventory_number.strip(), **particulars)
    with writing():
        recorder.full_clean()
        recorder.save(force_insert=True)
        log.append(
            kinds.RECORDER_REGISTERED, actor=actor, subject=f"recorder:{recorder.id}", organisation=str(organisation.id),
            payload={"inventory_number": recorder.inventory_number, **_particulars(recorder)},
        )
    return recorder


def change_recorder(*, actor: Actor, recorder: Recorder, **particulars: str) -> Entry | None:
    """Change particulars; what was and what is stand in the ledger. Returns None when nothing differs.

    Raises ``ValidationError``, and :class:`RecorderRefusal` for a withdrawn recorder. The inventory number never changes.
    """
    with writing():
        current = Recorder.objects.select_for_update().get(pk=recorder.pk)
        refuse_withdrawn(current)
        before = _particulars(current)
        for name, value in particulars.items():
            if name not in PARTICULARS:
                raise TypeError(f"{name} is not a particular of a recorder")
            setattr(current, name, value.strip())
        changed = [name for name, value in _particulars(current).items() if value != before[name]]
        if not changed:
            return None
        current.full_clean()
        current.save(update_fields=changed)
        return log.append(
            kinds.RECORDER_CHANGED, actor=actor, subject=f"recorder:{current.id}", organisation=str(current.organisation_id),
            payload={"inventory_number": current.inventory_number, "changes": {name: [before[name], getattr(current, name)] for name in changed}},
        )


def withdraw_recorder(*, actor: Actor, recorder: Recorder, reason: str) -> Entry:
    """Take a recorder out of use for ever. Raises :class:`RecorderRefusal` while it is out, or without a reason."""
    if not reason.strip():
        raise RecorderRefusal(_("Say why the recorder is withdrawn."), basis="444/7")
    with writing():
        current = Recorder.objects.select_for_update().get(pk=recorder.pk)
        refuse_withdrawn(current)
        if Issue.objects.filter(recorder=current, returned_at=None).exists():
            raise RecorderRefusal(_("Recorder %(number)s is out: it must come back first.") % {"number": current.inventory_number}, basis="444/10")
        current.withdrawn_at, current.withdrawn_because = timezone.now(), reason.strip()
        current.save(update_fields=["withdrawn_at", "withdrawn_because"])
        return log.append(
            kinds.RECORDER_WITHDRAWN, actor=actor, subject=f"recorder:{current.id}", organisation=str(current.organisation_id),
            payload={"inventory_number": current.inventory_number, "reason": reason.strip()},
        )


def open_inspection(
    *, actor: Actor, organisation: Organisation, inspector: Person, kind: str, subject_name: str, planned_on: date, **details: str
) -> Inspection:
    """Enter an inspection (444 p.4). ``details``: ``subject_bin``, ``act_number``, ``number`` (the next of the year if empty).

    Raises ``ValidationError`` for a wrong BIN or a number that exists.
    """
    with writing():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # numbers of one division are given one at a time
        number = details.pop("number", "").strip() or _next_number(organisation, planned_on.year)
        inspection = Inspection(
            organisation=organisation, inspector=inspector, kind=kind, subject_name=subject_name.strip(), planned_on=planned_on, number=number, **details
        )
        inspection.full_clean()
        inspection.save(force_insert=True)
        log.append(
            kinds.INSPECTION_OPENED, actor=actor, subject=f"inspection:{inspection.id}", organisation=str(organisation.id),
            payload={
                "number": inspection.number, "kind": inspection.kind, "subject_name": inspection.subject_name, "subject_bin": inspection.subject_bin,
                "act_number": inspection.act_number, "inspector": str(inspector.id), "inspector_name": inspector.full_name,
                "planned_on": planned_on.isoformat(),
            },
        )
    return inspection


def end_inspection(*, actor: Actor, inspection: Inspection, ended_at: datetime | None = None) -> Entry:
    """Say that an inspection is over, at this moment or since ``ended_at`` (444 p.17: recording goes on until then).

    Raises :class:`RecorderRefusal` while a recorder is out for it, when it is over already, for a time to come or before it began.
    """
    with writing():
        current = Inspection.objects.select_for_update().get(pk=inspection.pk)
        if current.ended_at is not None:
            raise RecorderRefusal(_("This inspection is over already."), basis="444/17")
        if Issue.objects.filter(inspection=current, returned_at=None).exists():
            raise RecorderRefusal(_("A recorder is out for this inspection: it must come back first."), basis="444/10")
        now = timezone.now()
        current.ended_at = ended_at or now
        if current.ended_at > now or (current.started_at is not None and current.ended_at < current.started_at):
            raise RecorderRefusal(_("The end lies between the first issue of a recorder and this moment."), basis="444/17")
        current.full_clean(exclude=["number"])
        current.save(update_fields=["ended_at"])
        return log.append(
            kinds.INSPECTION_ENDED, actor=actor, subject=f"inspection:{current.id}", organisation=str(current.organisation_id),
            payload={"number": current.number, "ended_at": current.ended_at.isoformat()},
        )


def set_policy(*, actor: Actor, organisation: Organisation, values: Mapping[str, Any]) -> Policy:
    """Set the office's rules. ``values``: the fields of :class:`Policy`. Raises ``ValidationError`` for a value out of range."""
    with writing():
        policy, _made = Policy.objects.select_for_update().get_or_create(organisation=organisation)
        before = {name: getattr(policy, name) for name in values}
        for name, value in values.items():
            setattr(policy, name, value)
        policy.full_clean()
        policy.save(update_fields=list(values))
        log.append(
            kinds.POLICY_SET, actor=actor, subject=f"organisation:{organisation.id}", organisation=str(organisation.id),
            payload={"changes": {name: [before[name], value] for name, value in values.items() if before[name] != value}},
        )
    return policy


def _particulars(recorder: Recorder) -> dict[str, str]:
    return {name: getattr(recorder, name) for name in PARTICULARS}


def _next_number(organisation: Organisation, year: int) -> str:
    """``2026-014``: one more than the highest number of this form in the division's year."""
    taken = Inspection.objects.filter(organisation=organisation, number__startswith=f"{year}-").values_list("number", flat=True)
    highest = max((int(text.partition("-")[2]) for text in taken if text.partition("-")[2].isdecimal()), default=0)
    return f"{year}-{highest + 1:03d}"
