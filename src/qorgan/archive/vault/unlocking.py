"""Unlocking the vault in one session, and what it takes on every request afterwards (444 p.13, 21).

Three things must meet for a recording to open: the row (database), the session it is bound to, and the 32-byte key that
only the holder's cookie has. And the holder must still be one by today's appointments.
"""

import base64
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.vault import kinds
from qorgan.archive.vault.attempts import open_key
from qorgan.archive.vault.granting import opened_by
from qorgan.archive.vault.models import HolderKey, Unlocking
from qorgan.archive.vault.refusals import VaultRefused
from qorgan.archive.vault.standing import HOLDING_POSTS, confirmed_key
from qorgan.evidence.age import Identity
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Appointment, Organisation, Person

COOKIE = "qorgan_vault"
COOKIE_PATH = "/archive/"
LEAST_PURPOSE = 10
MOST_PURPOSE = 500
_NONCE = 12


@dataclass(frozen=True)
class Unlocked:
    """A fresh unlocking and the value of the cookie that belongs to it; the value exists nowhere else."""

    unlocking: Unlocking
    cookie: str


@dataclass(frozen=True)
class OpenVault:
    """A live unlocking met with its cookie and session: the private keys of the generations, for this request only."""

    unlocking: Unlocking
    identities: list[Identity]

    @property
    def seconds_left(self) -> int:
        """Until it locks by itself."""
        return max(0, int((self.unlocking.expires_at - timezone.now()).total_seconds()))


def unlock(*, actor: Actor, person: Person, organisation: Organisation, session_key: str, given: str, purpose: str) -> Unlocked:
    """Open the vault with a holder's secret for a stated purpose, in this session, for QORGAN_UNLOCK_MINUTES.

    Raises :class:`VaultRefused` without a purpose of ten characters or without a confirmed key, ``WrongSecretGiven`` for
    a wrong secret or too many tries (each such refusal is in the ledger). 444 p.13, 21.
    """
    stated = stated_purpose(purpose)
    key = confirmed_key(organisation, person)
    if key is None:
        raise VaultRefused(_("You have no key to this vault yet. Choose a secret on the vault's page; the other holder then gives you access (444 p.6)."))
    identity = open_key(actor=actor, key=key, given=given, purpose=stated)
    with writing():
        opened = opened_by(key, identity)
        now, digest = timezone.now(), session_digest(session_key)
        for earlier in Unlocking.objects.filter(person=person, session_digest=digest, locked_at=None):
            lock(earlier, Unlocking.Because.AGAIN, actor=actor)
        row_id, cookie_key = uuid.uuid4(), secrets.token_bytes(32)
        minutes = settings.QORGAN["QORGAN_UNLOCK_MINUTES"]
        entry = log.append(
            kinds.UNLOCKED, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
            payload={"unlocking": str(row_id), "purpose": stated, "minutes": minutes, "generations": sorted(g.number for g in opened)},
        )
        row = Unlocking.objects.create(
            id=row_id, organisation=organisation, person=person, person_name=actor.name, post=actor.post, key=key, session_digest=digest,
            purpose=stated, blob=_sealed(cookie_key, row_id, digest, list(opened.values())), opened_at=now,
            expires_at=now + timedelta(minutes=minutes), position=entry.position,
        )
    return Unlocked(row, f"{row_id.hex}.{base64.urlsafe_b64encode(cookie_key).decode().rstrip('=')}")


def meet(*, cookie: str, session_key: str | None, person: Person | None, organisation: Organisation | uuid.UUID | None = None) -> OpenVault | None:
    """The open vault of this request, or None. Locks the row when its time is over or its holder holds no longer.

    Asked on every request: cookie, session, person, time, division, the key and today's appointment must all agree.
    """
    row_id, key = _parts(cookie)
    if row_id is None or not session_key or person is None:
        return None
    row = Unlocking.objects.select_related("key").filter(pk=row_id, person=person, session_digest=session_digest(session_key), locked_at=None).first()
    wanted = organisation.pk if isinstance(organisation, Organisation) else organisation
    if row is None or (wanted is not None and row.organisation_id != wanted):
        return None
    expired = row.expires_at <= timezone.now()
    if expired or row.key.ended_at is not None or not _holds(row):
        lock(row, Unlocking.Because.EXPIRED if expired else Unlocking.Because.DISMISSED)
        return None
    identities = _opened(key, row)
    return None if identities is None else OpenVault(row, identities)


