"""Every duty of a facility on a day, derived: items in force, facts and completions in; states, days, misses and reasons out.

Plain Python. Nothing closes by itself, nothing is stored, and what is not known is said to be unknown.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from qorgan.norms.engine.assess import Assessment, Standing, assess
from qorgan.norms.engine.assess import State as Met
from qorgan.norms.engine.catalogue import Item
from qorgan.norms.engine.conditions import Answer, facts_of
from qorgan.norms.engine.deadlines import due
from qorgan.norms.engine.plan import GROUP
from qorgan.norms.engine.schema import Basis, TextState
from qorgan.norms.engine.workdays import Calendar, OutsideCalendarError
from qorgan.oversight.duty import Completion, Duty, Known, Missed, Next, Source, State, Way
from qorgan.oversight.recurring import SOON, recurring
from qorgan.oversight.rules import Rule, Rules

BEGINNING = "notified_on"  # the notice that the facility is on the list: from then on the order asks


def derive(rules: Rules, known: Known, calendar: Calendar) -> tuple[Duty, ...]:
    """Every duty on the rules' day, in the order of the text within each way of judging."""
    return tuple(duties(_Facility(rules, known, calendar)))


def derive_of(items: Collection[str], rules: Rules, known: Known, calendar: Calendar, found: Assessment) -> tuple[Duty, ...]:
    """As :func:`derive`, the duties of some items alone; ``found``: what :func:`assessed` says of the same."""
    return tuple(duties(_Facility(rules, known, calendar, found), items))


def assessed(rules: Rules, known: Known, calendar: Calendar) -> Assessment:
    """Groups and equipment as the norms engine finds them; terms are judged here, each by itself."""
    facts = {name: value for name, value in known.facts.items() if name not in rules.anchors}
    return assess(facts, rules.on, calendar, rules.order, rules.packs)


@dataclass(frozen=True)
class _Facility:
    """One facility before the rules: what several of them ask."""

    rules: Rules
    known: Known
    calendar: Calendar
    found: Assessment | None = None
    by_norm: Mapping[str, tuple[Completion, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Completion]] = {}
        for one in self.known.completions:
            if one.on <= self.rules.on:
                found.setdefault(one.norm, []).append(one)
        object.__setattr__(self, "by_norm", {norm: tuple(sorted(several)) for norm, several in found.items()})

    @cached_property
    def assessment(self) -> Assessment:
        return self.found or assessed(self.rules, self.known, self.calendar)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        return {**self.known.facts, GROUP: frozenset(one.name for one in self.assessment.groups)}

    @cached_property
    def scope(self) -> Answer:
        """Whether the order asks anything of it: it belongs to a group, or has had the notice."""
        if self.assessment.groups or self.day(BEGINNING):
            return Answer(True)
        missing = frozenset(name for one in self.assessment.possible for name in one.missing)
        return Answer(None, missing | {BEGINNING}) if missing else Answer(False)

    def day(self, name: str) -> date | None:
        """A fact that is a day, if it is known and has come."""
        value = self.known.facts.get(name)
        return value if isinstance(value, date) and value <= self.rules.on else None

    def applies(self, rule: Rule) -> Answer:
        """Whether a rule asks it of this facility."""
        if self.scope.holds is not True:
            return self.scope
        answer = rule.applies(self.facts)
        if answer.holds is False and self.assessment.possible:
            widest = {**self.facts, GROUP: self.facts[GROUP] | frozenset(one.name for one in self.assessment.possible)}
            if rule.applies(widest).holds is not False:
                return Answer(None, frozenset(name for one in self.assessment.possible for name in one.missing))
        return answer

    def completions(self, rule: Rule) -> tuple[Completion, ...]:
        """What shows that a rule was carried out: documents, and the fact that its completion brings."""
        own = self.by_norm.get(rule.item.id, ())
        for name, items in self.rules.yields.items():
            told = self.known.days(name, self.rules.on) if rule.item.id in items and not (rule.own and rule.brought_by) else ()
            shown = {one.on for one in own}
            own = tuple(sorted([*own, *(Completion(day, rule.item.id, Source.FACT, name) for day in told if day not in shown)]))
        return own

    def anchors(self, rule: Rule) -> tuple[date, ...]:
        """Days from which a rule's term runs: the fact as entered, and completions of the items that bring it."""
        brought = {one.on for item in rule.brought_by for one in self.by_norm.get(item, ())}
        told = self.known.days(rule.anchor, self.rules.on)
        return tuple(sorted(brought | set(told if rule.event or rule.brought_by else told[-1:])))


