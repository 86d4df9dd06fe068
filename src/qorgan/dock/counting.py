"""The queue in numbers: for the screen, the status and the order of uploads."""

from dataclasses import dataclass

from qorgan.dock.queue import Queue


@dataclass(frozen=True)
class Tally:
    """Files and bytes of one recorder's open docking, by state; ``problem``: one of those its files have, or ""."""

    recorder: str
    inventory_number: str
    files: dict[str, int]
    bytes: dict[str, int]
    problem: str


def tallies(queue: Queue) -> list[Tally]:
    """Open dockings, counted by state."""
    rows = queue.read(
        "SELECT d.recorder, d.inventory_number, f.state, COUNT(*), SUM(f.size), MAX(f.problem)"
        " FROM dockings d JOIN files f ON f.docking = d.id WHERE d.closed = 0 GROUP BY d.recorder, f.state"
    )
    found: dict[str, Tally] = {}
    for recorder, number, state, count, size, problem in rows:
        before = found.get(recorder, Tally(recorder, number, {}, {}, ""))
        files, sizes = {**before.files, state: count}, {**before.bytes, state: size}
        found[recorder] = Tally(recorder, number, files, sizes, max(before.problem, problem))
    return list(found.values())


def waiting(queue: Queue) -> tuple[int, int, str]:
    """Files without receipt, their bytes, and when the oldest was found (ISO UTC, "" for none)."""
    row = queue.read(
        "SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(MIN(found_at), '') FROM files WHERE state IN ('discovered', 'sealed', 'created', 'uploading')"
    )[0]
    return int(row[0]), int(row[1]), str(row[2])


def recorders_on_the_way(queue: Queue) -> int:
    """How many recorders have sealed files waiting for their receipts."""
    rows = queue.read("SELECT COUNT(DISTINCT recorder) FROM files WHERE state IN ('sealed', 'created', 'uploading')")
    return int(rows[0][0])
