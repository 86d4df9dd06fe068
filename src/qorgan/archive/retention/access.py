"""What a user gets to see of retention, and what other parts of the house ask of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from qorgan.archive.models import Recording
from qorgan.archive.retention.holds import held_by
from qorgan.archive.retention.lists import coming, fallen
from qorgan.archive.retention.models import Act, Hold, Proposal
from qorgan.archive.retention.replaying import destroyed_hashes
from qorgan.people.models import Organisation
from qorgan.people.rights import Actor, Permission

__all__ = ["DueSoon", "acts", "destroyed_at", "destroyed_hashes", "due_soon", "held", "holds", "to_sign"]


def acts(actor: Actor) -> QuerySet[Act]:
    """Destruction acts of the divisions in which one may read them."""
    return Act.objects.filter(organisation__in=actor.organisations(Permission.RETENTION_READ))


def to_sign(actor: Actor) -> QuerySet[Act]:
    """Acts that wait for this person's own signature, the oldest first (444 p.6, 12)."""
    waits = Act.objects.filter(organisation__in=actor.organisations(Permission.DESTRUCTION_MANAGE), signed_at=None, stopped_at=None, finished_at=None)
    return waits.exclude(head=actor.person).exclude(responsible=actor.person).order_by("composed_at", "id")


def holds(actor: Actor) -> QuerySet[Hold]:
    """Holds of those divisions."""
    return Hold.objects.filter(organisation__in=actor.organisations(Permission.RETENTION_READ))


def held(recording: Recording) -> bool:
    """Whether a hold forbids destroying the recording today."""
    return bool(held_by(recording))


def destroyed_at(recording: Recording) -> datetime | None:
    """When the recording was destroyed; None while it is kept."""
    return recording.destroyed_at


@dataclass(frozen=True)
class DueSoon:
    """What the head must know of destruction: what is due, what keeps it, what comes, what waits for a signature, what does not go on."""

    fallen: int
    held: int
    bytes: int
    in_month: int
    open_acts: tuple[Act, ...]
    proposed_at: datetime | None

    @property
    def waits(self) -> bool:
        """Somebody has something to do."""
        return self.fallen > 0 or bool(self.open_acts)


def due_soon(organisation: Organisation, today: date | None = None) -> DueSoon:
    """The numbers for the head's page. ``fallen`` is due and free, ``held`` due but forbidden, ``in_month`` comes in thirty days at most."""
    day = today or timezone.localdate()
    found = list(fallen(organisation, day))
    free = [one for one in found if one.is_free]
    open_acts = tuple(Act.objects.filter(organisation=organisation, finished_at=None).order_by("composed_at", "id"))
    proposal = Proposal.objects.filter(organisation=organisation).order_by("-at").first()
    months = coming(organisation, 2, day)
    return DueSoon(
        fallen=len(free), held=sum(one.hold is not None for one in found), bytes=sum(one.recording.sealed_size for one in free),
        in_month=sum(month.recordings for month in months if month.first <= day + timedelta(days=30)), open_acts=open_acts,
        proposed_at=proposal.at if proposal else None,
    )
