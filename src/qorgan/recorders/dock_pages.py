"""Pages of docks: what stands in them and how far it is, strangers' drives, a new dock with its token, revoking (444 p.11)."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from qorgan.archive.docks import create_dock, revoke
from qorgan.archive.models import Dock
from qorgan.people.rights import Permission, actor_of, requires
from qorgan.recorders import access
from qorgan.recorders.docking import state_of
from qorgan.recorders.forms import DockForm
from qorgan.recorders.paging import division_of, say_written

SHOWN_STRANGERS = 20


@requires(Permission.DOCK_READ)
@require_GET
def docks(request: HttpRequest) -> HttpResponse:
    """Docks and recorders in them, failures first; asked again every few seconds by the page itself."""
    actor = actor_of(request)
    found = list(Dock.objects.filter(organisation__in=actor.organisations(Permission.DOCK_READ)).select_related("organisation").order_by("name"))
    states = [state_of(dock) for dock in found if dock.revoked_at is None]
    devices = [device for state in states if state.fresh for device in state.devices]
    values = {
        "states": states, "revoked": [dock for dock in found if dock.revoked_at is not None],
        "failed": sum(device.state == "failed" for device in devices), "working": sum(device.working for device in devices), "standing": len(devices),
        "silent": sum(not state.fresh for state in states), "strangers": access.strangers(actor).order_by("-seen_at")[:SHOWN_STRANGERS],
        "may_manage": actor.may(Permission.DOCK_MANAGE), "may_set": actor.may(Permission.POLICY_MANAGE),
    }
    live = request.headers.get("HX-Request") == "true"
    return render(request, "recorders/docks_live.html" if live else "recorders/docks.html", {**values, "live": live})


@requires(Permission.DOCK_MANAGE)
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a dock. Its token is on the answer to this form and nowhere else."""
    organisation = division_of(request, Permission.DOCK_MANAGE)
    form = DockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            dock, token = create_dock(actor=actor_of(request).as_ledger(organisation), organisation=organisation, name=form.cleaned_data["name"])
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            command = f"qorgan-dock enrol --server {request.scheme}://{request.get_host()} --token {token}"
            return render(request, "recorders/dock_token.html", {"dock": dock, "token": token, "command": command})
    return render(request, "recorders/dock_form.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(Permission.DOCK_MANAGE)
@require_http_methods(["GET", "POST"])
def revoke_dock(request: HttpRequest, dock_id: UUID) -> HttpResponse:
    """End a dock's access for ever."""
    mine = actor_of(request).organisations(Permission.DOCK_MANAGE)
    dock = get_object_or_404(Dock, pk=dock_id, organisation__in=mine)
    if request.method == "POST":
        revoke(actor=actor_of(request).as_ledger(dock.organisation_id), dock=dock)
        say_written(request, _("The token of dock “%(name)s” is revoked.") % {"name": dock.name}, f"dock:{dock.id}")
        return redirect("recorders:docks")
    return render(request, "recorders/dock_revoke.html", {"dock": dock})
