"""The recovery sheet: the private key of a generation on paper, for a sealed envelope, if the office wants one (444 p.6).

Without it, when both secrets are lost, the recordings of that generation are lost for ever. The page says so before.
"""

import re
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive.vault import granting, kinds, standing
from qorgan.archive.vault.attempts import open_key
from qorgan.archive.vault.models import Generation, HolderKey, RecoveryCopy
from qorgan.archive.vault.refusals import VaultRefused
from qorgan.archive.vault.settling import settle
from qorgan.documents.forms import RecoverySheetPaper, print_paper
from qorgan.documents.render import PaperLanguage
from qorgan.evidence.age import Identity, KeyTextError
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people.models import Organisation, Person, Post

_PREFIX = "AGE-SECRET-KEY-1"
_LETTERS = 58  # of a key behind its prefix
PRINTED, DECLINED = RecoveryCopy.Decision.PRINTED, RecoveryCopy.Decision.DECLINED


def print_sheet(*, actor: Actor, organisation: Organisation, generation: Generation, person: Person, given: str, language: PaperLanguage) -> bytes:
    """The sheet of one generation as PDF, once; its bytes are kept nowhere. The holder's secret opens the key for it.

    Raises :class:`VaultRefused` when it was printed before, ``WrongSecretGiven`` for a wrong secret.
    """
    _refuse_printed(generation)
    key = standing.confirmed_key(organisation, person)
    if key is None:
        raise VaultRefused(_("You have no key to this vault yet: choose a secret first."))
    opened = granting.opened_by(key, open_key(actor=actor, key=key, given=given, purpose="recovery sheet"))
    identity = opened.get(generation)
    if identity is None:
        raise VaultRefused(_("Your key does not open this generation: the other holder or a hand-over gives access to it."))
    sheet = print_paper(_sheet(organisation, generation, identity), language)  # a sheet that cannot be made must not count as printed
    with writing():
        _refuse_printed(generation)
        _decide(actor, generation, PRINTED)
    return sheet


def decline(*, actor: Actor, organisation: Organisation) -> None:
    """The office wants no sheet for the generations it has. Written down, so that nobody can say it was not asked."""
    with writing():
        undecided = standing.undecided_recovery(organisation)
        if not undecided:
            raise VaultRefused(_("Nothing is left to decide: every generation has its decision."))
        for generation in undecided:
            _decide(actor, generation, DECLINED)


def recover(*, actor: Actor, organisation: Organisation, text: str) -> list[int]:
    """Give the present holders access with the keys of recovery sheets; returns the numbers of the generations recovered.

    The holders' waiting keys count as confirmed by the sheet. A new generation begins, for the envelope was opened. Raises
    :class:`VaultRefused` when the text holds no key of this vault or the holders have chosen no secrets yet.
    """
    settle(organisation)
    identities = _identities(organisation, text)
    with writing():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        keys = _keys_to_recover(actor, organisation)
        for key in keys:
            granting.grant(identities, key)
        numbers = sorted(generation.number for generation in identities)
        log.append(
            kinds.RECOVERY_USED, actor=actor, subject=f"vault:{organisation.id}", organisation=str(organisation.id),
            payload={"generations": numbers, "holders": [key.person.full_name for key in keys]},
        )
        granting.start_generation(actor, organisation, keys, "recovered")
        granting.destroy_spare(organisation)
    return numbers


def _keys_to_recover(actor: Actor, organisation: Organisation) -> list[HolderKey]:
    """Confirmed keys stay; a waiting key takes the place of its holder's lost one."""
    living = list(standing.living_keys(organisation))
    waiting = [key for key in living if key.confirmed_at is None]
    replaced = {key.person_id for key in waiting}
    for key in living:
        if key.confirmed_at is not None and key.person_id in replaced:
            granting.end_key(actor, key, HolderKey.Ending.LOST)
    for key in waiting:
        granting.confirm(key, actor.name)
    keys = [key for key in living if key.confirmed_at is None or key.person_id not in replaced]
    if not keys:
        raise VaultRefused(_("First each present holder chooses a secret; the sheet then gives their keys access."))
    return keys


def _identities(organisation: Organisation, text: str) -> dict[Generation, Identity]:
    """Keys in a typed or scanned text: blanks and case do not matter."""
    bare = re.sub(r"[^0-9A-Z]", "", text.upper())
    found = [part[:_LETTERS] for part in bare.split("AGESECRETKEY1") if len(part) >= _LETTERS]
    by_recipient = {generation.recipient: generation for generation in standing.generations(organisation)}
    identities = {}
    for identity in _parsed(found):
        generation = by_recipient.get(str(identity.recipient))
        if generation is not None:
            identities[generation] = identity
    if not identities:
        raise VaultRefused(_("This is no key of this vault. A sheet has 58 letters and digits in groups; check that none is missing."))
    return identities


def _parsed(texts: Iterable[str]) -> list[Identity]:
    try:
        return [Identity.parse(_PREFIX + text) for text in texts]
    except KeyTextError:
        raise VaultRefused(_("A letter of the key is mistyped: its check letters do not agree.")) from None


def _decide(actor: Actor, generation: Generation, decision: RecoveryCopy.Decision) -> None:
    kind = kinds.RECOVERY_PRINTED if decision == PRINTED else kinds.RECOVERY_DECLINED
    where, payload = str(generation.organisation_id), {"generation": generation.number, "recipient": generation.recipient}
    entry = log.append(kind, actor=actor, subject=f"vault:{where}", organisation=where, payload=payload)
    RecoveryCopy.objects.create(generation=generation, decision=decision, by=actor.name, at=timezone.now(), position=entry.position)


def _refuse_printed(generation: Generation) -> None:
    if generation.recovery_copies.filter(decision=PRINTED).exists():
        raise VaultRefused(_("The sheet of this generation was printed already: once is all. If it is lost or spoiled, begin a new generation."))


def _sheet(organisation: Organisation, generation: Generation, identity: Identity) -> RecoverySheetPaper:
    people, now = standing.holders(organisation), timezone.now()
    return RecoverySheetPaper(
        organisation=organisation.name, identity=str(identity), recipient=generation.recipient, generation=generation.number,
        made_on=timezone.localtime(generation.made_at).date(), head=_name(people.get(Post.HEAD)), responsible=_name(people.get(Post.RESPONSIBLE)),
        printed_at=timezone.localtime(now),
    )


def _name(person: Person | None) -> str:
    return person.full_name if person else ""
