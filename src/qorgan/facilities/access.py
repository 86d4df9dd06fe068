"""The only querysets of this room that a user gets: what is not in them is not found."""

from django.db.models import QuerySet

from qorgan.facilities.models import Evidence, Facility
from qorgan.people.rights import Actor, Permission


def visible_to(actor: Actor) -> QuerySet[Facility]:
    """Facilities of the organisations whose register one may read."""
    return Facility.objects.filter(organisation__in=actor.organisations(Permission.FACILITY_READ))


def managed_by(actor: Actor) -> QuerySet[Facility]:
    """Facilities about which one may state facts and keep papers."""
    return Facility.objects.filter(organisation__in=actor.organisations(Permission.FACILITY_MANAGE))


def evidence(actor: Actor) -> QuerySet[Evidence]:
    """Evidence that one may open: its contents tell how a facility is protected (366 p.11)."""
    return Evidence.objects.filter(facility__organisation__in=actor.organisations(Permission.EVIDENCE_READ))
