"""Forms of the people room."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from qorgan.people.models import Organisation, Post, User
from qorgan.people.numbers import validate_iin, validate_service_number


def date_field(label: Any, **values: Any) -> forms.DateField:
    """A date that browsers offer a calendar for and that may also be typed as 22.11.2026."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d", "%d.%m.%Y"], **values)


class PersonForm(forms.Form):
    """Particulars of a person."""

    organisation = forms.ModelChoiceField(label=_("Division"), queryset=Organisation.objects.none())
    family_name = forms.CharField(label=_("Family name"), max_length=100)
    given_name = forms.CharField(label=_("Given name"), max_length=100)
    patronymic = forms.CharField(label=_("Patronymic"), max_length=100, required=False)
    service_number = forms.CharField(
        label=_("Service number"), max_length=6, required=False, validators=[validate_service_number], help_text=_("Six characters, as set in the recorder.")
    )
    iin = forms.CharField(label=_("IIN"), max_length=12, required=False, validators=[validate_iin])
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("Of the office: letters about malfunctions go there."))

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(pk__in=organisations)  # type: ignore[attr-defined]
        if len(organisations) == 1:
            field.initial = next(iter(organisations))


class EmailForm(forms.Form):
    """Where a person's letters go."""

    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("Of the office: letters about malfunctions go there."))


class AppointmentForm(forms.Form):
    """An appointment by order (444 p.6)."""

    post = forms.ChoiceField(label=_("Post"), choices=Post.choices)
    order_number = forms.CharField(label=_("Order number"), max_length=60)
    order_date = date_field(_("Order date"))
    starts_on = date_field(_("In force from"))
    ends_on = date_field(_("Last day in force"), required=False)

    def clean(self) -> dict[str, Any]:
        """The last day cannot be before the first."""
        values = super().clean() or {}
        if values.get("ends_on") and values.get("starts_on") and values["ends_on"] < values["starts_on"]:
            self.add_error("ends_on", _("The last day is before the first."))
        return values


class EndAppointmentForm(forms.Form):
    """The order that ends an appointment."""

    order_number = forms.CharField(label=_("Order number"), max_length=60)


class SignInOpenForm(forms.Form):
    """A login for a person; the first password is made by the server and shown once."""

    login = forms.RegexField(label=_("Login"), regex=r"^[a-z0-9][a-z0-9._-]{2,59}$", help_text=_("Latin letters, digits, dot; at least three."))
    language = forms.ChoiceField(label=_("Language of the pages"), choices=[("kk", "Қазақша"), ("ru", "Русский")])

    def clean_login(self) -> str:
        """A login belongs to one person."""
        login = str(self.cleaned_data["login"])
        if User.objects.filter(login=login).exists():
            raise forms.ValidationError(_("This login is taken."))
        return login


class PinForm(forms.Form):
    """A PIN, typed twice, confirmed by one's own password."""

    password = forms.CharField(label=_("Your password"), widget=forms.PasswordInput, strip=False)
    pin = forms.RegexField(
        label=_("PIN"),
        regex=r"^[0-9]{4,8}$",
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Four to eight digits."),
    )
    again = forms.CharField(label=_("PIN again"), widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))

    def clean(self) -> dict[str, Any]:
        """Both times the same."""
        values = super().clean() or {}
        if values.get("pin") and values.get("again") != values["pin"]:
            self.add_error("again", _("The two PINs differ."))
        return values


class PasswordForm(forms.Form):
    """A password, changed by its owner."""

    password = forms.CharField(label=_("Your password"), widget=forms.PasswordInput, strip=False)
    new = forms.CharField(label=_("New password"), widget=forms.PasswordInput, strip=False, help_text=_("At least 12 characters."))
    again = forms.CharField(label=_("New password again"), widget=forms.PasswordInput, strip=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self) -> str:
        """Refuse short and common ones."""
        validate_password(self.cleaned_data["new"], self.user)
        return str(self.cleaned_data["new"])

    def clean(self) -> dict[str, Any]:
        """Both times the same."""
        values = super().clean() or {}
        if values.get("new") and values.get("again") != values["new"]:
            self.add_error("again", _("The two passwords differ."))
        return values
