"""Thousands of facilities at a glance: by region, group and state, down to one. Counts, never percentages: one failure is one failure.

Everything is asked of the counts of today (:mod:`qorgan.oversight.tallying`). They are heaped by region, groups and what stands out: few heaps
however many facilities, kept until something is counted anew.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from qorgan.norms.engine.catalogue import catalogue
from qorgan.oversight.models import Counting, Tally
from qorgan.oversight.rules import ORDER

PER_PAGE = 25
NOWHERE = "-"  # no region known, or no group
SUMMED = ("overdue", "failing", "soon", "unknown", "missed")
# What stands out: name → condition. Each facility may be in several.
STATES: Mapping[str, Q] = {
    "overdue": Q(overdue__gt=0),
    "failing": Q(failing__gt=0),
    "soon": Q(soon__gt=0),
    "unknown": Q(unknown__gt=0),
    "missed": Q(missed__gt=0),
    "clear": Q(overdue=0, failing=0, unknown=0, done__gt=0),
    "outside": Q(overdue=0, failing=0, soon=0, unknown=0, due=0, waiting=0, done=0),
}

COUNTED = ("facilities", *STATES, *(f"{name}_duties" for name in SUMMED))


@dataclass(frozen=True)
class Heap:
    """Facilities of one region that are in the same groups: how many, how many of them stand out how, how many duties that are."""

    region: str
    groups: tuple[str, ...]
    state: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Narrowing:
    """Which facilities are looked at; "" for all, ``NOWHERE`` for those without a region or a group."""

    region: str = ""
    group: str = ""
    state: str = ""

    def of(self, found: QuerySet[Tally]) -> QuerySet[Tally]:
        """The counts of these facilities."""
        if self.region:
            found = found.filter(region="" if self.region == NOWHERE else self.region)
        if self.group:
            found = found.filter(groups="") if self.group == NOWHERE else found.filter(groups__contains=f",{self.group},")
        return found.filter(STATES[self.state]) if self.state in STATES else found

    def in_region(self, heap: Heap) -> bool:
        """Whether a heap lies in the region."""
        return not self.region or heap.region == ("" if self.region == NOWHERE else self.region)

    def in_group(self, heap: Heap) -> bool:
        """Whether a heap is of the group."""
        return not self.group or (not heap.groups if self.group == NOWHERE else self.group in heap.groups)


@dataclass(frozen=True)
class Sight:
    """The whole portfolio as counted: totals of what is looked at, rows a region, rows a group."""

    totals: Mapping[str, int]
    regions: list[dict[str, Any]]
    groups: list[dict[str, Any]]


def sight(organisations: Iterable[UUID], wanted: Narrowing, on: date) -> Sight:
    """What there is to see of these organisations' facilities. Two queries, one while nothing is counted anew."""
    mark = Counting.objects.first()
    version = (mark.on, mark.rules, mark.position) if mark else None
    state = wanted.state if wanted.state in STATES else ""
    heaps = _heaps(frozenset(organisations), state, version) if version else _heaped(frozenset(organisations), state)
    here = [heap for heap in heaps if wanted.in_region(heap) and wanted.in_group(heap)]
    regions = _rows("region", (heap for heap in heaps if wanted.in_group(heap)), lambda heap: (heap.region,))
    groups = {row["group"]: row for row in _rows("group", (heap for heap in heaps if wanted.in_region(heap)), lambda heap: heap.groups)}
    names = [item.group.name for item in catalogue(on) if item.group and item.order == ORDER]
    regions.sort(key=lambda row: (-row["overdue"], -row["failing"], row["region"]))
    return Sight(_sum(here), regions, [groups[name] for name in names if name in groups])


def worst(found: QuerySet[Tally], page: int) -> list[Tally]:
    """The facilities of one page, the worst first, and one more if there is a next page."""
    order = found.select_related("facility").order_by("-overdue", "-failing", "-soon", "facility_id")
    return list(order[page * PER_PAGE : (page + 1) * PER_PAGE + 1])


def _heaped(organisations: frozenset[UUID], state: str) -> tuple[Heap, ...]:
    found = Tally.objects.filter(STATES[state] if state else Q(), organisation__in=organisations)
    wanted: dict[str, Any] = {"n_facilities": Count("pk"), **{f"n_{name}": Count("pk", filter=condition) for name, condition in STATES.items()}}
    wanted |= {f"n_{name}_duties": Sum(name) for name in SUMMED}
    rows: Iterable[Any] = found.values("region", "groups").annotate(**wanted).order_by("region", "groups")
    return tuple(
        Heap(row["region"], tuple(row["groups"].strip(",").split(",")) if row["groups"] else (), state, {name: row[f"n_{name}"] for name in COUNTED})
        for row in rows
    )


@lru_cache(maxsize=256)
def _heaps(organisations: frozenset[UUID], state: str, _version: tuple[date, str, int]) -> tuple[Heap, ...]:
    return _heaped(organisations, state)


def _rows(name: str, heaps: Iterable[Heap], keys: Callable[[Heap], tuple[str, ...]]) -> list[dict[str, Any]]:
    """A row a key; a facility of several groups stands in each."""
    several: dict[str, list[Heap]] = {}
    for heap in heaps:
        for key in keys(heap):
            several.setdefault(key, []).append(heap)
    return [{name: key, **_sum(mine)} for key, mine in several.items()]


def _sum(heaps: Iterable[Heap]) -> dict[str, int]:
    found = [tuple(heap.counts.values()) for heap in heaps]  # of every heap in the same order
    return dict(zip(COUNTED, map(sum, zip(*found, strict=True)), strict=True)) if found else dict.fromkeys(COUNTED, 0)
