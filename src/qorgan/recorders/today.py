"""What this room tells the first page: what is out and docking now, what waits for someone, what the week holds.

Each function costs the same number of queries however much there is, and shows only what the asking person may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from qorgan.archive.access import recordings
from qorgan.archive.models import Dock
from qorgan.archive.retention.access import to_sign as acts_to_sign
from qorgan.archive.retention.models import Act
from qorgan.people.rights import Actor, Permission
from qorgan.recorders import access
from qorgan.recorders.continuity.access import unclosed
from qorgan.recorders.docking import STATES, Device, DockState, state_of
from qorgan.recorders.handover.access import to_sign as handovers_to_sign
from qorgan.recorders.handover.models import HandOver
from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.models import Attribution, Inspection, Issue, Recorder, Stranger

MOST = 50
MOST_RECORDINGS = 2000
STORED_WITHIN = timedelta(hours=2)  # after a return the dock should have emptied the recorder
STRANGERS_OF = timedelta(days=7)


@dataclass(frozen=True)
class Out:
    """A recorder that an inspector has."""

    issue: Issue
    overdue: bool
    overdue_at: datetime


@dataclass(frozen=True)
class Now:
    """Out, oldest first; docking, failures first; docks that do not speak; how many recorders are ready to be issued."""

    out: tuple[Out, ...]
    docking: tuple[Device, ...]
    silent: tuple[DockState, ...]
    ready: int

    @property
    def late(self) -> int:
        """How many are overdue."""
        return sum(one.overdue for one in self.out)

    @property
    def failed(self) -> int:
        """How many cannot be emptied."""
        return sum(device.state == "failed" for device in self.docking)


@dataclass(frozen=True)
class Waiting:
    """What someone has to look at or sign (``handovers``, ``acts``). ``unattributed`` counts recordings that belong to no issue (up to 50)."""

    overdue: tuple[Out, ...]
    unstored: tuple[Issue, ...]
    unattributed: int
    strangers: tuple[Stranger, ...]
    out_of_order: tuple[Malfunction, ...]
    unclosed: tuple[Inspection, ...]
    handovers: tuple[HandOver, ...]
    acts: tuple[Act, ...]

    @property
    def count(self) -> int:
        """How many things in all."""
        looked_at = len(self.overdue) + len(self.unstored) + self.unattributed + len(self.strangers) + len(self.out_of_order) + len(self.unclosed)
        return looked_at + len(self.handovers) + len(self.acts)


@dataclass(frozen=True)
class Visit:
    """An inspection on one day; ``recorded_s``: seconds of its recordings on that day."""

    inspection: Inspection
    recorded_s: int


@dataclass(frozen=True)
class Day:
    """One day of the week."""

    day: date
    today: bool
    visits: tuple[Visit, ...]
    recorded_s: int


@dataclass(frozen=True)
class Week:
    """Monday to Sunday."""

    days: tuple[Day, ...]

    @property
    def longest_s(self) -> int:
        """The most that was recorded on a day: the measure of the bars."""
        return max((day.recorded_s for day in self.days), default=0)


def now(actor: Actor) -> Now:
    """What is out, what is docking. Three queries."""
    states = [state_of(dock) for dock in _docks(actor)]
    devices = [device for state in states if state.fresh for device in state.devices if device.working]
    out = _out(actor)
    taken = {one.issue.recorder_id for one in out}
    usable = Recorder.objects.filter(organisation__in=actor.organisations(Permission.RECORDER_READ), withdrawn_at=None, faulty_since=None)
    ready = sum(pk not in taken for pk in usable.values_list("pk", flat=True))
    ordered = sorted(devices, key=lambda device: (STATES.index(device.state), device.inventory_number))
    silent = [state for state in states if not state.fresh and state.dock.enrolled_at is not None]
    return Now(tuple(out), tuple(ordered), tuple(silent), ready)


def waiting(actor: Actor) -> Waiting:
    """What is overdue, not stored, nobody's, foreign, out of order, over and not closed, not signed. Eight queries."""
    broken = Malfunction.objects.filter(organisation__in=actor.organisations(Permission.RECORDER_READ), repaired_at=None, recorder__withdrawn_at=None)
    unattributed = Attribution.objects.filter(organisation__in=actor.organisations(Permission.INSPECTION_MANAGE), issue=None)
    strangers = access.strangers(actor).filter(seen_at__gte=timezone.now() - STRANGERS_OF).order_by("-seen_at")
    return Waiting(
        overdue=tuple(one for one in _out(actor) if one.overdue), unstored=tuple(_unstored(actor)[:MOST]),
        unattributed=len(unattributed.values_list("pk", flat=True)[:MOST]), strangers=tuple(strangers[:MOST]),
        out_of_order=tuple(broken.select_related("recorder").order_by("recorder__inventory_number")[:MOST]), unclosed=tuple(unclosed(actor)[:MOST]),
        handovers=tuple(handovers_to_sign(actor)[:MOST]), acts=tuple(acts_to_sign(actor)[:MOST]),
    )


