"""Finding rows of a book by recorder, row number or name: each by an index, newest first, a sheet at a time."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from qorgan.journals.actions import ROWS_PER_SHEET
from qorgan.journals.models import Book, Row
from qorgan.people.alphabet import fold
from qorgan.people.models import Person

MOST_PERSONS = 5
"""Names that several people share: so many of them are looked up, each at the price of a query."""


@dataclass(frozen=True)
class Found:
    """Keys of the rows of one page, and the number below which the next page begins (None: that is all)."""

    ids: list[UUID]
    older: int | None


def found(rows: QuerySet[Row], book: Book, query: str, before: str = "") -> Found:
    """Rows of ``book`` (those of ``rows`` that one may see) whose recorder, number or person ``query`` names.

    ``before`` is the number from which the page before went on; nonsense is the first page.
    """
    if before.isdigit():
        rows = rows.filter(number__lt=int(before))
    pairs = _newest(rows.filter(subject_key=query))
    if not pairs and query.isdigit():
        pairs = _newest(rows.filter(number=int(query)))
    if not pairs and not query.isdigit():
        pairs = sorted((pair for person in _persons(book, query) for pair in _newest(rows.filter(person_key=str(person)))), reverse=True)
    page = pairs[:ROWS_PER_SHEET]
    return Found([pk for _number, pk in page], page[-1][0] if len(pairs) > ROWS_PER_SHEET else None)


def _newest(rows: QuerySet[Row]) -> list[tuple[int, UUID]]:
    """One row more than a page shows tells whether there is another page."""
    return list(rows.order_by("-number").values_list("number", "pk")[: ROWS_PER_SHEET + 1])


def _persons(book: Book, query: str) -> list[UUID]:
    """People who serve or served in the division of the book and bear this name, however it is typed."""
    wanted = fold(query)
    served = Person.objects.filter(Q(organisation=book.organisation_id) | Q(appointments__organisation=book.organisation_id)).distinct()
    return [person.pk for person in served if wanted in fold(person.full_name)][:MOST_PERSONS]
