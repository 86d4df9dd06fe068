"""Conditions as plain data: a fact equals, is one of, or lies in a range. Three answers: yes, no, and a fact is missing.

``{kind: [trade, catering], trade_area_m2: {from: 500, below: 2000}}`` holds when every line holds; under ``any`` one of several is enough,
under ``not`` none may hold. There is nothing else to learn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

BOUNDS = ("from", "above", "below", "to")

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """``holds``: True, False, or None when that cannot be said; ``missing`` are then the facts that would tell."""

    holds: bool | None
    missing: frozenset[str] = frozenset()


YES, NO = Answer(True), Answer(False)
Check = Callable[[Facts], Answer]


class ConditionError(ValueError):
    """The data is no condition; the message says where."""


def compiled(condition: Mapping[str, Any]) -> Check:
    """A condition ready to be asked many times. Raises :class:`ConditionError`."""
    checks = [_line(name, wanted) for name, wanted in condition.items()]
    return _every(checks)


def facts_of(condition: Mapping[str, Any]) -> frozenset[str]:
    """Names of the facts that a condition asks for."""
    found: set[str] = set()
    for name, wanted in condition.items():
        if name == "any":
            found |= {fact for one in wanted for fact in facts_of(one)}
        elif name == "not":
            found |= facts_of(wanted)
        else:
            found.add(name)
    return frozenset(found)


def bounds_of(condition: Mapping[str, Any], fact: str) -> frozenset[Decimal]:
    """Every bound that a condition sets for a fact: where its answer may change."""
    found: set[Decimal] = set()
    for name, wanted in condition.items():
        if name == "any":
            found |= {bound for one in wanted for bound in bounds_of(one, fact)}
        elif name == "not":
            found |= bounds_of(wanted, fact)
        elif name == fact and isinstance(wanted, Mapping):
            found |= {Decimal(str(value)) for value in wanted.values()}
    return frozenset(found)


def values_of(condition: Mapping[str, Any], fact: str) -> frozenset[Any]:
    """Every single value that a condition names for a fact: words, true, false."""
    found: set[Any] = set()
    for name, wanted in condition.items():
        if name == "any":
            found |= {value for one in wanted for value in values_of(one, fact)}
        elif name == "not":
            found |= values_of(wanted, fact)
        elif name == fact and not isinstance(wanted, Mapping):
            found |= set(wanted) if isinstance(wanted, list) else {wanted}
    return frozenset(found)


def _line(name: str, wanted: Any) -> Check:
    if name == "any":
        if not isinstance(wanted, list) or not wanted:
            raise ConditionError("any: a list of conditions")
        return _some([compiled(one) for one in wanted])
    if name == "not":
        return _none(compiled(wanted))
    if isinstance(wanted, Mapping):
        return _range(name, wanted)
    allowed = frozenset(wanted) if isinstance(wanted, list) else frozenset([wanted])

    def check(facts: Facts) -> Answer:
        value = facts.get(name)
        if value is None:
            return Answer(None, frozenset([name]))
        if isinstance(value, frozenset):  # a fact with several values at once, such as the groups of a facility
            return YES if value & allowed else NO
        return YES if value in allowed else NO

    return check


def _range(name: str, wanted: Mapping[str, Any]) -> Check:
    unknown = set(wanted) - set(BOUNDS)
    if unknown or not wanted:
        raise ConditionError(f"{name}: a range has {', '.join(BOUNDS)}; not {', '.join(sorted(map(str, unknown))) or 'nothing'}")
    bounds = {key: Decimal(str(value)) for key, value in wanted.items()}
    low, above, below, high = (bounds.get(key) for key in BOUNDS)
    if {"from", "above"} <= set(bounds) or {"below", "to"} <= set(bounds):
        raise ConditionError(f"{name}: two bounds on one side")

    def check(facts: Facts) -> Answer:
        value = facts.get(name)
        if value is None:
            return Answer(None, frozenset([name]))
        number = value if isinstance(value, (int, Decimal)) else Decimal(str(value))
        inside = (low is None or number >= low) and (above is None or number > above) and (below is None or number < below) and (high is None or number <= high)
        return YES if inside else NO

    return check


def _every(checks: list[Check]) -> Check:
    def check(facts: Facts) -> Answer:
        missing: frozenset[str] = frozenset()
        for one in checks:
            answer = one(facts)
            if answer.holds is False:
                return NO
            missing |= answer.missing
        return Answer(None, missing) if missing else YES

    return check


def _some(checks: list[Check]) -> Check:
    def check(facts: Facts) -> Answer:
        missing: frozenset[str] = frozenset()
        for one in checks:
            answer = one(facts)
            if answer.holds is True:
                return YES
            missing |= answer.missing
        return Answer(None, missing) if missing else NO

    return check


def _none(inner: Check) -> Check:
    def check(facts: Facts) -> Answer:
        answer = inner(facts)
        return answer if answer.holds is None else (NO if answer.holds else YES)

    return check
