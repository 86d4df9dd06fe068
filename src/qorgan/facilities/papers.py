"""The papers that the order speaks of, each a form with its paragraph, and what a paper lacks by the order (366 p.10, 11, 17, 18, 62, 74, 111)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qorgan.facilities import equipment
from qorgan.facilities.contradictions import NEVER_COMPENSATED
from qorgan.facilities.models import Record
from qorgan.facilities.refusals import Fault
from qorgan.norms.why import mark
from qorgan.people.forms import date_field
from qorgan.people.numbers import validate_bin

CONTENTS: Mapping[str, str | Promise] = {
    "366/18/1": gettext_lazy("Permitted entry of people and vehicles"),
    "366/18/2": gettext_lazy("Detecting people with ill intent and forbidden things"),
    "366/18/3": gettext_lazy("Guarding, and keeping strangers out of dangerous areas"),
    "366/18/4": gettext_lazy("Training of those who guard"),
    "366/18/5": gettext_lazy("Additional measures at mass events"),
    "366/18/6": gettext_lazy("Proper use of technical means"),
}
CLAUSES: Mapping[str, str | Promise] = {
    "passport": gettext_lazy("Who draws up the passport"),
    "guarding": gettext_lazy("Who guards"),
    "equipping": gettext_lazy("Who equips"),
    "upkeep": gettext_lazy("Who watches that equipment works"),
    "passes": gettext_lazy("Who organises the pass regime"),
    "money": gettext_lazy("Who pays for it"),
}
_SIDES = [
    ("", gettext_lazy("not said in the contract")),
    ("landlord", gettext_lazy("landlord")),
    ("tenant", gettext_lazy("tenant")),
    ("both", gettext_lazy("both")),
]
_EQUIPMENT = [(key, words) for key, words in equipment.LABELS.items()]


def _text(label: Any, *, required: bool = True, help_text: Any = "", most: int = 300) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def _money(*, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=gettext_lazy("Amount, tenge"), min_value=1, max_value=10**13, required=required, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )


class PaperForm(forms.Form):
    """A paper of any kind: ``since`` and perhaps ``until``, beside what is its own."""

    kind: ClassVar[Record.Kind]
    basis: ClassVar[str]
    since_label: ClassVar[Any] = gettext_lazy("Date")
    until_label: ClassVar[Any] = gettext_lazy("In force until")
    ends: ClassVar[bool] = False
    past: ClassVar[bool] = True  # it cannot be of a day to come

    since = date_field("")
    until = date_field("", required=False)

    def __init__(self, data: Any, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {"since": timezone.localdate()}))
        self.fields["since"].label, self.fields["until"].label = self.since_label, self.until_label
        if not self.ends:
            del self.fields["until"]
        self.order_fields([*(name for name in self.fields if name not in ("since", "until")), "since", "until"])

    def clean(self) -> dict[str, Any]:
        """The days in order; what has happened is not still to come."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if self.past and since and since > timezone.localdate():
            self.add_error("since", _("%(day)s is still to come.") % {"day": f"{since:%d.%m.%Y}"} + f" ({mark(self.basis)})")
        if since and until and until < since:
            self.add_error("until", _("It ends before it begins.") + f" ({mark(self.basis)})")
        return given

    def values(self) -> dict[str, Any]:
        """What the paper says beside its days, as the table and the ledger keep it."""
        own = {name: value for name, value in self.cleaned_data.items() if name not in ("since", "until")}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in own.items()}


