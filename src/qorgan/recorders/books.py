"""The book to write in: the open one, and what becomes of a row whose book was closed while its recorder was out (444 p.8-9)."""

from django.utils.translation import gettext as _

from qorgan.journals.actions import Cell, add_row, current_book
from qorgan.journals.models import Book, Row
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation
from qorgan.recorders.models import Issue
from qorgan.recorders.refusals import RecorderRefusal

INVENTORY_NUMBER, FULL_NAME, RECEIVED, RETURNED, STORED, NOTE = 2, 3, 4, 5, 6, 7  # columns of appendix 1


def refuse_without_book(organisation: Organisation) -> Book:
    """The open journal of the division. Without one nothing can be signed. Raises :class:`RecorderRefusal`."""
    book = current_book(organisation)
    if book is None:
        raise RecorderRefusal(
            _("No journal is open in this division, so nothing can be signed."),
            basis="444/8",
            advice=_("The responsible person opens a journal book first."),
        )
    return book


def row_of(*, actor: Actor, issue: Issue) -> Row:
    """The row in which an issue goes on, inside the caller's transaction.

    A closed book is laced and sealed: nothing is added to it. What remains to be said of the issue then stands in a row of the
    next book, which names the first row. Raises :class:`RecorderRefusal` when no book is open.
    """
    row = issue.later_row or issue.row
    if row.book.finished_on is None:
        return row
    book = refuse_without_book(issue.organisation)
    cells = {
        INVENTORY_NUMBER: Cell(issue.recorder.inventory_number),
        FULL_NAME: Cell(issue.person.full_name),
        NOTE: Cell(_("continues row %(row)d of book %(book)d") % {"row": row.number, "book": row.book.number}),
    }
    later = add_row(
        actor=actor, book=book, cells=cells, person_key=str(issue.person_id), subject_key=issue.recorder.inventory_number
    )
    issue.later_row = later
    issue.save(update_fields=["later_row"])
    return later
