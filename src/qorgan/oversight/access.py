"""The only querysets of this room that a user gets: what one may read of facilities, one may read of their duties."""

from uuid import UUID

from django.db.models import QuerySet

from qorgan.facilities.access import visible_to
from qorgan.oversight.models import Reminder, Statement, Tally
from qorgan.people.rights import Actor, Permission


def tallies(actor: Actor) -> QuerySet[Tally]:
    """Counts of the facilities that one may read."""
    return Tally.objects.filter(organisation__in=actor.organisations(Permission.FACILITY_READ))


def statements(actor: Actor) -> QuerySet[Statement]:
    """Assessments written down about those facilities: they tell what is not met, so they need the right to evidence (366 p.11)."""
    return Statement.objects.filter(facility__in=visible_to(actor), facility__organisation__in=actor.organisations(Permission.EVIDENCE_READ))


def reminders(actor: Actor, facility_id: UUID, key: str) -> QuerySet[Reminder]:
    """Reminders of one duty."""
    return Reminder.objects.filter(facility__in=visible_to(actor), facility=facility_id, key=key).select_related("letter", "person").order_by("-on", "person")
