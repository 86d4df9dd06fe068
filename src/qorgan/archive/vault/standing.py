"""How a division's vault stands: who holds it by appointment, which keys live, what they are granted. Changes nothing."""

from enum import StrEnum

from django.db.models import QuerySet

from qorgan.archive.vault.models import Generation, Grant, HolderKey, RecoveryCopy
from qorgan.people.models import Appointment, Organisation, Person, Post

HOLDING_POSTS = (Post.HEAD, Post.RESPONSIBLE)


class State(StrEnum):
    """Where the vault of a division stands."""

    NO_HOLDERS = "no-holders"
    NO_SECRETS = "no-secrets"
    READY = "ready"  # both secrets are chosen; it can be opened
    OPEN = "open"  # a generation is current: docks can seal to it


def holders(organisation: Organisation) -> dict[Post, Person]:
    """Who holds the vault today, by appointment: at most the head and the responsible person (444 p.6, 13)."""
    found = Appointment.objects.in_force().filter(organisation=organisation, post__in=HOLDING_POSTS).select_related("person")
    return {Post(appointment.post): appointment.person for appointment in found}


def living_keys(organisation: Organisation) -> QuerySet[HolderKey]:
    """Keys that have not ended: waiting and confirmed ones."""
    return HolderKey.objects.filter(organisation=organisation, ended_at=None).select_related("person").order_by("made_at")


def confirmed_key(organisation: Organisation, person: Person) -> HolderKey | None:
    """The key with which this holder unlocks, if there is one."""
    return living_keys(organisation).filter(person=person, confirmed_at__isnull=False).first()


def waiting_key(organisation: Organisation, person: Person) -> HolderKey | None:
    """The key of a holder that the other holder has yet to confirm."""
    return living_keys(organisation).filter(person=person, confirmed_at=None).first()


def generations(organisation: Organisation) -> QuerySet[Generation]:
    """All generations, the newest first."""
    return Generation.objects.filter(organisation=organisation).order_by("-number")


def live_grants(key: HolderKey) -> QuerySet[Grant]:
    """What a key can open."""
    return Grant.objects.filter(key=key, destroyed_at=None).select_related("generation")


def former_keys(organisation: Organisation) -> QuerySet[HolderKey]:
    """Ended keys that alone still open some generation: kept for a hand-over, useless without their holder's secret."""
    return (
        HolderKey.objects.filter(organisation=organisation, ended_at__isnull=False, grants__destroyed_at=None, grants__isnull=False)
        .select_related("person").distinct().order_by("ended_at")
    )


def undecided_recovery(organisation: Organisation) -> list[Generation]:
    """Generations for which a recovery sheet was neither printed nor declined."""
    return list(generations(organisation).filter(recovery_copies=None))


def recovery_copies(organisation: Organisation) -> QuerySet[RecoveryCopy]:
    """What was decided about recovery sheets, the newest first."""
    return RecoveryCopy.objects.filter(generation__organisation=organisation).select_related("generation").order_by("-position")


def state(organisation: Organisation) -> State:
    """Where the vault stands today."""
    if Generation.objects.filter(organisation=organisation, retired_at=None).exists():
        return State.OPEN
    people = {person.pk for person in holders(organisation).values()}
    if len(people) < 2:
        return State.NO_HOLDERS
    with_key = set(living_keys(organisation).filter(person__in=people).values_list("person", flat=True))
    return State.READY if with_key == people else State.NO_SECRETS
