"""The shape of the ledger: entries for ever, their contents beside them, subtrees, signed checkpoints, its keys and its witnesses."""

from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from qorgan.ledger.kinds import Kind, find


class Entry(models.Model):
    """One act: a leaf of the Merkle tree. Born inside the act's transaction; no column ever changes, no row ever goes.

    The leaf is a salted commitment to the row and its content, so that a content whose retention has ended can go
    while the tree still verifies. Holds no personal data itself (subjects are keys, not names).
    """

    position = models.BigIntegerField(primary_key=True)
    at_us = models.BigIntegerField()  # microseconds since 1970, UTC, server clock; never decreases
    kind = models.CharField(max_length=80)
    organisation = models.CharField(max_length=36, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    commitment = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "position"]),
            models.Index(fields=["subject", "position"]),
            models.Index(fields=["kind", "position"]),
        ]

    @property
    def at(self) -> datetime:
        """Server time of the act."""
        return datetime.fromtimestamp(self.at_us / 1_000_000, UTC)

    @property
    def kind_shown(self) -> Kind:
        """The kind with its words."""
        return find(self.kind)


class Content(models.Model):
    """What an entry says: actor and payload in canonical JSON, with the salt of the commitment. Holds personal data.

    Separate from :class:`Entry` so that it can be destroyed when its retention ends (444 p.12) without touching the tree.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="content", db_constraint=True)
    salt = models.BinaryField(max_length=16)
    body = models.TextField()  # canonical JSON {"actor": {...}, "payload": {...}}


class Destroyed(models.Model):
    """The content of an entry was destroyed, and which later entry says so (444 p.12). No personal data; never changes.

    Only against such a row does the database let a content go, and only an entry of the kind "content destroyed" makes one possible.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="destroyed")
    because = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="destroys")


class Subtree(models.Model):
    """The hash of one complete subtree of 256, 65,536, ... leaves: what proofs and tiles are cut from. Derived, never changes."""

    level = models.PositiveSmallIntegerField()  # height in bits: 8, 16, 24, ...
    index = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="ledger_subtree_once")]


class Checkpoint(models.Model):
    """A signed note over size and root of the tree (C2SP tlog-checkpoint). Made by the worker; stays for ever."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    frontier = models.BinaryField()  # so that the following checkpoint needs only the entries since
    made_at = models.DateTimeField()


class Marker(models.Model):
    """One row that ties this database to its data folder and records what the last check saw."""

    only = models.BooleanField(primary_key=True, default=True)
    installation = models.UUIDField()
    checked_at = models.DateTimeField(null=True)
    checked_size = models.BigIntegerField(default=0)
    holds_since = models.DateTimeField(null=True)  # the first of the checks in a row that found nothing
    problems: Any = models.JSONField(default=list)
    witnessed_at = models.DateTimeField(null=True)
    witness_problems: Any = models.JSONField(default=list)


class Signer(models.Model):
    """A key of this ledger: the public half, and the smallest checkpoint size that it signs. Stays for ever, so that old signatures can be read."""

    class Reason(models.TextChoices):
        """Why the key began."""

        FIRST = "first", _("the first key of the ledger")
        ROTATED = "rotated", _("handed over by the key before it")
        LOST = "lost", _("the key before it was declared lost")

    vkey = models.CharField(max_length=300, unique=True)
    since = models.BigIntegerField(unique=True)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    statement = models.TextField(blank=True)  # evidence.succession: signed by the key before and by this one
    at = models.DateTimeField()


class Timestamp(models.Model):
    """The token of a time-stamp authority (RFC 3161) over a checkpoint's signed note, as it came. Never changes."""

    class Verdict(models.TextChoices):
        """What could be said of the token when it came."""

        VERIFIED = "verified", _("verified")
        UNTOLD = "untold", _("cannot be told here")

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="timestamps")
    tsa = models.CharField(max_length=300)
    token = models.BinaryField()  # DER TimeStampResp
    chain = models.TextField(blank=True)  # PEM, the certificates that the office trusted that day
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    why = models.CharField(max_length=40, blank=True)  # why it could not be told
    stamped_at = models.DateTimeField(null=True)  # what the token says; unknown for one that cannot be read
    received_at = models.DateTimeField()  # server clock
    clock_offset_s = models.IntegerField(null=True)  # server clock minus the token's time


class WitnessKind(models.TextChoices):
    """Who or what is shown the checkpoint."""

    STAMP = "stamp", _("time-stamp authority")
    FILE = "file", _("witness file")
    MAIL = "mail", _("letter")
    PRINT = "print", _("printed sheet")


class WitnessResult(models.TextChoices):
    """How it went. The first two: the witness has it."""

    SEEN = "seen", _("shown")
    UNTOLD = "untold", _("shown, its answer cannot be told here")
    MISSING = "missing", _("the medium is missing")
    FULL = "full", _("the medium is full")
    FAILED = "failed", _("could not be reached")
    REFUSED = "refused", _("the answer is false")
    DIFFERS = "differs", _("the witness saw another ledger")


class Witnessing(models.Model):
    """One showing of a checkpoint to a witness, or a failure to: what the witness last saw. Never changes."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="witnessings")
    kind = models.CharField(max_length=10, choices=WitnessKind.choices)
    where = models.CharField(max_length=300)
    at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=WitnessResult.choices)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "where", "at"], name="ledger_witnessing_last")]
