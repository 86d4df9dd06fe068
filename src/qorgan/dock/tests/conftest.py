"""A dock with its folder, its server and its recorders, all real, on temporary files and the loopback."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qorgan.dock import agent, enrolling, language
from qorgan.dock.desk import Desk
from qorgan.dock.finding import MARKER
from qorgan.dock.settings import DockFolder, Settings
from qorgan.dock.tests.server import TOKEN, Office, Server

STARTED = 1795318812  # 2026-11-22 08:40:12 in Kazakhstan


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Return when ``condition`` holds; fail when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


class Dock:
    """One docking PC: ``watched`` is where recorders are plugged in."""

    def __init__(self, path: Path, server: Server, token: str = TOKEN, **wishes: object) -> None:
        self.folder = DockFolder(path / "dock")
        self.watched = path / "watched"
        self.watched.mkdir(parents=True)
        usual: dict[str, object] = {
            "server": server.address,
            "language": "en",
            "watched_folders": (str(self.watched),),
            "removable_drives": False,
            "scan_seconds": 0.1,
            "reserve_mib": 1,
        }
        self.enrolment = enrolling.enrol(self.folder, token, usual | wishes)
        self.agent: agent.Agent | None = None

    @property
    def settings(self) -> Settings:
        return self.folder.settings()

    @property
    def desk(self) -> Desk:
        assert self.agent is not None
        return self.agent.desk

    def plug(self, inventory_number: str, files: dict[str | bytes, bytes], *, marker: str | None = None) -> Path:
        """Plug a recorder in: it appears at once, complete, as a drive does."""
        hidden, mount = self.watched / f".{inventory_number}", self.watched / inventory_number
        hidden.mkdir()
        (hidden / MARKER).write_text(inventory_number if marker is None else marker)
        for name, data in files.items():
            path = hidden / os.fsdecode(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (STARTED, STARTED))
        hidden.rename(mount)
        return mount

    def start(self) -> "Dock":
        desk = agent.prepare(self.folder, agent.check(self.folder), threading.Event())
        self.agent = agent.Agent(desk)
        self.agent.start()
        return self

    def stop(self) -> None:
        if self.agent is not None:
            assert self.agent.finish(), "a thread did not end"
            self.agent = None

    def spooled(self) -> list[str]:
        return sorted(path.name for path in self.folder.spool.iterdir())


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "server")


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    running = Server(office)
    yield running
    with contextlib.suppress(OSError):
        running.stop()


@pytest.fixture
def docks(tmp_path: Path, server: Server) -> Iterator[Callable[..., Dock]]:
    """Makes docks; those still running are stopped at the end."""
    made: list[Dock] = []

    def make(name: str = "one", token: str = TOKEN, **wishes: object) -> Dock:
        server.office.tokens.add(token)
        made.append(Dock(tmp_path / name, server, token, **wishes))
        return made[-1]

    yield make
    for dock in made:
        dock.stop()


@pytest.fixture
def dock(docks: Callable[..., Dock]) -> Dock:
    return docks()
