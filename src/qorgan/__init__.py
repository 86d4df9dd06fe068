"""Qorgan: Orders 444 and 366-НҚ of Kazakhstan, carried out."""

__version__ = "0.1.0"
