"""What the rules see of facts, as small values: facts that no rule tells apart become the same, and are answered once.

A measured fact counts by the stretch between two bounds in which it lies. Numbers given to what was seen never come back with another meaning, so
what is remembered may be forgotten at any time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

from qorgan.norms.engine.conditions import bounds_of
from qorgan.norms.engine.standings import EQUIPMENT, Part, Standing, Together

KEPT = 20_000  # answers kept of one kind; more are forgotten, not refused


class Told(dict[str, Any]):
    """Facts of one kind of equipment that come again and again as the same object. ``seen``: by which kind they were read, and as what."""

    __slots__ = ("seen",)

    def __init__(self, facts: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        super().__init__(facts)
        self.seen: tuple[object, tuple[int, ...]] = (None, ())


class Look(NamedTuple):
    """One part of a kind (its ``place`` there), for facilities whose groups it cannot tell apart: what it takes of their own facts, and the answers so far."""

    place: int
    part: Part
    pick: Callable[[tuple[Any, ...]], Any] | None
    known: dict[Any, Together[Standing]]


class Kind:
    """What the parts on one kind of equipment see of its own facts: a number each; equal numbers, equal answers."""

    def __init__(self, name: str, parts: tuple[Part, ...]) -> None:
        self.name, self.parts = name, parts
        looks = [[(fact, bounds(part, fact)) for fact in part.own] for part in parts]
        self._looks = [(tuple(fact for fact, at in own if not at), tuple((fact, Stretches(at)) for fact, at in own if at)) for own in looks]
        self._numbers: list[dict[tuple[Any, ...], int]] = [{} for _ in self._looks]
        self._kept: dict[tuple[tuple[str, Any], ...], tuple[int, ...]] = {}  # facts as they came: their numbers
        self._next = count()
        self.of_nothing = self._read({})

    def numbers(self, own: Mapping[str, Any]) -> tuple[int, ...]:
        """The numbers of some facts, a part each."""
        if type(own) is Told:
            if own.seen[0] is not self:
                own.seen = (self, self._read(own))
            return own.seen[1]
        raw = tuple(own.items())
        found = self._kept.get(raw)
        if found is None:
            if len(self._kept) > KEPT:
                self._kept.clear()
            found = self._kept[raw] = self._read(own)
        return found

    def _read(self, own: Mapping[str, Any]) -> tuple[int, ...]:
        get, found = own.get, []
        for (plain, measured), numbers in zip(self._looks, self._numbers, strict=True):
            key: tuple[Any, ...] = tuple(map(get, plain))
            if measured:
                key += tuple([stretches[get(fact)] for fact, stretches in measured])
            number = numbers.get(key)
            if number is None:
                if len(numbers) > KEPT:
                    numbers.clear()
                number = numbers[key] = next(self._next)
            found.append(number)
        return tuple(found)


def bounds(part: Part, fact: str) -> list[Decimal]:
    """Where the answers of a part may change with a fact of its equipment."""
    name = f"{EQUIPMENT}.{part.equipment}.{fact}"
    conditions = [one.requirement.when for one in part.asked]
    conditions += [{f"{EQUIPMENT}.{part.equipment}.{key}": wanted} for one in part.asked for key, wanted in one.requirement.parameters.items()]
    return sorted({bound for condition in conditions for bound in bounds_of(condition, name)})


class Stretches(dict[Any, int | None]):
    """Between which bounds a number lies, or on which: by the number; None for none."""

    def __init__(self, at: Iterable[Decimal]) -> None:
        super().__init__({None: None})
        self._at = sorted(at)

    def __missing__(self, value: Any) -> int:
        number = Decimal(str(value)) if isinstance(value, float) else value
        if len(self) > KEPT:
            self.clear()
            self[None] = None
        self[value] = found = bisect_left(self._at, number) + bisect_right(self._at, number)
        return found
