"""The only querysets of journals that a user gets."""

from django.db.models import Q, QuerySet

from qorgan.journals.models import Book, Row
from qorgan.people.rights import Actor, Permission


def books(actor: Actor) -> QuerySet[Book]:
    """Books of the divisions one may read; an inspector sees the books in which own rows stand."""
    return Book.objects.filter(
        Q(organisation__in=actor.organisations(Permission.JOURNAL_READ)) | Q(organisation__in=actor.organisations(Permission.JOURNAL_READ_OWN))
    )


def rows(actor: Actor) -> QuerySet[Row]:
    """All rows where one may read the book, own rows elsewhere."""
    own = Q(book__organisation__in=actor.organisations(Permission.JOURNAL_READ_OWN), person_key=str(actor.person.id) if actor.person else "-")
    return Row.objects.filter(Q(book__organisation__in=actor.organisations(Permission.JOURNAL_READ)) | own)


def rows_of(actor: Actor, book: Book) -> QuerySet[Row]:
    """The rows of one book that one may see: the same as :func:`rows` says, in a form that an index answers."""
    found = Row.objects.filter(book=book)
    if actor.may(Permission.JOURNAL_READ, book.organisation_id):
        return found
    own = actor.may(Permission.JOURNAL_READ_OWN, book.organisation_id) and actor.person
    return found.filter(person_key=str(actor.person.id)) if own and actor.person else found.none()
