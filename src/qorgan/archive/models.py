"""The shape of the archive: docks, uploads under way, recordings, what the check of the stored files saw.

Whose a recording is (recorder, inspection, division's words for them) is kept as values, frozen as they were.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.archive.spelling import MOST_BYTES, words_of
from qorgan.people.alphabet import fold
from qorgan.people.models import Organisation, Person


class Dock(models.Model):
    """A docking PC that may put recordings in (444 p.11). It can put in, and take nothing out. No personal data.

    Born with a token, shown once: only its SHA-256 is kept. The first enrolment pins the dock's public key, which signs every
    manifest; another key needs another dock. Revoking is for ever.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="docks")
    name = models.CharField(_("Name"), max_length=100)
    token_digest = models.CharField(max_length=64, unique=True)
    verifier = models.CharField(max_length=300, blank=True)  # name+number+letters; empty until enrolled
    created_at = models.DateTimeField(default=timezone.now)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    host = models.CharField(max_length=200, blank=True)
    software = models.CharField(max_length=100, blank=True)
    status: Any = models.JSONField(default=dict, blank=True)
    status_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="archive_dock_name_once")]

    def __str__(self) -> str:
        return self.name


class Recording(models.Model):
    """One file of a recorder, sealed, stored until its term is over (444 p.6, 11-13). Personal data: the name of the inspector.

    Born in one transaction with its ledger entry and its receipt. Hashes, sizes, device time, manifest and receipt never change
    and the row never goes (triggers refuse). To whom it belongs (person, case) and the corrected time may be filled in later,
    each time with a ledger entry. The evidence hash is ``plain_sha256``; the stored file is named by ``sealed_blake3``.

    Destruction (:mod:`qorgan.archive.retention`) fills ``destroying_at`` before the stored file goes and ``destroyed_at`` after;
    what remains is a tombstone: hashes, sizes, times, position, receipt, the number of the act, and nothing a person wrote.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="recordings")
    source = models.CharField(max_length=36, blank=True)  # uuid of the recorder, or ""
    source_number = models.CharField(max_length=200, blank=True)  # its inventory number on that day
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="recordings")
    person_name = models.CharField(max_length=300, blank=True)
    case = models.UUIDField(null=True, blank=True)
    case_label = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20)  # video, audio, photo, other, broken, empty
    name = models.CharField(max_length=255)  # made safe to show; the device's own is in the manifest
    words = models.CharField(max_length=1000, blank=True, editable=False)  # what search finds it by; follows the texts it is made of
    path = models.TextField()
    media: Any = models.JSONField(default=dict)
    plain_sha256 = models.CharField(max_length=64)
    sealed_blake3 = models.CharField(max_length=64)
    plain_size = models.BigIntegerField()
    sealed_size = models.BigIntegerField()
    generation = models.PositiveIntegerField()  # number of the vault's key to which it is sealed
    device_started_at = models.CharField(max_length=40, blank=True)  # the device's clock, exactly as written
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    offset_ms = models.BigIntegerField(null=True, blank=True)  # device clock minus true time, taken off started_at
    offset_basis = models.CharField(max_length=40, blank=True)
    dock_name = models.CharField(max_length=100)
    clocks: Any = models.JSONField(default=dict)
    manifest = models.TextField()
    stored_at = models.DateTimeField()
    position = models.BigIntegerField()  # of its entry in the ledger
    receipt = models.TextField()
    destroying_at = models.DateTimeField(null=True, blank=True)  # from here on the stored file may be gone
    destroyed_at = models.DateTimeField(null=True, blank=True)
    destroyed_act = models.CharField(max_length=40, null=True, blank=True)  # its number; NULL until destroyed

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "plain_sha256"], name="archive_recording_once"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="archive_recording_ends_after_start"),
        ]
        indexes = [
            # the words stand in the index so that a search for a rare one reads nothing else
            models.Index(fields=["organisation", "-started_at", "id", "words"], name="archive_rec_by_time"),
            models.Index(fields=["organisation", "source_number", "-started_at", "id"], name="archive_rec_by_source"),
            models.Index(fields=["organisation", "person", "-started_at", "id"], name="archive_rec_by_person"),
            models.Index(fields=["organisation", "case", "-started_at", "id"], name="archive_rec_by_case"),
            models.Index(fields=["organisation", "stored_at"], name="archive_rec_by_arrival"),
            models.Index(fields=["sealed_blake3"], name="archive_rec_by_blob"),
            models.Index(fields=["organisation", "destroyed_at"], condition=Q(destroying_at__isnull=False), name="archive_rec_destroyed"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_gone(self) -> bool:
        """Destroyed, or being destroyed: nothing of it can be shown."""
        return self.destroying_at is not None

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **values: Any) -> None:
        """Save, with the words of search as they follow from the other texts."""
        self.words = fold(f"{self.case_label} {self.person_name} {self.source_number} {self.name}")[:1000]
        super().save(*args, update_fields=None if update_fields is None else {*update_fields, "words"}, **values)
        if self.started_at is not None:
            Word.objects.note(self.organisation_id, words_of(self.words), self.started_at)

    @property
    def duration(self) -> timedelta | None:
        """From packet times; None for what has no duration."""
        microseconds = self.media.get("duration_us")
        return timedelta(microseconds=microseconds) if isinstance(microseconds, int) and microseconds > 0 else None


class WordManager(models.Manager["Word"]):
    """Words, kept up with what is stored."""

    def note(self, organisation: uuid.UUID, words: Iterable[bytes], at: datetime) -> None:
        """Let each word's span reach to ``at``. Inside the transaction that stores the recording."""
        wanted = set(words)
        known = {bytes(word.word): word for word in self.filter(organisation=organisation, word__in=wanted)}
        self.bulk_create(Word(organisation_id=organisation, word=word, first_at=at, last_at=at) for word in wanted - known.keys())
        wider = [word for word in known.values() if not word.first_at <= at <= word.last_at]
        for word in wider:
            word.first_at, word.last_at = min(word.first_at, at), max(word.last_at, at)
        if wider:
            self.bulk_update(wider, ["first_at", "last_at"])


