"""The numbers that a recorder gives its files: which were passed over between one file and the next (444 p.19).

A counter goes up by one a file and begins anew after its top (9999, then 0001). A number that was passed over is a file that was
made and is not here: it may still come, or somebody removed it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

TOPS = (999, 9_999, 99_999, 999_999)
NEAR = 50  # so close to its top, and then so close to its beginning, a counter has turned over


@dataclass(frozen=True, order=True)
class Run:
    """Numbers in a row, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    @property
    def count(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1

    def within(self, other: "Run") -> bool:
        """Whether all of it lies in ``other``."""
        return other.first <= self.first and self.last <= other.last


def passed(before: int, after: int) -> tuple[Run, ...] | None:
    """The numbers between one file and the next in time: none when they follow each other.

    None when the counter went back without having reached a top: it was set anew, or the times are in a wrong order.
    """
    if after >= before:
        return (Run(before + 1, after - 1),) if after > before + 1 else ()
    top = next((top for top in TOPS if before <= top), before)
    if top - before > NEAR or after > NEAR:
        return None
    ends = (Run(before + 1, top), Run(1, after - 1))
    return tuple(run for run in ends if run.count > 0)


def without(runs: Iterable[Run], present: Collection[int]) -> tuple[Run, ...]:
    """What is left of ``runs`` when the numbers that are ``present`` are taken out."""
    left: list[Run] = []
    for run in runs:
        place = run.first
        for number in sorted(number for number in present if run.first <= number <= run.last):
            if number > place:
                left.append(Run(place, number - 1))
            place = number + 1
        if place <= run.last:
            left.append(Run(place, run.last))
    return tuple(left)


def holes(numbers: Sequence[int], present: Collection[int] = ()) -> tuple[Run, ...]:
    """Numbers passed over by files in the order of their times, and not ``present`` elsewhere."""
    here = {*numbers, *present}
    found = [run for before, after in pairwise(numbers) for run in without(passed(before, after) or (), here)]
    return tuple(sorted(set(found)))
