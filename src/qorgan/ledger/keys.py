"""The life of the ledger's key: its first day, handing over to another, being declared lost.

Rotation, step by step: (1) the old key signs the tree as it stands; (2) the new key is written beside it, ``ledger.key.next``; (3) one
transaction: an entry with the hand-over signed by both keys, and the new key's row; (4) ``ledger.key`` is replaced, and the private half of the
old key is gone; (5) ``ledger.key.next`` is removed. A crash before 3 leaves rubbish that the next rotation removes; between 3 and 5 the next
start finishes (:func:`settle`). Losing: the same without the old key's word.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.evidence import durable
from qorgan.evidence.checkpoint import Checkpoint as SignedHead
from qorgan.evidence.keys import KeyFormatError, SigningKey, Verifier
from qorgan.evidence.note import NoteError
from qorgan.evidence.succession import Succession
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.checkpoints import latest, make_checkpoint
from qorgan.ledger.keyring import number_of
from qorgan.ledger.kinds import KEY_LOST, KEY_ROTATED, Kind
from qorgan.ledger.models import Entry, Signer
from qorgan.ledger.signing import key_path, ledger_key
from qorgan.ledger.transactions import writing


class KeyRefused(RuntimeError):
    """The key cannot be used or changed so; the message says what to do."""


def next_path() -> Path:
    """Where a new key waits until the ledger knows it."""
    return key_path().with_name("ledger.key.next")


def has_begun() -> bool:
    """Whether this database was ever signed for: then no key may be made silently."""
    return Signer.objects.exists() or latest() is not None


def begin() -> None:
    """Write down the first key. Raises :class:`KeyRefused` when the checkpoints are signed by another. A second time changes nothing."""
    with _only_one():
        _begin()


def _begin() -> None:
    _settle()
    refuse_wrong()
    if not Signer.objects.exists():
        with writing():
            Signer.objects.create(vkey=ledger_key().verifier.vkey, since=0, reason=Signer.Reason.FIRST, at=timezone.now())


def refuse_wrong() -> None:
    """Look whether the key in the folder is this ledger's. Raises :class:`KeyRefused`: missing, damaged, or another's."""
    if not key_path().exists():
        raise KeyRefused(
            _("The ledger's key is missing from the data folder: restore keys/ledger.key from the backup. If it is lost for ever: `qorgan ledger key-lost`.")
        )
    try:
        found = ledger_key().verifier
    except (KeyFormatError, OSError) as error:
        raise KeyRefused(_("The ledger's key cannot be read (%(why)s): restore keys/ledger.key from the backup.") % {"why": error}) from error
    newest = Signer.objects.order_by("-since").first()
    if newest is not None:
        fits, wanted = newest.vkey == found.vkey, number_of(newest.vkey)
    else:
        fits, wanted = _signed(found), "?"
    if not fits:
        raise KeyRefused(
            _(
                "keys/ledger.key is not the key of this ledger: it is %(found)s, and %(wanted)s signs here. Nothing was changed; put the right file in its "
                "place."
            )
            % {"found": number_of(found.vkey), "wanted": wanted}
        )


def rotate(*, actor: Actor) -> Signer:
    """Hand over to a fresh key. Raises :class:`KeyRefused` unless the present key is there and is this ledger's."""
    with _only_one():
        return _rotate(actor)


def _rotate(actor: Actor) -> Signer:
    _begin()
    make_checkpoint()
    old = ledger_key()
    new = _fresh(old.name)
    with writing():
        since = _next_position() + 1
        statement = Succession.between(old, new, since=since, at=timezone.now().isoformat())
        payload = {"old": old.verifier.vkey, "new": new.verifier.vkey, "statement": statement}
        signer = _begun(KEY_ROTATED, actor, new, since, payload, Signer(reason=Signer.Reason.ROTATED, statement=statement))
    durable.step("keys.entry.done")
    _settle()
    make_checkpoint()
    return signer


