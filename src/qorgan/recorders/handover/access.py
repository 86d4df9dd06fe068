"""The only querysets of hand-overs that a user gets."""

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery, Sum

from qorgan.archive.access import recordings
from qorgan.archive.models import Recording
from qorgan.people.models import Organisation
from qorgan.people.rights import Actor, Permission
from qorgan.recorders.handover.models import HandOver, Item, Production, Sign
from qorgan.recorders.models import Inspection

_STATE = ("registration", "withdrawal", "acceptance", "organisation", "inspection")
_ITEMS = Item.objects.filter(handover=OuterRef("pk")).order_by().values("handover")


def handovers(actor: Actor) -> QuerySet[HandOver]:
    """Hand-overs of the divisions whose register one may read."""
    return HandOver.objects.filter(organisation__in=actor.organisations(Permission.HANDOVER_READ))


def with_state(found: QuerySet[HandOver]) -> QuerySet[HandOver]:
    """With all that :mod:`qorgan.recorders.handover.standing` asks, in a constant number of queries."""
    produced = Production.objects.select_related("ending").order_by("position")
    signs = Sign.objects.select_related("signature", "person").order_by("position")
    counted = found.annotate(
        recordings_count=Subquery(_ITEMS.annotate(value=Count("pk")).values("value")),
        recordings_size=Subquery(_ITEMS.annotate(value=Sum("plain_size")).values("value")),
    )
    return counted.select_related(*_STATE).defer("acceptance__scan").prefetch_related(Prefetch("productions", produced), Prefetch("signs", signs), "answers")


def to_sign(actor: Actor) -> QuerySet[HandOver]:
    """Drafts that wait for this person's own signature, the oldest first (444 p.14)."""
    open_ones = HandOver.objects.filter(organisation__in=actor.organisations(Permission.HANDOVER_MAKE), registration=None, withdrawal=None)
    return open_ones.exclude(signs__person=actor.person).order_by("drafted_at", "id")


def of_inspection(actor: Actor, inspection: Inspection) -> list[HandOver]:
    """Hand-overs of one inspection, newest first, for its page."""
    return list(with_state(handovers(actor).filter(inspection=inspection)).order_by("-drafted_at"))


def recordings_to_hand_over(actor: Actor, organisation: Organisation) -> QuerySet[Recording]:
    """Recordings of a division in which one may hand over; nothing elsewhere."""
    if not actor.may(Permission.HANDOVER_MAKE, organisation):
        return Recording.objects.none()
    return recordings(actor).filter(organisation=organisation)
