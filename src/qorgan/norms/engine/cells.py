"""What the rules see of facts, as small values: facts that no rule tells apart become the same, and are answered once.

A measured fact counts by the stretch between two bounds in which it lies. Numbers given to what was seen never come back with another meaning, so
what is remembered may be forgotten at any time.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple

from qorgan.norms.engine.conditions import bounds_of
from qorgan.norms.engine.standings import EQUIPMENT, Part, Standing, Together

KEPT = 20_000  # answers kept of one kind; more are forgotten, not refused


class Told(dict[str, Any]):
    """Facts of one kind of equipment that come again and again as the same object.

    ``seen``: by which kind they were read, and as what; whoever makes one sets it to :data:`UNSEEN` (millions are made: no call for that).
    """

    __slots__ = ("seen",)
    seen: tuple[object, tuple[int, ...]]


UNSEEN: tuple[object, tuple[int, ...]] = (None, ())


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
        looks = [[(fact, tuple(bounds(part, fact))) for fact in part.own] for part in parts]
        row = sorted({one for own in looks for one in own}, key=lambda one: (bool(one[1]), one))  # each fact once, and once more where bounds differ
        self._plain = tuple(fact for fact, at in row if not at)
        self._measured = tuple((fact, Stretches(at)) for fact, at in row if at)
        self._parts: list[tuple[Callable[[tuple[Any, ...]], Any], dict[Any, int]]] = [(picking([row.index(one) for one in own]), {}) for own in looks]
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
        row = (*map(get, self._plain), *[stretches[get(fact)] for fact, stretches in self._measured])
        for pick, numbers in self._parts:
            key = pick(row)
            number = numbers.get(key)
            if number is None:
                if len(numbers) > KEPT:
                    numbers.clear()
                number = numbers[key] = next(self._next)
            found.append(number)
        return tuple(found)


def picking(places: list[int]) -> Callable[[tuple[Any, ...]], Any]:
    """How to take some values out of a row; nothing where none are wanted."""
    return itemgetter(*places) if places else lambda _row: None


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
