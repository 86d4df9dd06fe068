"""Erasing the device's copies: only what is stored, only under the office's rule, only after it stands in the ledger (444 p.19).

The order forbids erasing to inspectors; the office may let a dock empty a recorder once every byte is vouched for by a receipt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from qorgan.archive.docks import as_actor
from qorgan.archive.models import Dock, Recording
from qorgan.evidence.permission import ErasePermission
from qorgan.ledger import log
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing
from qorgan.recorders import kinds
from qorgan.recorders.access import policy_of
from qorgan.recorders.models import Recorder


@dataclass(frozen=True)
class Copy:
    """A file on the device that the dock asks about: the recording it says it is, its SHA-256, its path there."""

    recording: str
    plain_sha256: str
    path: str


@dataclass(frozen=True)
class Answer:
    """``note``: the signed permission, "" when nothing is allowed. ``refused``: SHA-256 → reason."""

    note: str
    allowed: tuple[str, ...]
    refused: Mapping[str, str]


def permit_erasing(*, dock: Dock, recorder: Recorder, copies: Sequence[Copy]) -> Answer:
    """Decide file by file, write the entry, and only then sign the permission; the entry is durable before the note exists."""
    policy_allows = policy_of(recorder.organisation).erase_after_receipt
    held = _held(dock, copies)
    refused = {copy.plain_sha256: reason for copy in copies if (reason := _reason(copy, held, policy_allows))}
    granted = [copy for copy in copies if copy.plain_sha256 not in refused]
    if not granted:
        return Answer("", (), refused)
    allowed = tuple(sorted({copy.plain_sha256 for copy in granted}))
    with writing():
        entry = log.append(
            kinds.ERASURE_PERMITTED, actor=as_actor(dock), subject=f"recorder:{recorder.id}", organisation=str(dock.organisation_id),
            payload={
                "dock": str(dock.id), "inventory_number": recorder.inventory_number,
                "files": [{"recording": copy.recording, "plain_sha256": copy.plain_sha256, "path": copy.path} for copy in granted],
            },
        )
    key = ledger_key()
    permission = ErasePermission(
        origin=key.name, dock=str(dock.id), recorder=str(recorder.id), allowed=allowed, given_at=entry.at.isoformat(), position=entry.position
    )
    return Answer(permission.to_note(key), allowed, refused)


def note_erased(*, dock: Dock, recorder: Recorder, results: Sequence[Mapping[str, Any]]) -> None:
    """Write what the dock says it erased, and what it could not."""
    with writing():
        log.append(
            kinds.DEVICE_ERASED, actor=as_actor(dock), subject=f"recorder:{recorder.id}", organisation=str(dock.organisation_id),
            payload={"dock": str(dock.id), "inventory_number": recorder.inventory_number, "files": [dict(row) for row in results]},
        )


def _held(dock: Dock, copies: Sequence[Copy]) -> dict[str, Recording]:
    """Recordings of the division by SHA-256, of those that the dock names."""
    digests = {copy.plain_sha256 for copy in copies}
    return {found.plain_sha256: found for found in Recording.objects.filter(organisation_id=dock.organisation_id, plain_sha256__in=digests)}


def _reason(copy: Copy, held: Mapping[str, Recording], policy_allows: bool) -> str:
    """Why this copy stays, "" when it may go."""
    if not policy_allows:
        return _("The office keeps the copies on its recorders.")
    recording = held.get(copy.plain_sha256)
    if recording is None or not recording.receipt:
        return _("The office does not hold this recording.")
    if not _same(copy.recording, recording.id):
        return _("The office holds these bytes under another recording.")
    fixity = getattr(recording, "fixity", None)
    if fixity is not None and not fixity.ok:
        return _("The stored file is missing or damaged: the copy on the recorder is needed.")
    return ""


def _same(text: str, key: UUID) -> bool:
    try:
        return UUID(text) == key
    except ValueError:
        return False
