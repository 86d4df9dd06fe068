"""Searching the archive: by inspection, inspector, recorder, day, words; newest first, whatever the size (444 p.6, 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from qorgan.archive import access
from qorgan.archive.guards import actor_of, open_vault
from qorgan.archive.keyset import by_time
from qorgan.archive.models import Recording
from qorgan.archive.particulars import drawing
from qorgan.archive.timeline import Drawing
from qorgan.people.alphabet import fold, kazakh_key
from qorgan.people.models import Organisation, Person
from qorgan.people.rights import Permission, requires

MOST_WORDS = 6
_HEAVY = ("manifest", "receipt", "clocks", "path")  # texts that a row does not show


def _searched(words: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"type": "search", "placeholder": words, "data-find-first": ""})


class SearchForm(forms.Form):
    """The filters; every one may be empty."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100, widget=_searched(_("inspection, subject, inspector, file")))
    inspection = forms.CharField(label=_("Inspection"), required=False, max_length=100, widget=forms.TextInput(attrs={"placeholder": "12-3/41"}))
    recorder = forms.CharField(label=_("Recorder"), required=False, max_length=40)
    first = forms.DateField(label=_("Day, from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any, persons: Sequence[Person]) -> None:
        """``persons``: whom one may filter by; without any there is no such filter."""
        super().__init__(data)
        choices = [("", "–"), *((str(person.pk), person.full_name) for person in persons)]
        if persons:
            self.fields["person"] = forms.ChoiceField(label=_("Inspector"), required=False, choices=choices)


@dataclass(frozen=True)
class Line:
    """One row of the list: a recording with its small time line."""

    recording: Recording
    drawing: Drawing | None
    offset_s: int | None
    gaps: int
    duration_us: int
    problems: int


@requires(Permission.RECORDING_READ, Permission.RECORDING_READ_OWN)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """The archive of the division of the page."""
    actor = actor_of(request)
    organisation = actor.organisation
    if organisation is None or not (actor.may(Permission.RECORDING_READ, organisation) or actor.may(Permission.RECORDING_READ_OWN, organisation)):
        raise Http404
    reads_all = actor.may(Permission.RECORDING_READ, organisation)
    form = SearchForm(request.GET, _inspectors(organisation) if reads_all else [])
    everything = access.recordings(actor).filter(organisation=organisation)
    undated = request.GET.get("undated") == "1"
    found = _filtered(everything, form.cleaned_data if form.is_valid() else {}, undated=undated)
    field = "stored_at" if undated else "started_at"
    page = by_time(found, field, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    values = {
        "form": form, "lines": _lines(page.ids), "page": page, "undated": undated, "reads_all": reads_all, "filtered": _is_filtered(form),
        "has_undated": not undated and everything.filter(started_at=None).exists(), "organisation": organisation,
        "search_text": request.GET.get("q", ""), "vault": open_vault(request, organisation.pk),
    }
    return render(request, "archive/search.html", values, status=200 if form.is_valid() else 422)


def _inspectors(organisation: Organisation) -> list[Person]:
    """Persons of the division, in the order of the Kazakh alphabet."""
    return sorted(Person.objects.filter(organisation=organisation), key=lambda person: kazakh_key(person.full_name))


def _filtered(found: QuerySet[Recording], wanted: dict[str, Any], *, undated: bool) -> QuerySet[Recording]:
    """The recordings that match all filters given. Each narrows by an index or by the words kept beside the start time."""
    found = found.filter(started_at__isnull=undated)
    if wanted.get("person"):
        found = found.filter(person=wanted["person"])
    if wanted.get("recorder"):
        found = found.filter(source_number=wanted["recorder"].strip())
    if not undated and wanted.get("first"):
        found = found.filter(started_at__gte=_midnight(wanted["first"]))
    if not undated and (wanted.get("last") or wanted.get("first")):
        found = found.filter(started_at__lt=_midnight(wanted.get("last") or wanted["first"]) + timedelta(days=1))
    for word in fold(f"{wanted.get('inspection', '')} {wanted.get('q', '')}").split()[:MOST_WORDS]:
        found = found.filter(words__contains=word)
    return found


def _lines(ids: Sequence[UUID]) -> list[Line]:
    rows = {row.pk: row for row in Recording.objects.filter(pk__in=ids).defer(*_HEAVY)}
    return [_line(rows[pk]) for pk in ids]


def _line(row: Recording) -> Line:
    media, offset_ms = row.media, row.offset_ms
    corrected = None if offset_ms is None or abs(offset_ms) < 1000 else round(offset_ms / 1000)
    return Line(row, drawing(row), corrected, len(media.get("gaps") or ()), int(media.get("duration_us") or 0), len(media.get("problems") or ()))


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _is_filtered(form: SearchForm) -> bool:
    return form.is_valid() and any(form.cleaned_data.values())