class GuardContractForm(PaperForm):
    """Guard contract with a licensed company and its six mandatory contents (366 p.17, 18)."""

    kind, basis, ends, past = Record.Kind.GUARD_CONTRACT, "366/17", True, False
    since_label = gettext_lazy("In force from")
    company = _text(gettext_lazy("Guard company"))
    bin = forms.CharField(label=gettext_lazy("BIN or IIN"), max_length=12, required=False, validators=[validate_bin])
    number = _text(gettext_lazy("Number of the contract"), most=60)
    licence = _text(gettext_lazy("Number of the licence"), most=60, help_text=gettext_lazy("A contract without a licence is not what the order asks for."))
    licence_until = date_field(gettext_lazy("Licence valid until"), required=False)
    vulnerable = forms.BooleanField(label=gettext_lazy("The licence covers facilities vulnerable to terrorism"), required=False)
    contents = forms.MultipleChoiceField(
        label=gettext_lazy("The contract names"), choices=list(CONTENTS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )


class LeaseForm(PaperForm):
    """Lease: which side does what for protection (366 p.10)."""

    kind, basis, ends, past = Record.Kind.LEASE, "366/10", True, False
    since_label = gettext_lazy("In force from")
    direction = forms.ChoiceField(
        label=gettext_lazy("We"), choices=[("rent", gettext_lazy("rent from them")), ("let", gettext_lazy("let to them"))], widget=forms.RadioSelect
    )
    party = _text(gettext_lazy("Other side"))
    part = _text(gettext_lazy("Part of the facility"), required=False)
    number = _text(gettext_lazy("Number of the contract"), most=60)
    passport = forms.ChoiceField(label=CLAUSES["passport"], choices=_SIDES, required=False)  # type: ignore[arg-type]
    guarding = forms.ChoiceField(label=CLAUSES["guarding"], choices=_SIDES, required=False)  # type: ignore[arg-type]
    equipping = forms.ChoiceField(label=CLAUSES["equipping"], choices=_SIDES, required=False)  # type: ignore[arg-type]
    upkeep = forms.ChoiceField(label=CLAUSES["upkeep"], choices=_SIDES, required=False)  # type: ignore[arg-type]
    passes = forms.ChoiceField(label=CLAUSES["passes"], choices=_SIDES, required=False)  # type: ignore[arg-type]
    money = forms.ChoiceField(label=CLAUSES["money"], choices=_SIDES, required=False)  # type: ignore[arg-type]


class HolderForm(PaperForm):
    """Who holds a part of the building, and the written agreement on its passport (366 p.62)."""

    kind, basis, ends = Record.Kind.HOLDER, "366/62", True
    since_label = gettext_lazy("Holds it since")
    until_label = gettext_lazy("Held it until")
    name = _text(gettext_lazy("Holder"))
    bin = forms.CharField(label=gettext_lazy("BIN or IIN"), max_length=12, required=False, validators=[validate_bin])
    part = _text(gettext_lazy("Part of the facility"))
    agreement = _text(gettext_lazy("Written agreement on the passport"), required=False, help_text=gettext_lazy("Number and date."))


class WarningForm(PaperForm):
    """A person who knows how the facility is guarded was warned (366 p.11)."""

    kind, basis = Record.Kind.WARNING, "366/11/p2"
    since_label = gettext_lazy("Warned on")
    name = _text(gettext_lazy("Who was warned"))
    post = _text(gettext_lazy("Post"), required=False)


class FinancingForm(PaperForm):
    """Money set aside for protection (366 p.11)."""

    kind, basis = Record.Kind.FINANCING, "366/11"
    since_label = gettext_lazy("Set aside on")
    year = forms.IntegerField(label=gettext_lazy("For the year"), min_value=2020, max_value=2100)
    amount = _money()
    purpose = _text(gettext_lazy("For what"))


class PlanForm(PaperForm):
    """A line of the plan of measures that goes to the commission (366 p.111)."""

    kind, basis, ends, past = Record.Kind.PLAN, "366/111/s2", True, False
    since_label = gettext_lazy("Drawn up on")
    until_label = gettext_lazy("To be done by")
    equipment = forms.ChoiceField(label=gettext_lazy("Equipment"), choices=_EQUIPMENT)
    measure = _text(gettext_lazy("What is to be done"))
    amount = _money()
    submitted_on = date_field(gettext_lazy("Submitted to the commission on"), required=False)
    agreed_on = date_field(gettext_lazy("Agreed by the commission on"), required=False)

    def clean(self) -> dict[str, Any]:
        """A plan has a last day; the commission agrees to what was submitted."""
        given = super().clean()
        if "until" not in self.errors and not given.get("until"):
            self.add_error("until", _("A plan without a day is no plan.") + f" ({mark(self.basis)})")
        submitted, agreed = given.get("submitted_on"), given.get("agreed_on")
        if agreed and (not submitted or agreed < submitted):
            self.add_error("agreed_on", _("It was agreed before it was submitted.") + f" ({mark(self.basis)})")
        return given


class MeasureForm(PaperForm):
    """Another measure while equipment is lacking (366 p.111); never for video and notification."""

    kind, basis, ends = Record.Kind.MEASURE, "366/111/p2", True
    since_label = gettext_lazy("In force from")
    equipment = forms.ChoiceField(label=gettext_lazy("Instead of"), choices=_EQUIPMENT)
    measure = _text(gettext_lazy("What is done instead"))

    def clean_equipment(self) -> str:
        """Refuse what the order lets nothing stand in for."""
        key = str(self.cleaned_data["equipment"])
        if key in NEVER_COMPENSATED:
            raise ValidationError(_("%(what)s: nothing may stand in for it.") % {"what": equipment.LABELS[key]} + f" ({mark(self.basis)})")
        return key


class ExpertCheckForm(PaperForm):
    """The three-yearly check by the expert commission: who, act, what was found (366 p.74)."""

    kind, basis = Record.Kind.EXPERT_CHECK, "366/74/p4"
    since_label = gettext_lazy("Checked on")
    act = _text(gettext_lazy("Number of the act"), most=60)
    head = _text(gettext_lazy("Head of the facility"))
    antiterror = _text(gettext_lazy("Representative of the antiterrorist commission"))
    ministry = _text(gettext_lazy("Representative of the ministry"))
    others = _text(gettext_lazy("Other members"), required=False)
    findings = forms.CharField(label=gettext_lazy("What was found"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


FORMS: Mapping[str, type[PaperForm]] = {
    form.kind.value: form for form in (GuardContractForm, LeaseForm, HolderForm, WarningForm, FinancingForm, PlanForm, MeasureForm, ExpertCheckForm)
}


def told(record: Record) -> list[tuple[str, str]]:
    """What a paper says, label and words; empty fields are left out."""
    form = FORMS[record.kind](None)
    found = []
    for name, field in form.fields.items():
        value = record.values.get(name)
        if name in ("since", "until") or value in (None, "", [], False):
            continue
        found.append((str(field.label), _words(field, value)))
    return found


def lacks(record: Record, today: date) -> Iterator[Fault]:
    """What the order asks of a paper and it does not have."""
    if record.kind == Record.Kind.GUARD_CONTRACT:
        yield from _lacks_of_contract(record.values, today)
    elif record.kind == Record.Kind.LEASE:
        basis = "366/10" if record.values["direction"] == "rent" else "366/10/p2"
        for name, words in CLAUSES.items():
            if not record.values.get(name):
                yield Fault(name, _("The contract does not say: %(clause)s.") % {"clause": str(words).lower()}, basis)
    elif record.kind == Record.Kind.HOLDER and not record.values.get("agreement"):
        yield Fault("agreement", _("There is no written agreement on the passport."), "366/62")
    elif record.kind == Record.Kind.PLAN and not record.values.get("agreed_on"):
        yield Fault("agreed_on", _("The commission has not agreed to it."), "366/111/s2")
    if record.until is not None and record.until < today:
        yield Fault("until", _("It ended on %(day)s.") % {"day": f"{record.until:%d.%m.%Y}"}, FORMS[record.kind].basis)


def _lacks_of_contract(values: Mapping[str, Any], today: date) -> Iterator[Fault]:
    if not values.get("vulnerable"):
        yield Fault("vulnerable", _("It is not said that the licence covers vulnerable facilities."), "366/17")
    if (until := values.get("licence_until")) and date.fromisoformat(until) < today:
        yield Fault("licence_until", _("The licence ended on %(day)s.") % {"day": f"{date.fromisoformat(until):%d.%m.%Y}"}, "366/17")
    for item, words in CONTENTS.items():
        if item not in values.get("contents", ()):
            yield Fault("contents", _("The contract does not name: %(content)s.") % {"content": str(words).lower()}, item)


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.DateField):
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    if isinstance(field, forms.BooleanField):
        return _("yes")
    if isinstance(field, forms.IntegerField):
        return f"{value:,}".replace(",", " ") if value >= 10_000 else str(value)
    if isinstance(field, forms.ChoiceField):
        words = {key: str(label) for key, label in field.choices}  # type: ignore[misc,union-attr]
        return "; ".join(str(words.get(one, one)) for one in (value if isinstance(value, list) else [value]))
    return str(value)
