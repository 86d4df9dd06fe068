"""The only querysets of hand-overs that a user gets."""

from django.db.models import Prefetch, QuerySet

from qorgan.archive.models import Recording
from qorgan.people.rights import Actor, Permission
from qorgan.recorders.handover.models import HandOver, Production, Sign
from qorgan.recorders.models import Inspection

_STATE = ("registration", "withdrawal", "acceptance", "organisation", "inspection")


def handovers(actor: Actor) -> QuerySet[HandOver]:
    """Hand-overs of the divisions whose register one may read."""
    return HandOver.objects.filter(organisation__in=actor.organisations(Permission.HANDOVER_READ))


def with_state(found: QuerySet[HandOver]) -> QuerySet[HandOver]:
    """With all that :mod:`qorgan.recorders.handover.standing` asks, in a constant number of queries."""
    produced = Production.objects.select_related("ending").order_by("position")
    signs = Sign.objects.select_related("signature", "person").order_by("position")
    return found.select_related(*_STATE).prefetch_related(Prefetch("productions", produced), Prefetch("signs", signs), "answers", "items")


def of_inspection(actor: Actor, inspection: Inspection) -> list[HandOver]:
    """Hand-overs of one inspection, newest first, for its page."""
    return list(with_state(handovers(actor).filter(inspection=inspection)).order_by("-drafted_at"))


def of_recording(actor: Actor, recording: Recording) -> list[HandOver]:
    """Hand-overs in which one recording left or is to leave, newest first."""
    return list(with_state(handovers(actor).filter(items__recording=recording)).order_by("-drafted_at"))
