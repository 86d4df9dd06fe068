"""Checking the whole ledger, streamed: rows against their commitments, checkpoints against tree, signature and stamps, keys against their hand-overs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import Cursor

from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.merkle import Frontier
from qorgan.evidence.note import NoteError
from qorgan.evidence.succession import Succession, SuccessionError
from qorgan.ledger import timestamps
from qorgan.ledger.contents import destroyed_under
from qorgan.ledger.keyring import Keyring, keyring, number_of
from qorgan.ledger.kinds import KEY_LOST, KEY_ROTATED
from qorgan.ledger.models import Checkpoint, Entry, Marker, Signer, Timestamp
from qorgan.ledger.transactions import writing

_BATCH = 1000  # small enough for a processor to keep near
# What a commitment is the hash of (see log.commit), put together by the database: half the time of doing it here row by row.
_HEADER_AND_BODY = "e.at_us || {nl} || e.kind || {nl} || e.organisation || {nl} || e.subject || {nl} || {nl} || c.body"
_PREIMAGE = {
    "sqlite": f"CAST(CAST(c.salt AS TEXT) || {_HEADER_AND_BODY.format(nl='char(10)')} AS BLOB)",  # casting changes no byte
    "postgresql": f"c.salt || convert_to({_HEADER_AND_BODY.format(nl='chr(10)')}, 'UTF8')",
}
_ROWS = (
    "SELECT e.position, e.commitment, {preimage} FROM ledger_entry e LEFT JOIN ledger_content c "
    "ON c.entry_id = e.position AND c.entry_id >= %s AND c.entry_id < %s "  # the same range twice: PostgreSQL reads no more of either
    "WHERE e.position >= %s AND e.position < %s ORDER BY e.position"
)
MOST_NAMED = 100


@dataclass
class Report:
    """What a check saw. ``problems`` name positions: [{"code", "position", "detail"}]; empty means everything holds.

    ``destroyed`` counts contents that went lawfully, by the paper that ordered it: their commitments stand and are in the tree.
    """

    size: int = 0
    root: str = ""
    checkpoints: int = 0
    destroyed: dict[str, int] = field(default_factory=dict)
    stamps: int = 0
    untold: int = 0  # stamps that cannot be told here
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Nothing was found."""
        return not self.problems

    @property
    def is_full(self) -> bool:
        """A hundred are named: after that only their being there matters."""
        return len(self.problems) >= MOST_NAMED

    def found(self, code: str, position: int, detail: str = "") -> None:
        """Name a problem, unless the report is full."""
        if not self.is_full:
            self.problems.append({"code": code, "position": position, "detail": detail})


def check() -> Report:
    """Read everything once and report. Memory stays flat whatever the size."""
    report, frontier, keys = Report(), Frontier(), keyring()
    heads = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    for rows in _batches():
        leaves = _leaves(report, frontier.size, rows)
        begin = frontier.size
        while heads and heads[0] <= begin + len(leaves):
            size = heads.pop(0)
            done = frontier.size - begin
            frontier.extend(leaves[done : size - begin])
            _check_head(report, size, frontier, keys)
        frontier.extend(leaves[frontier.size - begin :])
    for size in heads:
        report.found("entries-missing", frontier.size, f"checkpoint {size}")
    report.size, report.root = frontier.size, frontier.root().hex()
    _check_keys(report)
    _check_stamps(report)
    return report


def check_and_remember() -> Report:
    """Check, and leave what was seen for the dot at the foot of every page."""
    report, now = check(), timezone.now()
    with writing():
        marker = Marker.objects.first()
        since = (marker.holds_since or now) if marker and report.holds else None
        problems = [f"{p['code']} {p['position']}" for p in report.problems]
        Marker.objects.update(checked_at=now, checked_size=report.size, problems=problems, holds_since=since)
    return report


def _leaves(report: Report, begin: int, rows: list[Any]) -> list[bytes]:
    """The leaf hashes of rows from position ``begin`` on, each content compared with its commitment on the way.

    This loop is the price of a check: no call but hashing stands in its way.
    """
    leaves: list[bytes] = []
    empty: list[int] = []
    for expected, (position, commitment, preimage) in enumerate(rows, begin):
        if position != expected:
            report.found("position", expected, f"{position}")
        if preimage is None:
            empty.append(position)
        elif sha256(preimage).digest() != commitment:
            report.found("content-changed", position, "" if report.is_full else Entry.objects.get(position=position).kind)
        leaves.append(sha256(b"\x00" + commitment).digest())
    if empty:
        _account_for(report, empty)
    return leaves


def _account_for(report: Report, empty: list[int]) -> None:
    """Contents that are not there: each was destroyed under a paper that a later entry names, or is missing."""
    under = destroyed_under(empty)
    for position in empty:
        if position in under:
            report.destroyed[under[position]] = report.destroyed.get(under[position], 0) + 1
        else:
            report.found("content-missing", position)


def _check_head(report: Report, size: int, frontier: Frontier, keys: Keyring) -> None:
    checkpoint = Checkpoint.objects.get(size=size)
    report.checkpoints += 1
    try:
        head = SignedHead.open(checkpoint.note, [keys.in_force(size)])
    except NoteError as error:
        report.found("checkpoint-signature", size, str(error))
        return
    if (head.size, head.root) != (size, frontier.root()):
        before = Checkpoint.objects.filter(size__lt=size).order_by("-size").first()
        report.found("tree-differs", size, f"{before.size if before else 0}..{size - 1}")


def _check_keys(report: Report) -> None:
    """Every key after the first has its entry, just before the first size that it signs; a handed-over one the word of the key before it."""
    before: Signer | None = None
    for signer in Signer.objects.order_by("since"):
        if signer.reason != Signer.Reason.FIRST:
            rotated = signer.reason == Signer.Reason.ROTATED
            kind = KEY_ROTATED if rotated else KEY_LOST
            subject = f"key:{number_of(signer.vkey)}"
            if not Entry.objects.filter(position=signer.since - 1, kind=kind.key, subject=subject).exists() or (rotated and not _handed_over(before, signer)):
                report.found("key", signer.since, number_of(signer.vkey))
        before = signer


def _handed_over(before: Signer | None, signer: Signer) -> bool:
    try:
        statement = Succession.from_note(signer.statement)
    except SuccessionError:
        return False
    return before is not None and (statement.old, statement.new, statement.since) == (before.vkey, signer.vkey, signer.since)


def _check_stamps(report: Report) -> None:
    for stamped, wrong in timestamps.recheck():
        report.stamps += 1
        report.untold += stamped.verdict == Timestamp.Verdict.UNTOLD
        if wrong:
            report.found("stamp", stamped.checkpoint_id, f"{wrong}, {stamped.tsa}")


def _batches() -> Iterator[list[Any]]:
    position, query = 0, _ROWS.format(preimage=_PREIMAGE[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(position) FROM ledger_entry")
        last = cursor.fetchone()[0]
    while last is not None and position <= last:
        rows = _fetch(query, [position, position + _BATCH] * 2)
        if rows:
            yield rows
        position += _BATCH


def _fetch(query: str, parameters: list[int]) -> list[Any]:
    """All rows of a query. PostgreSQL sends them as bytes: as text, each byte of a hash would travel as two digits."""
    if connection.vendor == "postgresql":
        with Cursor(connection.connection) as binary:
            return binary.execute(query, parameters, binary=True).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[Any] = cursor.fetchall()
    return found
