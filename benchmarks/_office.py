"""An office of its own for a benchmark: a new data folder and a new database, both removed at the end.

Importing this module makes the folder and prepares Django, so it must be the first import: settings are read once. With
``QORGAN_DATABASE`` the database is a new one on that PostgreSQL server, otherwise a file in the folder.
"""

import atexit
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

FOLDER = Path(tempfile.mkdtemp(prefix="qorgan-benchmark-", dir=os.environ.get("QORGAN_DATA")))
ADDRESS = os.environ.get("QORGAN_DATABASE", "")
NAME = f"qorgan_benchmark_{os.getpid()}"


def _new_database() -> None:
    with psycopg.connect(ADDRESS, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {NAME}")
    os.environ["QORGAN_DATABASE"] = urlunsplit(urlsplit(ADDRESS)._replace(path=f"/{NAME}"))


def _remove() -> None:
    connections.close_all()
    shutil.rmtree(FOLDER, ignore_errors=True)
    if ADDRESS:
        with psycopg.connect(ADDRESS, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


if ADDRESS:
    _new_database()
os.environ.update(DJANGO_SETTINGS_MODULE="qorgan.web.settings", QORGAN_DATA=str(FOLDER))
atexit.register(_remove)
django.setup()


def engine() -> str:
    """What the database is, for people."""
    return "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"


def prepare() -> None:
    """Make the tables in the database that Django is pointed at, and the folders of a data folder."""
    call_command("migrate", verbosity=0)
    for name in ("keys", "ledger", "blobs", "spool", "static"):
        (settings.DATA / name).mkdir(mode=0o700, exist_ok=True)


def point_at(path: Path) -> None:
    """Let this process use another SQLite file from here on."""
    connections.close_all()
    connection.settings_dict["NAME"] = str(path)


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def medians(rounds: Sequence[Sequence[float]]) -> list[float]:
    """The median of each thing measured, from rounds that measured all of them in turn."""
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def result(name: str, ratio: float, limit: float, better: str, **figures: Any) -> dict[str, Any]:
    """One measured ratio, held against its limit; ``better`` is "higher" or "lower"."""
    shown = {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}
    return {"name": name, "ratio": round(ratio, 3), "limit": limit, "better": better, "figures": shown}


def say(results: Sequence[dict[str, Any]]) -> None:
    """Print what was measured, as one JSON list."""
    print(json.dumps(list(results), ensure_ascii=False, indent=1))
