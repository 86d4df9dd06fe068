"""The shape of retention: classes frozen for ever, lengthened terms, holds and their ends, lists of what fell due, destruction acts.

A term is not among them: it is derived whenever it is asked for (:mod:`qorgan.archive.retention.terms`).
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qorgan.archive.models import Recording
from qorgan.people.models import Organisation, Person, Signature


class Category(models.TextChoices):
    """Retention classes: the kinds of control that 444 p.12 names, and those it does not."""

    PERMIT = "permit", _("check of permit requirements")
    PREVENTIVE = "preventive", _("preventive control with visit")
    UNPLANNED = "unplanned", _("unplanned check")
    ADMINISTRATIVE = "administrative", _("administrative offence case")
    INVESTIGATION = "investigation", _("investigation")
    UNKNOWN = "unknown", _("inspection not known")


class Keeping(models.Model):
    """The retention class of a recording and the day from which its term runs, as they were known then (444 p.12). No personal data.

    Born at ingest and again when more is known; never changes, never goes. Of several the one that keeps longest counts, so a later
    change of the inspection's kind never shortens.
    """

    class Basis(models.TextChoices):
        """How the day of the recording's end is known."""

        COMPARED = "compared", _("the device's clock was compared at issue")
        ARRIVAL = "arrival", _("the day of storing: the device's clock was not compared")

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="keepings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=20, choices=Category.choices)
    ended_on = models.DateField()  # in Kazakhstan
    basis = models.CharField(max_length=20, choices=Basis.choices)
    frozen_at = models.DateTimeField()
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recording", "category", "ended_on"], name="retention_class_once")]
        indexes = [models.Index(fields=["organisation", "ended_on"], name="retention_by_end")]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.category}"


class Lengthening(models.Model):
    """A recording is kept until a later day than its term asks, for a reason. Never changes. Personal data: who decided."""

    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="lengthenings")
    until = models.DateField()  # the last day
    reason = models.CharField(max_length=500)
    by_name = models.CharField(max_length=300)
    at = models.DateTimeField()
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.until}"


class Hold(models.Model):
    """Something forbids destruction whatever the term says (444 p.14: evidence is still needed). Personal data: who placed it.

    What it covers stands in its targets. It ends by its last day, or by being lifted, and stays as the trace of that.
    """

    class Scope(models.TextChoices):
        """What it covers."""

        RECORDING = "recording", _("one recording")
        INSPECTION = "inspection", _("an inspection, with what arrives later")
        CASE = "case", _("every inspection of a case")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    reason = models.CharField(max_length=500)
    until = models.DateField(null=True, blank=True)  # the last day; None: until lifted
    placed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    placed_name = models.CharField(max_length=300)
    placed_at = models.DateTimeField()
    position = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-placed_at", "id"], name="retention_holds_by_time")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"


class Target(models.Model):
    """One recording or one inspection that a hold covers; ``label`` is the inspection's number (and the day). Never changes. Nothing personal."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="targets")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, null=True, related_name="hold_targets")
    case = models.UUIDField(null=True)
    label = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(recording__isnull=False) ^ Q(case__isnull=False), name="retention_target_is_one_thing"),
        ]
        indexes = [models.Index(fields=["case"], name="retention_targets_by_case")]

    def __str__(self) -> str:
        return self.label


class Ending(models.Model):
    """A hold is over: lifted by the head for a reason, or its last day has passed. Never changes. Personal data: who lifted."""

    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, primary_key=True, related_name="ending")
    at = models.DateTimeField()
    lifted = models.BooleanField()
    by_name = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    position = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted=False) | (Q(signature__isnull=False) & ~Q(reason="")), name="retention_lifting_is_signed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id} {self.at:%Y-%m-%d}"


class Proposal(models.Model):
    """On this day the worker found that recordings have fallen due, and said so. Never changes. No personal data."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recordings = models.PositiveIntegerField()  # due and free on that day, earlier ones included
    newest_due = models.DateField()
    bytes = models.BigIntegerField()
    position = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="retention_proposals_by_time")]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.recordings}"


