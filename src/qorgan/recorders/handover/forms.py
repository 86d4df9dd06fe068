"""What is typed when recordings are handed over."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qorgan.archive.models import Recording
from qorgan.archive.vault.forms import secret_field
from qorgan.archive.vault.unlocking import LEAST_PURPOSE, MOST_PURPOSE
from qorgan.people.models import Signature
from qorgan.recorders.handover.actions import LEAST_REASON, Letter
from qorgan.recorders.handover.models import Acceptance, Answer, HandOver, Production
from qorgan.recorders.models import ONE_LINE

_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class LetterForm(forms.ModelForm):  # type: ignore[type-arg]
    """To whom, why, with what (444 p.14)."""

    reason = forms.CharField(
        label=_("Reason"), min_length=LEAST_REASON, max_length=500, validators=[ONE_LINE],
        help_text=_("For example the request of a court with its number. Recordings serve official work only."),
    )

    class Meta:
        model = HandOver
        fields = (
            "recipient_kind", "recipient_name", "recipient_person", "recipient_address", "request_number", "request_date", "reason", "materials",
        )
        widgets = {
            "recipient_kind": forms.RadioSelect, "materials": forms.Textarea(attrs={"rows": 3}), "request_date": _DATE,
            "recipient_name": forms.Textarea(attrs={"rows": 2}), "recipient_address": forms.Textarea(attrs={"rows": 2}),  # courts have long names
        }
        help_texts = {"materials": _("The act, the protocol, the case: one a line. The recordings are sent together with them.")}

    def __init__(self, *args: Any, papers: Sequence[tuple[str, str | Promise]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient_kind"].choices = HandOver.To.choices  # type: ignore[attr-defined]
        self.fields["parts"] = forms.MultipleChoiceField(
            label=_("Papers that go along"), choices=papers, required=False, widget=forms.CheckboxSelectMultiple, initial=[key for key, _words in papers],
            help_text=_("The act and the history of each recording always go."),
        )

    def letter(self) -> Letter:
        """The letter as the action takes it."""
        return Letter(**{**self.cleaned_data, "parts": tuple(self.cleaned_data["parts"])})


class ChosenForm(forms.Form):
    """Which recordings."""

    def __init__(self, *args: Any, offered: Sequence[Recording], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recordings"] = forms.MultipleChoiceField(
            choices=[(str(one.pk), one.name) for one in offered], error_messages={"required": _("Choose at least one recording.")}
        )


class SignForm(forms.Form):
    """How the person who is signed in proves to be that person."""

    method = forms.ChoiceField(label=_("Sign with"), choices=Signature.Method.choices, initial=Signature.Method.PIN, widget=forms.RadioSelect)
    secret = secret_field(_("PIN or password"))


class WithdrawForm(forms.Form):
    """Why a draft is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=300, validators=[ONE_LINE])


class UnlockForm(forms.Form):
    """Purpose and secret of the vault, on the page of a hand-over."""

    purpose = forms.CharField(
        label=_("Purpose"), min_length=LEAST_PURPOSE, max_length=MOST_PURPOSE, help_text=_("It is written into the ledger with each recording that is opened.")
    )
    secret = secret_field(_("Your secret of the vault"))


class WishForm(forms.Form):
    """How the package is closed on its way."""

    protection = forms.ChoiceField(
        label=_("Encryption"), choices=Production.Protection.choices, initial=Production.Protection.NONE, widget=forms.RadioSelect,
        help_text=_("A passphrase is made and shown once; the recipient's key begins with age1."),
    )
    key = forms.CharField(label=_("Key of the recipient"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean(self) -> dict[str, Any]:
        """A key goes with the choice of a key, and only with it."""
        values = super().clean() or {}
        values["key"] = str(values.get("key", "")).strip()
        if values.get("protection") == Production.Protection.KEY and not values["key"]:
            self.add_error("key", _("Enter the key that the recipient gave."))
        if values.get("protection") != Production.Protection.KEY:
            values["key"] = ""
        return values


class PackageForm(WishForm):
    """The wish once more, with the passphrase that was shown."""

    passphrase = forms.CharField(max_length=60, required=False)


class AcceptanceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The recipient has it."""

    scan = forms.FileField(label=_("Scan of the signed act"), required=False, help_text=_("PDF, PNG or JPEG, up to 5 MB."))

    class Meta:
        model = Acceptance
        fields = ("received_by", "received_on", "document_number", "note")
        widgets = {"received_on": _DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    """What came back."""

    class Meta:
        model = Answer
        fields = ("kind", "number", "dated", "outcome", "note")
        widgets = {"dated": _DATE, "kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Answer.Kind.choices  # type: ignore[attr-defined]
        self.fields["dated"].initial = timezone.localdate
