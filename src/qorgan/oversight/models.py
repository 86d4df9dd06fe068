"""What oversight keeps: how many duties stand how (counted anew each day), reminders, calendar addresses, rules, statements. No due date."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from qorgan.facilities.models import Facility
from qorgan.people.models import Letter, Organisation, Person


class Tally(models.Model):
    """How many duties of a facility stand how on a day: a count that can be thrown away and made anew. No personal data.

    ``groups`` has a comma before and after each name. ``failing``: mandatory equipment that is not there or does not reach what is asked,
    whatever the day. ``missed``: duties with a period missed for certain.
    """

    facility = models.OneToOneField(Facility, on_delete=models.CASCADE, primary_key=True, related_name="tally")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    region = models.CharField(max_length=2, blank=True)
    groups = models.CharField(max_length=100, blank=True)
    on = models.DateField()
    rules = models.CharField(max_length=64)
    overdue = models.PositiveIntegerField()
    failing = models.PositiveIntegerField()
    soon = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    undocumented = models.PositiveIntegerField()
    due = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    done = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["organisation", "region"], name="oversight_tally_by_region"),
            models.Index(fields=["organisation", "-overdue", "-failing", "-soon", "facility"], name="oversight_tally_worst"),
        ]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.on}"

    @property
    def group_list(self) -> str:
        """Names of its groups, for people."""
        return ", ".join(self.groups.strip(",").split(","))


class Counting(models.Model):
    """Up to which entry of the ledger, on which day and by which rules every facility has been counted. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    on = models.DateField()
    rules = models.CharField(max_length=64)
    position = models.BigIntegerField()
    reminded_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.on} {self.position}"


class Ruleset(models.Model):
    """Packs and calendar as they were used, under their digest: by them a past answer is given again. Never changes."""

    digest = models.CharField(max_length=64, primary_key=True)
    packs = models.BinaryField()  # a ZIP of the YAML files
    calendar = models.BinaryField()  # canonical JSON
    kept_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest


class RulesUse(models.Model):
    """From this moment on duties were derived by this set of rules. Never changes."""

    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="uses")
    from_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["-from_at"], name="oversight_rules_by_time")]

    def __str__(self) -> str:
        return f"{self.from_at} {self.ruleset_id}"


class Statement(models.Model):
    """An assessment written down: what the law asked of a facility on a day and what was known at a moment. Never changes.

    ``digest`` is of the canonical JSON, which is not kept: it is derived again and must come out the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="statements")
    on = models.DateField()
    known_at = models.DateTimeField()
    ruleset = models.ForeignKey(Ruleset, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    position = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["facility", "-made_at"], name="oversight_statement_by_time")]

    def __str__(self) -> str:
        return f"{self.facility_id} {self.on}"


class Feed(models.Model):
    """A calendar address of one person. The secret itself is not kept; whoever has the address reads, until it is revoked. Personal data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="feeds")
    secret_sha256 = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=2)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["person"], condition=models.Q(revoked_at=None), name="oversight_one_feed")]

    def __str__(self) -> str:
        return str(self.id)


class Reminder(models.Model):
    """That a person was reminded of a duty: in which letter (recipient, time, every try to deliver), at which stage. Never changes. Personal data."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="reminders")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reminders")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="reminders")
    key = models.CharField(max_length=130)  # the duty
    stage = models.CharField(max_length=40)
    on = models.DateField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["person", "facility", "key", "on"], name="oversight_reminded_once_a_day"),
            models.UniqueConstraint(fields=["person", "facility", "key", "stage"], name="oversight_reminded_once_a_stage"),
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["facility", "key", "-on"], name="oversight_reminders_of_duty")]

    def __str__(self) -> str:
        return f"{self.key} {self.on}"
