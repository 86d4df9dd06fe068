"""Names that come from elsewhere: a device's file names made safe to show and to store (never used to open a file of it), and identifiers."""

import unicodedata
from uuid import UUID

LONGEST_NAME = 255
"""Bytes of UTF-8: what Linux and most others allow for one name."""

_STAND_IN = "_"
_FORBIDDEN = frozenset('/\\:*?"<>|')
_NUMBERED = {f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10)}
_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL"} | _NUMBERED)
# control, invisible (also right-to-left overrides), lone surrogates, line and paragraph separators
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def safe_name(name: str) -> str:
    """Return a single file name that is safe on every system: never empty, at most 255 bytes of UTF-8.

    Separators, control and invisible characters become ``_``; a name of dots only, a trailing dot or space, and names
    that Windows reserves are changed. A long name is cut at a whole letter and keeps its extension. Two names may come
    out equal: add something of your own where they must differ.
    """
    letters = "".join(_letter(letter) for letter in unicodedata.normalize("NFC", name))
    safe = letters.strip(" ").rstrip(". ")
    if not safe.strip("."):
        safe = _STAND_IN
    if safe.split(".")[0].upper() in _RESERVED:
        safe = _STAND_IN + safe
    return _cut(safe)


def _letter(letter: str) -> str:
    return _STAND_IN if letter in _FORBIDDEN or unicodedata.category(letter) in _INVISIBLE else letter


def _cut(name: str) -> str:
    if len(name.encode("utf-8")) <= LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode("utf-8")) > 16:
        stem, dot, extension = name, "", ""
    room = LONGEST_NAME - len((dot + extension).encode("utf-8"))
    whole = stem.encode("utf-8")[:room].decode("utf-8", "ignore")
    while whole and unicodedata.combining(stem[len(whole)]):
        # never leave a letter without the mark that belongs to it
        whole = whole[:-1]
    return whole.rstrip(". ") + dot + extension


def is_uuid(value: object) -> bool:
    """Whether a value is a UUID as we write one: 36 characters, small letters."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False
