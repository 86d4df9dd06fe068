"""How a sealed file comes in: announce, receive, finish. Invariants and ordered steps: docs/design/ingest.md.

The offset that a client is told is always the durable one. Bytes are synced before the row says so, the row before the client.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import BinaryIO

import structlog
from blake3 import blake3
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from qorgan.archive import digests, kinds, refusals, store
from qorgan.archive.docks import as_actor
from qorgan.archive.models import Dock, Recording, Upload
from qorgan.archive.receipts import Then, held_recording, present_again, store_recording, stored_copy_is_sound
from qorgan.archive.retention.presenting import note_presented
from qorgan.archive.store import step
from qorgan.archive.vault.models import Generation
from qorgan.evidence import durable
from qorgan.evidence.keys import Verifier
from qorgan.evidence.manifest import Manifest, ManifestError
from qorgan.ledger import log
from qorgan.ledger.transactions import writing

logger = structlog.get_logger(__name__)
LARGEST = 1 << 40
SYNC_EVERY = 64 * 1024 * 1024
SYNC_SECONDS = 10.0
KEPT_WITHOUT_PROGRESS = timedelta(days=30)
_AGE = b"age-encryption.org/v1\n"
State, Problem = Upload.State, Upload.Problem


# Announcing --------------------------------------------------------------------------------------
def announce(dock: Dock, *, note: str, metadata: str, length: int) -> Upload:
    """Open an upload; or return the one this dock has for the same sealed file; or answer for a recording that is held already.

    Raises :class:`qorgan.archive.refusals.Refused`.
    """
    manifest = read_manifest(dock, note)
    if length != manifest.sealed_size or length == 0:
        raise refusals.wrong_length()
    if length > LARGEST:
        raise refusals.too_large()
    generation_of(dock, manifest.recipients)
    known = _known(dock, manifest)
    if known is not None:
        return known
    upload = Upload(
        dock=dock, organisation=dock.organisation, manifest=note, metadata=metadata, plain_sha256=manifest.plain_sha256,
        sealed_blake3=manifest.sealed_blake3, length=length, created_at=timezone.now(), touched_at=timezone.now(),
    )
    held = held_recording(upload, manifest)
    if held is not None:
        return _answer_for(upload, held, manifest)
    if store.room_bytes() < length:
        raise refusals.disk_full()
    try:
        with step("upload.row"), writing():
            upload.save(force_insert=True)
    except IntegrityError:
        return Upload.objects.get(dock=dock, sealed_blake3=manifest.sealed_blake3, state=State.OPEN)  # announced twice at once
    _create_spool(upload)
    return upload


def read_manifest(dock: Dock, note: str) -> Manifest:
    """The manifest, signed by this dock's pinned key. Raises Refused."""
    if not dock.verifier:
        raise refusals.forged("the dock is not enrolled.")
    try:
        manifest = Manifest.from_note(note, [Verifier(dock.verifier)])
    except ManifestError as error:
        raise refusals.forged(str(error)) from error
    if manifest.dock != str(dock.id):
        raise refusals.forged("it names another dock.")
    return manifest


def generation_of(dock: Dock, recipients: Sequence[str]) -> int:
    """Number of the vault's newest generation among ``recipients``, all of which must be this office's. Raises Refused."""
    numbers = dict(Generation.objects.filter(organisation=dock.organisation_id, recipient__in=recipients).values_list("recipient", "number"))
    if not numbers or set(recipients) - set(numbers):
        raise refusals.not_ours()
    return max(numbers.values())


def _known(dock: Dock, manifest: Manifest) -> Upload | None:
    """What this dock announced before of the same sealed file and what was not discarded."""
    mine = Upload.objects.filter(dock=dock, sealed_blake3=manifest.sealed_blake3).exclude(state=State.DISCARDED)
    known = mine.select_related("recording").order_by("-created_at").first()
    if known is not None and known.recording is not None:
        _refuse_unsound(known.recording, dock)
    return known


def _answer_for(upload: Upload, held: Recording, manifest: Manifest) -> Upload:
    """Nothing needs sending: a receipt for the stored copy, if that is sound."""
    _refuse_unsound(held, upload.dock)
    with step("present.commit"), writing():
        upload.save(force_insert=True)
        return present_again(upload, held, manifest)


def _refuse_unsound(held: Recording, dock: Dock) -> None:
    """No receipt for what the office has destroyed, nor for a stored copy that is missing or damaged. Raises Refused."""
    if held.is_gone:
        note_presented(held, as_actor(dock), dock=dock.name)
        raise refusals.destroyed(held.destroyed_act or "")
    if not stored_copy_is_sound(held):
        raise refusals.stored_copy_bad()


