"""What should be on a recorder and is not: files that this PC had seen and that went without permission, numbers passed over (444 p.19).

The queue is the index of everything ever seen on a recorder. After each complete listing it is held against it; what is missed is
noted durably, then told to the office, once. A file that comes back is told too. Nothing here decides whether that was lawful.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from qorgan.dock import patterns
from qorgan.dock.queue import File, Queue, Seen, shown
from qorgan.evidence.sequence import holes

_AT_ONCE = 500
_WATCHED = ("gone", "sealed", "created", "uploading", "stored", "confirmed")
"""States in which a file is expected on the device; from ``erasable`` on it may go."""


def note(queue: Queue, recorder: str, pattern: str, listing: Sequence[Seen], *, settled: bool, exported: bool) -> int:
    """Hold a complete listing against the index; return how many absences are new or ended.

    ``settled``: the listing is at rest, so its numbers are looked at too. ``exported``: it is a folder of a vendor's station.
    """
    here = {seen.path for seen in listing}
    files = queue.in_state(recorder, *_WATCHED)
    known = {row["file"]: row for row in queue.read("SELECT * FROM absences WHERE recorder = ? AND file IS NOT NULL", [recorder])}
    missing = [file for file in files if file.path not in here and (file.id not in known or known[file.id]["back_at"])]
    back = [number for number, row in known.items() if not row["back_at"] and bytes(row["path"]) in here]
    runs = _new_runs(queue, recorder, pattern, listing) if settled else []
    if not missing and not back and not runs:
        return 0
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with queue.writing("absent") as connection:
        connection.executemany("UPDATE absences SET back_at = ?, told = 0 WHERE file = ?", [(now, number) for number in back])
        connection.executemany("DELETE FROM absences WHERE file = ?", [(file.id,) for file in missing])
        connection.executemany(
            "INSERT INTO absences (recorder, file, path, size, modified_ns, found_at, plain_sha256, pattern, exported, noticed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_row(recorder, file, pattern, exported=exported, now=now) for file in missing],
        )
        connection.executemany(
            "INSERT INTO absences (recorder, first_number, last_number, exported, noticed_at) VALUES (?, ?, ?, ?, ?)",
            [(recorder, first, last, exported, now) for first, last in runs],
        )
    return len(missing) + len(back) + len(runs)


def untold(queue: Queue) -> dict[str, list[dict[str, Any]]]:
    """What the office has not heard, by recorder, as the wire has it; ``id`` is ours."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in queue.read("SELECT * FROM absences WHERE told = 0 ORDER BY id LIMIT ?", [_AT_ONCE]):
        found.setdefault(str(row["recorder"]), []).append(_told(row))
    return found


def told(queue: Queue, rows: Sequence[dict[str, Any]]) -> None:
    """The office has heard of these, as they were when they were told."""
    with queue.writing("absences_told") as connection:
        connection.executemany("UPDATE absences SET told = 1 WHERE id = ? AND back_at = ?", [(row["id"], row["back_at"]) for row in rows])


def _row(recorder: str, file: File, pattern: str, *, exported: bool, now: str) -> tuple[Any, ...]:
    return recorder, file.id, file.path, file.size, file.modified_ns, file.found_at, file.plain_sha256, pattern, exported, now


def _new_runs(queue: Queue, recorder: str, pattern: str, listing: Sequence[Seen]) -> list[tuple[int, int]]:
    """Numbers passed over between the recordings that are here, that no file ever seen on this recorder had."""
    present = {number for row in queue.read("SELECT DISTINCT path FROM files WHERE recorder = ?", [recorder]) if (number := _number(pattern, bytes(row[0])))}
    recordings = [seen for seen in sorted(listing, key=lambda seen: (seen.modified_ns, seen.path)) if _kind(pattern, seen.path) == "recording"]
    numbers = [number for seen in recordings if (number := _number(pattern, seen.path)) is not None]
    rows = queue.read("SELECT first_number, last_number FROM absences WHERE recorder = ? AND file IS NULL", [recorder])
    noted = {(row[0], row[1]) for row in rows}
    return [(run.first, run.last) for run in holes(numbers, present) if (run.first, run.last) not in noted]


def _told(row: Any) -> dict[str, Any]:
    path = bytes(row["path"] or b"")
    name = patterns.read(row["pattern"], shown(path)) if path else None
    number = name.sequence if name else None
    return {
        "id": row["id"], "path": shown(path), "size": row["size"], "modified_at": _moment(row["modified_ns"]) if path else "", "found_at": row["found_at"],
        "plain_sha256": row["plain_sha256"], "device_started_at": name.started_at if name else "",
        "first_number": number if name else row["first_number"], "last_number": number if name else row["last_number"],
        "in_folder": bool(row["exported"]), "noticed_at": row["noticed_at"], "back_at": row["back_at"],
    }


def _number(pattern: str, path: bytes) -> int | None:
    return patterns.read(pattern, shown(path)).sequence


def _kind(pattern: str, path: bytes) -> str:
    return patterns.read(pattern, shown(path)).kind


def _moment(nanoseconds: int) -> str:
    """A file's time in UTC; cards with broken directories hold times no calendar has."""
    try:
        return datetime.fromtimestamp(nanoseconds // 10**9, UTC).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return ""
