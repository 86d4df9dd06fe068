"""Pages of long lists without counting: what lies beyond the last row shown is found by its key, in constant time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

ROWS = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """Keys of the rows of one page, newest first, and the cursors ("" for none) of its neighbours."""

    ids: Sequence[Any]
    newer: str
    older: str


def by_time(found: QuerySet[Any], field: str, *, after: str, before: str, rows: int = ROWS) -> Page:
    """A page ordered by ``field`` (a time that is never empty here) descending, then id; a malformed cursor is the first page.

    ``after``: rows older than that cursor; ``before``: rows newer than it. The model needs an index on both columns.
    """
    back = _read(before)
    start = back or _read(after)
    if start is not None:
        found = found.filter(_newer(field, *start) if back else _older(field, *start))
    order = (field, "-id") if back else (f"-{field}", "id")
    ids = list(found.order_by(*order).values_list(field, "id")[: rows + 1])
    more, ids = len(ids) > rows, ids[:rows]
    if back:
        ids.reverse()
    newer, older = (more, True) if back else (start is not None, more)
    return Page([pk for _at, pk in ids], _write(*ids[0]) if ids and newer else "", _write(*ids[-1]) if ids and older else "")


def _older(field: str, at: datetime, pk: UUID) -> Q:
    """One range of the index and a filter on its first rows; an OR of two conditions would be sorted whole by SQLite."""
    return Q(**{f"{field}__lte": at}) & (Q(**{f"{field}__lt": at}) | Q(id__gt=pk))


def _newer(field: str, at: datetime, pk: UUID) -> Q:
    return Q(**{f"{field}__gte": at}) & (Q(**{f"{field}__gt": at}) | Q(id__lt=pk))


def _write(at: datetime, pk: UUID) -> str:
    return f"{(at - _EPOCH) // timedelta(microseconds=1)}.{pk.hex}"


def _read(cursor: str) -> tuple[datetime, UUID] | None:
    micro, _dot, name = cursor.partition(".")
    try:
        return _EPOCH + timedelta(microseconds=int(micro)), UUID(hex=name)
    except (ValueError, OverflowError):
        return None


def of_days(found: QuerySet[Any], field: str, first: date | None, last: date | None) -> QuerySet[Any]:
    """Rows whose time lies between two days of the office, both included; of one day alone where only ``first`` is named."""
    if first:
        found = found.filter(**{f"{field}__gte": _midnight(first)})
    if end := last or first:
        found = found.filter(**{f"{field}__lt": _midnight(end) + timedelta(days=1)})
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
