"""The shape of a malfunction: what was told, who has seen it, where the recorder was sent, what docks found wrong (444 p.20)."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.journals.models import Mark
from qorgan.people.models import Letter, Organisation, Person, Post
from qorgan.recorders.models import Issue, Recorder


class Malfunction(models.Model):
    """A recorder does not work: from the report, signed in column 7 of the journal, to the repair. Personal data.

    What was told never changes; the confirmation and the repair are filled once each. A recorder has at most one that is not
    repaired: the database holds that. ``began_at`` is as told, None when nobody could say; ``reported_at`` is the server's.
    """

    class Moment(models.TextChoices):
        """Where it was when it failed."""

        ISSUE = "issue", _("at issue")
        FIELD = "field", _("in the field")
        RETURN = "return", _("at return")
        DOCK = "dock", _("at the dock")
        STORE = "store", _("in store")

    class Kind(models.TextChoices):
        """What does not work, as one sees it without tools."""

        POWER = "power", _("it does not switch on")
        BATTERY = "battery", _("the battery does not hold")
        PICTURE = "picture", _("no picture")
        SOUND = "sound", _("no sound")
        CLOCK = "clock", _("the clock cannot be set")
        STORAGE = "storage", _("it does not record: the memory")
        MOUNT = "mount", _("broken, or the mount")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recorder = models.ForeignKey(Recorder, on_delete=models.PROTECT, related_name="malfunctions")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, null=True, related_name="malfunctions")
    moment = models.CharField(max_length=10, choices=Moment.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.CharField(max_length=500, blank=True)
    began_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")  # who reports
    name = models.CharField(max_length=300)  # frozen
    by_telephone = models.BooleanField(default=False)  # then somebody else signed
    mark = models.OneToOneField(Mark, on_delete=models.PROTECT, related_name="+")
    confirmed_mark = models.OneToOneField(Mark, on_delete=models.PROTECT, null=True, related_name="+")  # the inspector's own hand, at return
    repaired_at = models.DateTimeField(null=True)
    repaired_by = models.CharField(max_length=300, blank=True)  # name, frozen
    repair = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recorder"], condition=Q(repaired_at=None), name="malfunctions_one_open"),
            models.CheckConstraint(condition=Q(began_at=None) | Q(began_at__lte=F("reported_at")), name="malfunctions_began_before_report"),
            models.CheckConstraint(condition=Q(repaired_at=None) | Q(repaired_at__gte=F("reported_at")), name="malfunctions_repair_after_report"),
        ]
        indexes = [
            models.Index(fields=["recorder", "-reported_at"], name="malfunctions_of_recorder"),
            models.Index(fields=["issue"], name="malfunctions_of_issue"),
        ]

    def __str__(self) -> str:
        return self.told

    @property
    def told(self) -> str:
        """What is wrong, in the language of the page: the kind, and the words if there are any."""
        return told(self.kind, self.words)

    @property
    def since(self) -> datetime:
        """From when on it did not work: as told, or else when it was reported."""
        return self.began_at or self.reported_at


def told(kind: str, words: str) -> str:
    """Kind and words of a malfunction in the language of the page; "something else" says nothing beside words."""
    if words and kind == Malfunction.Kind.OTHER:
        return words
    label = str(Malfunction.Kind(kind).label)
    return f"{label}: {words}" if words else label


class Notice(models.Model):
    """One of the two who must know, and that he or she does (444 p.20): one a post, whoever holds it. Personal data."""

    malfunction = models.ForeignKey(Malfunction, on_delete=models.PROTECT, related_name="notices")
    post = models.CharField(max_length=20, choices=Post.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")  # who held the post; None: nobody
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["malfunction", "post"], name="malfunctions_notice_once")]
        indexes = [models.Index(fields=["post"], condition=Q(seen_at=None), name="malfunctions_unseen")]

    def __str__(self) -> str:
        return f"{self.malfunction_id} {self.post}"


class Sending(models.Model):
    """The recorder is away for repair: where, since when, and that it came back. No personal data but the names of who wrote it."""

    malfunction = models.ForeignKey(Malfunction, on_delete=models.PROTECT, related_name="sendings")
    place = models.CharField(max_length=300)
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.CharField(max_length=300)
    back_at = models.DateTimeField(null=True)
    back_by = models.CharField(max_length=300, blank=True)
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["malfunction"], condition=Q(back_at=None), name="malfunctions_away_once")]

    def __str__(self) -> str:
        return self.place


class Trouble(models.Model):
    """Something that a dock found wrong with a recorder: offered to become a malfunction, or set aside with a word. No personal data."""

    class Code(models.TextChoices):
        """What was found."""

        UNREADABLE = "unreadable", _("a file cannot be read from the recorder")
        READ_ONLY = "read-only", _("the recorder's memory takes no changes")
        CHANGED = "changed", _("a file on the recorder is not the one that was stored")
        DAMAGED = "damaged", _("a stored recording is damaged")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recorder = models.ForeignKey(Recorder, on_delete=models.PROTECT, related_name="troubles")
    code = models.CharField(max_length=20, choices=Code.choices)
    dock_name = models.CharField(max_length=100)
    what = models.CharField(max_length=300, blank=True)  # the dock's words, or the name of the recording
    first_seen_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=300, blank=True)
    settled_because = models.CharField(max_length=300, blank=True)
    malfunction = models.ForeignKey(Malfunction, on_delete=models.PROTECT, null=True, related_name="troubles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recorder", "code"], condition=Q(settled_at=None), name="malfunctions_trouble_once")]
        indexes = [models.Index(fields=["organisation"], condition=Q(settled_at=None), name="malfunctions_unsettled")]

    def __str__(self) -> str:
        return f"{self.recorder_id} {self.code}"
