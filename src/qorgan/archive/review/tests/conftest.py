"""An office whose vault is open, with real recordings in it."""

from collections.abc import Callable

import pytest
from django.test import Client

from qorgan.archive.models import Recording
from qorgan.archive.review.tests.office import stored
from qorgan.archive.vault.tests.office import RESPONSIBLE_SECRET, open_office, unlock
from qorgan.people.tests.cast import Cast


@pytest.fixture
def recording(cast: Cast) -> Recording:
    """Four seconds of H.264 and AAC, in the vault."""
    open_office(cast)
    return stored(cast)


@pytest.fixture
def serik(client_of: Callable[[str], Client], recording: Recording) -> Client:
    """The responsible person, with the vault open."""
    client = client_of("serik")
    assert unlock(client, recording, RESPONSIBLE_SECRET).status_code == 302
    return client
