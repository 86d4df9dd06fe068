"""The desk of the recorders' tests with a clock that can be moved."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.utils import timezone

from qorgan.recorders.continuity.tests.day import Day
from qorgan.recorders.tests.conftest import Desk, desk

__all__ = ["desk"]


@pytest.fixture
def day(desk: Desk) -> Iterator[Day]:
    """Tomorrow, before anybody has come."""
    lived = Day(desk, timezone.now())
    with patch("django.utils.timezone.now", lambda: lived.now):
        yield lived
