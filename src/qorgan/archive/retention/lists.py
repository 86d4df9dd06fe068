"""What has fallen due, what will, and what stands in the way: derived when asked."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.retention.holds import held
from qorgan.archive.retention.models import Hold, Keeping, Line
from qorgan.archive.retention.terms import Due, due_of, dues, last_end_to_look_at
from qorgan.people.models import Organisation

_BATCH = 500


@dataclass(frozen=True)
class Fallen:
    """A recording whose term is over. ``hold`` keeps it all the same; ``line`` is its place in an act under way."""

    recording: Recording
    due: Due
    hold: Hold | None = None
    line: Line | None = None

    @property
    def is_free(self) -> bool:
        """Nothing stands in the way of listing it in an act."""
        return self.hold is None and self.line is None


@dataclass
class Month:
    """How many recordings fall due in a month, and how much they weigh."""

    first: date
    recordings: int = 0
    bytes: int = 0
    by_category: Counter[str] = field(default_factory=Counter)


def fallen(organisation: Organisation, today: date | None = None) -> Iterator[Fallen]:
    """Recordings of a division whose term is over and which are not destroyed, in the order in which they ended."""
    day = today or timezone.localdate()
    candidates = _living(organisation).filter(keepings__ended_on__lte=last_end_to_look_at(day)).exclude(_ends_later(last_end_to_look_at(day)))
    ids = list(candidates.order_by("keepings__ended_on", "stored_at", "id").values_list("id", flat=True))
    for begin in range(0, len(ids), _BATCH):
        yield from _of(list(dict.fromkeys(ids[begin : begin + _BATCH])), day)


def _of(ids: list[UUID], day: date) -> list[Fallen]:
    rows = {one.pk: one for one in Recording.objects.filter(pk__in=ids).defer("manifest", "receipt", "media", "clocks")}
    recordings = [rows[pk] for pk in ids]
    terms, holds = dues(recordings), held(recordings)
    lines = {line.recording_id: line for line in Line.objects.filter(recording__in=ids).exclude(state=Line.State.SPARED).select_related("act")}
    return [Fallen(one, terms[one.pk], holds.get(one.pk), lines.get(one.pk)) for one in recordings if terms[one.pk].fallen(day)]


def coming(organisation: Organisation, months: int = 12, today: date | None = None) -> list[Month]:
    """What falls due in each of the next months, from tomorrow on, this month first. Holds are not looked at: they may end before.

    One query for all that nobody lengthened, grouped by class and day; the lengthened are few and are reckoned one by one.
    """
    day = today or timezone.localdate()
    firsts = _firsts(day, months + 1)
    found = {first: Month(first) for first in firsts[:-1]}
    begin, end = last_end_to_look_at(day) - timedelta(days=4), last_end_to_look_at(firsts[-1])
    deciding = Keeping.objects.filter(organisation=organisation, ended_on__range=(begin, end), recording__destroying_at=None, recording__lengthenings=None)
    groups = deciding.exclude(_another_decides()).values("category", "ended_on").annotate(count=Count("id"), size=Sum("recording__sealed_size"))
    for group in groups.order_by("ended_on", "category"):
        keeping = Keeping(category=group["category"], ended_on=group["ended_on"])
        _add(found, day, due_of([keeping]), group["count"], group["size"])
    lengthened = list(_living(organisation).filter(lengthenings__until__gte=day).distinct())
    terms = dues(lengthened)
    for one in lengthened:
        _add(found, day, terms[one.pk], 1, one.sealed_size)
    return list(found.values())


def _add(found: dict[date, Month], today: date, due: Due, count: int, size: int) -> None:
    month = found.get(due.day.replace(day=1))
    if month is not None and due.day > today:
        month.recordings += count
        month.bytes += size
        month.by_category[due.keeping.category] += count


def _living(organisation: Organisation) -> QuerySet[Recording]:
    return Recording.objects.filter(organisation=organisation, destroying_at=None)


def _ends_later(than: date) -> Exists:
    """A class of the same recording that runs from a later day."""
    return Exists(Keeping.objects.filter(recording=OuterRef("pk"), ended_on__gt=than))


def _another_decides() -> Q:
    """Of the classes of one recording the one that ends last decides; of equal days the newest (all classes have one paragraph's term)."""
    same = Keeping.objects.filter(recording=OuterRef("recording"))
    return Q(Exists(same.filter(ended_on__gt=OuterRef("ended_on")))) | Q(Exists(same.filter(ended_on=OuterRef("ended_on"), id__gt=OuterRef("id"))))


def _firsts(day: date, count: int) -> list[date]:
    """First days of this month and the following."""
    months = (day.year * 12 + day.month - 1 + offset for offset in range(count))
    return [date(month // 12, month % 12 + 1, 1) for month in months]
