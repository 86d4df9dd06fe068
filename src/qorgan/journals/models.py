"""The shape of a statutory book: a row has its number, a mark writes a cell, nothing is ever edited (444 p.8-9)."""

import uuid
from datetime import datetime, tzinfo
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from qorgan.people.models import Organisation, Signature


class Book(models.Model):
    """One paper-like volume of a journal: opened on a day, closed on a day, its sheets counted then.

    Only closing changes it, once. No personal data of its own.
    """

    RECORDER_ISSUE = "recorder-issue"  # 444, appendix 1

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40, default=RECORDER_ISSUE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="books")
    number = models.PositiveIntegerField()  # the division's first, second, ... book of this kind
    started_on = models.DateField()
    finished_on = models.DateField(null=True, blank=True)
    sheets = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "number"], name="journals_book_number_once"),
            models.UniqueConstraint(fields=["organisation", "kind"], condition=Q(finished_on=None), name="journals_one_open_book"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Row(models.Model):
    """A numbered line of a book. Numbers run from 1 without holes; a row is born with its first marks and stays."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    person_key = models.CharField(max_length=36, blank=True)  # uuid of the person the row is about, for "own rows"
    subject_key = models.CharField(max_length=60, blank=True)  # e.g. the recorder's inventory number, for finding

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "number"], name="journals_row_number_once")]
        indexes = [models.Index(fields=["person_key", "book", "number"]), models.Index(fields=["subject_key", "book", "number"])]

    def __str__(self) -> str:
        return str(self.number)


def shown(text: str, occurred_at: datetime | None, zone: tzinfo | None = None) -> str:
    """What stands in a cell: the text, or the date and time that the cell states, in ``zone`` (by default the page's)."""
    return text if text or occurred_at is None else timezone.localtime(occurred_at, zone).strftime("%d.%m.%Y %H:%M")


class Mark(models.Model):
    """What was written into one cell, by whom, when, with which signature; a leaf of the ledger.

    A correction is a mark that strikes an earlier one and gives the value that holds (444 p.9). Never changes. Personal data.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    row = models.ForeignKey(Row, on_delete=models.PROTECT, related_name="marks")
    column = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    occurred_at = models.DateTimeField(null=True)  # the date and time the cell states, for columns 4, 5, 6
    written_at = models.DateTimeField()
    writer = models.CharField(max_length=300)
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    strikes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="struck_by")
    note = models.TextField(blank=True)  # why it was corrected: stands in column 7
    position = models.BigIntegerField()  # of its entry in the ledger

    class Meta:
        indexes = [models.Index(fields=["row", "column", "position"])]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """What stands in the cell: the text, or the date and time that the cell states."""
        return shown(self.text, self.occurred_at)

    @property
    def values(self) -> dict[str, Any]:
        """What the signature and the ledger cover."""
        return {
            "row": str(self.row_id),
            "column": self.column,
            "text": self.text,
            "occurred_at": self.occurred_at.isoformat() if self.occurred_at else None,
            "strikes": str(self.strikes_id) if self.strikes_id else None,
            "note": self.note,
        }
