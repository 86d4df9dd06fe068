"""Producing a package: it leaves as a stream, decrypted on the way through the open vault, and is stored nowhere (444 p.13, 14, 21).

Steps: (1) every reason to refuse is looked at, every recording is opened once at its end, (2) one transaction: the opening of each recording
and the announcement with size and digest, (3) the bytes, (4) one entry: sent whole, or broken off and why. A crash in 3 leaves an
announcement without an end; the package is produced again with the same content.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.archive import store
from qorgan.archive.models import Recording
from qorgan.archive.vault.models import Opening
from qorgan.archive.vault.opening import write_opening
from qorgan.archive.vault.unlocking import OpenVault, still_open
from qorgan.evidence.age import NoKey, Recipient, SealError, open_sealed
from qorgan.evidence.errors import KeyTextError
from qorgan.evidence.package import writer
from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.recorders.handover import kinds
from qorgan.recorders.handover.composing import compose, content_files, payloads_of
from qorgan.recorders.handover.fitness import named, refuse_unfit
from qorgan.recorders.handover.models import Composition, Ending, HandOver, Production, Registration, SealedPaper
from qorgan.recorders.handover.reviewing import paper_payloads
from qorgan.recorders.handover.tags import tag_files
from qorgan.recorders.refusals import RecorderRefusal

logger = structlog.get_logger(__name__)
ASK_EVERY_SECONDS = 2.0
PASSPHRASE = re.compile(r"[a-z2-9]{5}(-[a-z2-9]{5}){4}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
Protection = Production.Protection


@dataclass(frozen=True)
class Wish:
    """How the package is to be closed: ``key`` (age1...) or ``passphrase``, by ``protection``."""

    protection: str = Protection.NONE
    key: str = ""
    passphrase: str = ""


@dataclass(frozen=True)
class Leaving:
    """A package about to leave: its file name, exact length, and its bytes."""

    name: str
    size: int
    blocks: "Sending"
    production: Production


@dataclass(frozen=True)
class Announced:
    """Size in bytes and SHA-256 of the manifest."""

    size: int
    digest: str


@dataclass(frozen=True)
class _Ready:
    """All that the stream needs, nothing of it written yet."""

    arguments: dict[str, Any]
    wish: Wish
    composition: Composition
    label: str
    size: int


def new_passphrase() -> str:
    """Five groups of five letters: 123 bits, to be read out over a telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(5)) for _group in range(5))


def produce(*, actor: Actor, handover: HandOver, vault: OpenVault, wish: Wish) -> Leaving:
    """Check, announce, and return the stream. Raises :class:`RecorderRefusal`, which is in the ledger, and ``DocumentError``.

    Refused: not signed by both, a recording that is damaged or gone, one that this holder's key does not open, a key or passphrase
    that is none. The unlocking's purpose is that of the openings.
    """
    ready = _ready(actor, handover, vault, wish)
    production = _announce(actor, handover, vault, ready)
    plain = writer.stream(**ready.arguments)
    blocks = plain if wish.protection == Protection.NONE else writer.sealed(plain, **_closed_by(wish))
    ending = "" if wish.protection == Protection.NONE else ".age"
    sending = Sending(blocks, production, actor, lambda: still_open(vault.unlocking))
    return Leaving(f"{ready.arguments['name']}.zip{ending}", ready.size, sending, production)


def announced(*, actor: Actor, handover: HandOver, vault: OpenVault, wish: Wish) -> Announced:
    """What would leave, before anything does: for the page that asks once more. Raises as :func:`produce` does."""
    ready = _ready(actor, handover, vault, wish)
    return Announced(ready.size, ready.composition.digest)


def _ready(actor: Actor, handover: HandOver, vault: OpenVault, wish: Wish) -> _Ready:
    try:
        return _prepare(actor, handover, vault, wish)
    except RecorderRefusal as refused:
        logger.warning("package refused", handover=str(handover.pk), why=refused.sentence)
        with writing():
            log.append(
                kinds.REFUSED, actor=actor, subject=f"handover:{handover.pk}", organisation=str(handover.organisation_id),
                payload={"why": refused.sentence, "basis": refused.basis, "purpose": vault.unlocking.purpose},
            )
        raise


def _prepare(actor: Actor, handover: HandOver, vault: OpenVault, wish: Wish) -> _Ready:
    registration = Registration.objects.filter(handover=handover).first()
    if registration is None:
        raise RecorderRefusal(_("The head and the responsible person must both have signed first."), basis="444/14")
    _refuse_wish(wish)
    items = list(handover.items.select_related("recording").order_by("number"))
    refuse_unfit([one.recording for one in items], handover.organisation_id)
    _refuse_closed([one.recording for one in items], vault)
    composition = compose(actor=actor, handover=handover)
    sealed = list(SealedPaper.objects.filter(handover=handover).select_related("protocol").order_by("pk"))
    _refuse_papers(sealed, vault)
    arguments: dict[str, Any] = {
        "name": f"qorgan-{handover.organisation.code}-{registration.label}", "payloads": payloads_of(items, sealed, vault.identities),
        "extras": content_files(composition) | tag_files(composition, items), "info": _info(handover, registration),
    }
    length = writer.size(**arguments)
    size = length if wish.protection == Protection.NONE else writer.sealed_size(length, **_closed_by(wish))
    return _Ready(arguments, wish, composition, registration.label, size)


