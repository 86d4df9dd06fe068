"""Pages of review protocols: what one would say, its signature, the list of signed ones, and the papers, opened by the vault (444 p.6, 13)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive import access as archive_access
from qorgan.archive.guards import open_vault, unseen_without
from qorgan.archive.keyset import by_time
from qorgan.archive.models import Recording
from qorgan.archive.opened import NotOpened, vault_for
from qorgan.archive.review import access, papers, seeing
from qorgan.archive.review.forms import ProtocolForm
from qorgan.archive.review.models import Mark, Protocol
from qorgan.archive.review.protocols import MOST_RECORDINGS, MOST_STILLS, sign_protocol
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.vault.unlocking import OpenVault
from qorgan.documents.render import DocumentError
from qorgan.evidence.age import NoKey, SealError
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.people.signatures import SignatureRefused, prove

PLAY = Permission.RECORDING_PLAY
_STILL_WIDTH = 640


@requires(PLAY)
@require_GET
def protocols(request: HttpRequest) -> HttpResponse:
    """Signed protocols, the newest first."""
    found = access.protocols(actor_of(request))
    page = by_time(found, "at", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    rows = {row.pk: row for row in Protocol.objects.filter(pk__in=page.ids).defer("content")}
    return render(request, "review/protocols.html", {"protocols": [rows[pk] for pk in page.ids], "page": page})


@unseen_without(PLAY)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What the protocol over ``?case=`` or the recordings ``?r=`` would say; POST signs it with the stills of its marks."""
    found = _chosen(request)
    vault = open_vault(request, found[0].organisation_id)
    form = ProtocolForm(request.POST or None)
    marks, reviews = access.marks_of([one.pk for one in found]), access.reviews_of([one.pk for one in found])
    if request.method == "POST" and form.is_valid():
        made = _signed(request, found, form, marks)
        if made is not None:
            messages.success(request, _("The protocol is signed. Entry %(position)s in the ledger.") % {"position": made.position})
            return redirect("review:protocol", made.pk)
    values = {
        "recordings": [{"recording": one, "marks": marks.get(one.pk, []), "reviews": reviews.get(one.pk, [])} for one in found], "form": form, "vault": vault,
        "first": found[0], "label": found[0].case_label, "will": [
            _("What stands here about %(count)s recordings, with a still of each mark, in Kazakh and in Russian.") % {"count": len(found)},
            _("Your name, post, the purpose stated at unlocking, the time and your signature."),
        ],
    }
    return _private(render(request, "review/protocol_new.html", values, status=422 if form.errors else 200))


@unseen_without(PLAY)
@require_GET
def protocol(request: HttpRequest, protocol_id: UUID) -> HttpResponse:
    """A signed protocol: what it says, its signature; its papers while the vault is open."""
    signed = get_object_or_404(access.protocols(actor_of(request)).select_related("signature", "organisation"), pk=protocol_id)
    vault, first = open_vault(request, signed.organisation_id), signed.covered.select_related("recording").first()
    values = {"protocol": signed, "vault": vault, "papers": signed.papers.order_by("language").defer("blob"), "first": first.recording if first else None}
    return _private(render(request, "review/protocol.html", values))


@unseen_without(PLAY)
@require_GET
def paper(request: HttpRequest, protocol_id: UUID, language: str) -> HttpResponse:
    """The paper, byte for byte as it was signed."""
    signed = get_object_or_404(access.protocols(actor_of(request)), pk=protocol_id)
    if language not in papers.LANGUAGES:
        raise Http404
    vault = open_vault(request, signed.organisation_id)
    if vault is None:
        return NotOpened(403, _("The vault is locked: state a purpose and give your secret on the recording's page (444 p.13, 21).")).answer()
    try:
        pdf = papers.protocol(signed, "ru" if language == "ru" else "kk", vault.identities)
    except LookupError:
        return NotOpened(404, _("This paper was removed when a recording that it shows was destroyed.")).answer()
    except (NoKey, SealError):
        words = _("Your key does not open generation %(number)s, to which this paper is sealed. The vault's page says who can give you access.")
        return NotOpened(403, words % {"number": signed.generation}).answer()
    headers = {"Content-Disposition": f'inline; filename="review-{signed.at:%Y%m%d}-{language}.pdf"'}
    return _private(HttpResponse(pdf, content_type="application/pdf", headers=headers))


def _chosen(request: HttpRequest) -> list[Recording]:
    """The recordings asked for, of divisions in which one may play; 404 for none."""
    actor = actor_of(request)
    mine: QuerySet[Recording] = archive_access.recordings(actor).filter(organisation__in=actor.organisations(PLAY), destroying_at=None)
    try:
        case, keys = request.GET.get("case", ""), [UUID(text) for text in request.GET.getlist("r")]
        mine = mine.filter(case=UUID(case), kind__in=access.WATCHED) if case else mine.filter(pk__in=keys)
    except ValueError:
        raise Http404 from None
    found = list(mine.select_related("organisation").order_by("started_at", "id")[: MOST_RECORDINGS + 1])
    if not found:
        raise Http404
    return found


def _signed(request: HttpRequest, found: list[Recording], form: ProtocolForm, marks: Mapping[UUID, list[Mark]]) -> Protocol | None:
    """The protocol, or None with the reason in the form."""
    actor = actor_of(request)
    assert actor.person is not None  # noqa: S101 - who may play is somebody
    try:
        vault = vault_for(request, found[0])
        proven = prove(person=actor.person, organisation=found[0].organisation, method="pin", secret=form.cleaned_data["pin"])
        pictures = _pictures(request, found, vault, marks)
        return sign_protocol(
            actor=actor.as_ledger(found[0].organisation_id), unlocking=vault.unlocking, recordings=found, proven=proven, pictures=pictures
        )
    except SignatureRefused as refused_pin:
        form.add_error("pin", str(refused_pin))
    except (NotOpened, ReviewRefused) as refused:
        form.add_error(None, refused.sentence)
    except DocumentError as unprintable:
        form.add_error(None, str(unprintable))
    return None


def _pictures(request: HttpRequest, found: list[Recording], vault: OpenVault, marks: Mapping[UUID, list[Mark]]) -> dict[str, tuple[int, bytes]]:
    """A still of each mark that stands. A recording without pictures, or one that nothing can decode, has none: its marks stand as words."""
    pictures: dict[str, tuple[int, bytes]] = {}
    for one in found:
        standing = [mark for mark in marks.get(one.pk, ()) if not hasattr(mark, "strike")][: MOST_STILLS - len(pictures)]
        if not standing or not one.media.get("video_codec"):
            continue
        times = sorted({mark.at_us for mark in standing})
        job: dict[str, Any] = {"do": "stills", "times": times, "form": "jpeg", "width": _STILL_WIDTH}
        try:
            told = seeing.seen(request, one, vault, job, limits=seeing.LONG)
        except NotOpened as refused:
            if refused.status != 422:
                raise
            continue
        by_time_of = {int(value["wanted_us"]): (max(0, int(value["frame_us"])), data) for value, data in told if data}
        pictures |= {str(mark.pk): by_time_of[mark.at_us] for mark in standing if mark.at_us in by_time_of}
    return pictures


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
