"""What is typed about facilities on the command line: days, organisations, numbers of the register; and in which language it is answered."""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from qorgan.evidence import durable
from qorgan.facilities.models import Facility
from qorgan.facilities.values import FIRST_YEAR
from qorgan.people.models import Organisation

LAST_YEAR = 2040
Run = Callable[[argparse.Namespace], int]


def declare(parser: argparse.ArgumentParser, run: Run) -> argparse.ArgumentParser:
    """What every verb here has: its form, its language, and what carries it out."""
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--language", choices=("kk", "ru"), default="kk", help="language of the sentences")
    parser.set_defaults(run=_spoken(run))
    return parser


def _spoken(run: Run) -> Run:
    def speak(options: argparse.Namespace) -> int:
        with translation.override(options.language):
            return run(options)

    return speak


def day(text: str) -> date:
    """A day as written on the command line, within the years of the calendar. Raises ``argparse.ArgumentTypeError``."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(_("%(text)s is no day; write it as 2026-11-22.") % {"text": text}) from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        years = {"text": text, "first": FIRST_YEAR, "last": LAST_YEAR}
        raise argparse.ArgumentTypeError(_("%(text)s: the calendar has the years %(first)s to %(last)s.") % years)
    return found


def organisation(code: str) -> Organisation:
    """An organisation by its code. Raises ``ValidationError`` for one that is not there."""
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise ValidationError(_("There is no organisation with the code %(code)s.") % {"code": code})
    return found


def of_register(owner: str) -> list[Facility]:
    """The facilities of one organisation, or of all ("")."""
    found = Facility.objects.select_related("organisation").order_by("organisation__code", "code")
    return list(found.filter(organisation=organisation(owner)) if owner else found)


def the_facility(code: str, owner: str) -> Facility:
    """One facility by its number. Raises ``ValidationError`` when there is none, or one in several organisations."""
    found = [one for one in of_register(owner) if one.code == code]
    if not found:
        raise ValidationError(_("The register has no facility %(code)s.") % {"code": code})
    if len(found) > 1:
        codes = ", ".join(one.organisation.code for one in found)
        raise ValidationError(_("Several organisations have a facility %(code)s: say which with --organisation (%(codes)s).") % {"code": code, "codes": codes})
    return found[0]


def refuse_taken(target: Path) -> None:
    """Nothing is overwritten, no folder is made. Raises ``ValidationError``, ``FileNotFoundError``."""
    if target.exists():
        raise ValidationError(_("%(file)s is there already; nothing is overwritten.") % {"file": target})
    if not target.parent.is_dir():
        raise FileNotFoundError(_("There is no folder %(folder)s.") % {"folder": target.parent})


def write_out(target: Path, data: bytes) -> None:
    """Write what leaves the house, for its owner alone. Raises ``ValidationError`` when the disk does not take it; then there is no file."""
    try:
        durable.write_new(target, data, 0o600)
    except OSError as error:
        raise ValidationError(_("%(file)s cannot be written: %(why)s.") % {"file": target, "why": error.strerror or error}) from error
