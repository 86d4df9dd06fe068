"""Tests of the archive: secrets that cost little to try."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _cheap_secrets(settings: Any) -> None:
    """A guess takes a second on purpose; tests make hundreds of them."""
    settings.QORGAN = {**settings.QORGAN, "QORGAN_SECRET_WORK_FACTOR": 4}
