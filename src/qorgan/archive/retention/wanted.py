"""Who may still want a recording whose term is over: said by rooms above, read before its destruction is composed and signed (444 p.14).

It forbids nothing: a ban does (:mod:`qorgan.archive.retention.holds`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

_BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """Why, in the reader's language, and the page that tells more."""

    words: str
    url: str


Teller = Callable[[Sequence[UUID]], Mapping[UUID, Wanted]]
_TELLERS: list[Teller] = []


def told_by(teller: Teller) -> Teller:
    """From now on ``teller`` is asked as well. A room above says so when it starts."""
    _TELLERS.append(teller)
    return teller


def still_wanted(recordings: Iterable[UUID]) -> dict[UUID, Wanted]:
    """Of these recordings those that somebody may still want."""
    ids = list(recordings)
    found: dict[UUID, Wanted] = {}
    for begin in range(0, len(ids), _BATCH):
        for teller in _TELLERS:
            found.update(teller(ids[begin : begin + _BATCH]))
    return found
