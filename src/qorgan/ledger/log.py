"""Appending to the ledger, and reading back what an entry says.

An entry's commitment is ``SHA-256(salt || header || body)`` where header is the five row values, one a line
(microseconds, kind, organisation, subject, and an empty line's newline), and body is canonical JSON. The leaf of the tree is
that commitment (RFC 6962 leaf hashing comes on top).
"""

import json
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.evidence.canonical import canonical
from qorgan.ledger.actors import Actor
from qorgan.ledger.kinds import Kind
from qorgan.ledger.models import Entry

ADVISORY_LOCK = 0x716F7267616E  # "qorgan": one appender at a time on PostgreSQL
TOLERATED_STEP_BACK_US = 120 * 1_000_000

_INSERT_ENTRY = "INSERT INTO ledger_entry (position, at_us, kind, organisation, subject, commitment) VALUES (%s, %s, %s, %s, %s, %s)"
_INSERT_CONTENT = "INSERT INTO ledger_content (entry_id, salt, body) VALUES (%s, %s, %s)"
_LAST = "SELECT position, at_us FROM ledger_entry ORDER BY position DESC LIMIT 1"


class LedgerError(RuntimeError):
    """The entry cannot be written; the action it belongs to must fail. The message is for the person at the desk."""


def append(kind: Kind, *, actor: Actor, subject: str, payload: Mapping[str, Any], organisation: str | None = None) -> Entry:
    """Write one entry inside the caller's transaction and return it.

    ``organisation`` (uuid text) decides which division sees the entry; by default the actor's. ``payload`` holds texts, whole
    numbers, booleans, None, lists and mappings. Raises :class:`LedgerError` outside a transaction, for a subject with a line
    break, or when the server's clock is behind the last entry by more than two minutes.
    """
    if not connection.in_atomic_block:
        raise LedgerError(_("The ledger is written only inside the transaction of an action."))
    where = actor.organisation if organisation is None else organisation
    body = canonical({"actor": actor.as_values(), "payload": payload}).decode()
    salt = secrets.token_bytes(16)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        cursor.execute(_LAST)
        last = cursor.fetchone()
        position, at_us = (last[0] + 1, _now_us(last[1])) if last else (0, _now_us(0))
        commitment = commit(salt, at_us, kind.key, where, subject, body)
        cursor.execute(_INSERT_ENTRY, [position, at_us, kind.key, where, subject, commitment])
        cursor.execute(_INSERT_CONTENT, [position, salt, body])
    return Entry(position=position, at_us=at_us, kind=kind.key, organisation=where, subject=subject, commitment=commitment)


def commit(salt: bytes, at_us: int, kind: str, organisation: str, subject: str, body: str) -> bytes:
    """The commitment of an entry. A line break in a header value is refused: the five lines must be unambiguous."""
    text = _text(at_us, kind, organisation, subject, body)
    if "\n" in kind + organisation + subject:
        raise LedgerError(_("A line break cannot stand in a subject of the ledger."))
    return sha256(salt + text.encode()).digest()


def committed(entry: Entry) -> str:
    """The text under an entry's commitment, for those who compute it themselves: four lines, an empty one, the body.

    "" when the content was destroyed: the commitment then stands alone.
    """
    if getattr(entry, "content", None) is None:
        return ""
    return _text(entry.at_us, entry.kind, entry.organisation, entry.subject, entry.content.body)


def _text(at_us: int, kind: str, organisation: str, subject: str, body: str) -> str:
    return f"{at_us}\n{kind}\n{organisation}\n{subject}\n\n{body}"


def said(entry: Entry) -> dict[str, Any]:
    """Actor and payload of an entry, as written; nobody and nothing when its content was destroyed."""
    if getattr(entry, "content", None) is None:
        return {"actor": Actor.system("").as_values(), "payload": {}}
    value: dict[str, Any] = json.loads(entry.content.body)
    return value


def last_us() -> int:
    """Microseconds of the newest entry, 0 for an empty ledger."""
    entry = Entry.objects.order_by("-position").first()
    return entry.at_us if entry else 0


def server_now_us() -> int:
    """The server's clock, in microseconds since 1970."""
    return int(timezone.now().timestamp() * 1_000_000)


def _now_us(previous_us: int) -> int:
    """Server time, never before the previous entry's. A clock far behind would falsify every later time: refused."""
    now = server_now_us()
    if now < previous_us - TOLERATED_STEP_BACK_US:
        behind = (previous_us - now) // 1_000_000
        raise LedgerError(
            _("The server's clock is %(seconds)d s behind the last entry of the ledger. Nothing was written; correct the clock.") % {"seconds": behind}
        )
    return max(now, previous_us)
