"""Trying a holder's secret: at most five wrong ones in a quarter of an hour, each refusal an entry of the ledger (444 p.13)."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.vault import kinds, secret
from qorgan.archive.vault.models import Attempt, HolderKey
from qorgan.archive.vault.refusals import WrongSecretGiven
from qorgan.evidence.age import Identity
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Person

MOST_WRONG = 5
WINDOW = timedelta(minutes=15)
_KEPT = timedelta(days=1)


def open_key(*, actor: Actor, key: HolderKey, given: str, purpose: str) -> Identity:
    """The private key of a holder, opened with the secret ``given``. Not inside a transaction: a wrong try must stay counted.

    ``purpose`` says in the ledger what the secret was given for. Raises :class:`WrongSecretGiven`.
    """
    attempt = _reserve(key.person)
    if attempt is None:
        _log_refusal(actor, key, purpose, blocked=True)
        raise WrongSecretGiven(
            _("After %(count)s wrong secrets the vault takes none from %(name)s for %(minutes)s minutes. Nothing else has changed.")
            % {"count": MOST_WRONG, "name": key.person.full_name, "minutes": int(WINDOW.total_seconds() // 60)}
        )
    identity = secret.open_with(given, bytes(key.blob)) if key.blob else None
    if identity is None:
        _log_refusal(actor, key, purpose, blocked=False)
        raise WrongSecretGiven(
            _("This is not the secret of %(name)s. The refusal is in the ledger; tries left in this quarter of an hour: %(left)s.")
            % {"name": key.person.full_name, "left": _left(key.person)}
        )
    Attempt.objects.filter(pk=attempt.pk).update(succeeded=True)
    return identity


def _reserve(person: Person) -> Attempt | None:
    """Count a try as wrong before it is made; None when there are too many already."""
    now = timezone.now()
    with writing():
        Person.objects.select_for_update().get(pk=person.pk)
        Attempt.objects.filter(person=person, at__lt=now - _KEPT).delete()
        if _left(person) == 0:
            return None
        return Attempt.objects.create(person=person, at=now)


def _left(person: Person) -> int:
    wrong = Attempt.objects.filter(person=person, succeeded=False, at__gt=timezone.now() - WINDOW).count()
    return max(0, MOST_WRONG - wrong)


def _log_refusal(actor: Actor, key: HolderKey, purpose: str, *, blocked: bool) -> None:
    with writing():
        log.append(
            kinds.SECRET_REFUSED, actor=actor, subject=f"vault:{key.organisation_id}", organisation=str(key.organisation_id),
            payload={"holder": key.person.full_name, "purpose": purpose, "blocked": blocked},
        )
