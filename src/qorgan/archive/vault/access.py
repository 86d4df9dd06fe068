"""What others may ask of the vault: the key to seal to, and the only querysets of it that a user gets."""

from collections.abc import Sequence

from django.db.models import QuerySet

from qorgan.archive.vault.models import Generation, Opening, Unlocking
from qorgan.archive.vault.settling import settle
from qorgan.people.models import Organisation
from qorgan.people.rights import Actor, Permission


def current_generation(organisation: Organisation) -> Generation | None:
    """The generation that docks seal to at this moment; None while the vault is not open: then nothing may be sealed.

    A change of holder that has not been acted upon yet is acted upon first, so that nothing is ever sealed to a generation
    that a dismissed holder could open.
    """
    settle(organisation)
    return Generation.objects.filter(organisation=organisation, retired_at=None).first()


def openings(actor: Actor) -> QuerySet[Opening]:
    """Openings of the divisions in which one may read them (444 p.21)."""
    return Opening.objects.filter(organisation__in=actor.organisations(Permission.OPENING_READ))


def unlockings(actor: Actor) -> QuerySet[Unlocking]:
    """Unlockings of those divisions."""
    return Unlocking.objects.filter(organisation__in=actor.organisations(Permission.OPENING_READ))


def vaults(actor: Actor) -> Sequence[Organisation]:
    """Divisions whose vault's state one may see."""
    return list(Organisation.objects.filter(pk__in=actor.organisations(Permission.VAULT_READ)).order_by("code"))
