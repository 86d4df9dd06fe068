"""Counting the duties of thousands of facilities: once a day, and again where the ledger says that something was written.

The counts are a cache of answers, never of dates: they hold for one day and one set of rules, and are made anew from the start.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Max, QuerySet
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.oversight.deriving import assessed, derive
from qorgan.oversight.duty import Duty, State
from qorgan.oversight.knowing import known_of_many
from qorgan.oversight.models import Counting, Tally
from qorgan.oversight.rulesets import Basis, current

AT_ONCE = 100  # facilities that a page counts itself; more are left to the worker
CHUNK = 200
SUBJECT = "facility:"


def count_some(most: int = 2000) -> int:
    """Count what is not counted for today; how many were. A duty of the worker."""
    basis, today, end = current(), timezone.localdate(), _end()
    stale = uncounted(basis, today)
    for start in range(0, min(len(stale), most), CHUNK):
        _count(stale[start : min(start + CHUNK, most)], basis, today)
    if len(stale) <= most:
        _mark(basis, today, end)
    return min(len(stale), most)


def catch_up() -> int:
    """Count what a page may count itself; how many facilities still wait for the worker."""
    basis, today, end = current(), timezone.localdate(), _end()
    if not _fresh(basis, today):
        stale = uncounted(basis, today)
        if len(stale) > AT_ONCE:
            return len(stale)
        _count(stale, basis, today)
        _mark(basis, today, end)
    return 0


def uncounted(basis: Basis, today: date) -> list[UUID]:
    """Facilities without a count for this day and these rules, and those of which something was written since."""
    done = set(Tally.objects.filter(on=today, rules=basis.digest).values_list("facility_id", flat=True))
    written = _written_since()
    return [key for key in Facility.objects.order_by("id").values_list("id", flat=True) if key not in done or str(key) in written]


def tally(duties: Sequence[Duty]) -> dict[str, int]:
    """How many stand how; each duty under one state, and beside that what fails, what no document shows, what was missed."""
    states = Counter(one.state for one in duties)
    return {
        "overdue": states[State.OVERDUE],
        "soon": states[State.SOON],
        "unknown": states[State.UNKNOWN],
        "due": states[State.DUE],
        "waiting": states[State.WAITING],
        "done": states[State.DONE],
        "failing": sum(one.mandatory and bool(one.failing) for one in duties),
        "undocumented": sum(one.undocumented for one in duties),
        "missed": sum(one.missed_for_certain for one in duties),
    }


def _fresh(basis: Basis, today: date) -> bool:
    mark = Counting.objects.filter(on=today, rules=basis.digest).first()
    return mark is not None and not _entries_after(mark.position).exists()


def _written_since() -> set[str]:
    mark = Counting.objects.first()
    if mark is None:
        return set()
    return {subject.removeprefix(SUBJECT) for subject in _entries_after(mark.position).values_list("subject", flat=True)}


def _entries_after(position: int) -> QuerySet[Entry]:
    return Entry.objects.filter(position__gt=position, subject__startswith=SUBJECT)


def _count(keys: Sequence[UUID], basis: Basis, today: date) -> None:
    facilities = list(Facility.objects.filter(pk__in=keys))
    rules = basis.rules(today)
    known = known_of_many(facilities, rules)
    rows = []
    for facility in facilities:
        groups = assessed(rules, known[facility.pk], basis.calendar).groups
        names = "".join(f",{one.name}" for one in groups) + "," * bool(groups)
        counts = tally(derive(rules, known[facility.pk], basis.calendar))
        rows.append(
            Tally(facility=facility, organisation_id=facility.organisation_id, region=facility.region, groups=names, on=today, rules=basis.digest, **counts)
        )
    names_of = [field.name for field in Tally._meta.concrete_fields if not field.primary_key]
    with writing():
        Tally.objects.bulk_create(rows, update_conflicts=True, unique_fields=["facility"], update_fields=names_of)


def _mark(basis: Basis, today: date, end: int) -> None:
    """Say that everything is counted that was written up to ``end``: the ledger's end before the counting began."""
    Counting.objects.update_or_create(id=1, defaults={"on": today, "rules": basis.digest, "position": end})


def _end() -> int:
    last = Entry.objects.aggregate(last=Max("position"))["last"]
    return -1 if last is None else int(last)
