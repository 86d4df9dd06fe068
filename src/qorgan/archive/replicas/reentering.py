"""After the loss of the database: recordings whose sealed file survived in a replica are entered again (444 p.12).

A backup is older than the loss. What came in between is not in the restored database; a replica has the files and, beside each, the
ledger's word on it. Each is entered under its old number with a new entry, which names the old one: that is gone with the lost part of
the ledger, and nobody pretends otherwise.

Steps of one: the word is checked under this office's key → the copy is read, compared and becomes the stored file (``copy.data`` …) → one
transaction ``reenter.row``: entry, recording, whose it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.models import Dock, Fixity, Recording, Upload
from qorgan.archive.receipts import Then, recording_of
from qorgan.archive.replicas import kinds, tombstones
from qorgan.archive.replicas.copies import WORKER
from qorgan.archive.replicas.copying import DamagedSource, copy_verified
from qorgan.archive.replicas.folder import Folder
from qorgan.archive.replicas.models import Replica
from qorgan.archive.replicas.notes import Word
from qorgan.archive.vault.models import Generation
from qorgan.evidence.manifest import Manifest, ManifestError, Receipt
from qorgan.ledger import log
from qorgan.ledger.keyring import keyring
from qorgan.ledger.signing import ledger_key
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation

logger = structlog.get_logger(__name__)
_BATCH = 200


@dataclass
class Report:
    """``problems``: [{"recording", "problem"}] with codes: forged, organisation, vault-key, damaged, same-bytes."""

    found: int = 0
    entered: list[str] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Nothing in the replica is left out."""
        return not self.problems


def unknown(folder: Folder) -> Iterator[Path]:
    """Notes of stored files that this database does not know, destroyed ones left out."""
    batch: list[Path] = []
    for path in folder.notes():
        batch.append(path)
        if len(batch) == _BATCH:
            yield from _unknown(batch)
            batch = []
    yield from _unknown(batch)


def count_unknown(folder: Folder) -> int:
    """How many there are; remembered for the pages."""
    count = sum(1 for _path in unknown(folder))
    Replica.objects.filter(pk=folder.id).update(unknown=count)
    return count


def reenter(folder: Folder, then: Then) -> Report:
    """Enter again what only the replica knows; ``then`` says whose each is, as at its first coming. May be done twice."""
    report = Report()
    for path in unknown(folder):
        report.found += 1
        problem, recording = _enter(folder, path, then)
        if problem:
            report.problems.append({"recording": recording or path.stem, "problem": problem})
            logger.error("recording in a replica cannot be entered again", note=path.name, problem=problem)
        else:
            report.entered.append(recording)
    count_unknown(folder)
    return report


def _unknown(batch: list[Path]) -> list[Path]:
    hashes = [path.stem for path in batch]
    known = set(Recording.objects.filter(sealed_blake3__in=hashes).values_list("sealed_blake3", flat=True)) | set(tombstones.destroyed_hashes())
    return [path for path in batch if path.stem not in known]


def _enter(folder: Folder, path: Path, then: Then) -> tuple[str, str]:
    """(problem or "", recording)."""
    try:
        word = Word.from_note(path.read_text(encoding="utf-8"), keyring().verifiers)
        manifest, receipt = word.said()
    except (ManifestError, ValueError, OSError):
        return "forged", ""
    if receipt.sealed_blake3 != path.stem or receipt.plain_sha256 != manifest.plain_sha256:
        return "forged", receipt.recording
    organisation = Organisation.objects.filter(pk=UUID(word.organisation)).first()
    problem = _why_not(organisation, manifest)
    if organisation is not None and not problem:
        digest = receipt.sealed_blake3
        try:
            copy_verified(folder.blob(digest), store.blob_path(digest), digest=digest, size=receipt.sealed_size)
            _write(word, manifest, receipt, organisation, folder, then)
        except (DamagedSource, FileNotFoundError):
            problem = "damaged"
    return problem, receipt.recording


def _why_not(organisation: Organisation | None, manifest: Manifest) -> str:
    """What stands against entering it, "" if nothing does."""
    if organisation is None:
        return "organisation"
    if not Generation.objects.filter(organisation=organisation, recipient__in=manifest.recipients).exists():
        return "vault-key"  # the key to which it is sealed was made after the backup and went with the database
    if Recording.objects.filter(organisation=organisation, plain_sha256=manifest.plain_sha256).exists():
        return "same-bytes"
    return ""


def _write(word: Word, manifest: Manifest, receipt: Receipt, organisation: Organisation, folder: Folder, then: Then) -> None:
    dock = Dock(id=UUID(receipt.dock), organisation=organisation, name=word.dock_name)
    coming = Upload(dock=dock, organisation=organisation, manifest=word.manifest, length=receipt.sealed_size, sealed_blake3=receipt.sealed_blake3)
    with store.step("reenter.row"), writing():
        recording = recording_of(coming, manifest, word.generation)
        recording.id = UUID(receipt.recording)
        entry = log.append(
            kinds.RECORDING_REENTERED, actor=WORKER, subject=f"recording:{recording.id}", organisation=str(organisation.id),
            payload={
                "replica": str(folder.id), "plain_sha256": receipt.plain_sha256, "sealed_blake3": receipt.sealed_blake3,
                "lost_position": receipt.position, "lost_leaf": receipt.leaf, "stored_at": receipt.stored_at, "dock": receipt.dock,
            },
        )
        recording.stored_at, recording.position = entry.at, entry.position
        again = Receipt(
            origin=receipt.origin, upload=receipt.upload, recording=receipt.recording, plain_sha256=receipt.plain_sha256,
            sealed_blake3=receipt.sealed_blake3, sealed_size=receipt.sealed_size, dock=receipt.dock, stored_at=entry.at.isoformat(),
            position=entry.position, leaf=entry.commitment.hex(), duplicate=False,
        )
        recording.receipt = again.to_note(ledger_key())
        recording.save(force_insert=True)
        Fixity.objects.create(recording=recording, checked_at=timezone.now(), ok=True)
        then(recording, manifest)
