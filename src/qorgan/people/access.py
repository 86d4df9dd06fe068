"""The only querysets of people that a user gets."""

from django.db.models import Q, QuerySet

from qorgan.people.models import Appointment, Letter, Person
from qorgan.people.rights import Actor, Permission


def persons(actor: Actor) -> QuerySet[Person]:
    """Persons of the divisions one may read, and oneself."""
    own = Q(pk=actor.person.pk) if actor.person else Q(pk=None)
    return Person.objects.filter(Q(organisation__in=actor.organisations(Permission.PEOPLE_READ)) | own)


def appointments(actor: Actor) -> QuerySet[Appointment]:
    """Appointments in those divisions."""
    own = Q(person=actor.person) if actor.person else Q(pk=None)
    return Appointment.objects.filter(Q(organisation__in=actor.organisations(Permission.PEOPLE_READ)) | own)


def letters(actor: Actor) -> QuerySet[Letter]:
    """Letters of the divisions whose letters one keeps, and those of no division (witnesses of the ledger)."""
    kept = actor.organisations(Permission.LETTER_KEEP)
    return Letter.objects.filter(Q(organisation__in=kept) | Q(organisation=None)) if kept else Letter.objects.none()
