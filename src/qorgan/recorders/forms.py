"""Forms of the room."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.documents.dates import date_time
from qorgan.people.models import Organisation, Person
from qorgan.people.numbers import validate_bin
from qorgan.recorders.access import inspectors
from qorgan.recorders.models import ONE_LINE, Inspection, Issue, Policy, Recorder
from qorgan.recorders.patterns import PATTERNS

_DIGITS = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
_DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ParticularsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What may change about a recorder."""

    pattern = forms.ChoiceField(
        label=_("File names"), choices=PATTERNS, required=False, help_text=_("How this model names its files; by itself is right for most.")
    )

    class Meta:
        model = Recorder
        fields = ("model", "serial", "pattern", "volume_serial", "volume_label", "marker")
        help_texts = {
            "volume_serial": _("By the number of its memory a dock recognises the recorder; the docks page shows it for an unknown drive."),
            "volume_label": _("Used when the number is not known. Two recorders with one label are nobody."),
            "marker": _("The text of the file .qorgan-recorder on the recorder, if you keep one there: the surest sign."),
        }

    def clean_pattern(self) -> str:
        """Left empty: by itself."""
        return self.cleaned_data["pattern"] or "auto"


class RegisterForm(ParticularsForm):
    """A recorder with its inventory number (444 p.7)."""

    class Meta(ParticularsForm.Meta):
        fields = ("inventory_number", "model", "serial", "pattern", "volume_serial", "volume_label", "marker")  # type: ignore[assignment]
        help_texts = {**ParticularsForm.Meta.help_texts, "inventory_number": _("As in the accounts of the division. It cannot be changed later.")}


class ReasonForm(forms.Form):
    """Why a recorder is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=300, validators=[ONE_LINE], help_text=_("For example the number of the act of writing off."))


class LabelsForm(forms.Form):
    """Which labels to print, and where the sheet begins."""

    recorders = forms.ModelMultipleChoiceField(label=_("Recorders"), queryset=Recorder.objects.none(), widget=forms.CheckboxSelectMultiple)
    skip = forms.IntegerField(label=_("Places already used on the sheet"), min_value=0, max_value=23, initial=0, required=False)

    def __init__(self, *args: Any, recorders: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recorders"].queryset = recorders  # type: ignore[attr-defined]


class KioskInspectionForm(forms.Form):
    """An inspection entered while standing: kind, subject, BIN, act."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Inspection.Kind.choices, widget=forms.RadioSelect)
    subject_name = forms.CharField(label=_("Subject of control"), max_length=300, validators=[ONE_LINE])
    subject_bin = forms.CharField(label=_("BIN or IIN"), max_length=14, required=False, widget=_DIGITS)
    act_number = forms.CharField(label=_("Number of the act"), max_length=60, required=False, validators=[ONE_LINE])

    def clean_subject_bin(self) -> str:
        """Twelve digits with a right check digit; spaces do not matter."""
        digits = str(self.cleaned_data["subject_bin"]).replace(" ", "")
        if digits:
            validate_bin(digits)
        return digits


class InspectionForm(KioskInspectionForm):
    """An inspection entered in the office, with inspector, day and number."""

    inspector = forms.ModelChoiceField(label=_("Inspector"), queryset=Person.objects.none())
    planned_on = forms.DateField(label=_("Day"), widget=_DATE)
    number = forms.CharField(
        label=_("Number"), max_length=60, required=False, validators=[ONE_LINE], help_text=_("Left empty: the next number of the year.")
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["inspector"].queryset = inspectors(organisation)  # type: ignore[attr-defined]
        self.fields["planned_on"].initial = timezone.localdate


class EndForm(forms.Form):
    """Since when an inspection is over (444 p.17)."""

    ended_at = forms.DateTimeField(
        label=_("It is over since"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M"],
        help_text=_("As the inspector says. Left empty: since this moment. Recording is looked at from the first issue to then."),
    )


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rules of the office."""

    class Meta:
        model = Policy
        fields = ("erase_after_receipt", "low_charge_percent", "refuse_low_charge", "overdue_hour")
        help_texts = {
            "erase_after_receipt": _(
                "Only files whose receipt the dock has verified, each time with an entry in the ledger. Off: the recorder keeps its copies."
            ),
            "low_charge_percent": _("Below this the charge is noted in column 7 of the journal at issue."),
            "overdue_hour": _("A recorder not back at this hour of the day of issue is shown as overdue."),
        }


class DockForm(forms.Form):
    """A dock to be enrolled."""

    name = forms.CharField(label=_("Name"), max_length=100, validators=[ONE_LINE], help_text=_("Where it stands: “room 214”."))


class AssignForm(forms.Form):
    """The issue to which a recording belongs."""

    issue = forms.ModelChoiceField(label=_("Issue"), queryset=Issue.objects.none())

    def __init__(self, *args: Any, issues: QuerySet[Issue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["issue"]
        field.queryset = issues.select_related("person", "inspection", "recorder").order_by("-issued_at")  # type: ignore[attr-defined]
        field.label_from_instance = _issue_words  # type: ignore[attr-defined]


def _issue_words(issue: Issue) -> str:
    taken = date_time(issue.issued_at)
    return f"{issue.recorder.inventory_number} · {taken} · {issue.person.short_name} · № {issue.inspection.number}"
