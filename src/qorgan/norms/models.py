"""What an office adds to the law: the corrected statutory calendar, and the official texts it has downloaded."""

import uuid

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q


class CalendarYear(models.Model):
    """A year of the statutory calendar. Confirmed: somebody compared it with the official calendar, ``source`` says with which.

    ``state`` changes with every change of the year or one of its days: whoever keeps a computed calendar keeps this beside it.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField(max_length=300)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=300, blank=True)
    state = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by="") | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by="")), name="norms_confirmed_by_somebody"
            ),
            models.CheckConstraint(condition=Q(number__gte=1991) & Q(number__lte=2200), name="norms_year_of_the_republic"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class CalendarDay(models.Model):
    """A day that is not what its weekday says. ``five_only``: off in place of a Saturday, so only where Saturdays are free."""

    year = models.ForeignKey(CalendarYear, on_delete=models.PROTECT, related_name="days")
    day = models.DateField(unique=True)
    works = models.BooleanField()
    five_only = models.BooleanField(default=False)
    name_kk = models.CharField(max_length=200, validators=[MinLengthValidator(2)])
    name_ru = models.CharField(max_length=200, validators=[MinLengthValidator(2)])
    source = models.CharField(max_length=300, validators=[MinLengthValidator(2)])
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=300, blank=True)  # "" while it is as it was seeded

    class Meta:
        ordering = ["day"]
        constraints = [models.CheckConstraint(condition=Q(works=False) | Q(five_only=False), name="norms_only_days_off_stand_in")]

    def __str__(self) -> str:
        return self.day.isoformat()


class ImportedText(models.Model):
    """An official text as it was downloaded and read in one language. The newest of a language is the one shown; none ever changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    title = models.TextField()
    act = models.TextField()  # the line that names issuer, date, number and registration
    file_name = models.CharField(max_length=255)
    file_format = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=300)
    faults = models.JSONField(default=list)  # of numbering: code, place, line, printed, expected
    unknown = models.JSONField(default=list)  # numbered places that no item speaks of
    position = models.BigIntegerField(unique=True)  # of its entry in the ledger: the highest is the newest

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(language__in=["kk", "ru"]), name="norms_text_in_kk_or_ru")]
        indexes = [models.Index(fields=["order", "language", "-position"])]

    def __str__(self) -> str:
        return f"{self.order} {self.language}"


class ImportedPlace(models.Model):
    """One place of a text: paragraph, subparagraph, part, list item, column, heading or matter around them, with its footnotes. Never changes."""

    text = models.ForeignKey(ImportedText, on_delete=models.PROTECT, related_name="places")
    position = models.PositiveIntegerField()
    place = models.CharField(max_length=60)
    kind = models.CharField(max_length=12)
    printed = models.CharField(max_length=20, blank=True)
    words = models.TextField()
    notes = models.JSONField(default=list)
    line = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["text", "position"], name="norms_position_once"),
            models.UniqueConstraint(fields=["text", "place"], name="norms_place_once"),
        ]

    def __str__(self) -> str:
        return self.place
