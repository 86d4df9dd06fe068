"""Verbs of the vault: choose a secret, open the vault, give the other holder access, change a secret, hand over (444 p.6)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.vault import granting, kinds, secret, standing
from qorgan.archive.vault.attempts import open_key
from qorgan.archive.vault.models import Generation, HolderKey
from qorgan.archive.vault.refusals import VaultRefused
from qorgan.archive.vault.settling import settle, settle_everywhere
from qorgan.archive.vault.unlocking import lock_overdue
from qorgan.evidence.age import Identity
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Person


def set_secret(*, actor: Actor, organisation: Organisation, person: Person, given: str) -> HolderKey:
    """A holder chooses a secret, alone: makes a key that waits for confirmation. Also the first step after a lost secret.

    Until it is confirmed the earlier key of this holder (if any) stays as it was: nobody is locked out by a taken-over
    sign-in. Raises :class:`VaultRefused` for a weak secret or when the person is no holder today.
    """
    settle(organisation)
    if person not in standing.holders(organisation).values():
        raise VaultRefused(_("Only the head of the division and the responsible person hold the vault, each appointed by order (444 p.6, 13)."))
    secret.refuse_weak(given, person)
    identity = Identity.generate()
    blob, now = secret.lock_under(given, identity), timezone.now()
    with writing():
        earlier = standing.waiting_key(organisation, person)
        if earlier is not None:
            granting.end_key(actor, earlier, HolderKey.Ending.REPLACED)
        key = HolderKey.objects.create(
            organisation=organisation, person=person, recipient=str(identity.recipient), blob=blob, made_at=now, secret_set_at=now
        )
        log.append(
            kinds.SECRET_SET, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
            payload={"holder": person.full_name, "recipient": key.recipient, "again": standing.confirmed_key(organisation, person) is not None},
        )
        granting.destroy_spare(organisation)
    return key


def open_vault(*, actor: Actor, organisation: Organisation, anew: bool = False) -> Generation:
    """Begin the first generation once head and responsible person have each chosen a secret (444 p.6).

    ``anew``: both earlier secrets are lost; recordings sealed so far stay sealed (a recovery sheet or a remembered secret may
    still open them), those from here on open with the new secrets. Raises :class:`VaultRefused` when a step is missing.
    """
    settle(organisation)
    with writing():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        keys = _keys_to_begin_with(organisation, anew)
        for key in keys:
            if anew and (lost := standing.confirmed_key(organisation, key.person)) is not None:
                granting.end_key(actor, lost, HolderKey.Ending.LOST)
            granting.confirm(key, actor.name)
        generation = granting.start_generation(actor, organisation, keys, "anew" if anew else "opened")
        granting.destroy_spare(organisation)
    return generation


def confirm_holder(*, actor: Actor, organisation: Organisation, key: HolderKey, by: Person, given: str) -> list[int]:
    """The holder ``by`` gives the other holder's waiting key access to everything, with the own secret. Returns generations given.

    This is how a new holder comes in, and how a lost secret is made good: then the lost key ends and a new generation begins.
    Raises :class:`VaultRefused`, or ``WrongSecretGiven``.
    """
    settle(organisation)
    own = standing.confirmed_key(organisation, by)
    if own is None or key.person_id == by.pk:
        raise VaultRefused(_("Only the other holder, with a confirmed key, can give access."))
    identity = open_key(actor=actor, key=own, given=given, purpose=f"holder: {key.person.full_name}")
    with writing():
        waiting = HolderKey.objects.select_for_update().filter(pk=key.pk, organisation=organisation, ended_at=None, confirmed_at=None).first()
        if waiting is None:
            raise VaultRefused(_("This key no longer waits: reload the page."))
        numbers = granting.grant(granting.opened_by(own, identity), waiting)
        lost = standing.confirmed_key(organisation, waiting.person)
        if lost is not None:
            granting.end_key(actor, lost, HolderKey.Ending.LOST)
        granting.confirm(waiting, actor.name)
        log.append(
            kinds.HOLDER_CONFIRMED, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
            payload={"holder": waiting.person.full_name, "recipient": waiting.recipient, "generations": numbers},
        )
        if lost is not None:
            granting.start_generation(actor, organisation, standing.living_keys(organisation).filter(confirmed_at__isnull=False), "lost")
        granting.destroy_spare(organisation)
    return numbers


def change_secret(*, actor: Actor, organisation: Organisation, person: Person, old: str, new: str) -> None:
    """Lock the same key under another secret. Raises :class:`VaultRefused` for a weak new one, ``WrongSecretGiven`` for a wrong old one."""
    key = standing.confirmed_key(organisation, person) or standing.waiting_key(organisation, person)
    if key is None:
        raise VaultRefused(_("You have no key to this vault yet: choose a secret first."))
    secret.refuse_weak(new, person)
    blob = secret.lock_under(new, open_key(actor=actor, key=key, given=old, purpose="change of secret"))
    with writing():
        HolderKey.objects.filter(pk=key.pk).update(blob=blob, secret_set_at=timezone.now())
        log.append(
            kinds.SECRET_CHANGED, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
            payload={"holder": person.full_name, "recipient": key.recipient},
        )


def hand_over(*, actor: Actor, organisation: Organisation, former: HolderKey, given: str) -> list[int]:
    """A former holder, at the desk of a present one, lets the present holders open what only the former key still opens.

    Needed when both holders changed before either could give access. Grants nothing to the former holder, whose rights ended.
    Returns the generations given. Raises :class:`VaultRefused`, or ``WrongSecretGiven``.
    """
    settle(organisation)
    present = list(standing.living_keys(organisation).filter(confirmed_at__isnull=False))
    if not present:
        raise VaultRefused(_("Open the vault with the present holders first; then earlier recordings can be handed over to them."))
    identity = open_key(actor=actor, key=former, given=given, purpose="hand-over")
    with writing():
        opened = granting.opened_by(former, identity)
        numbers = sorted({number for key in present for number in granting.grant(opened, key)})
        log.append(
            kinds.HANDED_OVER, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
            payload={"from": former.person.full_name, "to": [key.person.full_name for key in present], "generations": numbers},
        )
        granting.destroy_spare(organisation)
    return numbers


def renew(*, actor: Actor, organisation: Organisation) -> Generation:
    """Begin a new generation for the present holders, at their wish: a sheet was lost, a secret may have been overheard."""
    settle(organisation)
    with writing():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        keys = list(standing.living_keys(organisation).filter(confirmed_at__isnull=False))
        if not keys:
            raise VaultRefused(_("The vault is not open yet."))
        return granting.start_generation(actor, organisation, keys, "renewed")


def lock_expired() -> int:
    """The worker's minute: lock what is overdue and act upon changes of holder; how many unlockings were locked."""
    settle_everywhere()
    return lock_overdue()


def _keys_to_begin_with(organisation: Organisation, anew: bool) -> list[HolderKey]:
    people = {person.pk: person for person in standing.holders(organisation).values()}
    if len(people) < 2:
        raise VaultRefused(_("Two people hold the vault: first appoint the head and the responsible person (444 p.6)."))
    living = list(standing.living_keys(organisation))
    if any(key.confirmed_at for key in living) and not anew:
        raise VaultRefused(_("The vault is open already."))
    keys = [key for key in living if key.person_id in people and key.confirmed_at is None]
    if {key.person_id for key in keys} != set(people):
        raise VaultRefused(_("Each of the two holders first chooses a secret, alone, at the own desk (444 p.6)."))
    return keys
