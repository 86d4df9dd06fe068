"""The register of facilities; what is stated of them, for ever; evidence; papers; who is named by order."""

import uuid
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qorgan.people.models import Appointment, Organisation, Person
from qorgan.people.numbers import validate_bin

KATO = RegexValidator(r"^[0-9]{9}\Z", _("A KATO code has nine digits."))
CODE = RegexValidator(r"^[\w.-]{1,40}\Z", _("A number of the register has letters, digits, points and hyphens."))


class Facility(models.Model):
    """A facility of an organisation, as the register has it. What the order asks about it are facts (:class:`Fact`), not columns."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="facilities")
    code = models.CharField(_("Number in the register"), max_length=40, validators=[CODE])
    name_kk = models.CharField(_("Name in Kazakh"), max_length=300)
    name_ru = models.CharField(_("Name in Russian"), max_length=300)
    address = models.CharField(_("Address"), max_length=500)
    kato = models.CharField(_("KATO code"), max_length=9, blank=True, validators=[KATO])
    owner = models.CharField(_("Owner"), max_length=300, blank=True)
    head = models.CharField(_("Head of the facility"), max_length=300, blank=True)
    bin = models.CharField(_("BIN or IIN"), max_length=12, blank=True, validators=[validate_bin])
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["organisation", "code"], name="facilities_code_once")]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["organisation", "code", "id"], name="facilities_by_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.name_ru if get_language() == "ru" else self.name_kk

    @property
    def region(self) -> str:
        """The first two digits of KATO: the region or city of republican meaning; "" when not known."""
        return self.kato[:2]


class Fact(models.Model):
    """One thing stated of a facility: true since a day, known since a moment. Never changes; a later statement stands above it.

    ``value`` None: what was stated is no longer known to be so. Numbers and dates are text, so that nothing is rounded.
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    since = models.DateField()
    known_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=300)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["facility", "name", "since", "id"], name="facilities_fact_by_day")]

    def __str__(self) -> str:
        return f"{self.name}={self.value} {self.since}"


class Record(models.Model):
    """A paper about a facility: guard contract, lease, holder of a part, warning, money, plan, measure, expert check.

    Never changes: a corrected paper is a new row that ``replaces`` the old one, an ended one a row with ``ended_on``.
    ``values`` are the fields of its form (:mod:`qorgan.facilities.papers`). May name persons.
    """

    class Kind(models.TextChoices):
        """What it is."""

        GUARD_CONTRACT = "guard_contract", _("Guard contract")
        LEASE = "lease", _("Lease")
        HOLDER = "holder", _("Holder of a part")
        WARNING = "warning", _("Warning about non-disclosure")
        FINANCING = "financing", _("Money for protection")
        PLAN = "plan", _("Line of the plan to the commission")
        MEASURE = "measure", _("Compensating measure")
        EXPERT_CHECK = "expert_check", _("Check by the expert commission")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    values = models.JSONField()
    since = models.DateField()
    until = models.DateField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=300)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    ended_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["facility", "kind", "since"], name="facilities_record_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"


class Evidence(models.Model):
    """A document, photo, plan or test record of a facility, with its own date. The bytes lie apart, mode 0600. Never changes.

    ``norm`` is the item that it speaks to ("" for none), ``equipment`` a key of chapter 6 ("" for none).
    """

    class Kind(models.TextChoices):
        """What it is."""

        DOCUMENT = "document", _("Document")
        PHOTO = "photo", _("Photo")
        TEST = "test", _("Test record")
        PLAN = "plan", _("Plan of the place")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="evidence")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="evidence")
    norm = models.CharField(max_length=80, blank=True)
    equipment = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=300)
    own_date = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    attached_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["facility", "norm", "own_date"], name="facilities_ev_by_norm"),
            models.Index(fields=["facility", "equipment"], name="facilities_ev_by_equipment"),
        ]

    def __str__(self) -> str:
        return self.title


class Designation(models.Model):
    """An appointment made for one facility: responsible person, deputy, the one of the pass regime (366 p.9, 19). Never changes."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="designations")
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="designation")
    duties_stated = models.BooleanField(default=False)  # the function stands in the duties of the post (366 p.9)

    def __str__(self) -> str:
        return f"{self.facility_id}: {self.appointment_id}"
