"""The only querysets of the ledger that a user gets.

``ledger`` lies below ``people``, so it takes the divisions as values; the views pass what today's appointments grant.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from qorgan.ledger.models import Entry


def entries(organisations: Iterable[UUID]) -> QuerySet[Entry]:
    """Entries of these divisions, newest first, with their contents."""
    return Entry.objects.filter(organisation__in=[str(one) for one in organisations]).select_related("content").order_by("-position")
