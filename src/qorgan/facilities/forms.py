"""Forms of the room."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.facilities.equipment import LABELS
from qorgan.facilities.models import Evidence, Facility
from qorgan.facilities.values import shown, stored
from qorgan.facilities.vocabulary import Name, Shape, name_of
from qorgan.people.forms import date_field
from qorgan.people.models import Person

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


class PassOfficerForm(forms.Form):
    """Who answers for the pass regime, by which order (366 p.19)."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none())
    order_number = forms.CharField(label=_("Number of the order"), max_length=60)
    order_date = date_field(_("Date of the order"))
    starts_on = date_field(_("From"))

    def __init__(self, data: Any, persons: QuerySet[Person]) -> None:
        super().__init__(data)
        for name in ("person", "deputy"):
            if name in self.fields:
                self.fields[name].queryset = persons.order_by("family_name", "given_name", "id")  # type: ignore[attr-defined]


class ResponsibleForm(PassOfficerForm):
    """Who answers for protection, and the deputy, by one order (366 p.9)."""

    deputy = forms.ModelChoiceField(label=_("Deputy"), queryset=Person.objects.none(), help_text=_("The same order names the deputy."))
    duties_stated = forms.BooleanField(label=_("The function stands in the duties of the post"), required=False)
    field_order = ("person", "deputy", "order_number", "order_date", "starts_on", "duties_stated")


class EvidenceForm(forms.Form):
    """A file that shows something, for which item, with the day it bears."""

    document = forms.FileField(
        label=_("File"), max_length=200, help_text=_("PDF, JPEG, PNG, DOCX or XLSX, up to 25 MB. It is kept apart; each opening is an entry of the ledger.")
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=Evidence.Kind.choices)
    title = forms.CharField(label=_("Name"), max_length=300, required=False)
    own_date = date_field(_("Its own date"), help_text=_("The day on the document or of the photo, not of today's upload."))
    norm = forms.CharField(label=_("Item of the order"), max_length=80, required=False, help_text=_("For example 366/91/4."))
    equipment = forms.ChoiceField(label=_("Equipment"), required=False, choices=[("", "–"), *((key, words) for key, words in LABELS.items())])
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class ImportForm(forms.Form):
    """A table of the register."""

    file = forms.FileField(label=_("File"), max_length=200, help_text=_("CSV in UTF-8 or XLSX, columns named as in the export."))
    since = date_field(_("True since"))

    def __init__(self, data: Any, files: Any) -> None:
        super().__init__(data, files)
        self.fields["since"].initial = timezone.localdate


def _field(name: Name) -> forms.Field:
    if name.shape is Shape.DATE:
        widget: forms.Widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.CharField(label=str(name.label), required=False, widget=widget)
    if name.shape is Shape.YES_NO:
        return forms.ChoiceField(label=str(name.label), required=False, choices=[("", _NOT_KNOWN), ("true", _("yes")), ("false", _("no"))])
    if name.shape is Shape.CHOICE:
        return forms.ChoiceField(label=str(name.label), required=False, choices=[("", _NOT_KNOWN), *((key, str(words)) for key, words in name.choices.items())])
    return forms.CharField(label=str(name.label), required=False, max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))


def _initial(name: Name, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown(name.name, value) if name.shape is Shape.NUMBER else str(stored(value))