def week(actor: Actor, day: date | None = None) -> Week:
    """The week of ``day`` (today's by default): inspections on their days, and how much was recorded. Two queries."""
    today = timezone.localdate()
    monday = (day or today) - timedelta(days=(day or today).weekday())
    begin = timezone.make_aware(datetime.combine(monday, time.min))
    end = begin + timedelta(days=7)
    touching = Q(started_at__lt=end) & (Q(ended_at__gte=begin) | Q(ended_at=None))
    planned = Q(started_at=None, planned_on__range=(monday, monday + timedelta(days=6)))
    visits = list(access.inspections(actor).filter(touching | planned).select_related("inspector").order_by("planned_on", "number")[: 4 * MOST])
    lengths = _recorded(actor, begin, end)
    return Week(tuple(_day(monday + timedelta(days=n), today, visits, lengths) for n in range(7)))


def has_recorders(actor: Actor) -> bool:
    """Whether a recorder is registered: the third step of a new office (444 p.7)."""
    return Recorder.objects.filter(organisation__in=actor.organisations(Permission.RECORDER_READ)).exists()


def _docks(actor: Actor) -> QuerySet[Dock]:
    return Dock.objects.filter(organisation__in=actor.organisations(Permission.DOCK_READ), revoked_at=None).order_by("name")


def _out(actor: Actor) -> list[Out]:
    issues = access.issues(actor).filter(returned_at=None).order_by("issued_at")
    found, moment = [], timezone.now()
    for issue in issues.select_related("recorder", "person", "inspection", "row", "organisation__recorder_policy")[:MOST]:
        policy = getattr(issue.organisation, "recorder_policy", None)
        due = issue.overdue_at(policy.overdue_hour if policy else 19)
        found.append(Out(issue, due < moment, due))
    return found


def _unstored(actor: Actor) -> QuerySet[Issue]:
    """Returned some time ago, and no dock has stored anything of it."""
    before = timezone.now() - STORED_WITHIN
    found = Issue.objects.filter(organisation__in=actor.organisations(Permission.RECORDER_READ), stored_at=None, returned_at__lt=before)
    return found.select_related("recorder", "person", "inspection", "row").order_by("-returned_at")


def _recorded(actor: Actor, begin: datetime, end: datetime) -> dict[tuple[date, object], int]:
    """Seconds by day and inspection."""
    found = recordings(actor).filter(started_at__gte=begin, started_at__lt=end, ended_at__isnull=False)
    lengths: dict[tuple[date, object], int] = {}
    for case, started_at, ended_at in found.values_list("case", "started_at", "ended_at")[:MOST_RECORDINGS]:
        if started_at is not None and ended_at is not None:
            key = (timezone.localtime(started_at).date(), case)
            lengths[key] = lengths.get(key, 0) + int((ended_at - started_at).total_seconds())
    return lengths


def _day(day: date, today: date, visits: Sequence[Inspection], lengths: dict[tuple[date, object], int]) -> Day:
    on = tuple(Visit(one, lengths.get((day, one.pk), 0)) for one in visits if _falls_on(one, day, today))
    return Day(day, day == today, on, sum(seconds for (of, _case), seconds in lengths.items() if of == day))


def _falls_on(inspection: Inspection, day: date, today: date) -> bool:
    if inspection.started_at is None:
        return inspection.planned_on == day
    last = timezone.localtime(inspection.ended_at).date() if inspection.ended_at else today
    return timezone.localtime(inspection.started_at).date() <= day <= last
