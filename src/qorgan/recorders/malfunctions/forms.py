"""Forms of malfunctions."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from qorgan.recorders.malfunctions.models import Malfunction
from qorgan.recorders.malfunctions.telling import LONGEST_WORDS
from qorgan.recorders.models import ONE_LINE

_PIN = forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"})


class ReportForm(forms.Form):
    """A malfunction told at a desk or on a telephone, signed with one's own PIN (444 p.20)."""

    moment = forms.ChoiceField(label=_("Where"), choices=(), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What does not work"), choices=(), widget=forms.RadioSelect)
    words = forms.CharField(label=_("In words"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    since = forms.CharField(
        label=_("Since when"), max_length=20, required=False, widget=forms.TextInput(attrs={"placeholder": "14:05", "autocomplete": "off"}),
        help_text=_("14:05, or with its day: 21.11.2026 14:05. Left empty when nobody can say."),
    )
    pin = forms.CharField(label=_("Your PIN"), max_length=8, widget=_PIN, help_text=_("It signs the note in column 7 of the journal."))

    def __init__(self, *args: Any, moments: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = self.fields["moment"]
        where.choices = [(moment, capfirst(Malfunction.Moment(moment).label)) for moment in moments]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(value, capfirst(label)) for value, label in Malfunction.Kind.choices]  # type: ignore[attr-defined]
        if len(moments) == 1:
            where.widget, where.initial, where.required = forms.HiddenInput(), moments[0], False


class SentForm(forms.Form):
    """Where a recorder is sent."""

    place = forms.CharField(label=_("Where to"), max_length=300, validators=[ONE_LINE])


class BackForm(forms.Form):
    """What the repair says."""

    result = forms.CharField(label=_("What the repair says"), max_length=300, required=False, validators=[ONE_LINE])


class RepairedForm(forms.Form):
    """What was done to it."""

    note = forms.CharField(label=_("What was done"), max_length=300, validators=[ONE_LINE])


class AsideForm(forms.Form):
    """Why what a dock found is no malfunction."""

    because = forms.CharField(label=_("Why it is no malfunction"), max_length=300, validators=[ONE_LINE])
