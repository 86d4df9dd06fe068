"""Docks show the receipts they hold: what this office once vouched for and does not have is found, named and asked back (444 p.12).

A receipt is the ledger's own word with its place in the ledger. After the restoring of an old backup the place holds another entry or
none, and the recording is unknown: the dock is told, and brings what it still has.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from qorgan.archive.docks import as_actor
from qorgan.archive.models import Dock, Recording
from qorgan.archive.replicas import kinds
from qorgan.archive.replicas.models import Missing, Restoration
from qorgan.evidence.manifest import Receipt
from qorgan.ledger import log
from qorgan.ledger.keyring import keyring
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing


def show(*, dock: Dock, receipts: Sequence[str]) -> list[str]:
    """Take in receipts that a dock holds; return the SHA-256 of the recordings that this office does not have.

    Notes that this ledger's key did not sign are passed over: they prove nothing against it.
    """
    read = _read(receipts)
    held = set(Recording.objects.filter(organisation_id=dock.organisation_id, plain_sha256__in=list(read)).values_list("plain_sha256", flat=True))
    lost = [read[digest] for digest in sorted(read.keys() - held)]
    noted = set(Missing.objects.filter(recording__in=[UUID(receipt.recording) for _note, receipt in lost]).values_list("recording", flat=True))
    fresh = [(note, receipt) for note, receipt in lost if UUID(receipt.recording) not in noted]
    if fresh:
        with writing():
            Missing.objects.bulk_create([_missing(dock, note, receipt) for note, receipt in fresh], ignore_conflicts=False)
            log.append(
                kinds.RECORDING_MISSED, actor=as_actor(dock), subject=f"dock:{dock.pk}", organisation=str(dock.organisation_id),
                payload={"recordings": [{"recording": r.recording, "plain_sha256": r.plain_sha256, "position": r.position, "leaf": r.leaf} for _n, r in fresh]},
            )
    return [receipt.plain_sha256 for _note, receipt in lost]


def still_missing() -> QuerySet[Missing]:
    """What has not come back, by whatever way, oldest first."""
    back = Recording.objects.filter(organisation=OuterRef("organisation"), plain_sha256=OuterRef("plain_sha256"))
    return Missing.objects.filter(~Exists(back)).select_related("dock").order_by("stored_at")


def latest_restoration() -> Restoration | None:
    """The last time this database came out of a backup."""
    return Restoration.objects.order_by("-restored_at").first()


def ledger_size() -> int:
    """Entries of the ledger: a dock that holds a receipt of a later place knows that this is an older state."""
    newest = Entry.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if newest is None else newest + 1


def _read(receipts: Sequence[str]) -> dict[str, tuple[str, Receipt]]:
    verifiers, found = keyring().verifiers, {}
    for text in receipts:
        try:
            receipt = Receipt.from_note(text, verifiers)
        except ValueError:  # not a note, not ours, or letters that no text has
            continue
        found[receipt.plain_sha256] = (text, receipt)
    return found


def _missing(dock: Dock, note: str, receipt: Receipt) -> Missing:
    return Missing(
        recording=UUID(receipt.recording), organisation_id=dock.organisation_id, dock=dock, plain_sha256=receipt.plain_sha256,
        sealed_blake3=receipt.sealed_blake3, stored_at=datetime.fromisoformat(receipt.stored_at), receipt=note, noted_at=timezone.now(),
    )
