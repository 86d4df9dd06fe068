"""An opening: the first time a recording is looked at in an unlocking, written before its first byte leaves (444 p.21)."""

from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.vault import kinds
from qorgan.archive.vault.models import Opening, Unlocking
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing
from qorgan.people.alphabet import fold

_KINDS = {
    Opening.Kind.PLAY: kinds.RECORDING_PLAYED,
    Opening.Kind.ORIGINAL: kinds.ORIGINAL_TAKEN,
    Opening.Kind.VIEW: kinds.RECORDING_CONVERTED,
}


def write_opening(*, actor: Actor, unlocking: Unlocking, recording: Recording, kind: Opening.Kind) -> Opening:
    """Write that a recording is opened; later openings of the same kind in the same unlocking find the first one.

    The row and its ledger entry are one transaction: when it fails, nothing of the recording may be shown.
    """
    earlier = _earlier(unlocking, recording, kind)
    if earlier is not None:
        return earlier
    with writing():
        Unlocking.objects.select_for_update().get(pk=unlocking.pk)
        earlier = _earlier(unlocking, recording, kind)
        if earlier is not None:
            return earlier
        entry = log.append(
            _KINDS[kind], actor=actor, subject=f"recording:{recording.id}", organisation=str(recording.organisation_id),
            payload={"unlocking": str(unlocking.pk), "purpose": unlocking.purpose, "sha256": recording.plain_sha256, "name": recording.name},
        )
        return _create(unlocking, recording, kind, entry)


def note_opening(*, unlocking: Unlocking, recording: Recording, kind: Opening.Kind, entry: Entry) -> Opening:
    """List among the openings what ``entry`` wrote into the ledger already: a still, a clip. Inside the transaction of that entry."""
    Unlocking.objects.select_for_update().get(pk=unlocking.pk)
    return _earlier(unlocking, recording, kind) or _create(unlocking, recording, kind, entry)


def _create(unlocking: Unlocking, recording: Recording, kind: Opening.Kind, entry: Entry) -> Opening:
    return Opening.objects.create(
        organisation_id=recording.organisation_id, unlocking=unlocking, recording=recording, kind=kind, person_id=unlocking.person_id,
        person_name=unlocking.person_name, post=unlocking.post, purpose=unlocking.purpose, purpose_folded=fold(unlocking.purpose)[:500],
        at=timezone.now(), position=entry.position,
    )


def _earlier(unlocking: Unlocking, recording: Recording, kind: Opening.Kind) -> Opening | None:
    return Opening.objects.filter(unlocking=unlocking, recording=recording, kind=kind).first()
