"""The player: facts of one recording, the two fields that open the vault, the picture over its time line (444 p.13, 21)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden, HttpResponseServerError
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from qorgan.archive.guards import kept_open, open_vault, unlocked_by, unseen_without
from qorgan.archive.models import Recording
from qorgan.archive.opened import PLAIN_TEXT, NotOpened, damaged, no_key, opener, playable, recording_of, vault_for
from qorgan.archive.particulars import particulars
from qorgan.archive.playing import showing
from qorgan.archive.retention.panel import panel, tombstone
from qorgan.archive.review import pane, running
from qorgan.archive.streaming import answer
from qorgan.archive.vault.forms import PURPOSES, UnlockForm
from qorgan.archive.vault.models import Grant, Opening, Unlocking
from qorgan.archive.vault.standing import confirmed_key, holders
from qorgan.archive.vault.unlocking import COOKIE, COOKIE_PATH, OpenVault, lock, still_open
from qorgan.evidence.age import NoKey, SealError
from qorgan.evidence.names import safe_name
from qorgan.people.rights import Permission, actor_of

SEEN = (Permission.RECORDING_READ, Permission.RECORDING_READ_OWN)
SHOWN_OPENINGS = 20


@unseen_without(*SEEN)
@require_GET
def recording(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """One recording: locked, open, or closed to this person with the reason."""
    return _page(request, recording_of(request, recording_id), UnlockForm())


@unseen_without(Permission.RECORDING_PLAY)
@require_POST
def unlock_view(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Open the vault for a purpose, with the holder's secret."""
    found = playable(request, recording_id)
    form = UnlockForm(request.POST)
    if found.is_gone:
        return redirect("archive:recording", found.pk)
    unlocked = unlocked_by(request, form, found.organisation)
    if unlocked is None:
        return _page(request, found, form, status=422)
    target = request.POST.get("next", "")
    onward = redirect(target) if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else redirect("archive:recording", found.pk)
    return kept_open(onward, unlocked)


@unseen_without(Permission.RECORDING_PLAY)
@require_POST
def lock_view(request: HttpRequest) -> HttpResponse:
    """Lock the vault now."""
    vault, actor = open_vault(request), actor_of(request)
    if vault is not None:
        lock(vault.unlocking, Unlocking.Because.ASKED, actor=actor.as_ledger(vault.unlocking.organisation_id))
        running.stop_views(vault.unlocking.person_id)
        messages.success(request, _("The vault is locked. Nothing can be played until a holder unlocks it again."))
    target = request.POST.get("next", "")
    response = redirect(target) if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else redirect("archive:search")
    response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Strict")
    return response


@unseen_without(Permission.RECORDING_PLAY)
@require_safe
def stream(request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
    """The plain bytes for the player, by ranges."""
    found = playable(request, recording_id)
    return _bytes(request, found, Opening.Kind.PLAY, showing(found.media).content_type)


@unseen_without(Permission.RECORDING_PLAY)
@require_safe
def original(request: HttpRequest, recording_id: UUID) -> HttpResponseBase:
    """The plain bytes as a file, exactly as the recorder wrote them."""
    found = playable(request, recording_id)
    response = _bytes(request, found, Opening.Kind.ORIGINAL, "application/octet-stream")
    if response.status_code in {200, 206}:
        response["Content-Disposition"] = str(content_disposition_header(True, safe_name(found.name)))
    return response


def _bytes(request: HttpRequest, found: Recording, kind: Opening.Kind, content_type: str) -> HttpResponseBase:
    try:
        vault = vault_for(request, found)
        return answer(
            request, opener(request, found, vault, kind), size=found.plain_size, etag=f'"{found.plain_sha256}"', content_type=content_type,
            may_go_on=lambda: still_open(vault.unlocking),
        )
    except NotOpened as refused:
        return refused.answer()
    except NoKey:
        return HttpResponseForbidden(no_key(found), content_type=PLAIN_TEXT)
    except (OSError, SealError) as error:
        return HttpResponseServerError(damaged(found, error), content_type=PLAIN_TEXT)


def _page(request: HttpRequest, found: Recording, form: UnlockForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    if found.is_gone:
        return render(request, "retention/tombstone.html", tombstone(found, actor))
    may_play = actor.may(Permission.RECORDING_PLAY, found.organisation_id)
    vault = open_vault(request, found.organisation_id) if may_play else None
    values: dict[str, Any] = {
        **particulars(found), "showing": showing(found.media), "may_play": may_play, "vault": vault, "opens": vault is not None and _opens(vault, found),
        "has_key": may_play and actor.person is not None and confirmed_key(found.organisation, actor.person) is not None,
        **pane.beside(request, found, may_play=may_play), "form": form, "purposes": PURPOSES, "holders": holders(found.organisation).values(),
        "unlock_minutes": settings.QORGAN["QORGAN_UNLOCK_MINUTES"], "no_key": no_key(found), "openings": _openings(request, found),
        "kept": panel(found, actor),
    }
    response = render(request, "archive/recording.html", values, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _opens(vault: OpenVault, found: Recording) -> bool:
    """Whether the holder's key is granted the generation of this recording."""
    return Grant.objects.filter(key=vault.unlocking.key_id, generation__number=found.generation, destroyed_at=None).exists()


def _openings(request: HttpRequest, found: Recording) -> list[Opening] | None:
    """Earlier openings, for those who may read them."""
    if not actor_of(request).may(Permission.OPENING_READ, found.organisation_id):
        return None
    return list(Opening.objects.filter(recording=found).order_by("-position")[:SHOWN_OPENINGS])
