"""The shape of a hand-over (444 p.14): draft, two signatures, number in the register, package, what the recipient said. All for ever.

No row of this room ever changes. What a hand-over has become follows from the rows that were added to it.
"""

import uuid
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qorgan.archive.models import Recording
from qorgan.archive.review.models import Protocol
from qorgan.people.models import Organisation, Person, Signature
from qorgan.recorders.models import ONE_LINE, Inspection


class HandOver(models.Model):
    """A draft as it was written; both signatures are over it. Personal data: whom it goes to, and why.

    ``parts``: keys of the papers that go with the recordings. A wrong draft is withdrawn and written anew.
    """

    class To(models.TextChoices):
        """The recipients that 444 p.14 names."""

        AUTHORISED = "authorised", _("authorised body")
        COURT = "court", _("court")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="handovers")
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, null=True, blank=True, related_name="handovers")
    recipient_kind = models.CharField(_("Recipient"), max_length=20, choices=To.choices)
    recipient_name = models.CharField(_("Name of the body or court"), max_length=300, validators=[ONE_LINE])
    recipient_person = models.CharField(_("For whom: post, name"), max_length=300, blank=True, validators=[ONE_LINE])
    recipient_address = models.CharField(_("Address"), max_length=300, blank=True, validators=[ONE_LINE])
    request_number = models.CharField(_("Number of the request or letter"), max_length=60, blank=True, validators=[ONE_LINE])
    request_date = models.DateField(_("Date of the request or letter"), null=True, blank=True)
    reason = models.CharField(_("Reason"), max_length=500, validators=[ONE_LINE])
    materials = models.TextField(_("Case materials with which it goes"), max_length=2000)
    parts: Any = models.JSONField(default=list, blank=True)
    digest = models.CharField(max_length=64)  # SHA-256 of what both sign
    drafted_at = models.DateTimeField(default=timezone.now)
    drafted_by = models.CharField(max_length=300)
    position = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "-drafted_at", "id"], name="handover_by_time"),
            models.Index(fields=["inspection", "-drafted_at"], name="handover_of_inspection"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_name}, {self.drafted_at:%Y-%m-%d}"


class Item(models.Model):
    """One recording of a hand-over, with hash, size and name as they were, and its place in the package."""

    handover = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="items")
    recording = models.ForeignKey(Recording, on_delete=models.PROTECT, related_name="handed_over")
    number = models.PositiveIntegerField()
    file = models.CharField(max_length=400)  # data/recordings/001-<name>
    plain_sha256 = models.CharField(max_length=64)
    plain_size = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "recording"], name="handover_recording_once"),
            models.UniqueConstraint(fields=["handover", "number"], name="handover_item_number_once"),
        ]

    def __str__(self) -> str:
        return self.file


class Sign(models.Model):
    """One of the two signatures. It counts while its signer holds the post; each person signs a draft once."""

    handover = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="signs")
    post = models.CharField(max_length=20)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "person"], name="handover_two_persons")]

    def __str__(self) -> str:
        return f"{self.post}: {self.signature_id}"


class Withdrawal(models.Model):
    """A draft that will not be signed any more, and why."""

    handover = models.OneToOneField(HandOver, on_delete=models.PROTECT, primary_key=True, related_name="withdrawal")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.CharField(max_length=300)
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return self.reason


class Registration(models.Model):
    """The hand-over is made: signed by both, with its number in the register of the division's year. Numbers have no holes."""

    handover = models.OneToOneField(HandOver, on_delete=models.PROTECT, primary_key=True, related_name="registration")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    head = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="+")
    position = models.BigIntegerField()  # of the entry that makes it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "year", "number"], name="handover_number_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """``2026-007``."""
        return f"{self.year}-{self.number:03d}"


