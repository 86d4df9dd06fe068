"""Forms of the room."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.facilities.models import Facility
from qorgan.facilities.values import shown, stored
from qorgan.facilities.vocabulary import Name, Shape, name_of
from qorgan.people.forms import date_field

_NOT_KNOWN = _("not known")


class ParticularsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may change about a facility's row of the register."""

    class Meta:
        model = Facility
        fields = ("name_kk", "name_ru", "address", "kato", "owner", "head", "bin")
        help_texts = {"kato": _("Nine digits of the classifier; the first two are the region.")}


class EnterForm(ParticularsForm):
    """A new facility with its number."""

    class Meta(ParticularsForm.Meta):
        fields = ("code", "name_kk", "name_ru", "address", "kato", "owner", "head", "bin")  # type: ignore[assignment]
        help_texts = {**ParticularsForm.Meta.help_texts, "code": _("Your own number of the facility; import finds it by this. It cannot be changed later.")}


class FactsForm(forms.Form):
    """Questions about a facility, each with its paragraph. What is typed is read by the action, which names field and paragraph."""

    def __init__(self, data: Any, asked: Iterable[str], known: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.asked = [name_of(fact) for fact in asked]
        for name in self.asked:
            self.fields[name.name] = field = _field(name)
            value = (known or {}).get(name.name)
            field.initial = _initial(name, value)

    def lines(self) -> Iterator[tuple[BoundField, Name]]:
        """Each field with what is known about its fact in words."""
        return ((self[name.name], name) for name in self.asked)

    def facts(self) -> dict[str, str]:
        """What was typed, under the names of the facts; only what the page asked."""
        return {name.name: self.data.get(name.name, "") for name in self.asked if name.name in self.data}


class SinceForm(forms.Form):
    """Since when it is so, and how one knows."""

    since = date_field(_("True since"), help_text=_("Earlier statements stay: what was known on any day can be seen later."))
    source = forms.CharField(
        label=_("How it is known"), max_length=300, required=False, help_text=_("For example: technical passport of the building, measured.")
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["since"].initial = timezone.localdate

    def day(self) -> date:
        """The day given. Call after ``is_valid``."""
        found: date = self.cleaned_data["since"]
        return found


def _field(name: Name) -> forms.Field:
    if name.shape is Shape.DATE:
        widget: forms.Widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.CharField(label=str(name.label), required=False, widget=widget)
    if name.shape is Shape.YES_NO:
        return forms.ChoiceField(label=str(name.label), required=False, choices=[("", _NOT_KNOWN), ("true", _("yes")), ("false", _("no"))])
    if name.shape is Shape.CHOICE:
        return forms.ChoiceField(label=str(name.label), required=False, choices=[("", _NOT_KNOWN), *((key, str(words)) for key, words in name.choices.items())])
    mode = "decimal" if name.shape is Shape.NUMBER else "numeric"
    return forms.CharField(label=str(name.label), required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}))


def _initial(name: Name, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown(name.name, value) if name.shape in (Shape.NUMBER, Shape.WHOLE) else str(stored(value))
