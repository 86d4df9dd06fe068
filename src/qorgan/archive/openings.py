"""The list of openings: who looked at what, when, for what purpose; the head and the auditor read it (444 p.13, 21)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from qorgan.archive.keyset import by_time, of_days
from qorgan.archive.vault import access
from qorgan.archive.vault.models import Opening
from qorgan.people.alphabet import fold
from qorgan.people.models import Person
from qorgan.people.rights import Permission, actor_of, requires


class OpeningsForm(forms.Form):
    """The filters; every one may be empty."""

    purpose = forms.CharField(label=_("Purpose"), required=False, max_length=100)
    first = forms.DateField(label=_("Day, from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any, persons: QuerySet[Person]) -> None:
        super().__init__(data)
        self.fields["person"] = forms.ModelChoiceField(label=_("Person"), queryset=persons, required=False, empty_label="–")
        self.order_fields(("person", "purpose", "first", "last"))


@requires(Permission.OPENING_READ)
@require_GET
def openings(request: HttpRequest) -> HttpResponse:
    """Openings of every division in which one may read them."""
    actor = actor_of(request)
    visible = access.openings(actor)
    persons = Person.objects.filter(pk__in=access.unlockings(actor).values("person")).order_by("family_name", "given_name")
    form = OpeningsForm(request.GET, persons)
    found = _filtered(visible, form.cleaned_data) if form.is_valid() else visible.none()
    page = by_time(found, "at", after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    whole = Opening.objects.select_related("recording", "organisation").defer("recording__manifest", "recording__receipt")
    rows = {row.pk: row for row in whole.filter(pk__in=page.ids)}
    values = {
        "form": form, "page": page, "openings": [rows[pk] for pk in page.ids], "filtered": form.is_valid() and any(form.cleaned_data.values()),
        "may_see": actor.organisations(Permission.RECORDING_READ), "several": len(actor.organisations(Permission.OPENING_READ)) > 1,
    }
    return render(request, "archive/openings.html", values, status=200 if form.is_valid() else 422)


def _filtered(found: QuerySet[Opening], wanted: dict[str, Any]) -> QuerySet[Opening]:
    if wanted.get("person"):
        found = found.filter(person=wanted["person"])
    found = of_days(found, "at", wanted.get("first"), wanted.get("last"))
    for word in fold(wanted.get("purpose", "")).split():
        found = found.filter(purpose_folded__contains=word)
    return found
