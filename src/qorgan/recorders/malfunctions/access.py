"""The only querysets of malfunctions that a user gets, and the spans that the time line draws."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from qorgan.people.rights import Actor, Permission
from qorgan.recorders.malfunctions.models import Malfunction, Notice, Trouble
from qorgan.recorders.malfunctions.notifying import TOLD
from qorgan.recorders.models import Issue, Recorder


@dataclass(frozen=True)
class Span:
    """How long a recorder did not work. ``began_at`` as told, or the time of the report (``told`` says which); ``ended_at`` None: still."""

    malfunction: UUID
    recorder: UUID
    began_at: datetime
    ended_at: datetime | None
    told: bool
    kind: str
    words: str
    name: str


def between(recorder_id: UUID, start: datetime, end: datetime) -> list[Span]:
    """The malfunctions of a recorder that touch [start, end], oldest first, uncut. One query."""
    found = Malfunction.objects.filter(recorder=recorder_id).annotate(since_then=Coalesce("began_at", "reported_at"))
    touching = found.filter(Q(repaired_at=None) | Q(repaired_at__gte=start), since_then__lte=end).order_by("since_then", "id")
    return [
        Span(one.pk, one.recorder_id, one.since, one.repaired_at, one.began_at is not None, str(one.get_kind_display()), one.words, one.name)
        for one in touching
    ]


def malfunctions(actor: Actor) -> QuerySet[Malfunction]:
    """Those of the divisions whose recorders one may read, and those that one reported or had the recorder for."""
    own = Q(person=actor.person) | Q(issue__person=actor.person) if actor.person else Q(pk=None)
    mine = Q(organisation__in=actor.organisations(Permission.MALFUNCTION_REPORT)) & own
    return Malfunction.objects.filter(Q(organisation__in=actor.organisations(Permission.RECORDER_READ)) | mine)


def reportable(actor: Actor) -> QuerySet[Recorder]:
    """Recorders of which one may report a malfunction: those one manages, and the one that one has."""
    where = actor.organisations(Permission.MALFUNCTION_REPORT)
    managed = Q(organisation__in=actor.organisations(Permission.RECORDER_MANAGE) & where)
    with_me = Q(organisation__in=where, pk__in=Issue.objects.filter(person=actor.person, returned_at=None).values("recorder")) if actor.person else Q(pk=None)
    return Recorder.objects.filter(managed | with_me)


def troubles(actor: Actor) -> QuerySet[Trouble]:
    """What docks found wrong and nobody has settled, where one manages recorders."""
    return Trouble.objects.filter(organisation__in=actor.organisations(Permission.RECORDER_MANAGE), settled_at=None)


def unseen(actor: Actor) -> QuerySet[Malfunction]:
    """Malfunctions that wait for the holder of a post of this person to say "seen"."""
    mine = Q(pk=None)
    for appointment in actor.appointments:
        if appointment.post in TOLD and actor.may(Permission.RECORDER_READ, appointment.organisation_id):
            mine |= Q(malfunction__organisation=appointment.organisation_id, post=appointment.post)
    waiting = Notice.objects.filter(mine, seen_at=None).values("malfunction")
    return Malfunction.objects.filter(pk__in=waiting)


def open_malfunction(recorder: Recorder) -> Malfunction | None:
    """What is wrong with a recorder now, if anything is."""
    return Malfunction.objects.filter(recorder=recorder, repaired_at=None).select_related("person", "issue").first()


def of_issues(issues: Iterable[Issue]) -> QuerySet[Malfunction]:
    """Malfunctions reported during these issues, oldest first."""
    return Malfunction.objects.filter(issue__in=[issue.pk for issue in issues]).select_related("recorder").order_by("reported_at")
