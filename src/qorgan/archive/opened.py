"""What every view that opens a sealed recording does alike: find it, meet the vault, open the file, write the opening, say why not."""

from collections.abc import Callable
from contextlib import ExitStack
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from qorgan.archive import access, store
from qorgan.archive.guards import open_vault
from qorgan.archive.models import Recording
from qorgan.archive.streaming import Plain
from qorgan.archive.vault.models import Opening
from qorgan.archive.vault.opening import write_opening
from qorgan.archive.vault.unlocking import OpenVault
from qorgan.evidence.age import NoKey, SealError, open_sealed
from qorgan.people.rights import Permission, actor_of

logger = structlog.get_logger(__name__)
PLAIN_TEXT = "text/plain; charset=utf-8"


class NotOpened(Exception):
    """Not a byte can be shown; ``status`` and ``sentence`` say why."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence

    def answer(self) -> HttpResponse:
        """The sentence alone, for an address that gives bytes."""
        return HttpResponse(self.sentence, status=self.status, content_type=PLAIN_TEXT)


def recording_of(request: HttpRequest, recording_id: UUID) -> Recording:
    """A recording that this person may know of; 404 otherwise."""
    return get_object_or_404(access.recordings(actor_of(request)).select_related("organisation", "person"), pk=recording_id)


def playable(request: HttpRequest, recording_id: UUID) -> Recording:
    """A recording of a division in which this person may play; 404 otherwise."""
    where = actor_of(request).organisations(Permission.RECORDING_PLAY)
    return get_object_or_404(access.recordings(actor_of(request)).filter(organisation__in=where).select_related("organisation"), pk=recording_id)


def vault_for(request: HttpRequest, found: Recording) -> OpenVault:
    """The open vault of the recording's division. Raises :class:`NotOpened` when it is locked, and for a recording that was destroyed."""
    if found.is_gone:
        raise NotOpened(410, _("This recording was destroyed after its storage term: nothing of it is left to show (444 p.12)."))
    vault = open_vault(request, found.organisation_id)
    if vault is None:
        raise NotOpened(403, _("The vault is locked: state a purpose and give your secret on the recording's page (444 p.13, 21)."))
    return vault


def opener(request: HttpRequest, found: Recording, vault: OpenVault, kind: Opening.Kind) -> Callable[[], Plain]:
    """Opens the sealed file, then writes the opening; only then may a byte leave."""

    def open_plain() -> Plain:
        with ExitStack() as failing:
            sealed = failing.enter_context(store.open_blob(found.sealed_blake3))
            plain = open_sealed(sealed, vault.identities)
            write_opening(actor=actor_of(request).as_ledger(found.organisation_id), unlocking=vault.unlocking, recording=found, kind=kind)
            failing.pop_all()
        return plain

    return open_plain


def opened(request: HttpRequest, found: Recording, vault: OpenVault, kind: Opening.Kind) -> Plain:
    """The plain recording, its opening written. Raises :class:`NotOpened`."""
    try:
        return opener(request, found, vault, kind)()
    except NoKey:
        raise NotOpened(403, no_key(found)) from None
    except (OSError, SealError) as error:
        raise NotOpened(500, damaged(found, error)) from None


def no_key(found: Recording) -> str:
    """Why the holder's key does not open it."""
    words = _("Your key does not open generation %(number)s, to which this recording is sealed. The vault's page says who can give you access.")
    return words % {"number": found.generation}


def damaged(found: Recording, error: Exception) -> str:
    """That the stored file is not what it was; the log says more."""
    logger.error("recording cannot be read", recording=str(found.pk), problem=f"{type(error).__name__}: {error}")
    return _("The stored file of this recording is missing or damaged. The administrator sees it in the check of the archive; nothing was changed.")
