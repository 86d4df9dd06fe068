"""Addresses through which a package leaves: unlocking, the last question, the stream; and the papers (444 p.13, 14, 21)."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qorgan.archive.guards import kept_open, open_vault, unlocked_by
from qorgan.archive.vault.unlocking import OpenVault
from qorgan.documents.render import DocumentError
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.recorders.handover import access
from qorgan.recorders.handover.forms import PackageForm, UnlockForm, WishForm
from qorgan.recorders.handover.models import Acceptance, HandOver, Paper, Production
from qorgan.recorders.handover.pages import found_handover, page, refusal
from qorgan.recorders.handover.producing import Wish, announced, new_passphrase, produce
from qorgan.recorders.refusals import RecorderRefusal

ZIP, AGE = "application/zip", "application/octet-stream"


@requires(Permission.HANDOVER_MAKE)
@require_POST
def unlock_view(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Open the vault for this hand-over, with the holder's secret."""
    found, form = found_handover(request, handover_id, Permission.HANDOVER_MAKE), UnlockForm(request.POST)
    unlocked = unlocked_by(request, form, found.organisation)
    if unlocked is None:
        return page(request, found, forms={"unlock_form": form}, status=422)
    return kept_open(redirect("handover:handover", found.pk), unlocked)


@requires(Permission.HANDOVER_MAKE)
@require_POST
def prepare(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """The last question before the package leaves: what it is, how long, and the passphrase, which is shown here and never again."""
    found, form = found_handover(request, handover_id, Permission.HANDOVER_MAKE), WishForm(request.POST)
    if not form.is_valid():
        return page(request, found, forms={"wish_form": form}, status=422)
    vault = open_vault(request, found.organisation_id)
    if vault is None:
        return refusal(request, found, _locked())
    protection = form.cleaned_data["protection"]
    wish = Wish(protection, form.cleaned_data["key"], new_passphrase() if protection == Production.Protection.PASSPHRASE else "")
    try:
        ready = announced(actor=actor_of(request).as_ledger(found.organisation_id), handover=found, vault=vault, wish=wish)
    except RecorderRefusal as refused:
        return refusal(request, found, refused)
    except DocumentError as error:
        return refusal(request, found, RecorderRefusal(str(error), basis="444/14"))
    values = {
        "handover": found, "made": found.registration, "wish": wish, "ready": ready, "vault": vault,
        "protection_words": Production.Protection(protection).label, "unlock_minutes": settings.QORGAN["QORGAN_UNLOCK_MINUTES"],
    }
    response = render(request, "handover/package.html", values)
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.HANDOVER_MAKE)
@require_POST
def package(request: HttpRequest, handover_id: UUID) -> HttpResponseBase:
    """The package itself, as a stream. It may be asked for again at any time: the content is the same."""
    found, form = found_handover(request, handover_id, Permission.HANDOVER_MAKE), PackageForm(request.POST)
    if not form.is_valid():
        return page(request, found, forms={"wish_form": form}, status=422)
    vault = open_vault(request, found.organisation_id)
    if vault is None:
        return refusal(request, found, _locked())
    try:
        return _streamed(request, found, vault, Wish(**form.cleaned_data))
    except RecorderRefusal as refused:
        return refusal(request, found, refused)
    except DocumentError as error:
        return refusal(request, found, RecorderRefusal(str(error), basis="444/14"))


@requires(Permission.HANDOVER_READ)
@require_GET
def paper(request: HttpRequest, handover_id: UUID, name: str) -> HttpResponse:
    """One of the papers of a hand-over, as it goes with the package."""
    found = get_object_or_404(Paper, handover__in=access.handovers(actor_of(request)), handover_id=handover_id, name=name)
    response = HttpResponse(bytes(found.body), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Permission.HANDOVER_READ)
@require_GET
def scan(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """The scan of the recipient's receipt."""
    found = get_object_or_404(Acceptance, handover__in=access.handovers(actor_of(request)), handover_id=handover_id)
    if not found.scan_kind:
        raise Http404
    response = HttpResponse(bytes(found.scan), content_type=found.scan_kind)
    response["Content-Disposition"] = f'attachment; filename="receipt.{found.scan_kind.rpartition("/")[2]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _streamed(request: HttpRequest, found: HandOver, vault: OpenVault, wish: Wish) -> StreamingHttpResponse:
    leaving = produce(actor=actor_of(request).as_ledger(found.organisation_id), handover=found, vault=vault, wish=wish)
    response = StreamingHttpResponse(leaving.blocks, content_type=ZIP if wish.protection == Production.Protection.NONE else AGE)
    response["Content-Length"] = str(leaving.size)
    response["Content-Disposition"] = f'attachment; filename="{leaving.name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _locked() -> RecorderRefusal:
    return RecorderRefusal(
        _("The vault is locked: only an open vault gives recordings out."), basis="444/13",
        advice=_("State the purpose and give your secret on the page of the hand-over."),
    )