def _refuse_wish(wish: Wish) -> None:
    if wish.protection == Protection.KEY:
        try:
            Recipient.parse(wish.key)
        except KeyTextError as error:
            raise RecorderRefusal(_("This is no age key: one begins with age1 and comes from the recipient."), basis="444/14") from error
    if wish.protection == Protection.PASSPHRASE and not PASSPHRASE.fullmatch(wish.passphrase):
        raise RecorderRefusal(_("The passphrase is not the one that was shown. Begin again: a new one is made."), basis="444/14")


def _refuse_closed(recordings: Sequence[Recording], vault: OpenVault) -> None:
    """Every recording must open with this holder's key, to its very end, before the first byte of any leaves."""
    closed, damaged = [], []
    for one in recordings:
        try:
            with store.open_blob(one.sealed_blake3) as blob, open_sealed(blob, vault.identities):
                pass
        except NoKey:
            closed.append(one)
        except (OSError, SealError) as error:
            logger.error("recording cannot be read", recording=str(one.pk), problem=f"{type(error).__name__}: {error}")
            damaged.append(one)
    if damaged:
        raise RecorderRefusal(
            _("The stored file is missing or damaged: %(names)s. Nothing is handed over that is not whole.") % {"names": named(damaged)}, basis="444/14"
        )
    if closed:
        numbers = ", ".join(sorted({str(one.generation) for one in closed}))
        raise RecorderRefusal(
            _("Your key does not open generation %(numbers)s, to which these are sealed: %(names)s.") % {"numbers": numbers, "names": named(closed)},
            basis="444/13", advice=_("The other holder produces the package, or gives you access on the vault's page."),
        )


def _refuse_papers(papers: Sequence[SealedPaper], vault: OpenVault) -> None:
    """Sealed papers must open too."""
    for one in paper_payloads(papers, vault.identities):
        try:
            one.open().close()
        except (LookupError, SealError) as error:
            raise RecorderRefusal(
                _("The paper %(name)s was destroyed with its recording, or your key does not open it.") % {"name": one.path.rpartition("/")[2]}, basis="444/13"
            ) from error


def _announce(actor: Actor, handover: HandOver, vault: OpenVault, ready: _Ready) -> Production:
    """The openings and the announcement, durable before the first byte leaves."""
    wish, composition = ready.wish, ready.composition
    with store.step("handover.announce"), writing():
        for one in handover.items.select_related("recording").order_by("number"):
            write_opening(actor=actor, unlocking=vault.unlocking, recording=one.recording, kind=Opening.Kind.ORIGINAL)
        entry = log.append(
            kinds.ANNOUNCED, actor=actor, subject=f"handover:{handover.pk}", organisation=str(handover.organisation_id),
            payload={
                "number": ready.label, "digest": composition.digest, "size": ready.size, "protection": str(wish.protection), "key": wish.key,
                "unlocking": str(vault.unlocking.pk), "purpose": vault.unlocking.purpose,
            },
        )
        return Production.objects.create(
            handover=handover, protection=wish.protection, key=wish.key, digest=composition.digest, size=ready.size, by=actor.name, begun_at=timezone.now(),
            position=entry.position,
        )


class Sending(Iterator[bytes]):
    """The bytes on their way. The right is asked for again every two seconds; how it ended is written once."""

    def __init__(self, blocks: Iterator[bytes], production: Production, actor: Actor, may_go_on: Callable[[], bool]) -> None:
        self._blocks, self._production, self._actor, self._may_go_on = blocks, production, actor, may_go_on
        self._asked, self._sent, self._ended = time.monotonic(), 0, False

    def __iter__(self) -> "Sending":
        return self

    def __next__(self) -> bytes:
        if self._ended:
            raise StopIteration
        if time.monotonic() - self._asked > ASK_EVERY_SECONDS:
            if not self._may_go_on():
                self._break_off(_("the vault was locked"))
                raise BrokenOff
            self._asked = time.monotonic()
        try:
            block = next(self._blocks)
        except StopIteration:
            self._end(whole=True, why="")
            raise
        except Exception as error:
            logger.error("package broke off", handover=str(self._production.handover_id), problem=f"{type(error).__name__}: {error}")
            self._break_off(f"{type(error).__name__}: {error}")
            raise
        self._sent += len(block)
        return block

    def close(self) -> None:
        """The server is done with it: if the last byte had not gone, the other side went away."""
        if not self._ended:
            self._break_off(_("the other side went away"))

    def _break_off(self, why: str) -> None:
        self._end(whole=False, why=why)
        close = getattr(self._blocks, "close", None)
        if close is not None:
            close()

    def _end(self, *, whole: bool, why: str) -> None:
        self._ended = True
        handover = self._production.handover
        with store.step("handover.end"), writing():
            entry = log.append(
                kinds.COMPLETED if whole else kinds.BROKEN_OFF, actor=self._actor, subject=f"handover:{handover.pk}",
                organisation=str(handover.organisation_id),
                payload={"announced": self._production.position, "digest": self._production.digest, "sent": self._sent, "why": why},
            )
            Ending.objects.create(production=self._production, whole=whole, sent=self._sent, why=why[:300], at=timezone.now(), position=entry.position)


class BrokenOff(RuntimeError):
    """The stream ends before its last byte; what arrived is no package."""


def _closed_by(wish: Wish) -> dict[str, Any]:
    return {"recipients": [Recipient.parse(wish.key)]} if wish.protection == Protection.KEY else {"passphrase": wish.passphrase}


def _info(handover: HandOver, registration: Registration) -> dict[str, str]:
    return {
        "Source-Organization": handover.organisation.name_kk, "External-Identifier": registration.label,
        "Bagging-Date": timezone.localtime(registration.made_at).date().isoformat(),
        "External-Description": f"Order 444, p. 14: {handover.recipient_name}", "Bag-Software-Agent": "Qorgan",
    }
