"""Column 6: when the information of an outing was stored (444 p.11, appendix 1)."""

from datetime import datetime

from qorgan.journals.actions import Cell, write
from qorgan.journals.models import Mark
from qorgan.ledger.actors import Actor
from qorgan.recorders.models import Issue

STORED = 6  # column of appendix 1


def write_column_6(*, actor: Actor, issue: Issue, at: datetime) -> Mark:
    """Fill column 6 of the row of an issue that has come back, inside the caller's transaction."""
    mark = write(actor=actor, row=issue.row, column=STORED, cell=Cell("", occurred_at=at))
    issue.stored_at, issue.stored_mark = at, mark
    issue.save(update_fields=["stored_at", "stored_mark"])
    return mark
