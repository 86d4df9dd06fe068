"""A server restored from an old backup does not know what it gave receipts for since. The dock does: it keeps every receipt.

It looks at two things in each answer of the office: whether the log is shorter than the place that a kept receipt names, and whether the
office says that it was restored. Either way it shows its receipts, is told which recordings the office lost, and brings again what still
lies on a recorder. What was erased there cannot come back from here: the office knows it by name from the receipt.

Nothing is erased on the strength of an old receipt: every erasure needs a fresh permission, which the office gives only for what it holds.
"""

from collections.abc import Iterator
from typing import Any

from qorgan.dock.client import Client, Refused
from qorgan.dock.office import Office
from qorgan.dock.queue import Queue
from qorgan.evidence.canonical import CanonicalError, parse

RECEIPTS = "/api/dock/v1/receipts"
AT_ONCE = 200
_LOOKED_AT = 500  # newest receipts, among which the highest place is
_KEY = "receipts-shown"


def show_receipts(queue: Queue, client: Client, office: Office) -> int:
    """Show them if the office may have forgotten something since the last showing; return how many recordings it has lost.

    Raises what the client raises; the next contact tries again.
    """
    highest = highest_place(queue)
    behind = 0 <= office.ledger_size <= highest
    state = f"{office.restoration} {highest}" if behind else office.restoration
    if not state or state == queue.remembered(_KEY):
        return 0
    lost: set[str] = set()
    try:
        for notes in receipts(queue):
            answer = client.json("POST", RECEIPTS, {"receipts": notes})
            lost.update(str(digest) for digest in answer.get("unknown") or [])
    except Refused:
        return 0  # a server that does not know the question
    queue.asked_back(lost)
    queue.remember(_KEY, state)
    return len(lost)


def highest_place(queue: Queue) -> int:
    """The highest place in the server's log that a kept receipt names, -1 without receipts."""
    rows = queue.read(f"SELECT receipt FROM files WHERE receipt <> '' ORDER BY id DESC LIMIT {_LOOKED_AT}")  # noqa: S608 - a number of ours
    return max((_place(str(row[0])) for row in rows), default=-1)


def receipts(queue: Queue) -> Iterator[list[str]]:
    """Every kept receipt, in parts."""
    last = 0
    while rows := queue.read(f"SELECT id, receipt FROM files WHERE receipt <> '' AND id > {last} ORDER BY id LIMIT {AT_ONCE}"):  # noqa: S608 - numbers of ours
        yield [str(row[1]) for row in rows]
        last = int(rows[-1][0])


def _place(note: str) -> int:
    """The position in a receipt that was verified before it was kept."""
    try:
        values: Any = parse(note.split("\n", 2)[1].encode())
        return int(values["position"])
    except (CanonicalError, IndexError, KeyError, TypeError, ValueError):
        return -1