def _create_spool(upload: Upload) -> None:
    with step("upload.spool"):
        store.create_spool(upload.id)


# Receiving ---------------------------------------------------------------------------------------
def receive(upload: Upload, *, offset: int, blocks: Iterable[bytes], then: Then) -> Upload:
    """Append ``blocks`` at ``offset`` and, with the last byte, store the recording; return the upload as it then is.

    When the blocks end early, or iterating them raises, what came is kept and durable. Raises Refused, ``OSError``.
    """
    if upload.state == State.OPEN and upload.offset == 0 and not store.spool_path(upload.id).exists():
        _create_spool(upload)  # a crash came between the row and the file
    try:
        with store.held_spool(upload.id) as spool:
            current = _refreshed(upload)
            if offset != current.offset:
                raise refusals.wrong_offset()
            if current.offset < current.length:
                _append(current, spool, blocks)
            return _finish(current, spool, then) if current.offset == current.length else current
    except store.Busy:
        raise refusals.busy() from None
    except durable.LostBytes:
        discard(upload, Problem.SPOOL_LOST)
        raise refusals.spool_lost() from None
    except FileNotFoundError:
        return _without_spool(upload, then)


def _refreshed(upload: Upload) -> Upload:
    """The row as it is under the hold of the spool. Raises Refused for one that has been discarded."""
    current = Upload.objects.select_related("dock", "organisation", "recording").get(pk=upload.pk)
    if current.state == State.DISCARDED:
        raise ended(current)
    return current


def ended(upload: Upload) -> refusals.Refused:
    """Why a discarded upload is not continued."""
    if upload.problem == Problem.DIGEST:
        return refusals.wrong_digest()
    if upload.problem == Problem.DESTROYED:
        return refusals.destroyed("")
    return refusals.not_sealed() if upload.problem == Problem.NOT_SEALED else refusals.gone()


def _append(upload: Upload, spool: BinaryIO, blocks: Iterable[bytes]) -> None:
    """Write, hash, and acknowledge every 64 MiB, every ten seconds and at the end, also at a bad end."""
    if store.room_bytes() <= 0:
        raise refusals.disk_full()
    if store.size_of(spool) < upload.offset:
        raise durable.LostBytes
    digest, end, told = digests.take(upload.id, spool, upload.offset), upload.offset, time.monotonic()
    try:
        for block in blocks:
            if end + len(block) > upload.length:
                raise refusals.too_large()
            end = durable.append_at(spool, end, block, sync=False)
            digest.update(block)
            if end - upload.offset >= SYNC_EVERY or time.monotonic() - told > SYNC_SECONDS:
                _acknowledge(upload, spool, end)
                told = time.monotonic()
                if store.room_bytes() <= 0:
                    raise refusals.disk_full()
    finally:
        if end > upload.offset:
            _acknowledge(upload, spool, end)
        digests.keep(upload.id, end, digest)


def _acknowledge(upload: Upload, spool: BinaryIO, end: int) -> None:
    """Sync the bytes, then write the offset."""
    durable.sync_file(spool)
    with step("offset.row"), writing():
        Upload.objects.filter(pk=upload.pk, state=State.OPEN).update(offset=end, touched_at=timezone.now())
    upload.offset = end


# Finishing ---------------------------------------------------------------------------------------
def finish(upload: Upload, then: Then) -> Upload:
    """Finish an upload whose bytes are all there, if a crash left it so; any other is returned as it is. Raises Refused."""
    if upload.state != State.OPEN or upload.offset < upload.length:
        return upload
    return receive(upload, offset=upload.offset, blocks=(), then=then)


def _finish(upload: Upload, spool: BinaryIO, then: Then) -> Upload:
    """Compare, publish, record. Under the hold of the spool."""
    if upload.state != State.OPEN:
        return upload
    manifest = read_manifest(upload.dock, upload.manifest)
    if not _is_as_announced(upload, spool):
        discard(upload, Problem.DIGEST)
        raise refusals.wrong_digest()
    spool.seek(0)
    if spool.read(len(_AGE)) != _AGE:
        discard(upload, Problem.NOT_SEALED)
        raise refusals.not_sealed()
    held = held_recording(upload, manifest)
    if held is not None and held.is_gone:
        discard(upload, Problem.DESTROYED)  # announced before the destruction, complete after it
    if held is not None:
        _refuse_unsound(held, upload.dock)
        with step("present.commit"):
            stored = present_again(upload, held, manifest)
        store.drop_spool(upload.id)
        return stored
    store.publish(upload.id, upload.sealed_blake3)
    return _record(upload, manifest, then)


