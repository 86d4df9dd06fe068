"""The shape of Order 444's desk: recorders, inspections, issues, strangers' drives, the office's rules."""

import uuid
from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.archive.models import Recording
from qorgan.journals.models import Mark, Row
from qorgan.people.models import Organisation, Person
from qorgan.people.numbers import validate_bin

ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f]*\Z", _("Only one line of printed characters."))


class Recorder(models.Model):
    """A video recorder with the inventory number by which the division accounts for it (444 p.3, 7). No personal data.

    Born by registering. The inventory number never changes; other particulars may, each change in the ledger. It is never
    deleted: it is withdrawn. ``volume_serial``, ``volume_label`` and ``marker`` are how a dock recognises it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="recorders")
    inventory_number = models.CharField(_("Inventory number"), max_length=40, validators=[ONE_LINE])
    model = models.CharField(_("Model"), max_length=100, blank=True, validators=[ONE_LINE])
    serial = models.CharField(_("Maker's number"), max_length=100, blank=True, validators=[ONE_LINE])
    pattern = models.CharField(_("File names"), max_length=40, default="auto")  # key of a pattern of the dock
    volume_serial = models.CharField(_("Volume number"), max_length=60, blank=True, validators=[ONE_LINE])
    volume_label = models.CharField(_("Volume label"), max_length=60, blank=True, validators=[ONE_LINE])
    marker = models.CharField(_("Marker"), max_length=60, blank=True, validators=[ONE_LINE])
    registered_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    faulty_since = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=500, blank=True)
    fault_reported_by = models.CharField(max_length=300, blank=True)  # name, frozen

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "inventory_number"], name="recorders_inventory_number_once"),
            models.UniqueConstraint(
                fields=["organisation", "marker"], condition=~Q(marker="") & Q(withdrawn_at=None), name="recorders_marker_once"
            ),
        ]

    def __str__(self) -> str:
        return self.inventory_number

    @property
    def scan_text(self) -> str:
        """What the QR code of its label says."""
        return f"qorgan:recorder:{self.id}"


class Inspection(models.Model):
    """One visit of control with its subject and act; recorders are issued for it (444 p.4). Personal data: the inspector.

    ``started_at`` is when a recorder was first issued for it, ``ended_at`` when the inspector said it was over.
    """

    class Kind(models.TextChoices):
        """The kinds that 444 p.4 and p.12 name."""

        PREVENTIVE = "preventive", _("preventive control with visit")
        UNPLANNED = "unplanned", _("unplanned check")
        PERMIT = "permit", _("check of permit requirements")
        INVESTIGATION = "investigation", _("investigation")
        ADMINISTRATIVE = "administrative", _("administrative offence case")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="inspections")
    number = models.CharField(_("Number"), max_length=60, validators=[ONE_LINE])
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind.choices)
    subject_name = models.CharField(_("Subject of control"), max_length=300, validators=[ONE_LINE])
    subject_bin = models.CharField(_("BIN or IIN"), max_length=12, blank=True, validators=[validate_bin])
    act_number = models.CharField(_("Number of the act"), max_length=60, blank=True, validators=[ONE_LINE])
    inspector = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="inspections", verbose_name=_("Inspector"))
    planned_on = models.DateField(_("Day"))
    opened_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="recorders_inspection_number_once"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(started_at=None) | Q(ended_at__gte=F("started_at")), name="recorders_inspection_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-planned_on", "id"], name="recorders_insp_by_day"),
            models.Index(fields=["inspector", "-planned_on", "id"], name="recorders_insp_by_inspector"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Number and subject, as recordings and lists name it."""
        return f"№ {self.number} · {self.subject_name}"


