"""What a change of the law means for facilities: who changes group, what is asked of whom that was not, and what is asked no more.

The same facts are laid before the rules of two days, so that nothing but the law makes the difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils import timezone

from qorgan.facilities.facts import facts_of_many
from qorgan.facilities.models import Facility
from qorgan.norms.calendar import office_calendar
from qorgan.norms.engine.loader import PACKS
from qorgan.norms.engine.workdays import Calendar
from qorgan.norms.impact import Change, changes
from qorgan.oversight.deriving import BEGINNING, assessed, derive, derive_of
from qorgan.oversight.duty import Duty, Known, State
from qorgan.oversight.rules import ORDER, Rules, rules_on

CHUNK = 500  # facilities whose facts are in memory at once


@dataclass(frozen=True)
class Shift:
    """What changes for one facility: groups joined and left, duties that begin, end, or ask for something else (as they stand on the later day)."""

    facility: Facility
    joins: tuple[str, ...]
    leaves: tuple[str, ...]
    gains: tuple[Duty, ...]
    loses: tuple[Duty, ...]
    changes: tuple[Duty, ...]

    def __bool__(self) -> bool:
        """Whether anything changes at all."""
        return bool(self.joins or self.leaves or self.gains or self.loses or self.changes)

    @property
    def weight(self) -> tuple[int, int, int]:
        """By what the most affected come first: groups, then duties that come or go, then those that change."""
        return len(self.joins) + len(self.leaves), len(self.gains) + len(self.loses), len(self.changes)


@dataclass(frozen=True)
class Impact:
    """Items of the order that differ between two days, the facilities affected, the most affected first, and how many were compared."""

    items: tuple[Change, ...]
    shifts: tuple[Shift, ...]
    compared: int

    @property
    def regrouped(self) -> int:
        """How many facilities change group."""
        return sum(bool(one.joins or one.leaves) for one in self.shifts)


def impact(facilities: Sequence[Facility], first: date, last: date, packs: Path = PACKS) -> Impact:
    """Lay the facts known of facilities before the rules of both days. Where the order says the same, nobody is compared.

    Raises ``ValueError`` when ``last`` is before ``first``, :class:`~qorgan.norms.engine.loader.PackError` for a day outside the packs.
    """
    items = tuple(one for one in changes(first, last, packs) if one.item_id.startswith(f"{ORDER}/"))
    if not items:
        return Impact((), (), len(facilities))
    both = rules_on(first, packs=packs), rules_on(last, packs=packs)
    calendar = office_calendar()
    day = max(last, timezone.localdate())
    changed = frozenset(one.item_id for one in items)
    shifts = [one for some in _chunks(facilities) for one in _shifts(some, day, both, changed, calendar) if one]
    shifts.sort(key=lambda one: (*(-number for number in one.weight), one.facility.code))
    return Impact(items, tuple(shifts), len(facilities))


def _chunks(facilities: Sequence[Facility]) -> Iterable[Sequence[Facility]]:
    return (facilities[start : start + CHUNK] for start in range(0, len(facilities), CHUNK))


def _shifts(facilities: Sequence[Facility], day: date, both: tuple[Rules, Rules], changed: frozenset[str], calendar: Calendar) -> Iterable[Shift]:
    facts = facts_of_many(facilities, day)
    for facility in facilities:
        before, after = (_Stand(facts[facility.pk], rules, calendar) for rules in both)
        # Who stays in the same groups is asked the same by every item that says the same.
        items = changed if before.alike(after) else None
        asked, asks = before.asked(items), after.asked(items)
        yield Shift(
            facility,
            joins=tuple(name for name in after.groups if name not in before.groups),
            leaves=tuple(name for name in before.groups if name not in after.groups),
            gains=tuple(duty for key, duty in asks.items() if key not in asked),
            loses=tuple(duty for key, duty in asked.items() if key not in asks),
            changes=tuple(duty for key, duty in asks.items() if key in asked and _says_other(asked[key], duty)),
        )


def _says_other(before: Duty, after: Duty) -> bool:
    """Whether the words are others, or the same demand stands more or less firmly: what was required is now advice."""
    return before.item.in_force_from != after.item.in_force_from or before.basis != after.basis


class _Stand:
    """How a facility stands on the rules' day, as if a notice known today had come that day: no term has begun to run before it."""

    def __init__(self, facts: dict[str, object], rules: Rules, calendar: Calendar) -> None:
        still = {name: value for name, value in facts.items() if name not in rules.anchors}
        if facts.get(BEGINNING):
            still[BEGINNING] = rules.on
        self._rules, self._known, self._calendar = rules, Known(still), calendar
        self._found = assessed(rules, self._known, calendar)
        self.groups = tuple(one.name for one in self._found.groups)

    def alike(self, other: "_Stand") -> bool:
        """Whether both are in the same groups, for certain and possibly, and leave out the same days."""
        possible, others = ([(one.name, one.missing) for one in stand._found.possible] for stand in (self, other))
        return self.groups == other.groups and possible == others and self._rules.anchors == other._rules.anchors

    def asked(self, items: frozenset[str] | None) -> dict[str, Duty]:
        """What applies, by key: of some items, or of all."""
        known = self._rules, self._known, self._calendar
        found = derive(*known) if items is None else derive_of(items, *known, self._found)
        return {duty.key: duty for duty in found if duty.state is not State.NOT_APPLICABLE}
