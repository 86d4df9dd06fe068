"""An office of its own, whose keeping may be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qorgan.ledger.tests.prepared import empty_database


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str
    steps: list[str]

    @property
    def said(self) -> Any:
        """Its JSON."""
        assert self.out.strip(), self.err
        return json.loads(self.out.strip().splitlines()[-1])


class Office:
    """The process, and the folder in which its data folder lies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        empty_database(folder / "data" / "qorgan.sqlite3")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("QORGAN_", "PYTEST", "COV", "DJANGO"))}
        environment |= {"QORGAN_DATA": str(folder / "data"), "QORGAN_DISK_RESERVE_GIB": "0.1", "QORGAN_SECRET_WORK_FACTOR": "4", "QORGAN_LOG_FORMAT": "json"}
        with (folder / "standalone.log").open("wb") as log:
            command = [sys.executable, "-m", "qorgan.web.keeping.tests.standalone"]
            self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self.told = self._hear()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(20)

    def run(self, *words: object, fault: str = "", data: Path | None = None) -> Done:
        """Words of the command line."""
        return self.do("run", words=[str(word) for word in words], fault=fault, data=str(data or ""))

    def do(self, what: str, **values: Any) -> Done:
        """Anything else."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self._process.stdin.flush()
        return Done(**self._hear())

    def look(self, data: Path | None = None) -> dict[str, Any]:
        """What is there."""
        seen: dict[str, Any] = self.do("look", data=str(data or "")).said
        return seen

    def blob(self, digest: str, data: Path | None = None) -> Path:
        """Where a stored file lies."""
        return (data or self.folder / "data") / "blobs" / digest[:2] / digest[2:4] / digest

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, (self.folder / "standalone.log").read_text()[-3000:]
        answer: dict[str, Any] = json.loads(line)
        return answer


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office with three recordings, its own for each file of tests."""
    running = Office(tmp_path_factory.mktemp("office"))
    yield running
    running.close()


@pytest.fixture
def own_office(tmp_path: Path) -> Iterator[Office]:
    """One that a test may change."""
    (tmp_path / "own").mkdir()
    running = Office(tmp_path / "own")
    yield running
    running.close()