def still_open(row: Unlocking) -> bool:
    """Whether an unlocking still holds at this moment; asked again and again while a recording streams."""
    live = Unlocking.objects.filter(pk=row.pk, locked_at=None, expires_at__gt=timezone.now(), key__ended_at=None)
    return live.exists() and _holds(row)


def _holds(row: Unlocking) -> bool:
    """Whether the person holds the vault by today's appointments."""
    held = Appointment.objects.in_force().filter(person_id=row.person_id, organisation_id=row.organisation_id, post__in=HOLDING_POSTS)
    return held.exists()


def lock(row: Unlocking, because: str, *, actor: Actor | None = None) -> bool:
    """Lock an unlocking and destroy what it held; False when it was locked already."""
    with writing():
        changed = Unlocking.objects.filter(pk=row.pk, locked_at=None).update(locked_at=timezone.now(), locked_because=because, blob=b"")
        if changed:
            log.append(
                kinds.LOCKED, actor=actor or Actor.system("vault", str(row.organisation_id)), subject=f"vault:{row.organisation_id}",
                organisation=str(row.organisation_id), payload={"unlocking": str(row.pk), "holder": row.person_name, "because": str(because)},
            )
    return bool(changed)


def lock_overdue() -> int:
    """Lock every unlocking whose time is over; how many there were."""
    return sum(lock(row, Unlocking.Because.EXPIRED) for row in Unlocking.objects.filter(locked_at=None, expires_at__lte=timezone.now()))


def lock_all_of(key: HolderKey) -> None:
    """Lock whatever stands open with this key: its holder holds no longer."""
    for row in Unlocking.objects.filter(key=key, locked_at=None):
        lock(row, Unlocking.Because.DISMISSED)


def stated_purpose(text: str) -> str:
    """The purpose as it enters the ledger. Raises :class:`VaultRefused` when it says too little (444 p.21)."""
    stated = " ".join(text.split())
    if len(stated) < LEAST_PURPOSE:
        words = _("Say for what purpose, in at least %(count)s characters: recordings serve official work only (444 p.21).")
        raise VaultRefused(words % {"count": LEAST_PURPOSE})
    if len(stated) > MOST_PURPOSE:
        raise VaultRefused(_("The purpose is longer than %(count)s characters.") % {"count": MOST_PURPOSE})
    return stated


def session_digest(session_key: str) -> str:
    """What the row keeps of the session it is bound to."""
    return sha256(session_key.encode()).hexdigest()


def _sealed(key: bytes, row_id: uuid.UUID, digest: str, identities: list[Identity]) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps([str(identity) for identity in identities]).encode()
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, _bound_to(row_id, digest))


def _opened(key: bytes, row: Unlocking) -> list[Identity] | None:
    blob = bytes(row.blob)
    try:
        plain = ChaCha20Poly1305(key).decrypt(blob[:_NONCE], blob[_NONCE:], _bound_to(row.pk, row.session_digest))
    except (InvalidTag, ValueError):
        return None
    return [Identity.parse(text) for text in json.loads(plain)]


def _bound_to(row_id: uuid.UUID, digest: str) -> bytes:
    return f"qorgan unlocking {row_id} {digest}".encode()


def _parts(cookie: str) -> tuple[uuid.UUID | None, bytes]:
    """Row and key of a cookie; (None, b"") for anything that is not one."""
    name, _dot, encoded = cookie.partition(".")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        row_id = uuid.UUID(hex=name)
    except ValueError:
        return None, b""
    return (row_id, key) if len(key) == 32 else (None, b"")
