"""What the dock still owes: every file from its discovery to its receipt, and on to its erasure.

A file moves ``discovered → sealed → created → uploading → stored → confirmed → erasable → erased``, one transaction a
step. Whatever kills the process, the next start finds each file at its last committed step and goes on from there;
every step may be done twice.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qorgan.dock.schema import connect
from qorgan.evidence.durable import step

ON_THE_WAY = ("sealed", "created", "uploading")
KEPT = ("stored", "confirmed", "erasable", "erased")


class Moved(Exception):
    """A file is not at the step it was believed to be at: somebody else moved it, or it was superseded."""


@dataclass(frozen=True)
class Seen:
    """One file in a listing of a device. ``path``: relative, as bytes of the file system."""

    path: bytes
    size: int
    modified_ns: int


@dataclass(frozen=True)
class File:
    """One row of the queue; see :mod:`qorgan.dock.schema`."""

    id: int
    docking: int
    recorder: str
    path: bytes
    size: int
    modified_ns: int
    edges: str
    stable: int
    current: int
    state: str
    found_at: str
    plain_sha256: str
    sealed_blake3: str
    sealed_size: int
    manifest: str
    upload: str
    receipt: str
    recording: str
    permission: str
    reported: int
    problem: str

    @property
    def shown_path(self) -> str:
        """The path as text, for people and manifests; bytes that are not UTF-8 are written out."""
        return shown(self.path)


def shown(path: bytes) -> str:
    """A device path as text with ``/`` between folders, whatever its bytes."""
    return path.decode("utf-8", "backslashreplace").replace(os.sep, "/")


class Queue:
    """The durable state of one dock.

    Safe for threads of one process; the dock folder's lock keeps other processes out.
    """

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self._lock = threading.RLock()
        self._served: list[str] = []

    def close(self) -> None:
        """Close the state file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self, name: str) -> Iterator[sqlite3.Connection]:
        """One transaction, a durable step called ``dock.<name>``."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                step(f"dock.{name}.begin")
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            step(f"dock.{name}.done")

    def _rows(self, where: str, values: Sequence[object] = ()) -> list[File]:
        with self._lock:
            rows = self._connection.execute(f"SELECT * FROM files WHERE {where}", values).fetchall()  # noqa: S608 - our own text
        return [File(**{part.name: row[part.name] for part in fields(File)}) for row in rows]

    # what is on a device -----------------------------------------------------------------------

    def observe(
        self,
        recorder: str,
        inventory_number: str,
        listing: Sequence[Seen],
        fingerprint: Callable[[Seen], str] | None = None,
    ) -> int:
        """Take in a complete listing of a device; return how many files are new, growing or gone.

        ``fingerprint`` is given when the device has just arrived: a file of known path, size and time whose edges
        differ was written anew by a recorder with a dead clock, and is another recording.
        """
        known = {file.path: file for file in self._rows("recorder = ? AND current = 1", [recorder])}
        changes: list[tuple[str, list[object]]] = []
        fresh: list[Seen] = []
        for seen in listing:
            file = known.pop(seen.path, None)
            if file is None:
                fresh.append(seen)
            else:
                changes += _compared(file, seen, fingerprint, fresh)
        for file in known.values():
            if file.state == "discovered":  # never at rest: a name used while copying, not a recording that somebody removed
                gone = "UPDATE files SET state = 'gone', problem = 'gone' WHERE id = ?"
                changes.append((gone if file.stable else "DELETE FROM files WHERE id = ?", [file.id]))
        if not changes and not fresh:
            return 0
        with self.writing("discovered") as connection:
            for statement, values in changes:
                connection.execute(statement, values)
            if fresh:
                docking = _open_docking(connection, recorder, inventory_number)
                now = datetime.now(UTC).isoformat(timespec="seconds")
                connection.executemany(
                    "INSERT INTO files (docking, recorder, path, size, modified_ns, found_at) VALUES (?, ?, ?, ?, ?, ?)",
                    [(docking, recorder, seen.path, seen.size, seen.modified_ns, now) for seen in fresh],
                )
        return len(fresh) + sum(1 for statement, _values in changes if "stable = 1" not in statement)

    # what to do next ---------------------------------------------------------------------------

    def next_to_seal(self, recorders: Collection[str], busy: Collection[int]) -> File | None:
        """A settled file of a device that is here, the recorders in turn."""
        return self._next(("discovered",), recorders, busy, "AND stable = 1 AND current = 1")

    def next_to_upload(self, busy: Collection[int]) -> File | None:
        """A sealed file whose receipt is not yet kept, the recorders in turn; a recorder that left is served too."""
        return self._next(ON_THE_WAY, None, busy, "")

    def _next(self, states: Sequence[str], recorders: Collection[str] | None, busy: Collection[int], more: str) -> File | None:
        marks = ",".join("?" * len(states))
        without = ",".join(str(number) for number in busy)
        among = f"state IN ({marks}) {more} AND id NOT IN ({without})"
        where = f"id IN (SELECT MIN(id) FROM files WHERE {among} GROUP BY recorder)"  # noqa: S608 - our own text
        with self._lock:
            rows = [file for file in self._rows(where, list(states)) if recorders is None or file.recorder in recorders]
            if not rows:
                return None
            turns = {recorder: turn for turn, recorder in enumerate(self._served)}
            chosen = min(rows, key=lambda file: turns.get(file.recorder, -1))
            self._served = [recorder for recorder in self._served if recorder != chosen.recorder] + [chosen.recorder]
        return chosen

    # steps of one file -------------------------------------------------------------------------

    def sealed(self, file: File, *, manifest: str, plain_sha256: str, sealed_blake3: str, sealed_size: int, edges: str) -> bool:
        """The spool holds ``file`` sealed.

        False when the same content at the same path was sealed before: nothing to send.
        """
        values = {
            "plain_sha256": plain_sha256,
            "sealed_blake3": sealed_blake3,
            "sealed_size": sealed_size,
            "edges": edges,
        }
        twins = self._rows(
            "recorder = ? AND path = ? AND plain_sha256 = ? AND id <> ? ORDER BY id DESC LIMIT 1",
            [file.recorder, file.path, plain_sha256, file.id],
        )
        if not twins:
            self._move(file, "sealed", ("discovered",), manifest=manifest, upload="", problem="", **values)
            return True
        with self.writing("again") as connection:
            connection.execute("DELETE FROM files WHERE id = ? AND state = 'discovered'", [file.id])
            connection.execute("DELETE FROM dockings WHERE id = ? AND id NOT IN (SELECT docking FROM files)", [file.docking])
            state = "confirmed" if twins[0].state == "erased" else twins[0].state
            connection.execute(
                "UPDATE files SET current = 1, size = ?, modified_ns = ?, edges = ?, state = ?, reported = 0 WHERE id = ?",
                [file.size, file.modified_ns, edges, state, twins[0].id],
            )
        return False

    def created(self, file: File, upload: str) -> None:
        """The server opened ``upload`` (its path) for the file."""
        self._move(file, "created", ON_THE_WAY, upload=upload)

    def uploading(self, file: File) -> None:
        """Bytes are about to be sent."""
        self._move(file, "uploading", ("created", "uploading"))

    def upload_lost(self, file: File) -> None:
        """The server knows the upload no more: open another from the spool."""
        self._move(file, "sealed", ON_THE_WAY, upload="")

    def seal_again(self, file: File, problem: str) -> None:
        """What was sealed is not what arrived: seal the file anew from the device."""
        self._move(
            file,
            "discovered",
            ON_THE_WAY,
            upload="",
            manifest="",
            plain_sha256="",
            sealed_blake3="",
            sealed_size=0,
            problem=problem,
        )

    def signed_for_another(self, dock: str, after: int) -> list[File]:
        """Files on their way whose manifest does not name ``dock``: the first hundred with numbers above ``after``."""
        marks = ",".join("?" * len(ON_THE_WAY))
        where = f"state IN ({marks}) AND instr(manifest, ?) = 0 AND id > ? ORDER BY id LIMIT 100"
        return self._rows(where, [*ON_THE_WAY, f'"dock":"{dock}"', after])

    def signed_anew(self, notes: Sequence[tuple[File, str]]) -> None:
        """Each file has another manifest for the same sealed bytes; it is announced to the server as never before."""
        with self.writing("signed_anew") as connection:
            connection.executemany(
                "UPDATE files SET state = 'sealed', manifest = ?, upload = '', problem = '' WHERE id = ? AND state IN ('sealed', 'created', 'uploading')",
                [(note, file.id) for file, note in notes],
            )

    def stored(self, file: File, *, receipt: str, recording: str) -> None:
        """A verified receipt is kept: the server has the file durably."""
        self._move(file, "stored", ON_THE_WAY, receipt=receipt, recording=recording, problem="")

    def unsettled(self, file: File) -> None:
        """The file changed while it was read: it must be seen at rest again first."""
        with self.writing("unsettled") as connection:
            connection.execute("UPDATE files SET stable = 0 WHERE id = ? AND state = 'discovered'", [file.id])

    def problem(self, file: File, code: str) -> None:
        """Note what is wrong with one file; "" clears it."""
        if file.problem != code:
            with self.writing("problem") as connection:
                connection.execute("UPDATE files SET problem = ? WHERE id = ?", [code, file.id])

    def _move(self, file: File, to: str, origins: Sequence[str], **columns: Any) -> None:
        sets = "".join(f", {name} = ?" for name in columns)
        marks = ",".join("?" * len(origins))
        with self.writing(to) as connection:
            done = connection.execute(
                f"UPDATE files SET state = ?{sets} WHERE id = ? AND state IN ({marks})",  # noqa: S608 - our own names
                [to, *columns.values(), file.id, *origins],
            )
            if done.rowcount != 1:
                raise Moved(f"file {file.id} is not {' or '.join(origins)}")

    # dockings and erasure ----------------------------------------------------------------------

    def dockings_done(self) -> list[tuple[int, str, str]]:
        """Open dockings (id, recorder, inventory number) of which every file is stored, and at least one is."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT d.id, d.recorder, d.inventory_number FROM dockings d JOIN files f ON f.docking = d.id"
                " WHERE d.closed = 0"
                " GROUP BY d.id HAVING SUM(f.state IN ('discovered', 'sealed', 'created', 'uploading')) = 0"
                " AND SUM(f.state = 'stored') > 0"
            ).fetchall()
        return [(int(row[0]), str(row[1]), str(row[2])) for row in rows]

    def of_docking(self, docking: int, *states: str) -> list[File]:
        """Files of one docking in the given states."""
        return self._rows(f"docking = ? AND state IN ({','.join('?' * len(states))}) ORDER BY id", [docking, *states])

    def confirmed(self, docking: int, journal_row: int | None) -> None:
        """The server wrote that this docking is stored: the docking is closed."""
        with self.writing("confirmed") as connection:
            connection.execute("UPDATE files SET state = 'confirmed', manifest = '' WHERE docking = ? AND state = 'stored'", [docking])
            connection.execute("UPDATE dockings SET closed = 1, journal_row = ? WHERE id = ?", [journal_row, docking])

    def in_state(self, recorder: str, *states: str) -> list[File]:
        """Files now on the device of ``recorder`` that are in the given states."""
        return self._rows(
            f"recorder = ? AND current = 1 AND state IN ({','.join('?' * len(states))}) ORDER BY id",
            [recorder, *states],
        )

    def erase_allowed(self, files: Sequence[File], permission: str) -> None:
        """The server's signed permission names these files; it is kept with each before the first is touched."""
        with self.writing("erasable") as connection:
            for file in files:
                connection.execute(
                    "UPDATE files SET state = 'erasable', permission = ?, reported = 0 WHERE id = ? AND state = 'confirmed'",
                    [permission, file.id],
                )

    def erased(self, file: File) -> None:
        """The device copy is gone."""
        self._move(file, "erased", ("erasable",), problem="")

    def not_erased(self, file: File, problem: str) -> None:
        """The device copy could not be erased, or must not be: it stays, and a new permission is needed."""
        self._move(file, "confirmed", ("confirmed", "erasable"), permission="", problem=problem, reported=0)

    def unreported(self, recorder: str) -> list[File]:
        """Erasures, done or failed, of which the server has not been told."""
        return self._rows(
            "recorder = ? AND reported = 0 AND (state = 'erased' OR (state = 'confirmed' AND problem <> ''))",
            [recorder],
        )

    def reported(self, files: Sequence[File]) -> None:
        """The server was told of these."""
        with self.writing("reported") as connection:
            connection.executemany("UPDATE files SET reported = 1 WHERE id = ?", [(file.id,) for file in files])

    # a server that lost something ---------------------------------------------------------------

    def asked_back(self, digests: Collection[str]) -> int:
        """The server lost these recordings: what still lies on its recorder is sealed and sent as never before; return how many."""
        files = [file for file in self._rows("current = 1 AND state IN ('stored', 'confirmed', 'erasable')") if file.plain_sha256 in digests]
        if not files:
            return 0
        with self.writing("asked_back") as connection:
            for file in files:
                row = connection.execute("SELECT inventory_number FROM dockings WHERE id = ?", [file.docking]).fetchone()
                docking = _open_docking(connection, file.recorder, str(row[0]))
                connection.execute(
                    "UPDATE files SET state = 'discovered', docking = ?, stable = 0, plain_sha256 = '', sealed_blake3 = '', sealed_size = 0, manifest = '',"
                    " upload = '', receipt = '', recording = '', permission = '', reported = 0, problem = '' WHERE id = ?",
                    [docking, file.id],
                )
        return len(files)

    # small things ------------------------------------------------------------------------------

    def read(self, statement: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Rows of a reading statement; see :mod:`qorgan.dock.counting`, :mod:`qorgan.dock.absences`."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def spooled(self) -> set[int]:
        """Numbers of the files that the spool must hold."""
        return {file.id for file in self._rows("state IN ('sealed', 'created', 'uploading')")}

    def remembered(self, key: str) -> str:
        """A small value kept across starts, or ""."""
        with self._lock:
            row = self._connection.execute("SELECT value FROM memory WHERE key = ?", [key]).fetchone()
        return str(row[0]) if row else ""

    def remember(self, key: str, value: str) -> None:
        """Keep a small value across starts."""
        with self.writing("remember") as connection:
            connection.execute("INSERT INTO memory VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [key, value])


def _compared(file: File, seen: Seen, fingerprint: Callable[[Seen], str] | None, fresh: list[Seen]) -> list[tuple[str, list[object]]]:
    """What a known file's new sight changes; a new version of it is added to ``fresh``."""
    same = (file.size, file.modified_ns) == (seen.size, seen.modified_ns)
    if file.state in ("discovered", "gone"):
        if same and file.state == "discovered":
            return [] if file.stable else [("UPDATE files SET stable = 1 WHERE id = ?", [file.id])]
        update = "UPDATE files SET state = 'discovered', problem = '', size = ?, modified_ns = ?, stable = 0 WHERE id = ?"
        return [(update, [seen.size, seen.modified_ns, file.id])]
    if same and (fingerprint is None or file.edges in ("", fingerprint(seen))):
        if fingerprint is not None and file.state == "erased":
            return [("UPDATE files SET state = 'confirmed', permission = '', reported = 1 WHERE id = ?", [file.id])]
        return []
    fresh.append(seen)
    return [("UPDATE files SET current = 0 WHERE id = ?", [file.id])]


def _open_docking(connection: sqlite3.Connection, recorder: str, inventory_number: str) -> int:
    row = connection.execute("SELECT id FROM dockings WHERE recorder = ? AND closed = 0", [recorder]).fetchone()
    if row:
        return int(row[0])
    done = connection.execute("INSERT INTO dockings (recorder, inventory_number) VALUES (?, ?)", [recorder, inventory_number])
    return int(done.lastrowid or 0)
