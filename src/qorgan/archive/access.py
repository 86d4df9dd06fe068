"""The only querysets of recordings, docks and uploads that a user gets (444 p.13)."""

from django.db.models import Q, QuerySet

from qorgan.archive.models import Dock, Recording, Upload
from qorgan.people.rights import Actor, Permission


def recordings(actor: Actor) -> QuerySet[Recording]:
    """Recordings of the divisions one may read; an inspector's own elsewhere; none for whoever only runs the machine."""
    whole = actor.organisations(Permission.RECORDING_READ)
    # without the divisions read whole: an OR over the person would keep a search from answering out of its index
    own = Q(organisation__in=actor.organisations(Permission.RECORDING_READ_OWN) - whole, person=actor.person) if actor.person else Q(pk=None)
    return Recording.objects.filter(Q(organisation__in=whole) | own)


def docks(actor: Actor) -> QuerySet[Dock]:
    """Docks of the divisions in which one may read them."""
    return Dock.objects.filter(organisation__in=actor.organisations(Permission.DOCK_READ))


def uploads(actor: Actor) -> QuerySet[Upload]:
    """Uploads of those docks."""
    return Upload.objects.filter(organisation__in=actor.organisations(Permission.DOCK_READ))
