"""What people and files write as a fact, read strictly: the value, or a sentence with field and paragraph."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.facilities.refusals import Fault
from qorgan.facilities.vocabulary import Name, Shape, name_of, names

Value = str | bool | Decimal | int | date
FIRST_YEAR = 2000
_NUMBER = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:[.,][0-9]{1,2})?")
_NOT_A_NUMBER = re.compile(r"[^0-9.,\s-]")
_YES = frozenset({"true", "yes", "иә", "да", "1", "ия"})
_NO = frozenset({"false", "no", "жоқ", "нет", "0"})
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{2})\.([0-9]{2})\.([0-9]{4})")


class WrongValue(ValueError):
    """A value that cannot be taken; the fault names field and paragraph."""

    def __init__(self, name: Name, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = Fault(name.name, f"{name.label}: {sentence}", name.basis)


def read(fact: str, text: object) -> Value | None:
    """The value of a fact as written; None for nothing. Raises :class:`WrongValue`, and ``KeyError`` for an unknown name."""
    name = name_of(fact)
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    if isinstance(text, bool):
        written = "true" if text else "false"
    elif isinstance(text, date):
        written = text.isoformat()
    else:
        written = str(text).strip()
    return _READERS[name.shape](name, written)


def _choice(name: Name, text: str) -> Value:
    if text in name.choices:
        return text
    for key, words in name.choices.items():
        if text.casefold() == str(words).casefold():
            return key
    raise WrongValue(name, _("“%(text)s” is not one of: %(choices)s.") % {"text": text[:60], "choices": ", ".join(name.choices)})


def _yes_no(name: Name, text: str) -> Value:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise WrongValue(name, _("“%(text)s” is neither yes nor no.") % {"text": text[:60]})


def _number(name: Name, text: str) -> Value:
    if text.startswith(("-", "−", "–")):
        raise WrongValue(name, _("%(text)s is below zero.") % {"text": text[:40]})
    if _NOT_A_NUMBER.search(text):
        raise WrongValue(name, _("“%(text)s” is not a number.") % {"text": text[:60]})
    if not _NUMBER.fullmatch(text):
        raise WrongValue(
            name,
            _("“%(text)s” cannot be read for certain: write digits and at most two places after one comma or point, such as 1999,99.") % {"text": text[:40]},
        )
    value = Decimal(re.sub(r"\s", "", text).replace(",", "."))
    if value > name.most:
        raise WrongValue(name, _("%(value)s is more than %(most)s: surely a slip of the pen.") % {"value": value, "most": name.most})
    return value


def _date(name: Name, text: str) -> Value:
    found = _DAY.fullmatch(text)
    parts = [int(part) for part in found.groups() if part] if found else []
    if found and found[4]:
        parts.reverse()
    try:
        day = date(*parts) if parts else None
    except ValueError:
        day = None
    if day is None:
        raise WrongValue(name, _("“%(text)s” is not a day: write 22.11.2026.") % {"text": text[:40]})
    if day > timezone.localdate():
        raise WrongValue(name, _("%(day)s is still to come.") % {"day": f"{day:%d.%m.%Y}"})
    if day.year < FIRST_YEAR:
        raise WrongValue(name, _("%(day)s lies before the years of the calendar (from %(year)s).") % {"day": f"{day:%d.%m.%Y}", "year": FIRST_YEAR})
    return day


_READERS = {Shape.CHOICE: _choice, Shape.NUMBER: _number, Shape.YES_NO: _yes_no, Shape.DATE: _date}


def stored(value: Value | None) -> Any:
    """The value as the table and the ledger keep it: no floats, dates in ISO."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def restored(fact: str, kept: Any) -> Value | None:
    """The value of a fact as the table kept it. A name that the vocabulary no longer has keeps its plain value."""
    name = names().get(fact)
    if kept is None or name is None:
        return kept  # type: ignore[no-any-return]
    if name.shape is Shape.NUMBER:
        return Decimal(kept)
    return date.fromisoformat(kept) if name.shape is Shape.DATE else kept


def shown(fact: str, value: Value | None) -> str:
    """The value in words of the active language, without its unit; "–" for none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, (Decimal, int)):
        return f"{value:,f}".replace(",", " ").replace(".", ",") if isinstance(value, Decimal) else f"{value:,}".replace(",", " ")
    choices: Mapping[str, Any] = names()[fact].choices if fact in names() else {}
    return str(choices.get(value, value))
