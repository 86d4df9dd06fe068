"""The shape of review: marks and what strikes them, stills and clips taken, who reviewed what, protocols. Nothing here is edited.

All times within a recording are whole microseconds from its first packet; real time is the recording's corrected start plus that.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qorgan.archive.models import Recording
from qorgan.archive.vault.models import Unlocking
from qorgan.people.models import Organisation, Person, Post, Signature


class ByHolder(models.Model):
    """What every row of review says: whose recording, by which holder, in which unlocking, for what purpose, where in the ledger."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="%(class)ss")
    unlocking = models.ForeignKey(Unlocking, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=300)
    post = models.CharField(max_length=20)
    purpose = models.CharField(max_length=500)
    at = models.DateTimeField()
    position = models.BigIntegerField()  # of its entry in the ledger

    class Meta:
        abstract = True

    @property
    def post_shown(self) -> str:
        """The post in words."""
        return str(Post(self.post).label) if self.post else ""


class Mark(ByHolder):
    """A moment of a recording, marked by a holder who watched it (444 p.6). Never edited: a :class:`Strike` takes it back. Personal data."""

    class Kind(models.TextChoices):
        """What was seen there."""

        VIOLATION = "violation", _("violation")
        EXPLANATION = "explanation", _("explanation of the subject")
        CIRCUMSTANCE = "circumstance", _("circumstance")
        OTHER = "other", _("other")

    at_us = models.BigIntegerField()
    happened_at = models.DateTimeField(null=True)  # real time as it was known when the mark was made
    kind = models.CharField(max_length=20, choices=Kind.choices)
    paragraph = models.CharField(max_length=300, blank=True)  # of the rules that were violated, as the holder names it
    note = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(at_us__gte=0), name="review_mark_after_start")]
        indexes = [models.Index(fields=["recording", "at_us", "id"], name="review_marks_in_order")]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.at_us} {self.kind}"

    @property
    def real_time(self) -> datetime | None:
        """When it happened, by the start of the recording as it is known today."""
        return real_time(self.recording, self.at_us)


class Strike(models.Model):
    """A mark taken back, with the reason; the mark stays readable, struck through (as 444 p.9 does in the journal). Personal data."""

    mark = models.OneToOneField(Mark, on_delete=models.PROTECT, primary_key=True, related_name="strike")
    reason = models.CharField(max_length=500)
    person_name = models.CharField(max_length=300)
    post = models.CharField(max_length=20)
    at = models.DateTimeField()
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.mark_id}: {self.reason}"


class Derivative(ByHolder):
    """A still or a clip was taken out of a recording: what, by whom, for what (444 p.21). The thing itself is kept nowhere. Personal data."""

    class Kind(models.TextChoices):
        """What was made."""

        STILL = "still", _("still")
        CLIP = "clip", _("clip")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    from_us = models.BigIntegerField()
    until_us = models.BigIntegerField()
    form = models.CharField(max_length=10)  # jpeg, png, mp4, mov, matroska, mpegts

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(from_us__gte=0) & Q(until_us__gte=F("from_us")), name="review_derivative_span")]
        indexes = [models.Index(fields=["recording", "-position"], name="review_derivatives")]

    def __str__(self) -> str:
        return f"{self.kind} {self.recording_id} {self.from_us}"


class Review(ByHolder):
    """A holder says, signed, that a recording was reviewed, as a whole or in part (444 p.6). Opening it alone says nothing. Personal data."""

    class Extent(models.TextChoices):
        """How much of it."""

        WHOLE = "whole", _("as a whole")
        PART = "part", _("in part")

    extent = models.CharField(max_length=10, choices=Extent.choices)
    from_us = models.BigIntegerField()
    until_us = models.BigIntegerField()
    remarks = models.CharField(max_length=1000, blank=True)
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(from_us__gte=0) & Q(until_us__gte=F("from_us")), name="review_review_span")]
        indexes = [models.Index(fields=["recording", "extent", "-position"], name="review_reviews")]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.extent}"


class Protocol(models.Model):
    """A signed review protocol over recordings of one inspection, or of one's choice (444 p.6). Never changes. Personal data.

    ``content`` is everything that it says, without the stills; the signature is over its digest together with the hashes of both
    papers. The papers themselves hold stills, so they are kept sealed (:class:`Paper`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    unlocking = models.ForeignKey(Unlocking, on_delete=models.PROTECT, related_name="+")
    case = models.UUIDField(null=True)
    case_label = models.CharField(max_length=300, blank=True)
    recordings: Any = models.ManyToManyField(Recording, related_name="protocols", through="Covered")
    content: Any = models.JSONField()
    generation = models.PositiveIntegerField()  # the vault's generation to which the papers are sealed
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=300)
    post = models.CharField(max_length=20)
    purpose = models.CharField(max_length=500)
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    position = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-at", "id"], name="review_protocols_by_time"),
            models.Index(fields=["organisation", "case", "-position"], name="review_protocols_by_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_label} {self.at:%Y-%m-%d}"


class Covered(models.Model):
    """A recording that a protocol speaks of."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="covered")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protocol", "recording"], name="review_covered_once")]

    def __str__(self) -> str:
        return f"{self.protocol_id} {self.recording_id}"


class Paper(models.Model):
    """The PDF/A of a protocol in one language, sealed to the vault like a recording: it shows pictures. Goes only when a recording does."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="papers")
    language = models.CharField(max_length=2)
    sha256 = models.CharField(max_length=64)
    blob = models.BinaryField()  # age

    class Meta:
        constraints = [models.UniqueConstraint(fields=["protocol", "language"], name="review_paper_once")]

    def __str__(self) -> str:
        return f"{self.protocol_id} {self.language}"


def real_time(recording: Recording, at_us: int) -> datetime | None:
    """The moment of a recording in real, corrected time; None while its start is not known (444 p.17)."""
    return recording.started_at + timedelta(microseconds=at_us) if recording.started_at else None
