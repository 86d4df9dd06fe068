"""The rules of the office: erasing after receipt, low charge, overdue hour (444 p.11, 19, 20)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qorgan.people.rights import Permission, actor_of, requires
from qorgan.recorders import access, actions
from qorgan.recorders.forms import PolicyForm
from qorgan.recorders.paging import division_of, say_written


@requires(Permission.POLICY_MANAGE)
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """See and set them."""
    organisation = division_of(request, Permission.POLICY_MANAGE)
    form = PolicyForm(request.POST or None, instance=access.policy_of(organisation))
    if request.method == "POST" and form.is_valid():
        actions.set_policy(actor=actor_of(request).as_ledger(organisation), organisation=organisation, values=form.cleaned_data)
        say_written(request, _("The rules are set."), f"organisation:{organisation.id}")
        return redirect("recorders:policy")
    return render(request, "recorders/policy.html", {"form": form}, status=422 if request.method == "POST" else 200)
