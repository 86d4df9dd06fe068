"""The shape of the ledger: entries for ever, their contents beside them, subtrees and signed checkpoints."""

from datetime import UTC, datetime
from typing import Any

from django.db import models

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
    problems: Any = models.JSONField(default=list)
