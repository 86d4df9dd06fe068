"""Tables of the dock's queue: one SQLite file, WAL, fully synchronous: what is committed survives power loss."""

import sqlite3
from pathlib import Path

VERSION = 2

_TABLES = """
CREATE TABLE dockings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorder TEXT NOT NULL,
    inventory_number TEXT NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0,
    journal_row INTEGER
);
CREATE UNIQUE INDEX dockings_open ON dockings (recorder) WHERE closed = 0;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    docking INTEGER NOT NULL REFERENCES dockings (id),
    recorder TEXT NOT NULL,
    path BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    edges TEXT NOT NULL DEFAULT '',
    stable INTEGER NOT NULL DEFAULT 0,
    current INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'discovered' CHECK (state IN
        ('discovered', 'gone', 'sealed', 'created', 'uploading', 'stored', 'confirmed', 'erasable', 'erased')),
    found_at TEXT NOT NULL,
    plain_sha256 TEXT NOT NULL DEFAULT '',
    sealed_blake3 TEXT NOT NULL DEFAULT '',
    sealed_size INTEGER NOT NULL DEFAULT 0,
    manifest TEXT NOT NULL DEFAULT '',
    upload TEXT NOT NULL DEFAULT '',
    receipt TEXT NOT NULL DEFAULT '',
    recording TEXT NOT NULL DEFAULT '',
    permission TEXT NOT NULL DEFAULT '',
    reported INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    CHECK (state IN ('discovered', 'gone') OR (plain_sha256 <> '' AND sealed_size > 0)),
    CHECK (state NOT IN ('stored', 'confirmed', 'erasable', 'erased') OR (receipt <> '' AND recording <> '')),
    CHECK (state NOT IN ('erasable', 'erased') OR permission <> '')
);
CREATE UNIQUE INDEX files_current ON files (recorder, path) WHERE current = 1;
CREATE INDEX files_by_state ON files (state, recorder, id);
CREATE INDEX files_by_docking ON files (docking);
CREATE TABLE memory (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_ABSENCES = """
CREATE TABLE absences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recorder TEXT NOT NULL,
    file INTEGER UNIQUE,
    path BLOB,
    size INTEGER NOT NULL DEFAULT 0,
    modified_ns INTEGER NOT NULL DEFAULT 0,
    found_at TEXT NOT NULL DEFAULT '',
    plain_sha256 TEXT NOT NULL DEFAULT '',
    pattern TEXT NOT NULL DEFAULT '',
    first_number INTEGER,
    last_number INTEGER,
    exported INTEGER NOT NULL DEFAULT 0,
    noticed_at TEXT NOT NULL,
    back_at TEXT NOT NULL DEFAULT '',
    told INTEGER NOT NULL DEFAULT 0,
    CHECK ((file IS NULL) <> (first_number IS NULL))
);
CREATE INDEX absences_untold ON absences (told, id);
CREATE INDEX absences_of_recorder ON absences (recorder);
"""


class StateError(Exception):
    """The state file cannot be used: damaged, or written by a later version."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the state file, made if absent. Raises :class:`StateError` with a sentence."""
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} {_ABSENCES} PRAGMA user_version = {VERSION}; COMMIT;")
        elif found == 1:
            connection.executescript(f"BEGIN IMMEDIATE; {_ABSENCES} PRAGMA user_version = {VERSION}; COMMIT;")
        elif found != VERSION:
            raise StateError(f"{path} is of version {found}; this agent knows version {VERSION}.")
    except sqlite3.DatabaseError as error:
        raise StateError(f"{path} cannot be read: {error}") from error
    return connection
