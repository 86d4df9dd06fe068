"""How facilities stand on a day: the engine over what is known, with the office's calendar."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.utils import timezone

from qorgan.facilities.facts import facts_of_many, facts_on
from qorgan.facilities.models import Facility
from qorgan.facilities.values import FIRST_YEAR
from qorgan.norms.engine.assess import Assessment, assess
from qorgan.norms.engine.workdays import Calendar, seeded

ORDER = "366"
_YEARS_AHEAD = 10


def assessed(facility: Facility, on: date, known_at: datetime | None = None) -> Assessment:
    """How one facility stands on a day, by what was known at a moment (by default now)."""
    return assess(facts_on(facility, on, known_at), on, calendar(), ORDER)


def assessed_many(facilities: Iterable[Facility], on: date, known_at: datetime | None = None) -> dict[UUID, Assessment]:
    """The same for many, by id; a fixed number of queries."""
    found = facts_of_many(facilities, on, known_at)
    return {key: assess(facts, on, calendar(), ORDER) for key, facts in found.items()}


def calendar() -> Calendar:
    """The working days by which terms are counted."""
    return _seeded(timezone.localdate().year + _YEARS_AHEAD)


@cache
def _seeded(last: int) -> Calendar:
    return seeded(FIRST_YEAR, last)
