"""What a duty is on a day: its state, the days that count, what is missing, what closed it, what was missed. Plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from qorgan.norms.engine.catalogue import Item
from qorgan.norms.engine.deadlines import Due


class State(StrEnum):
    """How a duty stands, worst first.

    ``SOON``: to be done within :data:`~qorgan.oversight.recurring.SOON`, or past the day to keep while another reading still allows it.
    ``WAITING``: its term runs from something that has not happened. ``UNKNOWN``: a fact or a document is missing; never a guess.
    """

    OVERDUE = "overdue"
    SOON = "due_soon"
    UNKNOWN = "unknown"
    DUE = "due"
    WAITING = "waiting"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class Source(StrEnum):
    """By what a completion is known."""

    DOCUMENT = "document"
    PAPER = "paper"  # a paper or an appointment that the register keeps
    FACT = "fact"


@dataclass(frozen=True, order=True)
class Completion:
    """That a duty was carried out on a day: the day of the act itself, not of the upload. ``ref``: the evidence's id, or the fact's name."""

    on: date
    norm: str
    source: Source = Source.DOCUMENT
    ref: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of one facility: facts under the names that the rules ask for, and completions.

    ``told``: every day that was ever stated under a name and still stands (:func:`standing_days`), so that the statement of a later
    day does not make an earlier one unhappen. A name that is not in it has the day of ``facts`` alone.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    completions: tuple[Completion, ...] = ()
    told: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    def days(self, name: str, on: date) -> tuple[date, ...]:
        """Days stated under a name that have come by ``on``."""
        value = self.facts.get(name)
        stated = self.told.get(name) or ((value,) if isinstance(value, date) else ())
        return tuple(day for day in stated if day <= on)


def standing_days(stated: Iterable[tuple[date, date | None]]) -> tuple[date, ...]:
    """Days that still stand of statements ``(since, day)`` under one name, oldest statement first.

    A statement with the same ``since`` replaces the one before, an earlier day corrects every later one, none at all takes the last back.
    """
    standing: list[tuple[date, date]] = []
    for since, day in stated:
        standing = [one for one in standing if one[0] != since]
        standing = standing[:-1] if day is None else [*(one for one in standing if one[1] < day), (since, day)]
    return tuple(day for _since, day in standing)


class Way(StrEnum):
    """How a next day was found."""

    TERM = "term"  # a term from an event
    SINCE_LAST = "since_last"  # so long after the last completion
    PERIOD = "period"  # the end of a calendar period
    PLAN = "plan"  # an even spread within the period, our proposal


@dataclass(frozen=True)
class Next:
    """One way to say by when: ``keep``, and ``last`` where that way itself can be read in two ways."""

    way: Way
    keep: date
    last: date
    due: Due | None = None
    period: tuple[date, date] | None = None
    counted: tuple[date, ...] = ()  # completions within the period


@dataclass(frozen=True)
class Missed:
    """Days on which a duty was not fulfilled. Stays for ever; ``made_up_on`` is when it was done after all.

    ``certain``: missed however the text is read. ``periods``: how many periods lie between ``first`` and ``last`` (days of a daily duty).
    """

    way: Way
    first: date
    last: date
    held: int
    asked: int
    made_up_on: date | None
    certain: bool
    periods: int = 1


@dataclass(frozen=True)
class Duty:
    """One duty of one facility on a day. ``keep`` is the day to keep, ``defensible`` the last day by another reading, None where there is but one.

    ``missing``: facts without which it cannot be said. ``undocumented``: nothing shows it. ``waits_for``: items whose completion starts the term.
    ``equipment``: what paragraph of chapter 6 it is about, "" for other duties. ``failing``: what of the equipment does not reach what is asked.
    """

    item: Item
    state: State
    basis: str
    mandatory: bool = True
    readings: tuple[Next, ...] = ()
    missing: tuple[str, ...] = ()
    undocumented: bool = False
    waits_for: tuple[str, ...] = ()
    closed_by: tuple[Completion, ...] = ()
    missed: tuple[Missed, ...] = ()
    facts: tuple[tuple[str, Any], ...] = ()
    equipment: str = ""
    failing: tuple[str, ...] = ()
    compensated: bool = False

    @property
    def key(self) -> str:
        """What tells it from the other duties of its facility: the item's id, and the equipment."""
        return f"{self.item.id}:{self.equipment}" if self.equipment else self.item.id

    @property
    def keep(self) -> date | None:
        """The day to keep: the earliest of all readings."""
        return min((one.keep for one in self.readings), default=None)

    @property
    def defensible(self) -> date | None:
        """The last day that can be defended, if it is another than the day to keep. A plan of ours defends nothing."""
        last = max((one.last for one in self.readings if one.way is not Way.PLAN), default=None)
        return last if last != self.keep else None

    @property
    def due(self) -> Due | None:
        """The counting to the day to keep, where a term of the text gives it."""
        return next((one.due for one in sorted(self.readings, key=lambda one: one.keep) if one.due), None)

    @property
    def estimated(self) -> bool:
        """Whether a day rests on a year of the calendar that is not confirmed."""
        return any(one.due.estimated for one in self.readings if one.due)

    @property
    def missed_for_certain(self) -> bool:
        """Whether a period was missed however the text is read."""
        return any(one.certain for one in self.missed)