def _is_as_announced(upload: Upload, spool: BinaryIO) -> bool:
    digest: blake3 = digests.take(upload.id, spool, upload.length)
    return digest.hexdigest() == upload.sealed_blake3 and store.size_of(spool) == upload.length


def _without_spool(upload: Upload, then: Then) -> Upload:
    """No spool: the upload has ended, or a crash came after publishing and before recording; else the disk lost it."""
    current = _refreshed(upload)
    if current.state != State.OPEN:
        return current
    if current.offset == current.length and store.blob_size(current.sealed_blake3) == current.length:
        return _record(current, read_manifest(current.dock, current.manifest), then)
    discard(current, Problem.SPOOL_LOST)
    raise refusals.spool_lost()


def _record(upload: Upload, manifest: Manifest, then: Then) -> Upload:
    """The one transaction. Two uploads of the same recording may meet here: the later becomes a presentation."""
    generation = generation_of(upload.dock, manifest.recipients)
    with step("record.commit"):
        try:
            stored = _stored(upload, manifest, generation, then)
        except refusals.Refused:  # destroyed in this very moment
            discard(upload, Problem.DESTROYED)
            _drop_unnamed(upload.sealed_blake3)
            raise
    digests.forget(upload.id)
    _drop_unnamed(upload.sealed_blake3)
    logger.info("upload stored", upload=str(upload.id), recording=str(stored.recording_id), bytes=upload.length)
    return stored


def _stored(upload: Upload, manifest: Manifest, generation: int, then: Then) -> Upload:
    try:
        return store_recording(upload, manifest, generation, then)
    except IntegrityError:
        return store_recording(upload, manifest, generation, then)


def _drop_unnamed(sealed_blake3: str) -> None:
    """Remove a stored file that no kept recording names."""
    if not Recording.objects.filter(sealed_blake3=sealed_blake3, destroyed_at=None).exists():
        store.drop_blob(sealed_blake3)


# Ending without storing ----------------------------------------------------------------------------
def terminate(upload: Upload) -> None:
    """Withdraw an upload at the dock's wish. Raises Refused for a stored or a busy one; one already discarded is fine."""
    if upload.state == State.STORED:
        raise refusals.already_stored()
    if upload.state == State.DISCARDED:
        return
    try:
        with store.held_spool(upload.id):
            if _refreshed(upload).state == State.STORED:
                raise refusals.already_stored()
            discard(upload, Problem.TERMINATED)
    except store.Busy:
        raise refusals.busy() from None
    except FileNotFoundError:
        discard(upload, Problem.TERMINATED)


def discard(upload: Upload, problem: Upload.Problem) -> None:
    """End an upload without storing: first the row and its ledger entry, then the spool. A stored one is left alone."""
    with step("discard.row"), writing():
        open_still = Upload.objects.filter(pk=upload.pk, state=State.OPEN)
        if open_still.update(state=State.DISCARDED, problem=problem, touched_at=timezone.now()):
            log.append(
                kinds.UPLOAD_DISCARDED, actor=as_actor(upload.dock), subject=f"upload:{upload.id}", organisation=str(upload.organisation_id),
                payload={"problem": str(problem), "plain_sha256": upload.plain_sha256, "sealed_blake3": upload.sealed_blake3, "arrived": upload.offset},
            )
    digests.forget(upload.id)
    store.drop_spool(upload.id)


def forget_stale_uploads() -> int:
    """Discard what has made no progress for thirty days, and spool files whose upload has ended; return how many spools went.

    A complete upload is never stale: it waits for its dock to ask for the receipt. A dock that finds its upload gone begins anew.
    """
    before = timezone.now() - KEPT_WITHOUT_PROGRESS
    stale = list(Upload.objects.filter(state=State.OPEN, touched_at__lt=before, offset__lt=F("length")).select_related("dock"))
    for upload in stale:
        discard(upload, Problem.STALE)
    spooled = store.spooled()
    wanted = set(Upload.objects.filter(pk__in=spooled, state=State.OPEN).values_list("pk", flat=True))
    rubbish = [upload for upload in spooled if upload not in wanted]
    for upload_id in rubbish:
        store.drop_spool(upload_id)
    return len(stale) + len(rubbish)
