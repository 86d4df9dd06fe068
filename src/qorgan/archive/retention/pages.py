"""Pages of what falls due and of the register of destruction acts (444 p.6, 12)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qorgan.archive.keyset import by_time
from qorgan.archive.retention import access, acts
from qorgan.archive.retention.lists import Fallen, Month, coming, fallen
from qorgan.archive.retention.models import Act, Category, Proposal
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.terms import inspection_number
from qorgan.archive.retention.wanted import still_wanted
from qorgan.people.models import Organisation
from qorgan.people.rights import Permission, actor_of, requires

SHOWN = 200
_BAR = '<svg class="tl" height="10" aria-hidden="true"><rect class="tl-track" x="0" y="1" width="100%" height="8"/>{}</svg>'
_FILLED = '<rect class="tl-segment" x="0" y="1" width="{:.1f}%" height="8"/>'


@dataclass(frozen=True)
class Bar:
    """A month of the drawing: what falls due in it, beside the fullest."""

    month: Month
    bar: SafeString
    words: str


@requires(Permission.RETENTION_READ)
@require_GET
def due(request: HttpRequest) -> HttpResponse:
    """What has fallen due, what keeps some of it, what comes in the next twelve months."""
    actor, organisation = actor_of(request), _division(request)
    found = list(fallen(organisation))
    free, kept = [one for one in found if one.is_free], [one for one in found if one.hold is not None]
    out = still_wanted(one.recording.pk for one in free)
    values = {
        "organisation": organisation, "free": free[:SHOWN], "free_count": len(free), "more": max(0, len(free) - SHOWN),
        "held": kept[:SHOWN], "held_count": len(kept),
        "bytes": sum(one.recording.plain_size for one in free), "listed": sum(one.line is not None for one in found),
        "open_acts": list(access.acts(actor).filter(organisation=organisation, finished_at=None).order_by("composed_at", "id")),
        "months": _bars(coming(organisation)), "may_manage": actor.may(Permission.DESTRUCTION_MANAGE, organisation), "numbers": _numbers(free + kept),
        "may_hold": actor.may(Permission.HOLD_PLACE, organisation), "may_see": actor.may(Permission.RECORDING_READ, organisation),
        "wanted": out, "choosable": len(free) - len(out),
        "proposal": Proposal.objects.filter(organisation=organisation).order_by("-at").first(),
    }
    return render(request, "retention/due.html", values)


@requires(Permission.DESTRUCTION_MANAGE)
@require_POST
def compose(request: HttpRequest) -> HttpResponse:
    """Compose an act of the checked recordings, or of all that are due, free and awaited by nobody."""
    organisation = _division(request, Permission.DESTRUCTION_MANAGE)
    wanted = None if request.POST.get("all") else _ids(request.POST.getlist("recording"))
    try:
        act = acts.compose(actor=actor_of(request).as_ledger(organisation), organisation=organisation, recordings=wanted)
    except RetentionRefusal as refused:
        return refusal_page(request, refused)
    messages.success(
        request, _("Act № %(number)s is composed of %(count)d recordings. Entry %(position)d in the ledger.")
        % {"number": act.number, "count": act.recordings, "position": act.position},
    )
    return redirect("retention:act", act.pk)


@requires(Permission.RETENTION_READ)
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """The register of acts, the newest first."""
    visible = access.acts(actor_of(request))
    page = by_time(visible, "composed_at", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    rows = {act.pk: act for act in Act.objects.filter(pk__in=page.ids).select_related("organisation")}
    divisions = actor_of(request).organisations(Permission.RETENTION_READ)
    return render(request, "retention/acts.html", {"page": page, "acts": [rows[pk] for pk in page.ids], "several": len(divisions) > 1})


def refusal_page(request: HttpRequest, refused: RetentionRefusal) -> HttpResponse:
    """The sentence with its paragraph; nothing was written."""
    return render(request, "retention/refused.html", {"sentence": refused.sentence, "basis_item": refused.basis}, status=409)


def _division(request: HttpRequest, permission: Permission = Permission.RETENTION_READ) -> Organisation:
    """The division of the page, if the right is held there."""
    actor = actor_of(request)
    if actor.organisation is None or not actor.may(permission, actor.organisation):
        raise Http404
    return actor.organisation


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Http404 from None


def _numbers(found: list[Fallen]) -> dict[UUID, str]:
    return {one.recording.pk: inspection_number(one.recording) for one in found}


def _bars(months: list[Month]) -> list[Bar]:
    """None when nothing falls due in any of them."""
    fullest = max(month.recordings for month in months)
    if not fullest:
        return []
    return [Bar(month, _bar(100 * month.recordings / fullest), _by_category(month)) for month in months]


def _bar(share: float) -> SafeString:
    """Only a number enters it."""
    return mark_safe(_BAR.format(_FILLED.format(share) if share else ""))  # noqa: S308 - numbers only


def _by_category(month: Month) -> str:
    pairs: list[Any] = sorted(month.by_category.items())
    return "; ".join(f"{Category(key).label}: {count}" for key, count in pairs)
