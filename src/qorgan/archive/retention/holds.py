"""Which holds are in force, and what they cover."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.retention.models import Hold, Target


def in_force(day: date | None = None) -> QuerySet[Hold]:
    """Holds that forbid destruction on ``day`` (today by default): not lifted, their last day not passed."""
    return Hold.objects.filter(ending=None).filter(Q(until=None) | Q(until__gte=day or timezone.localdate()))


def over_by_their_day(day: date | None = None) -> QuerySet[Hold]:
    """Holds whose last day has passed and whose end is not written down yet."""
    return Hold.objects.filter(ending=None, until__lt=day or timezone.localdate())


def covering(recording: Recording) -> QuerySet[Hold]:
    """Every hold that covers or covered a recording, the newest first."""
    return Hold.objects.filter(pk__in=Target.objects.filter(_covers([recording])).values("hold")).order_by("-placed_at", "id")


def held_by(recording: Recording) -> list[Hold]:
    """Holds in force over a recording."""
    return list(in_force().filter(pk__in=covering(recording).values("pk")))


def held(recordings: Sequence[Recording]) -> Mapping[UUID, Hold]:
    """Of these recordings those that are held, with one of the holds. Two queries."""
    targets = list(Target.objects.filter(_covers(recordings), hold__in=in_force()).select_related("hold"))
    by_recording = {target.recording_id: target.hold for target in targets if target.recording_id}
    by_case = {target.case: target.hold for target in targets if target.case}
    found = {one.pk: by_recording.get(one.pk) or (by_case.get(one.case) if one.case else None) for one in recordings}
    return {pk: hold for pk, hold in found.items() if hold is not None}


def _covers(recordings: Iterable[Recording]) -> Q:
    rows = list(recordings)
    cases = {one.case for one in rows if one.case}
    return Q(recording__in=[one.pk for one in rows]) | Q(case__in=cases)
