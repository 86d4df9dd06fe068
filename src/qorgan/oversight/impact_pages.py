"""The page of a change of the law: which facilities it moves to another group, and whose duties begin, end or change."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from qorgan.facilities import access as facilities
from qorgan.norms.forms import PeriodForm
from qorgan.oversight import presenting
from qorgan.oversight.duty import Duty
from qorgan.oversight.impact import Impact, Shift, impact
from qorgan.people.rights import Permission, actor_of, requires

SHOWN = 200  # the most affected; the others are counted


@requires(Permission.FACILITY_READ)
@require_safe
def affected(request: HttpRequest) -> HttpResponse:
    """Compare the law of two days over one's facilities; nothing is compared until two days are chosen."""
    today = timezone.localdate()
    form = PeriodForm(request.GET or None, initial={"first": today, "last": today.replace(year=today.year + 1, day=1)})
    values: dict[str, Any] = {"form": form, "found": None}
    if form.is_bound and form.is_valid():
        found = impact(list(facilities.visible_to(actor_of(request)).order_by("code")), form.cleaned_data["first"], form.cleaned_data["last"])
        rows = [_row(one) for one in found.shifts[:SHOWN]]
        values |= {"found": found, "rows": rows, "more": len(found.shifts) - len(rows), "answer": _answer(found), **form.cleaned_data}
    return render(request, "oversight/impact.html", values, status=422 if form.errors else 200)


def _row(shift: Shift) -> dict[str, Any]:
    return {"shift": shift, "gains": _said(shift.gains), "loses": _said(shift.loses), "changes": _said(shift.changes)}


def _said(duties: Iterable[Duty]) -> list[tuple[str, str]]:
    """The items and what they ask, in words."""
    return [(duty.item.id, presenting.title(duty)) for duty in duties]


def _answer(found: Impact) -> str:
    if not found.items:
        return _("Between these days the order asks the same")
    if not found.shifts:
        return _("The order changes; none of your facilities is affected")
    return ngettext("%(n)d facility is affected", "%(n)d facilities are affected", len(found.shifts)) % {"n": len(found.shifts)}
