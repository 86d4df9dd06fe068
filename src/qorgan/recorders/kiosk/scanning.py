"""What a scanner typed: the recorder that it means, whatever keyboard layout was on.

A scanner is a keyboard. With the Russian layout on it types ``йщкпфтЖкусщквукЖ...`` for ``qorgan:recorder:...``; with the Kazakh one
the digits come out as ``"әіңғ,.үұқ`` too. Both are read back by the position of the keys.
"""

from uuid import UUID

from qorgan.people.models import Organisation
from qorgan.recorders.models import Recorder

PREFIX = "qorgan:recorder:"
_LETTERS = str.maketrans("йцукенгшщзфывапролдячсмитьЖ", "qwertyuiopasdfghjklzxcvbnm:")
_KAZAKH_DIGITS = str.maketrans('"әіңғ,.үұқөһ', "1234567890-=")


def readings(typed: str) -> list[str]:
    """What the text may have been on the keys of a Latin keyboard, the text itself first."""
    text = typed.strip()
    russian = text.translate(_LETTERS)
    kazakh = text.translate(_KAZAKH_DIGITS).translate(_LETTERS)
    return list(dict.fromkeys((text, russian, kazakh)))


def find_recorder(organisation: Organisation, typed: str) -> Recorder | None:
    """The recorder of this division that was scanned or typed by its inventory number; None when there is none."""
    mine = Recorder.objects.filter(organisation=organisation).select_related("organisation")
    for text in readings(typed):
        if text.startswith(PREFIX):
            try:
                return mine.filter(pk=UUID(text.removeprefix(PREFIX))).first()
            except ValueError:  # the letters fit this layout, the digits do not: try the next
                continue
        if text and (found := mine.filter(inventory_number__iexact=text).first()):
            return found
    return None
