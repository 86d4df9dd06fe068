"""Forms of the journals."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.journals.columns import TIMED
from qorgan.journals.models import Mark
from qorgan.people.forms import date_field


class OpenBookForm(forms.Form):
    """Cover of a new book."""

    started_on = date_field(_("Started on"), initial=timezone.localdate)


class CloseBookForm(forms.Form):
    """The last page."""

    finished_on = date_field(_("Finished on"), initial=timezone.localdate)
    sheets = forms.IntegerField(label=_("Sheets, numbered, laced and sealed"), min_value=1, max_value=2000)


class CorrectForm(forms.Form):
    """What holds instead, why, and the signature of the one who corrects (444 p.9)."""

    text = forms.CharField(label=_("What holds"), max_length=500)
    occurred_at = forms.DateTimeField(
        label=_("Date and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M"],
    )
    reason = forms.CharField(label=_("Why it was wrong"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    pin = forms.CharField(label=_("Your PIN"), max_length=8, widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))

    def __init__(self, *args: Any, mark: Mark, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = "text" if mark.column in TIMED else "occurred_at"
        del self.fields[gone]
        kept = "occurred_at" if gone == "text" else "text"
        self.fields[kept].initial = timezone.localtime(mark.occurred_at) if gone == "text" and mark.occurred_at else mark.text


class BlankForm(forms.Form):
    """How many blank sheets to print."""

    sheets = forms.IntegerField(label=_("Blank sheets"), min_value=1, max_value=200, initial=24)
