"""The shape of the copies: replicas by their marker, what lies in them, and what a restored office asks back."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from qorgan.archive.models import Dock, Recording
from qorgan.people.models import Organisation


class Replica(models.Model):
    """A folder on another disk that holds copies of the stored files. No personal data; what lies there is sealed.

    Known by the number in its marker file, not by its path. ``turn`` counts the passes that copied something; the folder keeps the
    same count, and the lower one is the older state.
    """

    class Problem(models.TextChoices):
        """What was wrong at the last look."""

        GONE = "gone", _("the folder is not there: is the disk connected?")
        FOREIGN = "foreign", _("the folder is another office's")
        FULL = "full", _("the disk is full")
        FAILING = "failing", _("the disk cannot be read or written")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    folder = models.TextField()
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    turn = models.BigIntegerField(default=0)
    free_bytes = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=10, choices=Problem.choices, blank=True)
    problem_since = models.DateTimeField(null=True)
    unknown = models.PositiveIntegerField(default=0)  # recordings there that this database does not know

    def __str__(self) -> str:
        return self.folder


class Copy(models.Model):
    """One recording's file in one replica, and the last time it was read whole there. No personal data."""

    replica = models.ForeignKey(Replica, on_delete=models.CASCADE, related_name="copies")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="copies")
    copied_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    ok = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["replica", "recording"], name="replicas_copy_once")]
        indexes = [
            models.Index(fields=["replica", "checked_at"], name="replicas_copy_by_age"),
            models.Index(fields=["replica"], condition=models.Q(ok=False), name="replicas_copy_bad"),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} in {self.replica_id}"


class Restoration(models.Model):
    """This database was restored from a backup: everything between the backup and the loss is missing here. Stays for ever.

    No personal data. ``size``: entries of the ledger in the backup; the office's act of restoring is the first after them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    backup_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    size = models.BigIntegerField()
    host = models.CharField(max_length=200)
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return f"restored at {self.restored_at:%Y-%m-%d %H:%M}"


class Missing(models.Model):
    """A recording that this office once gave a receipt for and does not hold: a dock showed the receipt. Stays as the trace.

    It is missing as long as no recording of the same division has its plain bytes.
    """

    recording = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    dock = models.ForeignKey(Dock, on_delete=models.PROTECT, related_name="+")
    plain_sha256 = models.CharField(max_length=64)
    sealed_blake3 = models.CharField(max_length=64)
    stored_at = models.DateTimeField()
    receipt = models.TextField()
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "plain_sha256"], name="replicas_missing_by_bytes")]

    def __str__(self) -> str:
        return str(self.recording)
