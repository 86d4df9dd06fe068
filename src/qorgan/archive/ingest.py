"""How a sealed file comes in: announce, receive, finish. Invariants and ordered steps: docs/design/ingest.md.

The offset that a client is told is always the durable one. Bytes are synced before the row says so, the row before the client.
"""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

import structlog
from django.db import IntegrityError
from django.utils import timezone

from qorgan.archive import kinds, refusals, store
from qorgan.archive.digests import running
from qorgan.archive.docks import as_actor
from qorgan.archive.incoming import Stalled
from qorgan.archive.models import Dock, Recording, Upload
from qorgan.archive.recording import Then, present, record, stored_copy_is_sound
from qorgan.archive.store import Busy, step
from qorgan.archive.vault.models import Generation
from qorgan.evidence import durable
from qorgan.evidence.keys import Verifier
from qorgan.evidence.manifest import Manifest, ManifestError
from qorgan.ledger import log
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation

logger = structlog.get_logger(__name__)
LARGEST = 1 << 40
SYNC_EVERY = 64 * 1024 * 1024
_AGE = b"age-encryption.org/v1\n"


def announce(dock: Dock, *, note: str, metadata: str, length: int) -> Upload:
    """Open an upload, or return the one that this dock opened for the same sealed file; or answer that the office has the recording.

    Raises :class:`qorgan.archive.refusals.Refused`.
    """
    manifest = read_manifest(dock, note)
    if length != manifest.sealed_size or length == 0:
        raise refusals.wrong_length()
    if length > LARGEST:
        raise refusals.too_large()
    generation_of(dock.organisation, manifest.recipients)
    known = Upload.objects.filter(dock=dock, sealed_blake3=manifest.sealed_blake3, state=Upload.State.OPEN).first()
    if known is not None:
        store.create_spool(known.id) if known.offset == 0 else None
        return known
    held = Recording.objects.filter(organisation=dock.organisation, plain_sha256=manifest.plain_sha256).first()
    if held is not None:
        return _again(dock, held, manifest, note, metadata)
    if store.room_bytes() < length:
        raise refusals.disk_full()
    return _open(dock, manifest, note, metadata)
