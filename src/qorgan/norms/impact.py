"""What changes in the law between two days: items that begin, end, or say something else. Plain data for pages and for other rooms."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from qorgan.norms.engine.catalogue import Item, catalogue
from qorgan.norms.engine.loader import PACKS

BEGINS, CHANGES, ENDS = "begins", "changes", "ends"


@dataclass(frozen=True)
class Change:
    """One item that differs. ``what``: begins, changes or ends; ``on`` the first day of the new state; ``before``/``after`` None where it says nothing."""

    item_id: str
    what: str
    on: date
    before: Item | None
    after: Item | None


def changes(first: date, last: date, packs: Path = PACKS) -> list[Change]:
    """Items that say something else on ``last`` than on ``first``, in the order of the texts. Raises ``ValueError`` when ``last`` is before ``first``."""
    if last < first:
        raise ValueError(f"{last.isoformat()} is before {first.isoformat()}")
    old = {item.id: item for item in catalogue(first, packs)}
    new = {item.id: item for item in catalogue(last, packs)}
    order = [*new, *(item_id for item_id in old if item_id not in new)]
    found = [_change(item_id, old.get(item_id), new.get(item_id)) for item_id in order]
    return [one for one in found if one is not None]


def _change(item_id: str, before: Item | None, after: Item | None) -> Change | None:
    if before is not None and after is not None:
        return Change(item_id, CHANGES, after.in_force_from, before, after) if before.in_force_from != after.in_force_from else None
    if after is not None:
        return Change(item_id, BEGINS, after.in_force_from, None, after)
    if before is not None:
        ended = before.in_force_to
        return Change(item_id, ENDS, ended + timedelta(days=1) if ended else before.in_force_from, before, None)
    return None
