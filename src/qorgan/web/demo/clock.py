"""Living through an earlier day: the demonstration's yesterday is acted, not invented row by row.

Every action runs as it would have, at a server time of that day. Only the demonstration does this, in its own process, before the
server starts; the ledger's times still only grow.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch


@contextmanager
def acting_at(moment: datetime) -> Iterator[None]:
    """Let ``django.utils.timezone.now`` say ``moment``, which must know its zone."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield
