"""What holders type: a secret, a purpose, the letters of a recovery sheet. No form ever gives a secret back to the page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qorgan.archive.vault.secret import LEAST_LETTERS
from qorgan.archive.vault.unlocking import LEAST_PURPOSE, MOST_PURPOSE

PURPOSES = (
    _("Review of the results of an inspection"),
    _("Request of a court"),
    _("Complaint of the subject of control"),
    _("Request of the authorised body"),
    _("Check of the recording's quality"),
)


def secret_field(label: Any, autocomplete: str = "off") -> forms.CharField:
    """A field for a secret: never filled in by the server, never trimmed by the form."""
    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": autocomplete, "spellcheck": "false", "maxlength": 200})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class UnlockForm(forms.Form):
    """Purpose and secret: the two things that open the vault (444 p.13, 21)."""

    purpose = forms.CharField(
        label=_("Purpose"), max_length=MOST_PURPOSE,
        help_text=_("It is written into the ledger and shown to the head. The choices are only a beginning: add number and date."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "purposes", "minlength": LEAST_PURPOSE, "maxlength": MOST_PURPOSE}),
    )
    secret = secret_field(_("Your secret of the vault"))


class NewSecretForm(forms.Form):
    """A new secret, twice."""

    secret = secret_field(_("Secret"), "new-password")
    again = secret_field(_("The same once more"), "new-password")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.fields["secret"].help_text = _("At least %(count)s characters; only you know it. It is not your sign-in password.") % {"count": LEAST_LETTERS}

    def clean_again(self) -> str:
        """Both must be the same."""
        again = str(self.cleaned_data["again"])
        if again != self.cleaned_data.get("secret"):
            raise forms.ValidationError(_("The two are not the same."))
        return again


class ChangeSecretForm(NewSecretForm):
    """The present secret and a new one, twice."""

    old = secret_field(_("Your present secret"), "current-password")
    field_order = ("old", "secret", "again")


class OwnSecretForm(forms.Form):
    """One's own secret, to give access or print."""

    secret = secret_field(_("Your secret of the vault"))


class FormerSecretForm(forms.Form):
    """The secret of a former holder, typed by that person at the desk of a present one."""

    secret = secret_field(_("Secret of the former holder"))


class SilentTextarea(forms.Textarea):
    """A text area that never sends back what was typed: the letters of a sheet open the vault."""

    def format_value(self, value: Any) -> None:
        """Nothing."""


class RecoverForm(forms.Form):
    """The letters of one or more recovery sheets."""

    sheet = forms.CharField(
        label=_("Letters of the sheet"), max_length=4000, help_text=_("Typed or scanned; blanks and small letters do not matter."),
        widget=SilentTextarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
