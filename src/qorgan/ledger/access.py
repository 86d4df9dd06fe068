"""The only querysets of the ledger that a user gets.

``ledger`` lies below ``people``, so it takes the divisions as values; the views pass what today's appointments grant.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from qorgan.ledger.models import Entry

OFFICE = ""  # entries about the machine and the whole office bear no division


def entries(organisations: Iterable[UUID]) -> QuerySet[Entry]:
    """Entries of these divisions and of the office as a whole (keys, backups, refused sign-ins), newest first, with their contents; of no division, none."""
    wanted = [str(one) for one in organisations]
    return Entry.objects.filter(organisation__in=[*wanted, OFFICE] if wanted else []).select_related("content").order_by("-position")
