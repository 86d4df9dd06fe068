"""Column 6: when the information of an outing was stored, once a dock has verified every receipt (444 p.11, appendix 1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from qorgan.journals.actions import Cell, JournalRefusal, write
from qorgan.journals.models import Mark
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.recorders import kinds
from qorgan.recorders.books import STORED, row_of
from qorgan.recorders.docking import docks_of, in_docks
from qorgan.recorders.models import Attribution, Issue, Recorder
from qorgan.recorders.refusals import RecorderRefusal

_ROWS = ("row__book", "later_row__book", "recorder", "person", "organisation")
STILL_EMPTY = timedelta(minutes=30)  # emptied so shortly before the signature that nothing can have been recorded since


def mark_stored(*, actor: Actor, recorder: Recorder, recordings: Sequence[str]) -> list[Issue]:
    """A dock has verified the receipts of everything on ``recorder``: fill column 6 of the rows that this completes.

    ``recordings``: their ids, for the ledger. An issue that has not come back yet is remembered: column 6 is then filled when its
    return is signed. An issue of which nothing was recorded keeps an empty column 6. Returns the issues filled now.
    """
    with writing():
        now, filled = timezone.now(), []
        for issue, at in _completed(recorder):
            issue.emptied_at = now
            issue.save(update_fields=["emptied_at"])
            if issue.returned_at is not None and _written(actor, issue, at):
                filled.append(issue)
        log.append(
            kinds.RECORDER_EMPTIED, actor=actor, subject=f"recorder:{recorder.id}", organisation=str(recorder.organisation_id),
            payload={"inventory_number": recorder.inventory_number, "recordings": sorted(recordings), "rows": [row_number(issue) for issue in filled]},
        )
    return filled


def write_column_6(*, actor: Actor, issue: Issue, at: datetime) -> Mark:
    """Fill column 6 of the row of an issue that has come back, inside the caller's transaction."""
    mark = write(actor=actor, row=row_of(actor=actor, issue=issue), column=STORED, cell=Cell("", occurred_at=at))
    issue.stored_at, issue.stored_mark = at, mark
    issue.save(update_fields=["stored_at", "stored_mark"])
    return mark


def row_number(issue: Issue) -> int:
    """The number of the row in which the issue stands at last."""
    return (issue.later_row or issue.row).number


def write_if_emptied(*, issue: Issue) -> None:
    """At a return: fill column 6 at once when the recorder was emptied before the signature and has not been used since."""
    if issue.emptied_at is None or issue.returned_at is None:
        return
    device = in_docks(docks_of(issue.organisation)).get(str(issue.recorder_id))
    stands_empty = device is not None and not device.working
    if stands_empty or issue.returned_at - issue.emptied_at < STILL_EMPTY:
        _write_one(issue)


def write_overdue_cells(*, recorders: Iterable[str], organisation_id: UUID) -> int:
    """Fill column 6 of rows whose recorder stands empty in a dock although the dock's word came before the return. Returns how many."""
    waiting = Issue.objects.filter(
        organisation=organisation_id, recorder__in=list(recorders), returned_at__isnull=False, stored_at=None, emptied_at__isnull=False
    )
    found = list(waiting.select_related(*_ROWS))
    for issue in found:
        with writing():
            _write_one(issue)
    return len(found)


def _write_one(issue: Issue) -> None:
    at = _last_stored(issue)
    if at is not None:
        _written(Actor.system("dock", str(issue.organisation_id)), issue, at)


def _written(actor: Actor, issue: Issue, at: datetime) -> bool:
    """Whether column 6 could be filled: without an open book it waits, and is filled while the recorder still stands in a dock."""
    try:
        write_column_6(actor=actor, issue=issue, at=at)
    except (JournalRefusal, RecorderRefusal):
        return False
    return True


def _completed(recorder: Recorder) -> list[tuple[Issue, datetime]]:
    """Issues of this recorder without column 6 of which recordings are stored, oldest first, with the time of the last one."""
    waiting = Issue.objects.select_for_update(of=("self",)).filter(recorder=recorder, stored_at=None).select_related(*_ROWS)
    found = [(issue, _last_stored(issue)) for issue in waiting.order_by("issued_at")]
    return [(issue, at) for issue, at in found if at is not None]


def _last_stored(issue: Issue) -> datetime | None:
    at: datetime | None = Attribution.objects.filter(issue=issue).aggregate(at=Max("recording__stored_at"))["at"]
    return at
