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
