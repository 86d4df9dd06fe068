"""Which children decode at this moment: few at once on the whole server, one conversion at a time for each holder.

Known to this process alone, which is the only one that serves the archive's pages. A holder who begins another view, or locks the
vault, ends the one before; the clock of the child ends it with the unlocking in any case.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from qorgan.evidence.viewing.looking import Look

MOST_AT_ONCE = 4
PATIENCE_SECONDS = 15.0


class Crowded(RuntimeError):
    """Too many are looking at once; it may be tried again."""


_places = threading.BoundedSemaphore(MOST_AT_ONCE)
_views: dict[UUID, Look] = {}
_guard = threading.Lock()


@contextmanager
def place() -> Iterator[None]:
    """A place for a short look. Raises :class:`Crowded` when none becomes free in a quarter of a minute."""
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Crowded
    try:
        yield
    finally:
        _places.release()


def begin_view(person: UUID, look: Look) -> None:
    """Let ``look`` be this holder's one conversion; an earlier one ends."""
    with _guard:
        earlier, _views[person] = _views.get(person), look
    if earlier is not None:
        earlier.stop()


def end_view(person: UUID, look: Look) -> None:
    """It has ended."""
    with _guard:
        if _views.get(person) is look:
            del _views[person]


def stop_views(person: UUID) -> None:
    """The holder has locked the vault."""
    with _guard:
        look = _views.pop(person, None)
    if look is not None:
        look.stop()
