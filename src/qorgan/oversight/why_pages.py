"""The "why?" of one duty: paragraph, rule, facts, arithmetic, evidence, misses, reminders; and closing it with a document."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qorgan.facilities import access as facilities
from qorgan.facilities.asking import facility_of, say_written, tell_form
from qorgan.facilities.evidencing import ACCEPTED, About, attach_evidence
from qorgan.facilities.models import Evidence, Facility
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.norms import texts
from qorgan.norms import why as norms
from qorgan.oversight import access, presenting
from qorgan.oversight.duties import duties_of
from qorgan.oversight.duty import Duty, Source
from qorgan.people.rights import Permission, actor_of, refusal, requires


class CloseForm(forms.Form):
    """A document that shows that a duty was carried out."""

    own_date = forms.DateField(
        label=gettext_lazy("Day of the act itself"),
        help_text=gettext_lazy("The day that the document bears, not of today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    document = forms.FileField(label=gettext_lazy("Document"), widget=forms.ClearableFileInput(attrs={"accept": ",".join(ACCEPTED)}))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)


@requires(Permission.FACILITY_READ)
@require_http_methods(["GET", "POST"])
def why(request: HttpRequest, facility_id: UUID, duty_key: str) -> HttpResponse:
    """Explain one duty; by POST, close it with a document."""
    found = facility_of(request, facility_id)
    duty = _duty(found, duty_key)
    if request.method == "POST":
        return _close(request, found, duty)
    return _page(request, found, duty, CloseForm())


def _close(request: HttpRequest, found: Facility, duty: Duty) -> HttpResponse:
    actor = actor_of(request)
    if not actor.may(Permission.FACILITY_MANAGE, found.organisation_id):
        raise PermissionDenied(refusal([Permission.FACILITY_MANAGE]))
    form = CloseForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        about = About(equipment=duty.equipment)
        try:
            attach_evidence(
                actor=actor.as_ledger(found.organisation_id),
                facility=found,
                norm=duty.item.id,
                own_date=given["own_date"],
                document=given["document"],
                note=given["note"],
                about=about,
            )
        except FacilityRefusal as refused:
            tell_form(refused, form)
        else:
            say_written(request, _("The document is kept as evidence for %(place)s.") % {"place": norms.mark(duty.item.id)}, f"facility:{found.id}")
            return redirect(presenting.why_url(found, duty))
    return _page(request, found, duty, form)


def _page(request: HttpRequest, found: Facility, duty: Duty, form: CloseForm) -> HttpResponse:
    actor = actor_of(request)
    sign, word = presenting.SIGNS[duty.state]
    official = {language: found_words for language in texts.LANGUAGES if (found_words := texts.official(duty.item.id, language))}
    values: dict[str, Any] = {
        "facility": found,
        "duty": duty,
        "line": presenting.line(found, duty),
        "sign": sign,
        "word": word,
        "day": timezone.localdate(),
        "firmness": presenting.basis_word(duty),
        "readings": presenting.readings(duty),
        "losses": presenting.losses(duty.missed),
        "official": official,
        "facts": presenting.used_facts(duty),
        "missing": [presenting.fact_name(name) for name in duty.missing],
        "evidence": _evidence(request, found, duty),
        "told_by_facts": [one for one in duty.closed_by if one.source is not Source.DOCUMENT],
        "reminders": access.reminders(actor, found.pk, duty.key)[:20],
        "may_close": actor.may(Permission.FACILITY_MANAGE, found.organisation_id),
        "form": form,
        "may_open": actor.may(Permission.EVIDENCE_READ, found.organisation_id),
    }
    return render(request, "oversight/why.html", values, status=422 if form.is_bound else 200)


def _evidence(request: HttpRequest, found: Facility, duty: Duty) -> list[Evidence]:
    """Documents that closed it; of equipment, those that speak to it."""
    mine = Evidence.objects.filter(facility__in=facilities.visible_to(actor_of(request)), facility=found)
    refs = [one.ref for one in duty.closed_by if one.source is Source.DOCUMENT]
    chosen = mine.filter(norm=duty.item.id, equipment=duty.equipment) if duty.equipment else mine.filter(pk__in=refs)
    return list(chosen.order_by("-own_date", "-attached_at"))


def _duty(found: Facility, key: str) -> Duty:
    duty = next((one for one in duties_of(found, timezone.localdate()) if one.key == key), None)
    if duty is None:
        raise Http404
    return duty
