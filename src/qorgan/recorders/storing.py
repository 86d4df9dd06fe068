"""Column 6: when the information of an outing was stored, once a dock has verified every receipt (444 p.11, appendix 1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from qorgan.journals.actions import Cell, write
from qorgan.journals.models import Mark
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.recorders import kinds
from qorgan.recorders.docking import docks_of, in_docks
from qorgan.recorders.models import Attribution, Issue, Recorder

STORED = 6  # column of appendix 1
STILL_EMPTY = timedelta(minutes=30)  # emptied so shortly before the signature that nothing can have been recorded since


def mark_stored(*, actor: Actor, recorder: Recorder, recordings: Sequence[str]) -> list[Issue]:
    """A dock has verified the receipts of everything on ``recorder``: fill column 6 of the rows that this completes.

    ``recordings``: their ids, for the ledger. An issue that has not come back yet is remembered: column 6 is then filled when its
    return is signed. An issue of which nothing was recorded keeps an empty column 6. Returns the issues filled now.
    """
    with writing():
        now, filled = timezone.now(), []
        for issue, at in _completed(recorder):
            if issue.returned_at is None:
                issue.emptied_at = now
                issue.save(update_fields=["emptied_at"])
            else:
                write_column_6(actor=actor, issue=issue, at=at)
                filled.append(issue)
        log.append(
            kinds.RECORDER_EMPTIED, actor=actor, subject=f"recorder:{recorder.id}", organisation=str(recorder.organisation_id),
            payload={"inventory_number": recorder.inventory_number, "recordings": sorted(recordings), "rows": [issue.row.number for issue in filled]},
        )
    return filled


def write_column_6(*, actor: Actor, issue: Issue, at: datetime) -> Mark:
    """Fill column 6 of the row of an issue that has come back, inside the caller's transaction."""
    mark = write(actor=actor, row=issue.row, column=STORED, cell=Cell("", occurred_at=at))
    issue.stored_at, issue.stored_mark = at, mark
    issue.save(update_fields=["stored_at", "stored_mark"])
    return mark


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
    found = list(waiting.select_related("row", "recorder"))
    for issue in found:
        with writing():
            _write_one(issue)
    return len(found)


def _write_one(issue: Issue) -> None:
    at = _last_stored(issue)
    if at is not None:
        write_column_6(actor=Actor.system("dock", str(issue.organisation_id)), issue=issue, at=at)


def _completed(recorder: Recorder) -> list[tuple[Issue, datetime]]:
    """Issues of this recorder without column 6 of which recordings are stored, oldest first, with the time of the last one."""
    waiting = Issue.objects.select_for_update(of=("self",)).filter(recorder=recorder, stored_at=None).select_related("row")
    found = [(issue, _last_stored(issue)) for issue in waiting.order_by("issued_at")]
    return [(issue, at) for issue, at in found if at is not None]


def _last_stored(issue: Issue) -> datetime | None:
    at: datetime | None = Attribution.objects.filter(issue=issue).aggregate(at=Max("recording__stored_at"))["at"]
    return at
