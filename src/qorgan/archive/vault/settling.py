"""Acting upon a change of holder: whoever was dismissed is locked out and a new generation begins (444 p.6).

An appointment ends in another room, which does not know the vault. So the vault looks at the appointments of today each time
it is asked for anything, each time a dock asks what to seal to, and once a minute from the worker.
"""

from django.utils import timezone

from qorgan.archive.vault.granting import destroy_spare, end_key, start_generation
from qorgan.archive.vault.models import Generation, HolderKey
from qorgan.archive.vault.standing import holders, living_keys
from qorgan.archive.vault.unlocking import lock_all_of
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation


def settle(organisation: Organisation) -> None:
    """End the keys of those who hold the post no longer; two queries when nothing has changed."""
    if not _dismissed(organisation):
        return
    with writing():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        dismissed = _dismissed(organisation)
        actor = Actor.system("vault", str(organisation.id))
        for key in dismissed:
            end_key(actor, key, HolderKey.Ending.DISMISSED)
            lock_all_of(key)
        if any(key.confirmed_at for key in dismissed):
            _begin_anew(actor, organisation)
        destroy_spare(organisation)


def settle_everywhere() -> None:
    """Settle each division that has a vault."""
    for organisation in Organisation.objects.filter(pk__in=HolderKey.objects.filter(ended_at=None).values("organisation")):
        settle(organisation)


def _dismissed(organisation: Organisation) -> list[HolderKey]:
    keys = list(living_keys(organisation))
    people = {person.pk for person in holders(organisation).values()} if keys else set()
    return [key for key in keys if key.person_id not in people]


def _begin_anew(actor: Actor, organisation: Organisation) -> None:
    """A new generation for the holders that remain; without any, none is current and docks keep their files until there is."""
    remaining = list(living_keys(organisation).filter(confirmed_at__isnull=False))
    current = Generation.objects.filter(organisation=organisation, retired_at=None)
    if not remaining:
        current.update(retired_at=timezone.now())
    elif current.exists():
        start_generation(actor, organisation, remaining, "dismissed")