class Composition(models.Model):
    """What the package holds beside the recordings, fixed once: so it can be produced again with the same digest.

    ``digest``: SHA-256 of ``manifest-sha256.txt``, the content of the package. ``body_digest``: the same without the lines of the
    two acts, which print it. ``size``: the ledger's size of the checkpoint under which its entries are proven, ``vkey`` the public key that
    signed that checkpoint and ``statement``, the office's note under the content: they stay when the ledger gets another key.
    """

    handover = models.OneToOneField(HandOver, on_delete=models.PROTECT, primary_key=True, related_name="composition")
    custody = models.TextField()  # data/custody.json
    entries: Any = models.JSONField(default=list)  # positions of the ledger that go with it
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    statement = models.TextField()  # package.note
    vkey = models.CharField(max_length=300)
    successions: Any = models.JSONField(default=list)  # notes by which earlier keys of the ledger handed over to this one
    composed_at = models.DateTimeField()
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return self.digest


class Paper(models.Model):
    """One paper of the package, kept as its bytes: a later version of the forms changes nothing that was signed."""

    handover = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(max_length=60)  # act.kk.pdf
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "name"], name="handover_paper_once")]

    def __str__(self) -> str:
        return self.name


class SealedPaper(models.Model):
    """A paper that shows pictures of recordings: kept sealed where it was made, and opened only while the package leaves (444 p.13)."""

    handover = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="sealed_papers")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    name = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "name"], name="handover_sealed_paper_once")]

    def __str__(self) -> str:
        return self.name


class Production(models.Model):
    """The package begins to leave the server: written, with size and digest, before its first byte. Personal data."""

    class Protection(models.TextChoices):
        """How the package is closed on its way."""

        NONE = "none", _("not encrypted")
        KEY = "key", _("to the recipient's key")
        PASSPHRASE = "passphrase", _("by a passphrase")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handover = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="productions")
    protection = models.CharField(max_length=20, choices=Protection.choices)
    key = models.CharField(max_length=120, blank=True)  # age1...
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()
    by = models.CharField(max_length=300)
    begun_at = models.DateTimeField()
    position = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["handover", "-position"], name="handover_productions")]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.begun_at:%Y-%m-%d %H:%M}"


class Ending(models.Model):
    """How a production ended, if the server lived to see it."""

    production = models.OneToOneField(Production, on_delete=models.PROTECT, primary_key=True, related_name="ending")
    whole = models.BooleanField()
    sent = models.BigIntegerField()
    why = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return "whole" if self.whole else self.why


class Acceptance(models.Model):
    """The recipient has it: who took it, when, by which document. Personal data."""

    handover = models.OneToOneField(HandOver, on_delete=models.PROTECT, primary_key=True, related_name="acceptance")
    received_by = models.CharField(_("Who received it: post, name"), max_length=300, validators=[ONE_LINE])
    received_on = models.DateField(_("Received on"))
    document_number = models.CharField(_("Number of the document"), max_length=60, blank=True, validators=[ONE_LINE])
    note = models.CharField(_("Note"), max_length=500, blank=True, validators=[ONE_LINE])
    scan = models.BinaryField(blank=True)
    scan_kind = models.CharField(max_length=20, blank=True)  # its media type
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=300)
    position = models.BigIntegerField()

    def __str__(self) -> str:
        return self.received_by


class Answer(models.Model):
    """Something came back: the carrier, the materials, a decision of the court. There may be several. Personal data."""

    class Kind(models.TextChoices):
        """What came."""

        RETURNED = "returned", _("materials returned")
        DECISION = "decision", _("decision of the court")
        LETTER = "letter", _("letter of the authorised body")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handover = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(_("What came back"), max_length=20, choices=Kind.choices)
    number = models.CharField(_("Number"), max_length=60, blank=True, validators=[ONE_LINE])
    dated = models.DateField(_("Date"))
    outcome = models.CharField(_("Outcome"), max_length=500, blank=True, validators=[ONE_LINE])
    note = models.CharField(_("Note"), max_length=500, blank=True, validators=[ONE_LINE])
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=300)
    position = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["handover", "position"], name="handover_answers")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