class Issue(models.Model):
    """A recorder is with an inspector, for an inspection, from signature to signature (444 p.8, 10). Personal data.

    Born with its journal row and both signatures' marks in one transaction. What was said at issue never changes; the return and
    the storing are filled once each. One recorder is out at most once at a time: the database holds that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recorder = models.ForeignKey(Recorder, on_delete=models.PROTECT, related_name="issues")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="issues")
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="issues")
    row = models.OneToOneField(Row, on_delete=models.PROTECT, related_name="issue")
    later_row = models.OneToOneField(Row, on_delete=models.PROTECT, null=True, blank=True, related_name="later_issue")  # its book was closed meanwhile
    issued_at = models.DateTimeField()
    charge_percent = models.PositiveSmallIntegerField(validators=[MinValueValidator(0), MaxValueValidator(100)])
    clock_offset_s = models.IntegerField()  # the device's clock minus the server's, at issue
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    return_mark = models.OneToOneField(Mark, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    remarks = models.TextField(blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)  # a dock has verified every receipt of this outing
    stored_at = models.DateTimeField(null=True, blank=True)  # what column 6 says
    stored_mark = models.OneToOneField(Mark, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recorder"], condition=Q(returned_at=None), name="recorders_out_once"),
            models.CheckConstraint(condition=Q(charge_percent__lte=100), name="recorders_charge_is_percent"),
            models.CheckConstraint(condition=Q(returned_at=None) | Q(returned_at__gte=F("issued_at")), name="recorders_return_after_issue"),
        ]
        indexes = [
            models.Index(fields=["recorder", "-issued_at"], name="recorders_issue_of_recorder"),
            models.Index(fields=["inspection", "issued_at"], name="recorders_issue_of_insp"),
            models.Index(fields=["organisation", "issued_at"], name="recorders_issue_by_time"),
            models.Index(fields=["organisation"], condition=Q(returned_at=None), name="recorders_issue_out"),
            models.Index(fields=["organisation"], condition=Q(stored_at=None), name="recorders_issue_unstored"),
        ]

    def __str__(self) -> str:
        return f"{self.recorder_id} {self.issued_at:%Y-%m-%d %H:%M}"

    def overdue_at(self, hour: int) -> datetime:
        """When the return is overdue: at ``hour`` (Almaty) of the day of issue, or of the next day for an issue after that hour."""
        day = timezone.localtime(self.issued_at).replace(hour=0, minute=0, second=0, microsecond=0)
        due = day + timedelta(hours=hour)
        return due if due > self.issued_at else due + timedelta(days=1)


class Attribution(models.Model):
    """Whose recording it is: the issue during which it was made, or none yet. One for each recording; no personal data of its own.

    ``basis`` says how that was found. Only an issue named by hand replaces an earlier answer, with a ledger entry.
    """

    class Basis(models.TextChoices):
        """How the issue was found."""

        TIME = "time", _("by the time of the recording, corrected")
        LAST = "last", _("the last issue of the recorder; the recording's own time does not fit")
        HAND = "hand", _("named by the responsible person")
        NONE = "none", _("not known")

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, primary_key=True, related_name="attribution")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recorder = models.ForeignKey(Recorder, on_delete=models.PROTECT, null=True, blank=True, related_name="attributions")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, null=True, blank=True, related_name="attributions")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organisation"], condition=Q(issue=None), name="recorders_unattributed")]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.basis}"


class Stranger(models.Model):
    """A drive that a dock saw and nobody registered: ignored, reported, never opened (444 p.21). No personal data."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    dock_name = models.CharField(max_length=100)
    volume_serial = models.CharField(max_length=100, blank=True)
    volume_label = models.CharField(max_length=100, blank=True)
    mount = models.CharField(max_length=300, blank=True)
    files = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "dock_name", "volume_serial", "volume_label", "mount"], name="recorders_stranger_once")
        ]
        indexes = [models.Index(fields=["organisation", "-seen_at"], name="recorders_strangers_by_time")]

    def __str__(self) -> str:
        return f"{self.volume_label} {self.volume_serial}".strip() or self.mount


class Policy(models.Model):
    """What an office decided for itself within the order: one row an organisation, each change in the ledger."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, primary_key=True, related_name="recorder_policy")
    erase_after_receipt = models.BooleanField(_("Erase from the recorder what is stored"), default=False)
    low_charge_percent = models.PositiveSmallIntegerField(_("Low charge, %"), default=50, validators=[MaxValueValidator(100)])
    refuse_low_charge = models.BooleanField(_("Refuse to issue a recorder with a low charge"), default=False)
    overdue_hour = models.PositiveSmallIntegerField(_("Overdue after, o'clock"), default=19, validators=[MinValueValidator(1), MaxValueValidator(23)])

    def __str__(self) -> str:
        return f"{self.organisation_id}"
