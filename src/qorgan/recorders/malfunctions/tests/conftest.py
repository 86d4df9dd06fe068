"""The desk of the recorders, here too."""

from qorgan.recorders.tests.conftest import desk

__all__ = ["desk"]
