"""Searching the archive: by inspection, inspector, recorder, day, words; newest first, whatever the size (444 p.6, 13)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from qorgan.archive import access
from qorgan.archive.guards import open_vault
from qorgan.archive.keyset import by_time, of_days
from qorgan.archive.lines import lines, words
from qorgan.archive.models import Recording
from qorgan.archive.spelling import typed_words
from qorgan.archive.words import NoSuchWord, span
from qorgan.people.alphabet import fold, kazakh_key
from qorgan.people.models import Organisation, Person
from qorgan.people.rights import Permission, actor_of, requires

MOST_WORDS = 6


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
    found = matching(everything, organisation, form, undated=undated)
    field = "stored_at" if undated else "started_at"
    page = by_time(found, field, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    values = {
        "form": form, "page": page, "lines": lines(page.ids, undated=undated), "words": words(),
        "undated": undated, "reads_all": reads_all, "may_review": actor.may(Permission.RECORDING_PLAY, organisation), "filtered": _is_filtered(form),
        "has_undated": not undated and everything.filter(started_at=None).exists(), "organisation": organisation,
        "search_text": request.GET.get("q", ""), "vault": open_vault(request, organisation.pk),
    }
    return render(request, "archive/search.html", values, status=200 if form.is_valid() else 422)


def matching(everything: QuerySet[Recording], organisation: Organisation, form: SearchForm, *, undated: bool) -> QuerySet[Recording]:
    """Those of ``everything`` in a division that the filters and words of the form leave."""
    found = _filtered(everything, form.cleaned_data if form.is_valid() else {}, undated=undated)
    return _worded(found, organisation, _typed(form), undated=undated)


def _inspectors(organisation: Organisation) -> list[Person]:
    """Persons of the division, in the order of the Kazakh alphabet."""
    return sorted(Person.objects.filter(organisation=organisation), key=lambda person: kazakh_key(person.full_name))


def _filtered(found: QuerySet[Recording], wanted: dict[str, Any], *, undated: bool) -> QuerySet[Recording]:
    """The recordings that match the filters of person, recorder and day: each narrows by an index."""
    found = found.filter(started_at__isnull=undated)
    if wanted.get("person"):
        found = found.filter(person=wanted["person"])
    if wanted.get("recorder"):
        found = found.filter(source_number=wanted["recorder"].strip())
    return found if undated else of_days(found, "started_at", wanted.get("first"), wanted.get("last"))


def _worded(found: QuerySet[Recording], organisation: Organisation, words: Sequence[str], *, undated: bool) -> QuerySet[Recording]:
    """Those that have all the words, looked for only between the times at which each of them occurs."""
    for word in words:
        found = found.filter(words__contains=word)
        if undated:
            continue
        try:
            between = span(organisation, word)
        except NoSuchWord:
            return found.none()
        if between is not None:
            found = found.filter(started_at__range=between)
    return found


def _typed(form: SearchForm) -> list[str]:
    wanted = form.cleaned_data if form.is_valid() else {}
    return typed_words(fold(f"{wanted.get('inspection', '')} {wanted.get('q', '')}"))[:MOST_WORDS]


def _is_filtered(form: SearchForm) -> bool:
    return form.is_valid() and any(form.cleaned_data.values())
