"""Backup and restoring where the database is PostgreSQL: pg_dump in the snapshot from which the list of stored files is read."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the database is SQLite"),
    pytest.mark.skipif(not shutil.which("pg_dump"), reason="no pg_dump here"),
]
NAMES = (f"qorgan_keeping_one_{os.getpid()}", f"qorgan_keeping_two_{os.getpid()}")


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """Addresses of two empty databases."""
    address = os.environ["QORGAN_DATABASE"]
    with psycopg.connect(address, autocommit=True) as server:
        for name in NAMES:
            server.execute(f"CREATE DATABASE {name}")
        yield [urlunsplit(urlsplit(address)._replace(path=f"/{name}")) for name in NAMES]
        for name in NAMES:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def qorgan(data: Path, database: str, *words: object) -> subprocess.CompletedProcess[str]:
    """One command in an office."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QORGAN_", "DJANGO"))}
    environment |= {"QORGAN_DATA": str(data), "QORGAN_DATABASE": database, "QORGAN_DISK_RESERVE_GIB": "0.1"}
    command = [sys.executable, "-m", "qorgan.web.cli", *[str(word) for word in words]]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_there_and_back(databases: list[str], tmp_path: Path) -> None:
    one, two = (tmp_path / "one", databases[0]), (tmp_path / "two", databases[1])
    assert qorgan(*one, "setup").returncode == 0
    for _entry in range(3):
        assert qorgan(*one, "ledger", "checkpoint").returncode == 0
    made = qorgan(*one, "backup", tmp_path / "shelf", "--new")
    assert made.returncode == 0, made.stderr
    restored = qorgan(*two, "restore", tmp_path / "shelf")
    assert restored.returncode == 0, restored.stderr
    assert qorgan(*two, "ledger", "check").returncode == 0
    assert qorgan(*two, "restore", tmp_path / "shelf").returncode == 2, "not into a full one"
    assert qorgan(tmp_path / "three", databases[0], "restore", tmp_path / "shelf").returncode == 2, "nor into another's database"
