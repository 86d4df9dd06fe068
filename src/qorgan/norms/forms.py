"""Forms of the norms room: a day of the calendar, the confirmation of a year, two days to compare."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.norms.actions import DayValues


class DayForm(forms.Form):
    """What a day is, why, and where that stands."""

    works = forms.ChoiceField(label=gettext_lazy("This day is"), choices=[("no", gettext_lazy("a day off")), ("yes", gettext_lazy("a working day"))])
    name_kk = forms.CharField(label=gettext_lazy("Why, in Kazakh"), max_length=200, min_length=2)
    name_ru = forms.CharField(label=gettext_lazy("Why, in Russian"), max_length=200, min_length=2)
    source = forms.CharField(
        label=gettext_lazy("Where it stands"),
        max_length=300,
        min_length=2,
        help_text=gettext_lazy("The act with its number and date, or the address of the page."),
    )
    five_only = forms.BooleanField(label=gettext_lazy("Off in place of a Saturday: only where the week has five working days"), required=False)

    def clean(self) -> dict[str, Any]:
        """A worked day stands in for nothing."""
        values = super().clean() or {}
        if values.get("works") == "yes" and values.get("five_only"):
            raise ValidationError(_("A working day cannot be off in place of a Saturday."))
        return values

    def values(self) -> DayValues:
        """What was entered, for the action."""
        found = self.cleaned_data
        return DayValues(found["works"] == "yes", found["name_kk"], found["name_ru"], found["source"], found["five_only"])


class ConfirmForm(forms.Form):
    """With what the year was compared, and that it was."""

    source = forms.CharField(
        label=gettext_lazy("Official calendar it was compared with"),
        max_length=300,
        min_length=2,
        help_text=gettext_lazy("The act with its number and date, or the address of the page."),
    )
    compared = forms.BooleanField(label=gettext_lazy("I have compared every day off and every worked day off of the year"))


class PeriodForm(forms.Form):
    """Two days between which the law is compared."""

    first = forms.DateField(
        label=gettext_lazy("From"), input_formats=["%Y-%m-%d", "%d.%m.%Y"], widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(label=gettext_lazy("To"), input_formats=["%Y-%m-%d", "%d.%m.%Y"], widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """The second day is not before the first."""
        values = super().clean() or {}
        if values.get("first") and values.get("last") and values["last"] < values["first"]:
            raise ValidationError(_("The second day is before the first."))
        return values
