"""Giving generations to keys and taking them away: the cryptography of the vault, inside the caller's transaction."""

from collections.abc import Iterable, Mapping

from django.db.models import Max
from django.utils import timezone

from qorgan.archive.vault import kinds
from qorgan.archive.vault.models import Generation, Grant, HolderKey
from qorgan.evidence.age import Identity, Recipient, decrypt, encrypt
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.people.models import Organisation

Identities = Mapping[Generation, Identity]


def start_generation(actor: Actor, organisation: Organisation, keys: Iterable[HolderKey], because: str) -> Generation:
    """Begin a generation: its private key is made here, encrypted to ``keys``, and forgotten. Retires the one before.

    Needs nobody's secret. ``because`` is a word for the ledger: "opened", "dismissed", "lost", "recovered", "renewed".
    """
    keys, now, identity = list(keys), timezone.now(), Identity.generate()
    Generation.objects.filter(organisation=organisation, retired_at=None).update(retired_at=now)
    last = Generation.objects.filter(organisation=organisation).aggregate(last=Max("number"))["last"] or 0
    entry = log.append(
        kinds.GENERATION_STARTED, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
        payload={
            "number": last + 1, "recipient": str(identity.recipient), "because": because,
            "holders": [{"name": key.person.full_name, "recipient": key.recipient} for key in keys],
        },
    )
    generation = Generation.objects.create(
        organisation=organisation, number=last + 1, recipient=str(identity.recipient), because=because, made_at=now, position=entry.position
    )
    for key in keys:
        grant({generation: identity}, key)
    return generation


def grant(identities: Identities, key: HolderKey) -> list[int]:
    """Encrypt each generation's private key to ``key``; returns the numbers of those that it could not open before."""
    recipient, now = Recipient.parse(key.recipient), timezone.now()
    have = set(Grant.objects.filter(key=key, destroyed_at=None).values_list("generation", flat=True))
    given = []
    for generation, identity in identities.items():
        if generation.pk not in have:
            blob = encrypt(str(identity).encode(), [recipient])
            Grant.objects.update_or_create(generation=generation, key=key, defaults={"blob": blob, "made_at": now, "destroyed_at": None})
            given.append(generation.number)
    return sorted(given)


def opened_by(key: HolderKey, identity: Identity) -> dict[Generation, Identity]:
    """The private keys of every generation that ``key`` is granted, opened with its own private half."""
    found = Grant.objects.filter(key=key, destroyed_at=None).select_related("generation")
    return {one.generation: Identity.parse(decrypt(bytes(one.blob), [identity]).decode()) for one in found}


def destroy_spare(organisation: Organisation) -> None:
    """Empty the grants of ended keys wherever a confirmed living key opens the same generation; then the empty keys themselves.

    The last grant of a generation is never destroyed: it is all that stands between three years of evidence and their loss.
    """
    now = timezone.now()
    safe = Grant.objects.filter(destroyed_at=None, key__ended_at=None, key__confirmed_at__isnull=False, key__organisation=organisation)
    ended = Grant.objects.filter(destroyed_at=None, key__ended_at__isnull=False, key__organisation=organisation)
    ended.filter(generation__in=safe.values("generation")).update(blob=b"", destroyed_at=now)
    still = Grant.objects.filter(destroyed_at=None).values("key")
    HolderKey.objects.filter(organisation=organisation, ended_at__isnull=False).exclude(pk__in=still).update(blob=b"")


def end_key(actor: Actor, key: HolderKey, because: str) -> None:
    """End a key; what only it opens is kept until someone else can."""
    HolderKey.objects.filter(pk=key.pk).update(ended_at=timezone.now(), ended_because=because)
    log.append(
        kinds.HOLDER_ENDED, actor=actor, subject=f"vault:{key.organisation_id}", organisation=str(key.organisation_id),
        payload={"holder": key.person.full_name, "recipient": key.recipient, "because": because, "confirmed": key.confirmed_at is not None},
    )


def confirm(key: HolderKey, by: str) -> None:
    """Let a waiting key be granted from here on."""
    HolderKey.objects.filter(pk=key.pk, confirmed_at=None).update(confirmed_at=timezone.now(), confirmed_by=by)