class Word(models.Model):
    """A word of the texts of recordings, with the times between which it occurs: where a search has to look, if anywhere.

    Derived from recordings (:func:`qorgan.archive.words.rebuild` makes it anew) and never narrower than they are. Kept as UTF-8,
    which every database compares letter by letter. Personal data: names are words.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    word = models.BinaryField(max_length=MOST_BYTES)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = WordManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "word"], name="archive_word_once")]

    def __str__(self) -> str:
        return bytes(self.word).decode(errors="replace")


class Upload(models.Model):
    """A sealed file on its way in, or a file presented again. No personal data beyond the manifest's path.

    Born when a dock announces it. ``offset`` is what is durable in the spool and was acknowledged: never more. It ends as
    *stored* (with a receipt) or *discarded* (with a problem), and stays as the trace of that.
    """

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", _("under way")
        STORED = "stored", _("stored")
        DISCARDED = "discarded", _("discarded")

    class Problem(models.TextChoices):
        """Why it was discarded."""

        DIGEST = "digest", _("what arrived is not what the dock announced")
        NOT_SEALED = "not-sealed", _("what arrived is not a sealed file")
        TERMINATED = "terminated", _("withdrawn by the dock")
        STALE = "stale", _("not continued for many days")
        DESTROYED = "destroyed", _("its recording was destroyed after its term")
        SPOOL_LOST = "spool-lost", _("the server's disk lost what had arrived")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dock = models.ForeignKey(Dock, on_delete=models.PROTECT, related_name="uploads")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="uploads")
    manifest = models.TextField()
    metadata = models.TextField()  # Upload-Metadata as the client sent it, to be repeated by HEAD
    plain_sha256 = models.CharField(max_length=64)
    sealed_blake3 = models.CharField(max_length=64)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, null=True, related_name="uploads")
    receipt = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dock", "sealed_blake3"], condition=Q(state="open"), name="archive_one_open_upload"),
            models.CheckConstraint(condition=Q(offset__gte=0) & Q(offset__lte=F("length")), name="archive_offset_within_length"),
            models.CheckConstraint(condition=~Q(state="stored") | (Q(recording__isnull=False) & ~Q(receipt="")), name="archive_stored_has_receipt"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "-touched_at"], name="archive_uploads_by_state"),
            models.Index(fields=["touched_at"], condition=Q(state="open"), name="archive_open_uploads"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.state}"


class Fixity(models.Model):
    """The last time a stored file was read whole and compared with its name (444 p.13). One row a recording; no personal data.

    What went wrong also stands in the ledger, for good.
    """

    class Problem(models.TextChoices):
        """What was found."""

        MISSING = "missing", _("the stored file is missing")
        DAMAGED = "damaged", _("the stored file differs from what was stored")
        UNREADABLE = "unreadable", _("the disk cannot read the stored file")

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, primary_key=True, related_name="fixity")
    checked_at = models.DateTimeField()
    ok = models.BooleanField()
    problem = models.CharField(max_length=20, choices=Problem.choices, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["checked_at"], name="archive_fixity_by_age"),
            models.Index(fields=["recording"], condition=Q(ok=False), name="archive_fixity_bad"),
        ]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.problem or 'ok'}"
