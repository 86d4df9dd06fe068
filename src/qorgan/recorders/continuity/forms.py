"""Forms of continuity: an explanation, a signature."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qorgan.recorders.continuity.reasons import ReasonKind


def _moment(label: Any) -> forms.DateTimeField:
    """A time to the second, as browsers and as people write it."""
    return forms.DateTimeField(
        label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"],
    )


class SignatureForm(forms.Form):
    """The secret by which one signs."""

    secret = forms.CharField(
        label=_("Your PIN or password"), max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("By it you sign; it is not kept."),
    )

    @property
    def method(self) -> str:
        """Digits alone are a PIN."""
        return "pin" if str(self.cleaned_data["secret"]).isdigit() else "password"


class ExplainForm(SignatureForm):
    """Why, in words, for which time."""

    kind = forms.ChoiceField(label=_("Why nothing was recorded"), choices=ReasonKind.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What a court must be able to understand in three years."),
    )
    starts_at = _moment(_("From"))
    ends_at = _moment(_("To"))

    field_order = ["kind", "words", "starts_at", "ends_at", "secret"]

    def __init__(self, *args: Any, timed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not timed:
            del self.fields["starts_at"], self.fields["ends_at"]

    def clean(self) -> dict[str, Any]:
        """Another reason needs words; the end comes after the beginning."""
        values = super().clean() or {}
        if values.get("kind") == ReasonKind.OTHER and not values.get("words", "").strip():
            self.add_error("words", _("Say in words what the reason was."))
        begin, end = values.get("starts_at"), values.get("ends_at")
        if isinstance(begin, datetime) and isinstance(end, datetime) and end <= begin:
            self.add_error("ends_at", _("The end is before the beginning."))
        return values


class SignReportForm(SignatureForm):
    """The signature under the report that is on the screen."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
