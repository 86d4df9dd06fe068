"""Frozen columns, under the name by which the archive's migrations know them."""

from qorgan.ledger.frozen import Frozen

__all__ = ["Frozen"]
