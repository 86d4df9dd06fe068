"""The worker's part: end holds whose day has passed, class what has none, say when something has fallen due."""

from qorgan.archive.models import Recording
from qorgan.archive.retention import kinds
from qorgan.archive.retention.actions import end_holds, freeze_missing
from qorgan.archive.retention.lists import fallen
from qorgan.archive.retention.models import Proposal
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation


def propose_everywhere() -> int:
    """One turn: how many divisions have something new to decide. Nothing is ever destroyed without an act that two have signed."""
    end_holds()
    while freeze_missing():
        pass
    with_recordings = Organisation.objects.filter(pk__in=Recording.objects.filter(destroying_at=None).values("organisation"))
    return sum(propose(organisation) is not None for organisation in with_recordings)


def propose(organisation: Organisation) -> Proposal | None:
    """Write down that recordings have fallen due, unless the last list has them all; the new list, or None."""
    free = [one for one in fallen(organisation) if one.is_free]
    if not free:
        return None
    newest = max(one.due.day for one in free)
    last = Proposal.objects.filter(organisation=organisation).order_by("-at").first()
    if last is not None and last.newest_due >= newest and last.recordings >= len(free):
        return None
    size = sum(one.recording.sealed_size for one in free)
    with writing():
        entry = log.append(
            kinds.FALLEN_DUE, actor=Actor.system("worker", str(organisation.pk)), subject=f"organisation:{organisation.pk}",
            organisation=str(organisation.pk), payload={"recordings": len(free), "newest_due": newest.isoformat(), "bytes": size},
        )
        return Proposal.objects.create(
            organisation=organisation, at=entry.at, recordings=len(free), newest_due=newest, bytes=size, position=entry.position
        )
