"""Import of an official text: read, judged, kept; or refused with the first place where it departs, in words."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.ledger.actors import Actor
from qorgan.norms.actions import import_text
from qorgan.norms.models import ImportedText
from qorgan.norms.reading.judging import Departure
from qorgan.norms.reading.reader import NotTheOrderError, UnknownOrderError, read_order_text
from qorgan.norms.reading.sources import LARGEST, UnreadableError


def import_official(*, actor: Actor, content: bytes, file_name: str, order: str, language: str) -> tuple[ImportedText, bool]:
    """Import a downloaded text; (text, False) when the same file is the newest already. Raises ``ValidationError`` with the reason; nothing is kept then."""
    try:
        read = read_order_text(content, order, language, timezone.localdate())
    except UnknownOrderError as error:
        raise ValidationError(_("Qorgan knows no order %(order)s. It knows: %(known)s.") % {"order": order, "known": error.args[0]}) from error
    except UnreadableError as error:
        raise ValidationError(_("%(file)s: %(why)s Nothing was imported.") % {"file": file_name, "why": _unreadable(error.code)}) from error
    except NotTheOrderError as error:
        why = departure_in_words(error.departure, language)
        values = {"file": file_name, "line": error.departure.line, "why": why}
        raise ValidationError(_("%(file)s, line %(line)d: %(why)s Nothing was imported.") % values) from error
    return import_text(actor=actor, read=read, file_name=file_name, content=content)


def _unreadable(code: str) -> str:
    return {
        "large": _("The file is larger than %(size)d MB.") % {"size": LARGEST // 1024 // 1024},
        "empty": _("There is no text in the file."),
        "encoding": _("The file is not in UTF-8. Save it in UTF-8, or export it as DOCX."),
        "binary": _("This is neither plain text, nor a saved page, nor DOCX."),
        "docx": _("The DOCX file is damaged or holds no document."),
    }[code]


def departure_in_words(departure: Departure, language: str) -> str:
    """Why the text is not the order, in the reader's language."""
    wanted = _("a Kazakh text was asked for, and this line is not in Kazakh: “%(said)s”")
    if language == "ru":
        wanted = _("a Russian text was asked for, and this line is not in Russian: “%(said)s”")
    return {
        "unnamed": _("the text does not say that it is order № %(wanted)s; it begins with “%(said)s”."),
        "other_order": _("this is order № %(found)s, not № %(wanted)s."),
        "language": wanted + ".",
        "missing": _("%(missing)s ought to stand here, after %(before)s; instead comes %(after)s."),
        "ends": _("the text ends here, though %(missing)s ought to come after %(before)s."),
    }[departure.code] % {"before": "–", **departure.values}