def duties(facility: _Facility, items: Collection[str] | None = None) -> Iterator[Duty]:
    """Those with days first, then equipment, then those that a document shows; of some items, or of all."""
    judges: tuple[tuple[Iterable[Rule], Callable[[_Facility, Rule], Duty]], ...] = (
        (facility.rules.recurring, _recurring),
        (facility.rules.terms, _term),
    )
    for rules, judge in judges:
        for rule in rules:
            if items is None or rule.item.id in items:
                yield _judged(facility, rule, judge)
    yield from _equipment(facility, items)
    for rule in facility.rules.standing:
        if items is None or rule.item.id in items:
            yield _judged(facility, rule, _standing)


def _judged(facility: _Facility, rule: Rule, judge: Callable[[_Facility, Rule], Duty]) -> Duty:
    answer = facility.applies(rule)
    if answer.holds is True:
        try:
            found = judge(facility, rule)
        except OutsideCalendarError as error:
            found = Duty(rule.item, State.UNKNOWN, _basis(rule.item), missing=(f"calendar.{error}",))
        return replace(found, facts=_used(facility, rule))
    state = State.NOT_APPLICABLE if answer.holds is False else State.UNKNOWN
    return Duty(rule.item, state, _basis(rule.item), missing=tuple(sorted(answer.missing)), facts=_used(facility, rule))


def _recurring(facility: _Facility, rule: Rule) -> Duty:
    item, done = rule.item, facility.completions(rule)
    assert item.recurs is not None  # noqa: S101 - that is what put the rule here
    began = facility.day(BEGINNING)
    since = max(began, rule.since) if began else (done[0].on if done else None)
    if rule.brought_by:  # it runs from something else that was done, such as the approval of what is to be replaced
        anchors = facility.anchors(rule)
        if not anchors:
            return Duty(item, State.WAITING, _basis(item), waits_for=rule.brought_by)
        since = anchors[0]
        done = tuple(sorted({*done, *(Completion(day, item.id, Source.FACT, rule.anchor) for day in anchors[1:] if all(one.on != day for one in done))}))
    if since is None:
        return Duty(item, State.UNKNOWN, _basis(item), missing=tuple(sorted({rule.anchor, BEGINNING} - {""})))
    found = recurring(item.recurs, item.term, since, [one.on for one in done], facility.rules.on, facility.calendar)
    return Duty(item, found.state, _basis(item), readings=found.readings, missed=found.missed, closed_by=done)


def _term(facility: _Facility, rule: Rule) -> Duty:
    """A term that runs once from each anchor: closed by the first completion on that day or later."""
    item, anchors = rule.item, facility.anchors(rule)
    if not anchors:
        if rule.brought_by or rule.event:
            return Duty(item, State.WAITING, _basis(item), waits_for=rule.brought_by, missing=(rule.anchor,) if rule.event else ())
        return Duty(item, State.UNKNOWN, _basis(item), missing=(rule.anchor,))
    done = facility.completions(rule)
    row = [(_next(rule, anchor, facility.calendar), next((one for one in done if one.on >= anchor), None)) for anchor in anchors]
    missed = tuple(one for reading, closed in row if (one := _late(reading, closed, facility.rules.on)))
    still = [reading for reading, closed in row if closed is None]
    state = _term_state(still[0], facility.rules.on) if still else State.DONE
    return Duty(item, state, _basis(item), readings=tuple(still[:1]) or (row[-1][0],), missed=missed, closed_by=done)


