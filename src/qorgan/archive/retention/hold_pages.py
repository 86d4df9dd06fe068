"""Pages of holds: who forbade which destruction, why, until when; placing, lifting; lengthening a term (444 p.12, 14)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive import access as archive
from qorgan.archive.keyset import by_time
from qorgan.archive.models import Recording
from qorgan.archive.retention import access
from qorgan.archive.retention.actions import lengthen, lift_hold, place_hold
from qorgan.archive.retention.forms import HoldForm, LengthenForm, LiftForm
from qorgan.archive.retention.models import Hold
from qorgan.archive.retention.pages import refusal_page
from qorgan.archive.retention.refusals import RetentionRefusal
from qorgan.archive.retention.terms import due
from qorgan.people.models import Organisation
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.people.signatures import SignatureRefused, prove


@requires(Permission.RETENTION_READ)
@require_GET
def holds(request: HttpRequest) -> HttpResponse:
    """Every ban on destruction, the newest first; those that are over say how they ended."""
    actor = actor_of(request)
    page = by_time(access.holds(actor), "placed_at", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    whole = Hold.objects.filter(pk__in=page.ids).select_related("organisation", "ending").prefetch_related("targets")
    rows = {hold.pk: hold for hold in whole}
    values = {
        "page": page, "holds": [rows[pk] for pk in page.ids], "today": timezone.localdate(), "may_lift": actor.organisations(Permission.HOLD_LIFT),
        "may_place": actor.organisation is not None and actor.may(Permission.HOLD_PLACE, actor.organisation),
        "may_see": actor.organisations(Permission.RECORDING_READ), "several": len(actor.organisations(Permission.RETENTION_READ)) > 1,
    }
    return render(request, "retention/holds.html", values)


@requires(Permission.HOLD_PLACE)
@require_http_methods(["GET", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Forbid destruction: of one recording or its inspection (``?recording=``), or of inspections named by number."""
    actor, recording = actor_of(request), _recording(request, request.GET.get("recording", ""))
    organisation = recording.organisation if recording else _division(request)
    form = HoldForm(request.POST or None, organisation=organisation, recording=recording, reason=request.GET.get("reason", "")[:500])
    if request.method == "POST" and form.is_valid() and actor.person is not None:
        scope, targets = form.targets()
        try:
            placed = place_hold(
                actor=actor.as_ledger(organisation), person=actor.person, organisation=organisation, scope=scope, targets=targets,
                reason=form.cleaned_data["reason"], until=form.cleaned_data["until"],
            )
        except RetentionRefusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Destruction is forbidden. Entry %(position)d in the ledger.") % {"position": placed.position})
            return redirect("archive:recording", recording.pk) if recording else redirect("retention:holds")
    back = reverse("archive:recording", args=[recording.pk]) if recording else reverse("retention:holds")
    values = {"form": form, "recording": recording, "back": back}
    return render(request, "retention/hold_form.html", values, status=422 if form.errors else 200)


@requires(Permission.HOLD_LIFT)
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Lift a ban, with the head's PIN."""
    actor = actor_of(request)
    mine = Hold.objects.filter(organisation__in=actor.organisations(Permission.HOLD_LIFT)).select_related("organisation")
    found = get_object_or_404(mine, pk=hold_id)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and actor.person is not None:
        try:
            proven = prove(person=actor.person, organisation=found.organisation, method="pin", secret=form.cleaned_data["pin"])
            ended = lift_hold(actor=actor.as_ledger(found.organisation_id), hold=found, reason=form.cleaned_data["reason"], proven=proven)
        except SignatureRefused as refused:
            form.add_error("pin", str(refused))
        except RetentionRefusal as refused:
            return refusal_page(request, refused)
        else:
            messages.success(request, _("The ban is lifted. Entry %(position)d in the ledger.") % {"position": ended.position})
            return redirect("retention:holds")
    will = [_("What this ban covered may be destroyed when its term is over: %(reason)s") % {"reason": found.reason}]
    values = {"form": form, "hold": found, "will": will, "back": reverse("retention:holds")}
    return render(request, "retention/hold_lift.html", values, status=422 if form.errors else 200)


@requires(Permission.HOLD_PLACE)
@require_http_methods(["GET", "POST"])
def longer(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """Keep one recording longer than its term."""
    found = _recording(request, str(recording_id))
    if found is None:
        raise Http404
    form = LengthenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lengthen(actor=actor_of(request).as_ledger(found.organisation_id), recording=found, **form.cleaned_data)
        except RetentionRefusal as refused:
            form.add_error("until", refused.sentence)
        else:
            messages.success(request, _("The recording is kept until %(day)s.") % {"day": form.cleaned_data["until"].strftime("%d.%m.%Y")})
            return redirect("archive:recording", found.pk)
    values = {"form": form, "recording": found, "due": due(found), "back": reverse("archive:recording", args=[found.pk])}
    return render(request, "retention/lengthen.html", values, status=422 if form.errors else 200)


def _recording(request: HttpRequest, text: str) -> Recording | None:
    """A recording that one may see, of a division in which one may forbid its destruction; None when none is named."""
    if not text:
        return None
    try:
        wanted = UUID(text)
    except ValueError:
        raise Http404 from None
    actor = actor_of(request)
    mine = archive.recordings(actor).filter(organisation__in=actor.organisations(Permission.HOLD_PLACE))
    return get_object_or_404(mine.select_related("organisation"), pk=wanted)


def _division(request: HttpRequest) -> Organisation:
    actor = actor_of(request)
    if actor.organisation is None or not actor.may(Permission.HOLD_PLACE, actor.organisation):
        raise Http404
    return actor.organisation
