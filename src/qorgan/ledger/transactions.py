"""The one way to change state: a short transaction that holds its ledger entry."""

from django.db import transaction
from django.db.transaction import Atomic


def writing() -> Atomic:
    """Open (or join) the transaction of an action; usable as context manager and as decorator.

    SQLite: BEGIN IMMEDIATE behind a fair turn. PostgreSQL: an ordinary transaction; the ledger's append takes the lock.
    If anything inside fails, nothing of the action remains, its ledger entry included.
    """
    return transaction.atomic()
