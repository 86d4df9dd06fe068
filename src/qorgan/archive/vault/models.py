"""The shape of the vault: holders' keys, generations, who is granted what, unlockings and openings.

Nothing in these tables opens a recording by itself: every private key in them is encrypted, either under a holder's secret
(which no table holds) or under a key that lives only in the holder's cookie.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from qorgan.people.models import Organisation, Person


class HolderKey(models.Model):
    """The key of one holder: its private half is locked under the holder's own secret (age scrypt), chosen alone.

    Born *waiting* when a holder chooses a secret; *confirmed* when the vault first opens, by the other holder's secret, or by the
    recovery sheet; *ended* by dismissal or loss. A waiting key is granted nothing, so whoever takes over a sign-in gains nothing.
    Changing the secret replaces ``blob`` only. An ended key keeps ``blob`` only while it alone opens some generation. Personal data.
    """

    class Ending(models.TextChoices):
        """Why a key ended."""

        DISMISSED = "dismissed", _("appointment ended")
        LOST = "lost", _("secret lost")
        REPLACED = "replaced", _("replaced before it was confirmed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField(max_length=80)  # age1...
    blob = models.BinaryField()  # an age passphrase file; empty once destroyed
    made_at = models.DateTimeField()
    secret_set_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=300, blank=True)  # name, frozen
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=20, blank=True, choices=Ending.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(ended_at=None) & Q(confirmed_at=None), name="vault_one_waiting_key"
            ),
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(ended_at=None) & Q(confirmed_at__isnull=False), name="vault_one_live_key"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "ended_at"], name="vault_key_by_office")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Twelve letters of the public key in threes, for two people to compare aloud: "4X7 K2M ..."."""
        tail = self.recipient[-12:].upper()
        return " ".join(tail[start : start + 3] for start in range(0, 12, 3))


class Generation(models.Model):
    """One key of the vault: docks seal to ``recipient``; the private half exists only inside :class:`Grant` rows.

    A new generation begins when the vault opens and each time a holder changes; earlier recordings keep theirs and are never
    rewritten. Only ``retired_at`` is filled later, once. No personal data.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    recipient = models.CharField(max_length=80)
    because = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    position = models.BigIntegerField()  # of its entry in the ledger
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="vault_generation_number_once"),
            models.UniqueConstraint(fields=["organisation"], condition=Q(retired_at=None), name="vault_one_current_generation"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Grant(models.Model):
    """The private key of a generation, encrypted to one holder's key. ``blob`` is emptied when the access ends; the row stays."""

    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="grants")
    key = models.ForeignKey(HolderKey, on_delete=models.PROTECT, related_name="grants")
    blob = models.BinaryField()
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["generation", "key"], name="vault_granted_once")]

    def __str__(self) -> str:
        return f"{self.generation_id} → {self.key_id}"


class RecoveryCopy(models.Model):
    """What was decided about a recovery sheet for a generation: printed (once) or declined. Never changes."""

    class Decision(models.TextChoices):
        """The two possible decisions."""

        PRINTED = "printed", _("printed")
        DECLINED = "declined", _("declined")

    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="recovery_copies")
    decision = models.CharField(max_length=10, choices=Decision.choices)
    by = models.CharField(max_length=300)
    at = models.DateTimeField()
    position = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation"], condition=Q(decision="printed"), name="vault_recovery_printed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id}: {self.decision}"


class Attempt(models.Model):
    """A secret was tried. Written before it is checked, so that tries made side by side are all counted. Old rows go."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    succeeded = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["person", "at"], name="vault_attempts_by_time")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at}"


class Unlocking(models.Model):
    """A holder has opened the vault in one session, for a stated purpose, until a time (444 p.13, 21). Personal data.

    ``blob`` holds the generations' private keys, encrypted under a key that only the holder's cookie has; it is emptied when
    the vault locks. What was said at unlocking never changes.
    """

    class Because(models.TextChoices):
        """Why the vault locked."""

        ASKED = "asked", _("locked by the holder")
        EXPIRED = "expired", _("time was over")
        DISMISSED = "dismissed", _("appointment ended")
        AGAIN = "again", _("unlocked anew")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=300)
    post = models.CharField(max_length=20)
    key = models.ForeignKey(HolderKey, on_delete=models.PROTECT, related_name="+")
    session_digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=500)
    blob = models.BinaryField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    position = models.BigIntegerField()
    locked_at = models.DateTimeField(null=True)
    locked_because = models.CharField(max_length=20, blank=True, choices=Because.choices)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("opened_at")), name="vault_unlocking_ends")]
        indexes = [
            models.Index(fields=["organisation", "opened_at", "id"], name="vault_unlockings_by_time"),
            models.Index(fields=["expires_at"], condition=Q(locked_at=None), name="vault_open_unlockings"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}, {self.opened_at:%Y-%m-%d %H:%M}"


class Opening(models.Model):
    """One recording was looked at, or its original taken: who, when, for what purpose (444 p.21). Never changes. Personal data.

    Born with its ledger entry before the first byte leaves the server; once for each recording, kind and unlocking.
    """

    class Kind(models.TextChoices):
        """What was done with the recording."""

        PLAY = "play", _("played")
        ORIGINAL = "original", _("original taken")
        VIEW = "view", _("converted for viewing")
        STILL = "still", _("still taken")
        CLIP = "clip", _("clip taken")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    unlocking = models.ForeignKey(Unlocking, on_delete=models.PROTECT, related_name="openings")
    recording = models.ForeignKey("archive.Recording", on_delete=models.PROTECT, related_name="openings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=300)
    post = models.CharField(max_length=20)
    purpose = models.CharField(max_length=500)
    purpose_folded = models.CharField(max_length=500)  # as search compares it
    at = models.DateTimeField()
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unlocking", "recording", "kind"], name="vault_opening_once")]
        indexes = [
            models.Index(fields=["organisation", "-at", "id"], name="vault_openings_by_time"),
            models.Index(fields=["organisation", "person", "-at", "id"], name="vault_openings_by_person"),
            models.Index(fields=["recording", "-position"], name="vault_openings_by_recording"),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.recording_id}"
