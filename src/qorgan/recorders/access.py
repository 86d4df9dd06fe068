"""The only querysets of this room that a user gets: what is not in them is not found."""

from datetime import date

from django.db.models import Q, QuerySet

from qorgan.people.models import Appointment, Organisation, Person, Post
from qorgan.people.rights import Actor, Permission
from qorgan.recorders.models import Inspection, Issue, Policy, Recorder, Stranger


def recorders(actor: Actor) -> QuerySet[Recorder]:
    """Recorders of the divisions one may read, or whose kiosk one runs."""
    where = actor.organisations(Permission.RECORDER_READ) | actor.organisations(Permission.KIOSK_USE)
    return Recorder.objects.filter(organisation__in=where)


def inspections(actor: Actor) -> QuerySet[Inspection]:
    """All of a division for those who read it; an inspector's own, and those for which a recorder was issued to that inspector."""
    everyone = Q(organisation__in=actor.organisations(Permission.INSPECTION_READ))
    if actor.person is None:
        return Inspection.objects.none()
    own = Q(organisation__in=actor.organisations(Permission.INSPECTION_READ_OWN))
    mine = Q(inspector=actor.person) | Q(pk__in=Issue.objects.filter(person=actor.person).values("inspection"))
    return Inspection.objects.filter(everyone | (own & mine))


def issues(actor: Actor) -> QuerySet[Issue]:
    """Issues of recorders that one may read, and one's own."""
    own = Q(organisation__in=actor.organisations(Permission.INSPECTION_READ_OWN), person=actor.person) if actor.person else Q(pk=None)
    return Issue.objects.filter(Q(organisation__in=actor.organisations(Permission.RECORDER_READ)) | own)


def strangers(actor: Actor) -> QuerySet[Stranger]:
    """Unknown drives seen by the docks that one may read."""
    return Stranger.objects.filter(organisation__in=actor.organisations(Permission.DOCK_READ))


def inspectors(organisation: Organisation, day: date | None = None) -> QuerySet[Person]:
    """Who may take a recorder in a division on a day (today by default): its inspectors by appointment, by family name."""
    serving = Appointment.objects.in_force(day).filter(organisation=organisation, post=Post.INSPECTOR)
    return Person.objects.filter(pk__in=serving.values("person")).order_by("family_name", "given_name", "id")


def free_recorders(organisation: Organisation) -> QuerySet[Recorder]:
    """Recorders that could be issued now: in use, in order, in store."""
    out = Issue.objects.filter(organisation=organisation, returned_at=None).values("recorder")
    return Recorder.objects.filter(organisation=organisation, withdrawn_at=None, faulty_since=None).exclude(pk__in=out).order_by("inventory_number")


def policy_of(organisation: Organisation) -> Policy:
    """The rules of a division; the defaults, unsaved, where it has set none."""
    return Policy.objects.filter(organisation=organisation).first() or Policy(organisation=organisation)