def _next(rule: Rule, anchor: date, calendar: Calendar) -> Next:
    if rule.item.term is None:  # at once
        return Next(Way.TERM, anchor, anchor)
    found = due(anchor, rule.item.term, calendar)
    return Next(Way.TERM, found.due, found.defensible or found.due, found)


def _late(reading: Next, closed: Completion | None, on: date) -> Missed | None:
    """A term that ended unfulfilled: from the day after it, until it was done after all."""
    done = closed.on if closed else None
    if (done or on) <= reading.keep:
        return None
    certain = (done or on) > reading.last
    return Missed(Way.TERM, (reading.last if certain else reading.keep) + timedelta(days=1), done or on, 0, 1, done, certain)


def _term_state(reading: Next, on: date) -> State:
    if on > reading.last:
        return State.OVERDUE
    return State.SOON if (reading.keep - on).days <= SOON else State.DUE


def _standing(facility: _Facility, rule: Rule) -> Duty:
    """A duty without a day: a document shows it, its own, that of the whole paragraph, or those of all its parts."""
    own = facility.by_norm.get(rule.item.id, ())
    whole = tuple(one for item in rule.whole for one in facility.by_norm.get(item, ()))
    parts = [facility.by_norm.get(part, ()) for part in rule.parts]
    closed = own or whole or (tuple(several[-1] for several in parts) if parts and all(parts) else ())
    if closed:
        return Duty(rule.item, State.DONE, _basis(rule.item), closed_by=tuple(sorted(closed)))
    return Duty(rule.item, State.UNKNOWN, _basis(rule.item), undocumented=True)


def _equipment(facility: _Facility, items: Collection[str] | None) -> Iterator[Duty]:
    """What chapter 6 asks for: met, not met by the end of its term, or unknown."""
    equip, gap = facility.rules.equip, BEGINNING
    anchors = facility.anchors(equip) if equip else ()
    try:
        reading = _next(equip, anchors[0], facility.calendar) if equip and anchors else None
    except OutsideCalendarError as error:
        reading, gap = None, f"calendar.{error}"
    for standing in facility.assessment.standings:
        if items is None or standing.item.id in items:
            yield _equipped(facility, standing, reading, gap)


def _equipped(facility: _Facility, standing: Standing, reading: Next | None, gap: str) -> Duty:
    mandatory = standing.requirement.basis is not Basis.ADVISABLE
    state = {Met.MET: State.DONE, Met.UNKNOWN: State.UNKNOWN, Met.NOT_APPLICABLE: State.NOT_APPLICABLE}.get(standing.state)
    lacking = state is None
    if state is None:
        state = State.DUE if not mandatory or standing.state is Met.COMPENSATED else _term_state(reading, facility.rules.on) if reading else State.UNKNOWN
    missing = standing.missing | ({gap} if lacking and mandatory and reading is None else frozenset())
    own = (f"equipment.{standing.requirement.equipment}.{name}" for name in ("installed", *standing.requirement.parameters))
    used = facts_of(standing.requirement.when) | set(own)
    return Duty(
        standing.item,
        state,
        standing.basis,
        mandatory,
        (reading,) if lacking and mandatory and reading else (),
        tuple(sorted(missing)),
        facts=_values(facility, used),
        equipment=standing.requirement.equipment,
        failing=standing.failing if lacking else (),
        compensated=standing.state is Met.COMPENSATED,
    )


def _used(facility: _Facility, rule: Rule) -> tuple[tuple[str, Any], ...]:
    names = facts_of(rule.item.due_when) | (facts_of(rule.item.recurs.when) if rule.item.recurs else set())
    return _values(facility, names | ({rule.anchor, BEGINNING} if rule.anchor else set()))


def _values(facility: _Facility, names: Iterable[str]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, facility.facts[name]) for name in sorted(names) if name in facility.facts)


def _basis(item: Item) -> str:
    return item.text.value if item.text is not TextState.BOTH else Basis.REQUIRED.value
