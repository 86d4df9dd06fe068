"""Plain Python over the packs: what an order says on a day. Knows no Django, no clock and no database."""

from qorgan.norms.engine.catalogue import Item, UnknownItemError, catalogue, coverage, find, history, in_role, orders
from qorgan.norms.engine.lint import problems
from qorgan.norms.engine.loader import PACKS, Order, PackError, load, roles

__all__ = [
    "PACKS",
    "Item",
    "Order",
    "PackError",
    "UnknownItemError",
    "catalogue",
    "coverage",
    "find",
    "history",
    "in_role",
    "load",
    "orders",
    "problems",
    "roles",
]