class Act(models.Model):
    """A destruction act (444 p.6, 12): a list frozen when it was composed, two signatures, what became of each line. Personal data: signers.

    Born *composed*; *signed* when both have; *stopped* when either refuses, before or in the middle; *finished* when no line is left.
    Nothing it says ever changes and it never goes: half an act stays half an act.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="destruction_acts")
    number = models.CharField(max_length=40)
    composed_at = models.DateTimeField()
    composed_by = models.CharField(max_length=300)
    recordings = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical list: what both sign
    position = models.BigIntegerField()
    responsible = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    responsible_signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    head = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    head_signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=300, null=True)
    stopped_because = models.CharField(max_length=500, null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="retention_act_number_once"),
            models.CheckConstraint(condition=Q(head=None) | Q(responsible=None) | ~Q(head=F("responsible")), name="retention_act_two_persons"),
            models.CheckConstraint(
                condition=Q(signed_at=None) | (Q(head_signature__isnull=False) & Q(responsible_signature__isnull=False)), name="retention_act_signed_by_both"
            ),
            models.CheckConstraint(
                condition=Q(head=None, head_signature=None) | Q(head__isnull=False, head_signature__isnull=False), name="retention_head_signs"
            ),
            models.CheckConstraint(
                condition=Q(responsible=None, responsible_signature=None) | Q(responsible__isnull=False, responsible_signature__isnull=False),
                name="retention_responsible_signs",
            ),
            models.CheckConstraint(condition=Q(stopped_at=None) | Q(stopped_because__isnull=False), name="retention_stopping_has_reason"),
        ]
        indexes = [models.Index(fields=["organisation", "-composed_at", "id"], name="retention_acts_by_time")]

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> str:
        """composed, signed (to be carried out), stopped, finished; "stopping" while a recording begun before must still be completed."""
        if self.finished_at is not None:
            return "stopped" if self.stopped_at is not None else "finished"
        if self.stopped_at is not None:
            return "stopping" if self.signed_at is not None else "stopped"
        return "signed" if self.signed_at is not None else "composed"


class Line(models.Model):
    """One recording of an act. What was listed never changes; the state goes on, once. No personal data."""

    class State(models.TextChoices):
        """What became of it."""

        PENDING = "pending", _("listed")
        DESTROYING = "destroying", _("being destroyed")
        DESTROYED = "destroyed", _("destroyed")
        SPARED = "spared", _("spared")

    class Spared(models.TextChoices):
        """Why it was not destroyed."""

        HELD = "held", _("its destruction was forbidden after the act was composed")
        LATER = "later", _("its term was lengthened after the act was composed")
        STOPPED = "stopped", _("the act was refused or stopped")

    class Found(models.TextChoices):
        """In what state the stored file was before its destruction."""

        WHOLE = "whole", _("stored file there")
        MISSING = "missing", _("stored file was missing already")
        DAMAGED = "damaged", _("stored file was damaged")
        SHARED = "shared", _("stored file stays: another recording has the same")

    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="destruction_lines")
    category = models.CharField(max_length=20, choices=Category.choices)
    inspection_number = models.CharField(max_length=60, blank=True)
    ended_on = models.DateField()
    due_on = models.DateField()  # the first day on which it might be destroyed, as derived when the act was composed
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    found = models.CharField(max_length=10, choices=Found.choices, null=True)
    spared_because = models.CharField(max_length=10, choices=Spared.choices, null=True)
    spared_words = models.CharField(max_length=500, null=True)
    at = models.DateTimeField(null=True)  # when its state became final
    position = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["act", "number"], name="retention_line_number_once"),
            models.UniqueConstraint(fields=["act", "recording"], name="retention_line_recording_once"),
            models.UniqueConstraint(fields=["recording"], condition=~Q(state="spared"), name="retention_one_act_at_a_time"),
            models.CheckConstraint(condition=~Q(state="spared") | Q(spared_because__isnull=False), name="retention_sparing_has_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["destroying", "destroyed"]) | Q(found__isnull=False), name="retention_what_was_found_is_said"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act_id} {self.number} {self.state}"
