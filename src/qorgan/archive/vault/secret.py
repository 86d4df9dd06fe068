"""A holder's special secret (444 p.6): what is accepted as one, and the key that it locks."""

import threading
import unicodedata
from functools import cache

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator, NumericPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qorgan.archive.vault.refusals import VaultRefused
from qorgan.evidence import age
from qorgan.people.models import Person

LEAST_LETTERS = 12
# One guess at a secret costs 256 MiB at work factor 18: tries made side by side wait instead of filling the memory.
_turn = threading.BoundedSemaphore(2)


def normal(secret: str) -> str:
    """The secret as every keyboard gives it: composed letters (NFC), no blanks around."""
    return unicodedata.normalize("NFC", secret).strip()


@cache
def _common() -> CommonPasswordValidator:
    """Reads its twenty thousand passwords once."""
    return CommonPasswordValidator()


def refuse_weak(secret: str, person: Person) -> None:
    """Raise :class:`VaultRefused` for a secret that is short, common, only digits, of few letters, or the person's own name."""
    text = normal(secret)
    if len(text) < LEAST_LETTERS:
        raise VaultRefused(_("The secret must have at least %(count)s characters. Four or five words are easy to keep in mind.") % {"count": LEAST_LETTERS})
    try:
        NumericPasswordValidator().validate(text)
        _common().validate(text)
    except ValidationError:
        raise VaultRefused(_("This secret is among those that are tried first: only digits, or a common password. Choose another.")) from None
    folded = text.casefold()
    names = [name.casefold() for name in (person.family_name, person.given_name, person.patronymic) if len(name) > 3]
    without_names = folded
    for name in names:
        without_names = without_names.replace(name, "")
    if len(set(folded)) < 6 or len(without_names) < LEAST_LETTERS // 2:
        raise VaultRefused(_("This secret is easy to guess: it repeats few letters or is made of your name. Choose another."))


def lock_under(secret: str, identity: age.Identity) -> bytes:
    """The identity as a standard age passphrase file under the secret. Slow on purpose."""
    with _turn:
        return age.wrap(normal(secret), str(identity).encode(), settings.QORGAN["QORGAN_SECRET_WORK_FACTOR"])


def open_with(secret: str, blob: bytes) -> age.Identity | None:
    """The identity in ``blob``, or None when the secret is another. Slow on purpose."""
    with _turn:
        try:
            return age.Identity.parse(age.unwrap(normal(secret), bytes(blob)).decode())
        except age.WrongSecret:
            return None
