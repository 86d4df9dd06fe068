"""The fault matrix: the agent is killed, or a step fails, at every durable step of one docking, and nothing is lost or doubled.

For each step: killed before it is done, killed after it is done and before anybody heard, and failed instead of killed.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import qorgan
from qorgan.dock import counting
from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office
from qorgan.evidence import durable

Docks = Callable[..., Dock]

FILES: dict[str | bytes, bytes] = {
    "CARDV/2026_1122_084012_001.BIN": os.urandom(300_000),
    "CARDV/2026_1122_084512_002.BIN": os.urandom(200_000),
}
STEPS = [
    "rewrite.rename",
    "dock.remember",
    "dock.discovered",
    "publish.sync",
    "publish.link",
    "publish.unlink",
    "publish.directory",
    "dock.sealed",
    "dock.created",
    "dock.uploading",
    "dock.stored",
    "dock.tell_stored",
    "dock.confirmed",
    "dock.erasable",
    "dock.delete",
    "dock.erased",
    "dock.reported",
]
MOMENTS = [f"{step}.{moment}" for step in STEPS for moment in ("begin", "done")]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Memory, where there is such a place: a killed process loses nothing there either, and a hundred dockings sync often."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None, prefix="qorgan-dock-") as folder:
        yield Path(folder)


def ready(docks: Docks, office: Office) -> tuple[Dock, Path]:
    office.add("0417")
    office.erase = True
    dock = docks(scan_seconds=0.05)
    (dock.folder.path / "office.json").unlink()  # so that keeping the office's answer is a step of the run
    return dock, dock.plug("0417", FILES)


def all_is_well(dock: Dock, mount: Path, office: Office) -> None:
    """Every file is on the server once, whole; the device is empty; the dock owes nothing and keeps no rubbish."""
    wait_for(lambda: {row["path"] for told in office.erased for row in told["files"] if row["erased"]} == set(FILES), 20)
    wait_for(lambda: not dock.desk.queue.unreported(office.recorders[0]["recorder"]))
    dock.stop()
    dock.start()
    assert dock.spooled() == []
    assert counting.waiting(dock.desk.queue) == (0, 0, "")
    assert list(mount.rglob("*.BIN")) == []
    assert sorted(office.opened(held) for held in office.recordings.values()) == sorted(FILES.values())
    assert sum(held.finished and not held.duplicate for held in office.uploads.values()) == 2
    digests = {row["plain_sha256"] for told in office.stored for row in told["recordings"]}
    assert digests == set(office.recordings)


def killed_at(dock: Dock, moment: str) -> None:
    """Run the agent as its own process until the kill at ``moment`` hits it."""
    command = [sys.executable, "-m", "qorgan.dock.cli", "run", "--folder", str(dock.folder.path), "--format", "json"]
    environment = {**os.environ, "QORGAN_FAULT": f"{moment}:kill", "PYTHONPATH": str(Path(qorgan.__file__).parents[1])}
    ran = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20, check=False)
    assert ran.returncode == -signal.SIGKILL, ran.stderr.decode()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_every_step(docks: Docks, office: Office, moment: str) -> None:
    dock, mount = ready(docks, office)
    killed_at(dock, moment)
    dock.start()
    all_is_well(dock, mount, office)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [moment for moment in MOMENTS if moment != "dock.delete.begin"])
def test_failed_at_every_step(docks: Docks, office: Office, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dock, mount = ready(docks, office)
    hits: list[str] = []

    def fail(name: str) -> None:
        if name == moment and not hits:
            hits.append(name)
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(durable, "on_step", fail)
    monkeypatch.setattr("qorgan.dock.workers._FULL_AGAIN", 0.5)
    dock.start()
    all_is_well(dock, mount, office)
    assert hits == [moment]


def test_killed_twice_in_one_docking(docks: Docks, office: Office) -> None:
    dock, mount = ready(docks, office)
    for moment in ("dock.created.begin", "dock.stored.begin"):
        killed_at(dock, moment)
    dock.start()
    all_is_well(dock, mount, office)
