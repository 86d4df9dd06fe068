"""The keys of an installation, packed for a backup: as they are, or sealed to a recipient or under a passphrase (age)."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from qorgan.evidence import age, durable
from qorgan.evidence.age import Identity, Recipient
from qorgan.evidence.canonical import canonical
from qorgan.web.keeping.layout import KeepingRefused, is_inside

OPEN, RECIPIENT, PASSPHRASE = "open", "recipient", "passphrase"
_SESSION = "session.key"  # every installation makes its own: all sign-ins end


def pack(recipient: str, passphrase: str) -> tuple[str, bytes]:
    """(how they are packed, the bytes) of every key but that of the sessions."""
    folder = Path(settings.DATA) / "keys"
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _SESSION)
    plain = canonical({path.relative_to(folder).as_posix(): b64encode(path.read_bytes()).decode() for path in paths})
    if recipient:
        return RECIPIENT, age.encrypt(plain, [Recipient.parse(recipient)])
    if passphrase:
        return PASSPHRASE, age.wrap(passphrase, plain, settings.QORGAN["QORGAN_SECRET_WORK_FACTOR"])
    return OPEN, plain


def unpack(how: str, blob: bytes, identity: str, passphrase: str) -> dict[str, bytes]:
    """Names and bytes of the keys. Raises :class:`KeepingRefused` when they do not open."""
    try:
        if how == RECIPIENT:
            if not identity:
                raise KeepingRefused(_("The keys of this backup are sealed to a recipient: give its file with --identity."))
            blob = age.decrypt(blob, [Identity.parse(_line(identity))])
        elif how == PASSPHRASE:
            if not passphrase:
                raise KeepingRefused(_("The keys of this backup are sealed under a passphrase: give it with --passphrase-file."))
            blob = age.unwrap(passphrase, blob)
        values = json.loads(blob)
        return {name: b64decode(text, validate=True) for name, text in values.items() if is_inside(name)}
    except (ValueError, AttributeError, TypeError) as error:
        raise KeepingRefused(_("The keys of this backup do not open with what was given.")) from error


def put(keys: dict[str, bytes]) -> None:
    """Write the keys into the data folder, for their owner alone; the same again are fine."""
    for name, data in keys.items():
        path = Path(settings.DATA) / "keys" / name
        durable.make_directory(path.parent)
        durable.write_new(path, data, mode=0o600)


def _line(text: str) -> str:
    """The secret line of a file as age-keygen writes it."""
    return next((line.strip() for line in text.splitlines() if line.strip().startswith("AGE-SECRET-KEY-")), text.strip())
