"""One consistent state of the database while everybody goes on writing, and back into an empty one.

SQLite: the online backup of SQLite itself, in one read; writers do not wait for it. PostgreSQL: ``pg_dump`` in an exported snapshot, in
which the list of stored files is read as well. Sign-ins under way are left out: nobody goes on with one on another machine.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils.translation import gettext as _

from qorgan.archive import store
from qorgan.evidence import durable
from qorgan.ledger.alphabet import compare
from qorgan.web.keeping.layout import KeepingRefused

_BLOBS = "SELECT DISTINCT sealed_blake3, sealed_size FROM archive_recording ORDER BY sealed_blake3"
_SIZE = "SELECT coalesce(max(position) + 1, 0) FROM ledger_entry"
_NOTE = "SELECT note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1"
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
_BATCH = 5000


@dataclass(frozen=True)
class State:
    """What the snapshot holds. ``blobs`` lists every stored file that its recordings name."""

    engine: str
    ledger_size: int
    checkpoint: str
    migrations: list[str]


def take(target: Path, blobs: Path, without: set[str]) -> State:
    """Write the database to ``target`` and the list of its stored files, but for ``without``, to ``blobs``.

    Raises :class:`KeepingRefused` when a tool is missing or the snapshot does not hold.
    """
    with store.step("backup.database"):
        return (_take_sqlite if connection.vendor == "sqlite" else _take_postgresql)(target, blobs, without)


def refuse_full(engine: str) -> None:
    """Look whether the database of the settings is empty and of the backup's engine. Raises :class:`KeepingRefused`."""
    if engine != connection.vendor:
        sentence = _("The backup is of %(there)s, this installation is set to %(here)s: correct QORGAN_DATABASE.")
        raise KeepingRefused(sentence % {"there": engine, "here": connection.vendor})
    if engine == "sqlite":
        return
    _tool("pg_restore")
    with connections[_owner()].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise KeepingRefused(_("The database of QORGAN_DATABASE is not empty. Nothing was changed; give an empty one."))


def put_back(source: Path) -> None:
    """Bring the snapshot into the empty database of the settings. Done twice, it is done once."""
    with store.step("restore.database"):
        (_put_back_sqlite if connection.vendor == "sqlite" else _put_back_postgresql)(source)


def _take_sqlite(target: Path, blobs: Path, without: set[str]) -> State:
    source = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60)
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.create_collation("kazakh", compare)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("DELETE FROM django_session")
        copy.commit()
        copy.execute("VACUUM")  # what was deleted leaves the file
        if (problem := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise KeepingRefused(_("The snapshot of the database does not hold: %(why)s") % {"why": problem})
        return _describe("sqlite", copy.execute, blobs, without)
    finally:
        copy.close()
        source.close()


def _take_postgresql(target: Path, blobs: Path, without: set[str]) -> State:
    tool, values = _tool("pg_dump"), connection.settings_dict
    with _reading() as reader:
        exported = reader.execute("SELECT pg_export_snapshot()").fetchone()[0]
        words = ["--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=django_session", f"--snapshot={exported}", f"--file={target}"]
        _run(tool, words, values)
        return _describe("postgresql", reader.execute, blobs, without)


@contextmanager
def _reading() -> Iterator[Any]:
    """A connection of its own that sees one moment."""
    fresh = connections.create_connection("default")
    try:
        fresh.ensure_connection()
        raw: Any = fresh.connection
        raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield raw
    finally:
        fresh.close()


def _describe(engine: str, ask: Any, blobs: Path, without: set[str]) -> State:
    with blobs.open("w", encoding="ascii") as lines:
        rows = ask(_BLOBS)
        while batch := rows.fetchmany(_BATCH):
            lines.writelines(f"{digest} {size}\n" for digest, size in batch if digest not in without)
    note = ask(_NOTE).fetchone()
    migrations = [f"{app}.{name}" for app, name in ask(_MIGRATIONS).fetchall()]
    return State(engine, ask(_SIZE).fetchone()[0], note[0] if note else "", migrations)


def _put_back_sqlite(source: Path) -> None:
    final = Path(str(connection.settings_dict["NAME"]))
    if final.exists():
        return
    part = final.with_name(f".{final.name}.part")
    shutil.copyfile(source, part)
    part.chmod(0o600)
    durable.publish(part, final)


def _put_back_postgresql(source: Path) -> None:
    with connections[_owner()].cursor() as cursor:
        cursor.execute("SELECT to_regclass('ledger_entry') IS NOT NULL")
        if cursor.fetchone()[0]:
            return  # one transaction: it is there whole
    values = settings.DATABASES[_owner()]
    _run(_tool("pg_restore"), ["--single-transaction", "--no-owner", "--no-privileges", "--exit-on-error", str(source)], values)


def _owner() -> str:
    return "owner" if "owner" in settings.DATABASES else "default"


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise KeepingRefused(_("%(tool)s is not installed here: it comes with PostgreSQL's own client programs.") % {"tool": name})
    return found


def _run(tool: str, words: list[str], values: Any) -> None:
    """Run a program of PostgreSQL on the database of ``values``; the password travels by the environment."""
    where = [f"--host={values['HOST']}", f"--port={values['PORT'] or 5432}", f"--username={values['USER']}", f"--dbname={values['NAME']}"]
    environment = os.environ | ({"PGPASSWORD": str(values["PASSWORD"])} if values["PASSWORD"] else {})
    done = subprocess.run([tool, *[word for word in where if not word.endswith("=")], *words], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise KeepingRefused(_("%(tool)s failed: %(why)s") % {"tool": Path(tool).name, "why": done.stderr.strip()[-500:]})
