"""What several tests of the room stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from qorgan.archive.tests.office import Office
from qorgan.ledger.signing import create_key


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for one test alone: what lies in spool and blobs is this test's."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr(settings, "DATA", folder)
    create_key()
    return folder


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office in a process of its own, with a database of its own: its servers may be killed."""
    folder = tmp_path_factory.mktemp("office") / "data"
    folder.mkdir()
    running = Office(folder)
    yield running
    running.close()
