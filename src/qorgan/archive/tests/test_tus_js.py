"""tus-js-client in Node, a client that we did not write: interrupted and resumed, and a server that dies under it."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from qorgan.archive.tests.dockside import Sealed
from qorgan.archive.tests.office import Office, Server, free_port
from qorgan.archive.tests.test_clients import MIB, assert_stored

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).resolve().parents[4] / "tests" / "tus_js" / "upload.mjs"


@pytest.fixture(scope="module", autouse=True)
def _client() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node or npm is not installed: tus-js-client is not tried")
    if not (SCRIPT.parent / "node_modules" / "tus-js-client").is_dir():
        made = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=SCRIPT.parent, capture_output=True, text=True, timeout=120, check=False)
        if made.returncode:
            pytest.skip(f"npm ci does not work here: tus-js-client is not tried. {made.stderr[-300:]}")


@pytest.fixture
def sealed(office: Office) -> Sealed:
    return office.side.seal(os.urandom(4 * MIB))


@pytest.fixture
def folder(sealed: Sealed, office: Office, tmp_path: Path) -> Path:
    (tmp_path / "recording.age").write_bytes(sealed.data)
    (tmp_path / "manifest").write_text(sealed.manifest.to_note(office.side.key))
    return tmp_path


def start(server: Server, folder: Path, url: str = "", stop_at: int = 0) -> subprocess.Popen[str]:
    """Node with the client."""
    endpoint = f"http://127.0.0.1:{server.port}/api/upload/"
    words = [endpoint, server.side.token, str(folder / "recording.age"), str(folder / "manifest"), url, str(stop_at)]
    return subprocess.Popen(["node", str(SCRIPT), *words], stdout=subprocess.PIPE, text=True)


def lines(node: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Everything it said, after it ended well."""
    said, _none = node.communicate(timeout=60)
    told = [json.loads(line) for line in said.splitlines()]
    assert node.returncode == 0, told
    return told


def test_interrupted_and_resumed(office: Office, sealed: Sealed, folder: Path) -> None:
    with office.granian() as server:
        url = lines(start(server, folder, stop_at=MIB))[-1]["url"]
        state = server.ask("HEAD", "/" + url.split("/", 3)[3])
        assert MIB <= state.offset < len(sealed.data)
        told = lines(start(server, folder, url=url))
        assert told[0]["accepted"] > state.offset, "it began anew"
        assert told[-1]["done"]
        assert_stored(office, server, url, sealed)


def test_the_server_dies_under_it(office: Office, sealed: Sealed, folder: Path) -> None:
    """The client tries again by itself; another server on the same port goes on where the dead one had acknowledged."""
    port = free_port()
    with office.granian(port) as server:
        node = start(server, folder)
        assert node.stdout
        while json.loads(node.stdout.readline())["accepted"] < MIB:
            pass
        os.killpg(server.pid, signal.SIGKILL)
    with office.granian(port) as server:
        told = lines(node)
        assert told[-1]["done"]
        assert_stored(office, server, told[-1]["url"], sealed)
