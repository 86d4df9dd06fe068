"""What a holder fills in while watching: a mark, a still, a clip, a review, the PIN under a protocol."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qorgan.archive.review.models import Mark, Review
from qorgan.archive.review.timecode import TimeCodeField


def pin_field() -> forms.CharField:
    """The signer's PIN; never filled in by the server."""
    return forms.CharField(label=_("Your PIN"), max_length=8, widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))


class MarkForm(forms.Form):
    """A moment and what is seen there (444 p.6)."""

    at = TimeCodeField(label=_("Time in the recording"))
    kind = forms.ChoiceField(label=_("What it is"), choices=Mark.Kind.choices)
    paragraph = forms.CharField(
        label=_("Paragraph that is violated"), max_length=300, required=False,
        widget=forms.TextInput(attrs={"list": "paragraphs", "autocomplete": "off"}),
    )
    note = forms.CharField(label=_("What is seen"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class StrikeForm(forms.Form):
    """Why a mark is taken back."""

    reason = forms.CharField(label=_("Why it is struck"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class StillForm(forms.Form):
    """One frame."""

    at = TimeCodeField(label=_("Time in the recording"))
    form = forms.ChoiceField(label=_("Form"), choices=(("jpeg", "JPEG"), ("png", "PNG")))


class ClipForm(forms.Form):
    """A piece of the recording."""

    begin = TimeCodeField(label=_("From"))
    end = TimeCodeField(label=_("To"))


class ReviewedForm(forms.Form):
    """How much was reviewed; signed."""

    extent = forms.ChoiceField(label=_("Reviewed"), choices=Review.Extent.choices, widget=forms.RadioSelect)
    begin = TimeCodeField(label=_("From"), required=False, help_text=_("Only when it was reviewed in part."))
    end = TimeCodeField(label=_("To"), required=False)
    remarks = forms.CharField(label=_("Remarks"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    pin = pin_field()

    def clean(self) -> dict[str, Any]:
        """A part has two ends."""
        values = super().clean() or {}
        if values.get("extent") == Review.Extent.PART and (values.get("begin") is None or values.get("end") is None):
            self.add_error("end", _("Say from when to when."))
        return values


class ProtocolForm(forms.Form):
    """The signature under a protocol."""

    pin = pin_field()