def declare_lost(*, actor: Actor, reason: str, stolen: bool = False) -> Signer:
    """Begin a new key without the old one's word. ``stolen``: the file is still here, and somebody else has it too.

    Docks then refuse the server until a person confirms the new key at each. Raises :class:`KeyRefused` for a key that is in its place.
    """
    with _only_one():
        return _declare_lost(actor, reason, stolen)


def _declare_lost(actor: Actor, reason: str, stolen: bool) -> Signer:
    _settle()
    newest = Signer.objects.order_by("-since").first()
    if not reason.strip():
        raise KeyRefused(_("Say why: the sentence stays in the ledger."))
    if not stolen and _in_place():
        raise KeyRefused(_("The key is in its place. To change it: `qorgan ledger rotate-key`. If somebody else has it too: add --stolen."))
    checkpoint = latest()
    name = newest.vkey.split("+", 1)[0] if newest else SignedHead.from_text(checkpoint.note).origin if checkpoint else ""
    if not name:
        raise KeyRefused(_("This ledger has never been signed: run `qorgan setup`."))
    new = _fresh(name)
    with writing():
        since = _next_position() + 1
        payload = {"old": newest.vkey if newest else "", "new": new.verifier.vkey, "reason": reason.strip(), "stolen": stolen}
        signer = _begun(KEY_LOST, actor, new, since, payload, Signer(reason=Signer.Reason.LOST))
    durable.step("keys.entry.done")
    _settle()
    make_checkpoint()
    return signer


def settle() -> None:
    """Finish what a crash interrupted: a new key that the ledger knows takes its place; one that it does not know is rubbish.

    Waits while another process hands over: its new key is not rubbish.
    """
    if key_path().parent.is_dir():
        with _only_one():
            _settle()


@contextmanager
def _only_one() -> Iterator[None]:
    descriptor = os.open(key_path().parent / ".changing", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _settle() -> None:
    waiting = next_path()
    if not waiting.exists():
        _sweep()
        return
    newest = Signer.objects.order_by("-since").first()
    try:
        known = newest is not None and SigningKey.load(waiting).verifier.vkey == newest.vkey
    except KeyFormatError:
        known = False
    if known:
        durable.rewrite(key_path(), waiting.read_bytes(), mode=0o600)
    durable.remove(waiting)
    _sweep()


def _sweep() -> None:
    """Copies of a key that a crash left under a temporary name."""
    for rubbish in key_path().parent.glob(".*.part"):
        durable.remove(rubbish)


def _fresh(name: str) -> SigningKey:
    new = SigningKey.generate(name)
    durable.remove(next_path())
    new.save(next_path())
    return new


def _begun(kind: Kind, actor: Actor, new: SigningKey, since: int, payload: Mapping[str, Any], signer: Signer) -> Signer:
    if not Signer.objects.exists() and payload["old"]:
        Signer.objects.create(vkey=payload["old"], since=0, reason=Signer.Reason.FIRST, at=timezone.now())
    entry = log.append(kind, actor=actor, subject=f"key:{new.key_id.hex()}", payload=payload)
    if entry.position + 1 != since:
        raise KeyRefused(_("Another entry came between. Nothing was changed; try again."))
    signer.vkey, signer.since, signer.at = new.verifier.vkey, since, entry.at
    signer.save(force_insert=True)
    durable.step("keys.entry.begin")
    return signer


def _next_position() -> int:
    """The position of the next entry, which nobody else takes before this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [log.ADVISORY_LOCK])
    last = Entry.objects.order_by("-position").first()
    return last.position + 1 if last else 0


def _in_place() -> bool:
    try:
        refuse_wrong()
    except KeyRefused:
        return False
    return True


def _signed(verifier: Verifier) -> bool:
    """Whether this key signed the newest checkpoint, or there is none."""
    checkpoint = latest()
    try:
        return checkpoint is None or bool(SignedHead.open(checkpoint.note, [verifier]))
    except NoteError:
        return False
