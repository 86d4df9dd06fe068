"""How facilities stand on a day: the engine over what is known, with the office's calendar."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from qorgan.facilities.facts import facts_of_many, facts_on
from qorgan.facilities.models import Facility
from qorgan.norms.calendar import office_calendar
from qorgan.norms.engine.assess import Assessment, assess

ORDER = "366"


def assessed(facility: Facility, on: date, known_at: datetime | None = None) -> Assessment:
    """How one facility stands on a day, by what was known at a moment (by default now)."""
    return assess(facts_on(facility, on, known_at), on, office_calendar(), ORDER)


def assessed_many(facilities: Iterable[Facility], on: date, known_at: datetime | None = None) -> dict[UUID, Assessment]:
    """The same for many, by id; a fixed number of queries."""
    found = facts_of_many(facilities, on, known_at)
    calendar = office_calendar()
    return {key: assess(facts, on, calendar, ORDER) for key, facts in found.items()}

