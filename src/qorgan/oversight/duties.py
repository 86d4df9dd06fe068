"""Duties of facilities: what is known of them under the rules in use."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from qorgan.facilities.models import Facility
from qorgan.oversight.deriving import derive
from qorgan.oversight.duty import Duty
from qorgan.oversight.knowing import known_of_many
from qorgan.oversight.rulesets import Basis, current


def duties_of(facility: Facility, on: date, known_at: datetime | None = None) -> list[Duty]:
    """Every duty of a facility on a day, by what was known at a moment (by default now). Six queries."""
    return duties_of_many([facility], on, known_at)[facility.pk]


def duties_of_many(facilities: Sequence[Facility], on: date, known_at: datetime | None = None, basis: Basis | None = None) -> dict[UUID, list[Duty]]:
    """The same for several, by id: as many queries as for one."""
    basis = basis or current()
    rules = basis.rules(on)
    known = known_of_many(facilities, rules, known_at)
    return {facility.pk: list(derive(rules, known[facility.pk], basis.calendar)) for facility in facilities}
