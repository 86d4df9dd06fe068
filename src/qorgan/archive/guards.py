"""Who meets which refusal: to those without the right a recording does not exist, and a dismissed holder is locked at once."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect

from qorgan.archive.vault.refusals import VaultRefused, WrongSecretGiven
from qorgan.archive.vault.unlocking import COOKIE, COOKIE_PATH, OpenVault, Unlocked, meet, unlock
from qorgan.people.models import Organisation
from qorgan.people.rights import Permission, View, actor_of, requires


def unseen_without(*permissions: Permission) -> Callable[[View], View]:
    """As :func:`requires`, but 404 instead of a refusal: a recording one may not see is not there (444 p.13).

    Whoever is refused and still has the vault open is locked on the way out.
    """

    def decorate(view: View) -> View:
        guarded = requires(*permissions)(view)

        @wraps(guarded)
        def hidden(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied:
                open_vault(request)
                raise Http404 from None

        return hidden

    return decorate


def open_vault(request: HttpRequest, organisation: UUID | None = None) -> OpenVault | None:
    """The vault as it is open in this request (of ``organisation``), or None; locks what must not stay open."""
    actor = actor_of(request)
    found = meet(cookie=request.COOKIES.get(COOKIE, ""), session_key=request.session.session_key, person=actor.person, organisation=organisation)
    if found is None or not actor.may(Permission.RECORDING_PLAY, found.unlocking.organisation_id):
        return None
    return found


def unlocked_by(request: HttpRequest, form: Form, organisation: Organisation) -> Unlocked | None:
    """Open the vault with what was typed: purpose and the holder's secret. None where it stays shut; the form then says why."""
    actor, session = actor_of(request), request.session.session_key
    if not form.is_valid() or actor.person is None or session is None:
        return None
    given = form.cleaned_data
    try:
        return unlock(
            actor=actor.as_ledger(organisation.id), person=actor.person, organisation=organisation, session_key=session,
            given=given["secret"], purpose=given["purpose"],
        )
    except VaultRefused as refused:
        form.add_error("secret" if isinstance(refused, WrongSecretGiven) else "purpose", refused.sentence)
        return None


def kept_open(response: HttpResponseRedirect, unlocked: Unlocked) -> HttpResponseRedirect:
    """The answer to an unlocking: with the cookie that alone can open its row, sent to the archive's addresses only."""
    seconds = 60 * settings.QORGAN["QORGAN_UNLOCK_MINUTES"]
    response.set_cookie(
        COOKIE, unlocked.cookie, max_age=seconds, path=COOKIE_PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict"
    )
    return response
