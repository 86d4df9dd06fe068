"""Verbs of the norms room: seed, correct and confirm the statutory calendar; import an official text."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.ledger import log
from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.norms import kinds
from qorgan.norms.engine.workdays import SpecialDay, seed
from qorgan.norms.models import CalendarDay, CalendarYear, ImportedPlace, ImportedText
from qorgan.norms.reading.reader import ReadText

SERVER = Actor.system("server")


@dataclass(frozen=True)
class DayValues:
    """What is entered about a day: whether it is worked, why (in both languages), where it stands, whether it is off for a Saturday only."""

    works: bool
    name_kk: str
    name_ru: str
    source: str
    five_only: bool = False


def ensure_years(numbers: Iterable[int], *, actor: Actor = SERVER) -> list[int]:
    """Enter the years that the table lacks, as the package has them, not confirmed. What is in the table is never touched. Returns the new ones."""
    with writing():
        there = set(CalendarYear.objects.values_list("number", flat=True))
        new = sorted(set(numbers) - there)
        made = [year.number for number in new if (year := _seeded(number))]
        if made:
            source = CalendarYear.objects.get(pk=made[0]).source
            log.append(kinds.YEARS_SEEDED, actor=actor, subject="calendar", organisation="", payload={"years": made, "source": source})
    return made


def _seeded(number: int) -> CalendarYear | None:
    days = seed(number).days
    source = days[0].source if days else "–"
    year, made = CalendarYear.objects.get_or_create(number=number, defaults={"source": source})
    if not made:  # somebody else entered it at the same moment
        return None
    CalendarDay.objects.bulk_create(_row(year, day) for day in days)
    return year


def _row(year: CalendarYear, day: SpecialDay) -> CalendarDay:
    return CalendarDay(year=year, day=day.day, works=day.works, five_only=day.five_only, name_kk=day.name_kk, name_ru=day.name_ru, source=day.source)


def correct_day(*, actor: Actor, day: date, values: DayValues) -> CalendarDay:
    """Say what a day is, with its source. A year that was confirmed has to be confirmed anew.

    Raises ``ValidationError`` for a missing name or source, a worked day that stands in for a Saturday, a year outside the table.
    """
    with writing():
        year = _year(day.year)
        before = CalendarDay.objects.filter(day=day).first()
        row = before or CalendarDay(year=year, day=day)
        old = asdict(_values(before)) if before else None
        if old == asdict(values):
            return row
        for name, value in asdict(values).items():
            setattr(row, name, value)
        row.changed_at, row.changed_by = timezone.now(), _named(actor)
        row.full_clean()
        row.save()
        was_confirmed = year.confirmed_at is not None
        CalendarYear.objects.filter(pk=year.pk).update(confirmed_at=None, confirmed_by="", state=uuid.uuid4())
        payload = {"day": day.isoformat(), "before": old, "after": asdict(values), "confirmation_lifted": was_confirmed}
        log.append(kinds.DAY_CORRECTED, actor=actor, subject=f"calendar:{day.year}", organisation="", payload=payload)
    return row


def confirm_year(*, actor: Actor, number: int, source: str) -> CalendarYear:
    """Confirm a year: it was compared, day by day, with the official calendar that ``source`` names. Raises ``ValidationError``."""
    with writing():
        year = _year(number)
        year.source, year.confirmed_at, year.confirmed_by, year.state = source.strip(), timezone.now(), _named(actor), uuid.uuid4()
        year.full_clean()
        year.save()
        days = {day.day.isoformat(): day.works for day in year.days.all()}
        payload = {"year": number, "source": year.source, "days": days}
        log.append(kinds.YEAR_CONFIRMED, actor=actor, subject=f"calendar:{number}", organisation="", payload=payload)
    return year


def _year(number: int) -> CalendarYear:
    year = CalendarYear.objects.select_for_update().filter(pk=number).first()
    if year is None:
        raise ValidationError(_("The calendar has no year %(year)s.") % {"year": number})
    return year


def _values(row: CalendarDay) -> DayValues:
    return DayValues(row.works, row.name_kk, row.name_ru, row.source, row.five_only)


def _named(actor: Actor) -> str:
    return actor.name[:300] or "–"


def import_text(*, actor: Actor, read: ReadText, file_name: str, content: bytes) -> tuple[ImportedText, bool]:
    """Keep a text that was read and found to be the order. The same file again changes nothing: (the text, False)."""
    digest = sha256(content).hexdigest()
    with writing():
        newest = ImportedText.objects.filter(order=read.order, language=read.language).order_by("-position").first()
        if newest is not None and newest.sha256 == digest:
            return newest, False
        payload = {
            "order": read.order,
            "language": read.language,
            "file": file_name[:255],
            "sha256": digest,
            "places": len(read.places),
            "faults": [f"{fault.code} {fault.place}" for fault in read.faults],
            "unknown": list(read.unknown),
        }
        entry = log.append(kinds.TEXT_IMPORTED, actor=actor, subject=f"norms:{read.order}:{read.language}", organisation="", payload=payload)
        text = ImportedText.objects.create(
            order=read.order,
            language=read.language,
            title=read.title,
            act=read.act,
            file_name=file_name[:255],
            file_format=read.file_format,
            sha256=digest,
            imported_at=timezone.now(),
            imported_by=_named(actor),
            faults=[asdict(fault) for fault in read.faults],
            unknown=list(read.unknown),
            position=entry.position,
        )
        ImportedPlace.objects.bulk_create(
            ImportedPlace(
                text=text,
                position=position,
                place=place.id[:60],
                kind=place.kind.value,
                printed=place.printed[:20],
                words=place.words,
                notes=place.notes,
                line=place.line,
            )
            for position, place in enumerate(read.places)
        )
    return text, True
