"""The dock's words: Kazakh or Russian, from the room's own catalogue.

English message ids come out where a compiled catalogue is absent: an agent without words still works.
"""

import gettext as _catalogues
from pathlib import Path

LANGUAGES = ("kk", "ru", "en")
_LOCALE = Path(__file__).parent / "locale"
_chosen: dict[str, _catalogues.NullTranslations] = {"now": _catalogues.NullTranslations()}


def use(language: str) -> None:
    """Speak ``language`` (kk, ru or en) from here on, in every thread of this process."""
    if language == "en":
        _chosen["now"] = _catalogues.NullTranslations()
    else:
        _chosen["now"] = _catalogues.translation("django", _LOCALE, languages=[language], fallback=True)


def gettext(message: str) -> str:
    """Return ``message`` in the chosen language."""
    return _chosen["now"].gettext(message)


def number(value: float, places: int = 0) -> str:
    """A number as it is written in the chosen language: decimal comma in Kazakh and Russian."""
    return f"{value:.{places}f}".replace(".", gettext("."))


def noop(message: str) -> str:
    """Mark ``message`` for the catalogue; it is translated where it is shown."""
    return message
