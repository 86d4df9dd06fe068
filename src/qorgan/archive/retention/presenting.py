"""A dock presents a file that the office has destroyed: it is refused, for its term is over, and that is written down once."""

from qorgan.archive.models import Recording
from qorgan.archive.retention import kinds
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.models import Entry
from qorgan.ledger.transactions import writing


def note_presented(recording: Recording, actor: Actor, *, dock: str) -> None:
    """Write that a copy of a destroyed recording still exists somewhere, the first time it is presented."""
    subject = f"recording:{recording.pk}"
    with writing():
        if Entry.objects.filter(subject=subject, kind=kinds.PRESENTED_AFTER.key).exists():
            return
        log.append(
            kinds.PRESENTED_AFTER, actor=actor, subject=subject, organisation=str(recording.organisation_id),
            payload={"act": recording.destroyed_act or "", "plain_sha256": recording.plain_sha256, "dock": dock},
        )
