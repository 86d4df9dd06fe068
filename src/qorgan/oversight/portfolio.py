"""Thousands of facilities at a glance: by region, group and state, down to one. Counts, never percentages: one failure is one failure.

Everything is asked of the counts of today (:mod:`qorgan.oversight.tallying`): as many queries for ten facilities as for ten thousand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from qorgan.norms.engine.catalogue import catalogue
from qorgan.oversight.models import Tally
from qorgan.oversight.rules import ORDER

PER_PAGE = 50
# What stands out: name → condition. Each facility may be in several.
STATES: Mapping[str, Q] = {
    "overdue": Q(overdue__gt=0),
    "failing": Q(failing__gt=0),
    "soon": Q(soon__gt=0),
    "unknown": Q(unknown__gt=0),
    "missed": Q(missed__gt=0),
    "clear": Q(overdue=0, failing=0, unknown=0),
}


@dataclass(frozen=True)
class Narrowing:
    """Which facilities are looked at; "" for all. ``region`` are two digits of KATO, "-" for none known."""

    region: str = ""
    group: str = ""
    state: str = ""

    def of(self, found: QuerySet[Tally]) -> QuerySet[Tally]:
        """The counts of these facilities."""
        return self.by_state(self.by_group(self.by_region(found)))

    def by_region(self, found: QuerySet[Tally]) -> QuerySet[Tally]:
        """Narrowed by region alone."""
        return found.filter(region="" if self.region == "-" else self.region) if self.region else found

    def by_group(self, found: QuerySet[Tally]) -> QuerySet[Tally]:
        """Narrowed by group alone."""
        if self.group == "-":
            return found.filter(groups="")
        return found.filter(groups__contains=f",{self.group},") if self.group else found

    def by_state(self, found: QuerySet[Tally]) -> QuerySet[Tally]:
        """Narrowed by state alone."""
        return found.filter(STATES[self.state]) if self.state in STATES else found


_COUNTS = {"facilities": Count("pk"), **{name: Count("pk", filter=condition) for name, condition in STATES.items()}}


def totals(found: QuerySet[Tally]) -> dict[str, int]:
    """How many facilities, how many of them stand out, and how many duties that are."""
    sums = {f"{name}_duties": Sum(name, default=0) for name in ("overdue", "failing", "soon", "unknown", "missed")}
    counts = {f"n_{name}": one for name, one in _COUNTS.items()}
    return {name.removeprefix("n_"): value for name, value in found.aggregate(**counts, **sums).items()}


def by_region(found: QuerySet[Tally]) -> list[dict[str, Any]]:
    """A row a region, the worst first."""
    rows = found.values("region").annotate(**{f"n_{name}": one for name, one in _COUNTS.items()})
    named = [{name.removeprefix("n_"): value for name, value in row.items()} for row in rows]
    return sorted(named, key=lambda row: (-row["overdue"], -row["failing"], row["region"]))


def by_group(found: QuerySet[Tally], on: date) -> list[dict[str, Any]]:
    """A row a group that has facilities, in the order of the text; a facility of several groups stands in each."""
    names = [item.group.name for item in catalogue(on) if item.group and item.order == ORDER]
    asked = {f"{name}#{which}": Count("pk", filter=Q(groups__contains=f",{name},") & condition) for name in names for which, condition in _conditions().items()}
    counts = found.aggregate(**{key.replace(".", "_").replace("#", "__"): one for key, one in asked.items()})
    rows = [{"group": name, **{which: counts[f"{name}#{which}".replace(".", "_").replace("#", "__")] for which in _conditions()}} for name in names]
    return [row for row in rows if row["facilities"]]


def worst(found: QuerySet[Tally], page: int) -> list[Tally]:
    """The facilities of one page, the worst first, and one more if there is a next page."""
    order = found.select_related("facility").order_by("-overdue", "-failing", "-soon", "facility_id")
    return list(order[page * PER_PAGE : (page + 1) * PER_PAGE + 1])


def _conditions() -> dict[str, Q]:
    return {"facilities": Q(), **STATES}
