"""What the tests of retention stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from qorgan.archive.models import Recording
from qorgan.archive.retention.tests.office import STORED, acting_at, arrive
from qorgan.archive.tests.dockside import DockSide
from qorgan.ledger.signing import create_key
from qorgan.people.tests.cast import Cast


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    """The clock of every test stands at the day of the recordings; within, ``acting_at`` moves it on."""
    with acting_at(STORED):
        yield


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for one test alone: what lies in spool and blobs is this test's."""
    folder = tmp_path / "data"
    (folder / "ledger").mkdir(parents=True)
    monkeypatch.setattr(settings, "DATA", folder)
    create_key()
    return folder


@pytest.fixture
def side(cast: Cast, own_data: Path) -> DockSide:
    """An enrolled dock of Karaganda."""
    return DockSide.enter(cast.karaganda)


@pytest.fixture
def stored(side: DockSide, cast: Cast) -> list[Recording]:
    """Three recordings of one inspection, of 20.11.2040."""
    return [arrive(side, number, cast)[0] for number in range(3)]
