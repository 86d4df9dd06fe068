"""Docks: entered by the administrator, enrolled by their key, recognised by a token that is kept only as a hash (444 p.11)."""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive import kinds
from qorgan.archive.models import Dock
from qorgan.evidence.keys import KeyFormatError, Verifier
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation

_SEEN_EVERY = timedelta(seconds=30)
_LONGEST_TOKEN = 200


class NotADock(Exception):
    """The request carries no token of a dock, or a revoked one. The message is for the dock's screen."""


class KeyChanged(Exception):
    """The dock is pinned to another key: a new installation needs a new dock."""


def create_dock(*, actor: Actor, organisation: Organisation, name: str) -> tuple[Dock, str]:
    """Enter a dock; return it and its token, which is shown once and kept nowhere. Raises ``ValidationError`` for a taken name."""
    token = secrets.token_hex(32)  # never begins with a hyphen, which a command line would read as an option
    dock = Dock(organisation=organisation, name=name.strip(), token_digest=_digest(token))
    dock.full_clean()
    with writing():
        dock.save(force_insert=True)
        log.append(
            kinds.DOCK_CREATED, actor=actor, subject=f"dock:{dock.id}", organisation=str(organisation.id), payload={"name": dock.name}
        )
    return dock, token


def enrol(*, dock: Dock, public_key: str, host: str, software: str) -> Dock:
    """Pin the dock's public key at its first call; the same key again is fine.

    Raises :class:`KeyChanged` for another key, ``ValidationError`` for what is no key.
    """
    try:
        vkey = Verifier(public_key).vkey
    except KeyFormatError as error:
        raise ValidationError(_("The dock sent no public key that can be read.")) from error
    with writing():
        current = Dock.objects.select_for_update().get(pk=dock.pk)
        if current.verifier and current.verifier != vkey:
            raise KeyChanged(_("This dock was enrolled with another key. Enter a new dock for a new installation and revoke the old one."))
        first = not current.verifier
        current.verifier, current.host, current.software = vkey, host[:200], software[:100]
        current.enrolled_at = current.enrolled_at or timezone.now()
        current.save(update_fields=["verifier", "host", "software", "enrolled_at"])
        if first:
            log.append(
                kinds.DOCK_ENROLLED, actor=as_actor(current), subject=f"dock:{current.id}",
                payload={"key": vkey, "host": current.host, "software": current.software},
            )
    return current


def revoke(*, actor: Actor, dock: Dock) -> Dock:
    """End a dock's access for ever; what it brought stays. A second time changes nothing."""
    with writing():
        current = Dock.objects.select_for_update().get(pk=dock.pk)
        if current.revoked_at is None:
            current.revoked_at = timezone.now()
            current.save(update_fields=["revoked_at"])
            log.append(
                kinds.DOCK_REVOKED, actor=actor, subject=f"dock:{current.id}", organisation=str(current.organisation_id), payload={"name": current.name}
            )
    return current


def authenticate(request: HttpRequest) -> Dock:
    """The dock whose token the request bears. Raises :class:`NotADock`.

    The token is looked up by its hash, so the time of the look-up says nothing about the token.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise NotADock(_("A dock's token is needed."))
    digest = _digest(token.strip())
    dock = Dock.objects.select_related("organisation").filter(token_digest=digest).first()
    if dock is None or not hmac.compare_digest(dock.token_digest, digest):
        raise NotADock(_("This token is not known here."))
    if dock.revoked_at is not None:
        raise NotADock(_("This dock's token has been revoked. Recordings stay on the dock; ask the administrator for a new token."))
    _seen(dock)
    return dock


def as_actor(dock: Dock) -> Actor:
    """The dock as the ledger names it."""
    return Actor.system(f"dock {dock.name}", organisation=str(dock.organisation_id))



def _seen(dock: Dock) -> None:
    now = timezone.now()
    if dock.last_seen_at is None or now - dock.last_seen_at > _SEEN_EVERY:
        with writing():
            Dock.objects.filter(pk=dock.pk).update(last_seen_at=now)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
