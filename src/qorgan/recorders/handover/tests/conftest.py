"""What the tests of hand-overs stand on."""

import pytest

from qorgan.people.tests.cast import Cast
from qorgan.recorders.handover.tests.office import Case, make_case
from qorgan.recorders.tests.conftest import Desk
from qorgan.recorders.tests.conftest import desk as _desk

desk = _desk


@pytest.fixture
def case(desk: Desk, cast: Cast) -> Case:
    """Three recordings of an inspection, the vault open to be unlocked, the journal written."""
    return make_case(desk)
