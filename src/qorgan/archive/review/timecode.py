"""Times within a recording as people write them: ``0:12:05.200000``; in the program, whole microseconds."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_FORM = re.compile(r"(?:(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,3}):)?(?P<seconds>\d{1,6})(?:[.,](?P<part>\d{1,6}))?", re.ASCII)


def written(microseconds: int, *, digits: int = 3) -> str:
    """``0:12:05.200``: hours, minutes, seconds and so many digits of a second, cut, not rounded."""
    seconds, rest = divmod(max(0, microseconds), 1_000_000)
    part = f".{rest:06d}"[: digits + 1] if digits else ""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{part}"


def read(text: str) -> int:
    """Microseconds of a written time. Raises ``ValueError`` for what is none."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    seconds = int(found["hours"] or 0) * 3600 + int(found["minutes"] or 0) * 60 + int(found["seconds"])
    return seconds * 1_000_000 + int((found["part"] or "0").ljust(6, "0"))


class TimeCodeField(forms.CharField):
    """A time within the recording; cleans to microseconds."""

    def __init__(self, **values: Any) -> None:
        words = {"class": "input-short", "inputmode": "decimal", "autocomplete": "off", "spellcheck": "false", "placeholder": "0:00:00.000"}
        widget = forms.TextInput(attrs=words)
        super().__init__(**{"max_length": 20, "widget": widget, **values})

    def prepare_value(self, value: Any) -> Any:
        """Microseconds as people write them."""
        return written(value, digits=6) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Microseconds; ``None`` for an empty field that may be empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read(text)
        except ValueError:
            raise ValidationError(_("Write the time within the recording as hours:minutes:seconds.")) from None
