"""Pages beside the official texts: where the two differ, and what changes in the law between two days."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from qorgan.norms import divergences as found_in
from qorgan.norms import impact
from qorgan.norms.engine import orders
from qorgan.norms.forms import PeriodForm
from qorgan.norms.office_commands import fault_in_words
from qorgan.norms.texts import LANGUAGES
from qorgan.people.rights import Permission, requires


@requires(Permission.NORMS_READ)
@require_safe
def divergences(request: HttpRequest, order: str) -> HttpResponse:
    """Every place where the two texts of an order differ or both have a hole."""
    if order not in orders():
        raise Http404
    found = found_in.divergences(order, timezone.localdate())
    faults = [(text, [fault_in_words(fault) for fault in text.faults]) for text in found.texts.values()]
    absent = [language for language in LANGUAGES if language not in found.texts]
    sections = [
        (_("Differences"), _("What one text has and the other has not, or what they say differently."), found.differing),
        (_("Holes"), _("References that lead elsewhere, and groups that nothing is asked of: the same words stand in the texts named."), found.holes),
        (_("Where the text is silent"), _("Both texts leave a question open; this is how Qorgan reads it."), found.silent),
    ]
    values = {"order": order, "found": found, "faults": faults, "absent": absent, "sections": sections}
    return render(request, "norms/divergences.html", values)


@requires(Permission.NORMS_READ)
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What begins, changes and ends in the law between two days; nothing is compared until two days are chosen."""
    today = timezone.localdate()
    form = PeriodForm(request.GET or None, initial={"first": today.replace(month=1, day=1), "last": today})
    rows: list[impact.Change] | None = None
    if form.is_bound and form.is_valid():
        rows = impact.changes(form.cleaned_data["first"], form.cleaned_data["last"])
    return render(request, "norms/changes.html", {"form": form, "rows": rows}, status=422 if form.errors else 200)
