"""Storing a recording in one transaction, and the signed receipt that says so: only this lets a dock erase the device copy.

The transaction holds the ledger entry, the receipt, the recording, what its attribution adds, and the end of the upload (444 p.11).
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from qorgan.archive import kinds, refusals, store
from qorgan.archive.docks import as_actor
from qorgan.archive.models import Fixity, Recording, Upload
from qorgan.archive.times import span_of
from qorgan.evidence import note
from qorgan.evidence.manifest import Manifest, Receipt
from qorgan.evidence.names import safe_name
from qorgan.ledger import log
from qorgan.ledger.keyring import keyring
from qorgan.ledger.kinds import Kind
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing

Then = Callable[[Recording, Manifest], None]
"""What whoever mounts the endpoint does with a new recording, inside its transaction: say whose it is."""


def store_recording(upload: Upload, manifest: Manifest, generation: int, then: Then) -> Upload:
    """Write the recording of a complete, published upload. If the office holds it already, it is a presentation.

    A second call finds the upload stored and returns it. Raises ``IntegrityError`` when another upload of the same recording
    was stored in the same moment: call again.
    """
    with writing():
        current = _locked(upload.pk)
        if current.state != Upload.State.OPEN:
            return current
        held = held_recording(current, manifest)
        if held is not None and held.is_gone:
            raise refusals.destroyed(held.destroyed_act or "")
        if held is not None:
            return _present(current, held, manifest)
        recording = recording_of(current, manifest, generation)
        entry = _append(kinds.RECORDING_STORED, current, recording, manifest)
        recording.stored_at, recording.position = entry.at, entry.position
        recording.receipt = _receipt(current, recording, entry, duplicate=False)
        recording.save(force_insert=True)
        Fixity.objects.create(recording=recording, checked_at=entry.at, ok=True)
        then(recording, manifest)
        return _end(current, recording, recording.receipt)


def present_again(upload: Upload, held: Recording, manifest: Manifest) -> Upload:
    """Answer an upload of a recording that the office holds with a receipt for the stored copy; the presentation is logged."""
    with writing():
        current = _locked(upload.pk)
        if current.state != Upload.State.OPEN:
            return current
        held = Recording.objects.select_for_update().get(pk=held.pk)  # a destruction may have begun since it was looked at
        if held.is_gone:
            raise refusals.destroyed(held.destroyed_act or "")
        return _present(current, held, manifest)


def held_recording(upload: Upload, manifest: Manifest) -> Recording | None:
    """The recording of these plain bytes, if the office has it."""
    return Recording.objects.filter(organisation_id=upload.organisation_id, plain_sha256=manifest.plain_sha256).first()


def stored_copy_is_sound(recording: Recording) -> bool:
    """Whether the stored file is there in full size and the last check found nothing: else no receipt may be given for it."""
    if recording.is_gone:
        return False
    bad = Fixity.objects.filter(recording=recording, ok=False).exists()
    return not bad and store.blob_size(recording.sealed_blake3) == recording.sealed_size


def _locked(upload: UUID) -> Upload:
    return Upload.objects.select_for_update(of=("self",)).select_related("dock", "organisation").get(pk=upload)


def _present(upload: Upload, held: Recording, manifest: Manifest) -> Upload:
    entry = _append(kinds.RECORDING_PRESENTED, upload, held, manifest)
    return _end(upload, held, _receipt(upload, held, entry, duplicate=True))


def _end(upload: Upload, recording: Recording, receipt: str) -> Upload:
    upload.state, upload.offset, upload.recording, upload.receipt = Upload.State.STORED, upload.length, recording, receipt
    upload.touched_at = timezone.now()
    upload.save(update_fields=["state", "offset", "recording", "receipt", "touched_at"])
    return upload


def _append(kind: Kind, upload: Upload, recording: Recording, manifest: Manifest) -> Entry:
    payload = {
        "upload": str(upload.id), "dock": str(upload.dock_id), "recorder": manifest.recorder, "inventory_number": manifest.inventory_number,
        "name": recording.name, "path": manifest.path, "plain_sha256": recording.plain_sha256, "plain_size": recording.plain_size,
        "sealed_blake3": recording.sealed_blake3, "sealed_size": recording.sealed_size, "presented_blake3": manifest.sealed_blake3,
    }
    return log.append(
        kind, actor=as_actor(upload.dock), subject=f"recording:{recording.id}", organisation=str(upload.organisation_id), payload=payload
    )


def _receipt(upload: Upload, recording: Recording, entry: Entry, *, duplicate: bool) -> str:
    """The signed word of this server. ``leaf`` is the entry's commitment, so that a proof can be asked for later."""
    key = ledger_key()
    receipt = Receipt(
        origin=key.name, upload=str(upload.id), recording=str(recording.id), plain_sha256=recording.plain_sha256, sealed_blake3=recording.sealed_blake3,
        sealed_size=recording.sealed_size, dock=str(upload.dock_id), stored_at=recording.stored_at.isoformat(), position=entry.position,
        leaf=entry.commitment.hex(), duplicate=duplicate,
    )
    return receipt.to_note(key)


def under_todays_key(receipt: str) -> str:
    """The receipt as the present key says it: one that an earlier key signed is signed anew, for docks believe the present one alone."""
    key = ledger_key()
    if any(key_id == key.key_id for _name, key_id, _signature in note.split(receipt)[1]):
        return receipt
    return Receipt.from_note(receipt, keyring().verifiers).to_note(key)


def recording_of(upload: Upload, manifest: Manifest, generation: int) -> Recording:
    """The recording that a complete upload becomes; not yet saved, without its entry and receipt."""
    span = span_of(manifest)
    return Recording(
        id=uuid4(), organisation=upload.organisation, source=manifest.recorder, source_number=_plain(manifest.inventory_number)[:200],
        kind=str(manifest.media.get("kind", "other"))[:20], name=safe_name(manifest.name), path=_plain(manifest.path), media=_plain(manifest.media),
        plain_sha256=manifest.plain_sha256, sealed_blake3=upload.sealed_blake3, plain_size=manifest.plain_size, sealed_size=upload.length,
        generation=generation, device_started_at=manifest.device_started_at[:40], started_at=span.started_at, ended_at=span.ended_at,
        offset_basis=span.basis, dock_name=upload.dock.name, clocks=_plain(manifest.clocks), manifest=upload.manifest,
    )


def _plain(value: Any) -> Any:
    """Texts without NUL, which PostgreSQL cannot hold; the manifest keeps the device's own bytes."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{SYMBOL FOR NULL}")
    if isinstance(value, Mapping):
        return {_plain(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
