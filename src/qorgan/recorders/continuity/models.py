"""The shape of continuity: explanations of gaps, signed reports, closed files, what docks missed on a recorder."""

import json
import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.archive.continuity import Interval
from qorgan.documents.render import PaperLanguage
from qorgan.evidence.sequence import Run
from qorgan.people.models import Organisation, Person, Signature
from qorgan.recorders.continuity.papers import Seal, report_pdf
from qorgan.recorders.continuity.reasons import ReasonKind
from qorgan.recorders.models import Inspection, Issue, Recorder


class Explanation(models.Model):
    """Why nothing was recorded in some time, or where some files are (444 p.17, 19). Personal data: who says so.

    It speaks of an interval of one recorder (of no recorder: nobody had one), of numbers of its files, of files that vanished from
    it. It never changes; a later one about the same time or numbers takes its place, and both stay to be seen.
    """

    Kind = ReasonKind

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="explanations")
    recorder = models.ForeignKey(Recorder, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    words = models.TextField(blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    numbers: Any = models.JSONField(default=list, blank=True)  # [[first, last], ...]
    absences: Any = models.JSONField(default=list, blank=True)  # ids of Absence, as text
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    position = models.BigIntegerField()  # of its entry in the ledger

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")), name="continuity_explanation_ends_after_start"
            )
        ]
        indexes = [models.Index(fields=["inspection", "position"], name="continuity_expl_of_insp")]

    def __str__(self) -> str:
        return f"{self.inspection_id}: {self.kind}"

    @property
    def device(self) -> str:
        """The recorder as the computation names it, "" for nobody's."""
        return str(self.recorder_id) if self.recorder_id else ""

    @property
    def interval(self) -> Interval | None:
        """The time it speaks of."""
        return (self.starts_at, self.ends_at) if self.starts_at and self.ends_at else None

    @property
    def runs(self) -> tuple[Run, ...]:
        """The file numbers it speaks of."""
        return tuple(Run(first, last) for first, last in self.numbers)


class SignedReport(models.Model):
    """A report of continuity as it was signed: what was taken into account, what follows from it, who signed (444 p.17-19).

    ``content`` is canonical JSON; the papers in both languages are drawn from it alone. ``inputs_digest`` tells whether the facts
    have changed since. Never changes. Personal data: names of inspectors.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="continuity_reports")
    number = models.PositiveIntegerField()  # of this inspection, from 1
    content = models.TextField()
    content_digest = models.CharField(max_length=64)
    inputs_digest = models.CharField(max_length=64)
    open_findings = models.PositiveIntegerField()
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    position = models.BigIntegerField()  # of its entry in the ledger

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "number"], name="continuity_report_number_once")]

    def __str__(self) -> str:
        return f"{self.inspection_id} № {self.number}"

    @property
    def values(self) -> dict[str, Any]:
        """The content, read."""
        values: dict[str, Any] = json.loads(self.content)
        return values

    def pdf(self, language: PaperLanguage) -> bytes:
        """The paper, PDF/A, the same bytes each time."""
        return report_pdf(self.values, Seal(self.signature, self.content_digest, self.position), language)


class Closing(models.Model):
    """The file of an inspection is closed: it is over and no gap of it is without an explanation (444 p.17). Never changes."""

    inspection = models.OneToOneField(Inspection, on_delete=models.PROTECT, primary_key=True, related_name="closing")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=300)
    inputs_digest = models.CharField(max_length=64)
    closed_at = models.DateTimeField()
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.inspection_id}"


class Absence(models.Model):
    """What a dock missed on a recorder: a file that it had seen and that went without permission, or numbers passed over (444 p.19).

    ``back_at``: the file was seen again. ``issue`` is the outing of which it was, as far as its time says. No personal data.
    """

    class Kind(models.TextChoices):
        """A file that was there, or numbers that never were."""

        FILE = "file", _("a file vanished")
        NUMBERS = "numbers", _("numbers were passed over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recorder = models.ForeignKey(Recorder, on_delete=models.PROTECT, related_name="absences")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, null=True, blank=True, related_name="absences")
    dock_name = models.CharField(max_length=100)
    key = models.CharField(max_length=64)  # SHA-256 of what names it
    kind = models.CharField(max_length=10, choices=Kind.choices)
    path = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)
    modified_at = models.CharField(max_length=40, blank=True)
    plain_sha256 = models.CharField(max_length=64, blank=True)  # "": it was never read
    device_started_at = models.CharField(max_length=40, blank=True)
    first_number = models.PositiveIntegerField(null=True, blank=True)
    last_number = models.PositiveIntegerField(null=True, blank=True)
    in_folder = models.BooleanField(default=False)  # of a vendor's station, not of the recorder itself
    seen_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField()
    told_at = models.DateTimeField(default=timezone.now)
    back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="continuity_absence_once")]
        indexes = [models.Index(fields=["recorder", "-noticed_at"], name="continuity_absence_of_rec")]

    def __str__(self) -> str:
        return self.path or f"{self.first_number}–{self.last_number}"

    @property
    def run(self) -> Run | None:
        """Its number or numbers."""
        return Run(self.first_number, self.last_number) if self.first_number is not None and self.last_number is not None else None

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


