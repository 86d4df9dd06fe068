"""The tests' end of an office in a process of its own (:mod:`qorgan.archive.tests.standalone`), and of servers that die."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from qorgan.archive.models import Dock
from qorgan.archive.tests.dockside import CHUNK, TUS, DockSide
from qorgan.evidence.age import Recipient
from qorgan.evidence.keys import SigningKey, Verifier
from qorgan.ledger.tests.prepared import empty_database

SOURCE = str(Path(__file__).resolve().parents[3])


@dataclass(frozen=True)
class Answer:
    """Status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def offset(self) -> int:
        """Upload-Offset."""
        return int(self.headers["Upload-Offset"])


@dataclass(frozen=True)
class Server:
    """One server process; ``ask`` raises ``OSError`` or ``HTTPException`` when it is dead."""

    pid: int
    port: int
    side: DockSide

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, TUS | self.side.authorization | headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def patch(self, location: str, offset: int, data: bytes) -> Answer:
        """Send a part."""
        return self.ask("PATCH", location, data, **{"Upload-Offset": str(offset), "Content-Type": CHUNK})


class Office:
    """A prepared office. Its process ends with :meth:`close`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("QORGAN_", "PYTEST", "COV"))}
        self.environment |= {
            "QORGAN_DATA": str(data), "QORGAN_DISK_RESERVE_GIB": "0.1", "QORGAN_UPLOAD_READ_SECONDS": "3",
            "PYTHONPATH": os.pathsep.join([SOURCE, os.environ.get("PYTHONPATH", "")]),
            "DJANGO_SETTINGS_MODULE": os.environ.get("SERVED_SETTINGS", "qorgan.archive.tests.served_settings"),
        }
        empty_database(data / "qorgan.sqlite3")
        with (data.parent / "standalone.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "qorgan.archive.tests.standalone"], env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=log, text=True,
            )
        told = self._hear()
        dock = Dock(id=UUID(told["dock"]), name=told["name"])
        self.side = DockSide(dock, told["token"], SigningKey.load(Path(told["key"])), Recipient.parse(told["recipient"]))
        self.verifier = Verifier(told["server"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)

    @contextmanager
    def server(self, fault: str = "") -> Iterator[Server]:
        """A server that runs until the end of the block, or dies earlier by its fault."""
        told = self._do({"do": "serve", "fault": fault})
        try:
            yield Server(told["pid"], told["port"], self.side)
        finally:
            with suppress(ProcessLookupError):
                os.kill(told["pid"], signal.SIGKILL)
            self._do({"do": "bury", "pid": told["pid"]})

    @contextmanager
    def granian(self, port: int = 0, **environment: str) -> Iterator[Server]:
        """The real server, as `qorgan serve` starts it."""
        port = port or free_port()
        command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "96", "--no-log"]
        process = subprocess.Popen(
            [sys.executable, *command, "qorgan.archive.tests.served:application"], env=self.environment | environment,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            _wait_for(port)
            yield Server(process.pid, port, self.side)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def look(self, plain_sha256: str) -> dict[str, Any]:
        """What database, ledger and disk hold of a recording."""
        return self._do({"do": "look", "plain_sha256": plain_sha256})

    def sweep(self) -> None:
        """What the worker does each hour."""
        self._do({"do": "sweep"})

    def _do(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the office's process ended: see standalone.log"
        answer: dict[str, Any] = json.loads(line)
        return answer


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")
