"""Signing is a function, not a picture: prove who you are, then sign a digest inside the action's transaction.

Proving comes first and in a transaction of its own, so that a wrong PIN is counted and logged even though the action then fails.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.ledger import actors, log
from qorgan.ledger.transactions import writing
from qorgan.people.kinds import SIGNATURE_REFUSED
from qorgan.people.models import Organisation, Person, Signature

ATTEMPTS = 5
BLOCK = timedelta(minutes=15)


class SignatureRefused(Exception):
    """The person could not be recognised; the sentence is for that person."""


@dataclass(frozen=True)
class Proven:
    """Someone who has just proved to be ``person``; made only by :func:`prove`, used at once."""

    person: Person
    post: str
    method: str


def prove(*, person: Person, organisation: Organisation, method: str, secret: str) -> Proven:
    """Check a PIN or a password. Five wrong ones in a row block the person's signing for a quarter of an hour.

    Raises :class:`SignatureRefused`. Call it before the action's transaction begins.
    """
    with writing():
        current = Person.objects.select_for_update().get(pk=person.pk)
        post = current.appointments.in_force().filter(organisation=organisation).values_list("post", flat=True).first() or ""
        reason = _reason_to_refuse(current, method, secret)
        if not reason:
            if current.pin_failures:
                Person.objects.filter(pk=current.pk).update(pin_failures=0, pin_blocked_until=None)
            return Proven(current, post, method)
        actor = actors.Actor(str(current.id), current.full_name, post, str(organisation.id))
        log.append(SIGNATURE_REFUSED, actor=actor, subject=f"person:{current.id}", payload={"method": method, "failures": current.pin_failures})
    raise SignatureRefused(reason)


def sign(proven: Proven, *, digest: str, organisation: Organisation) -> Signature:
    """Record the signature over ``digest`` (SHA-256, hex). Inside the action's transaction; the action's entry names it."""
    person = proven.person
    return Signature.objects.create(
        person=person, name=person.full_name, post=proven.post, organisation=organisation, method=proven.method, digest=digest, signed_at=timezone.now()
    )


def _reason_to_refuse(person: Person, method: str, secret: str) -> str:
    """The sentence of refusal, or "". Counts a failure."""
    now = timezone.now()
    if person.pin_blocked_until and person.pin_blocked_until > now:
        minutes = int((person.pin_blocked_until - now).total_seconds() // 60) + 1
        return _("Signing is blocked for %(minutes)d min after several wrong tries.") % {"minutes": minutes}
    user = getattr(person, "user", None)
    stored = person.pin if method == Signature.Method.PIN else (user.password if user and user.is_active else "")
    if not stored:
        return _("%(name)s has no PIN yet: it is set by its owner on the account page.") % {"name": person.full_name}
    if check_password(secret, stored):
        return ""
    person.pin_failures += 1
    person.pin_blocked_until = now + BLOCK if person.pin_failures >= ATTEMPTS else None
    if person.pin_failures >= ATTEMPTS:
        person.pin_failures = 0
    person.save(update_fields=["pin_failures", "pin_blocked_until"])
    return _("The PIN is not right.") if method == Signature.Method.PIN else _("The password is not right.")
