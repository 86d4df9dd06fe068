"""Forms of retention and destruction."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.archive.models import Recording
from qorgan.archive.retention.models import Hold
from qorgan.archive.retention.terms import inspection_number
from qorgan.people.forms import date_field
from qorgan.people.models import Organisation

MOST_INSPECTIONS = 50
_HAND = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text)


class HoldForm(forms.Form):
    """What must not be destroyed, why, until when (444 p.12, 14)."""

    inspections = forms.CharField(
        label=gettext_lazy("Numbers of the inspections"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "12-3/41\n12-3/42"}),
        help_text=gettext_lazy("One a line: every inspection of the case. What arrives for them later is covered too."),
    )
    reason = _reason(gettext_lazy("For example: the case is before a court, an appeal is expected."))
    until = date_field(gettext_lazy("Last day of the ban"), required=False, help_text=gettext_lazy("Without it the ban stands until the head lifts it."))

    def __init__(self, data: Any, *, organisation: Organisation, recording: Recording | None, reason: str = "") -> None:
        """With a ``recording`` one chooses between it and its inspection; without, inspections are named by number. ``reason`` is a beginning."""
        super().__init__(data, initial={"reason": reason})
        self.organisation, self.recording = organisation, recording
        if recording is None:
            self.fields["inspections"].required = True
            return
        del self.fields["inspections"]
        scopes = [Hold.Scope.RECORDING, *([Hold.Scope.INSPECTION] if recording.case else [])]
        self.fields["scope"] = forms.ChoiceField(
            label=gettext_lazy("What must not be destroyed"), choices=[(scope.value, scope.label) for scope in scopes], widget=forms.RadioSelect,
            initial=scopes[-1].value,
        )
        self.order_fields(["scope", "reason", "until"])

    def clean_inspections(self) -> list[tuple[Any, str]]:
        """``(case, number)`` of every number. Raises ``ValidationError`` naming one of which nothing is stored."""
        numbers = list(dict.fromkeys(line.strip().removeprefix("№").strip() for line in self.cleaned_data["inspections"].splitlines() if line.strip()))
        if len(numbers) > MOST_INSPECTIONS:
            raise ValidationError(_("At most %(count)d inspections at a time.") % {"count": MOST_INSPECTIONS})
        return [self._case(number) for number in numbers]

    def _case(self, number: str) -> tuple[Any, str]:
        mine = Recording.objects.filter(organisation=self.organisation, case__isnull=False, destroying_at=None)
        case = mine.filter(case_label__startswith=f"№ {number} · ").values_list("case", flat=True).first()
        if case is None:
            raise ValidationError(_("Nothing is stored for an inspection № %(number)s.") % {"number": number})
        return case, number

    def targets(self) -> tuple[Hold.Scope, Sequence[Recording | tuple[Any, str]]]:
        """What the form names, of valid data."""
        if self.recording is None:
            found: list[tuple[Any, str]] = self.cleaned_data["inspections"]
            return (Hold.Scope.CASE if len(found) > 1 else Hold.Scope.INSPECTION), found
        if self.cleaned_data["scope"] == Hold.Scope.INSPECTION:
            return Hold.Scope.INSPECTION, [(self.recording.case, inspection_number(self.recording))]
        return Hold.Scope.RECORDING, [self.recording]


class LiftForm(forms.Form):
    """Why a ban is lifted, and the head's signature."""

    reason = _reason(gettext_lazy("For example: the decision of the court has come into force."))
    pin = forms.CharField(label=gettext_lazy("Your PIN"), max_length=8, widget=_HAND)


class LengthenForm(forms.Form):
    """Until when a recording is kept, and why."""

    until = date_field(gettext_lazy("Kept until"), help_text=gettext_lazy("The last day. It can be made later again, never earlier."))
    reason = _reason("")


class SignForm(forms.Form):
    """The signature under an act."""

    pin = forms.CharField(label=gettext_lazy("Your PIN"), max_length=8, widget=_HAND)


class StopForm(forms.Form):
    """Why an act is refused or stopped."""

    reason = _reason(gettext_lazy("It stands in the act for ever."))
