"""Words for citing the law in the reader's language: an item's short mark, address, kind, summary and term."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from qorgan.norms.engine.catalogue import Item, UnknownItemError, find
from qorgan.norms.engine.schema import Carriage, Kind, LevelName, Term, Unit

_KINDS: dict[Kind, str | Promise] = {
    Kind.DEFINITION: gettext_lazy("Definition"),
    Kind.DUTY: gettext_lazy("Duty"),
    Kind.REQUIREMENT: gettext_lazy("Requirement"),
    Kind.PROHIBITION: gettext_lazy("Prohibition"),
    Kind.DEADLINE: gettext_lazy("Deadline"),
    Kind.RETENTION: gettext_lazy("Storage term"),
    Kind.RIGHT: gettext_lazy("Right"),
    Kind.PURPOSE: gettext_lazy("Purpose of the order"),
    Kind.FORM: gettext_lazy("Form of a paper"),
    Kind.GROUP: gettext_lazy("Group of facilities"),
    Kind.SCENARIO: gettext_lazy("What to do"),
    Kind.SIGN: gettext_lazy("Sign of danger"),
}
_LEVELS: dict[str, str | Promise] = {
    LevelName.YELLOW: gettext_lazy("yellow"),
    LevelName.ORANGE: gettext_lazy("orange"),
    LevelName.RED: gettext_lazy("red"),
}


def mark(item_id: str) -> str:
    """The short citation: "444 p.11", kk "444, 11-т.", ru "444 п.11". Raises UnknownItemError."""
    item = find(item_id)
    parts = item.place.split("/")
    words = {"order": item.order, "number": parts[0]}
    if parts[0] == "order":
        words["number"] = parts.pop(1)
        whole = _("%(order)s, order itself, p.%(number)s") % words
    elif parts[0].startswith("A"):
        whole = _("%(order)s app.%(number)s") % {**words, "number": parts[0][1:]}
        if len(parts) > 1 and parts[1].isdecimal():
            whole = _in_appendix(whole, item, parts.pop(1))
    else:
        whole = _("%(order)s p.%(number)s") % words
    for part in parts[1:]:
        whole = _within(whole, part, column=parts[0].startswith("A") and _is_book(item))
    return whole


def _is_book(item: Item) -> bool:
    """Whether the item belongs to an appendix that is a book's form: with a cover, sections and columns."""
    try:
        find(f"{item.order}/{item.place.partition('/')[0]}/cover")
    except UnknownItemError:
        return False
    return True


def _in_appendix(whole: str, item: Item, number: str) -> str:
    words = {"whole": whole, "number": number}
    if not _is_book(item):
        return _("%(whole)s p.%(number)s") % words
    head = f"{item.order}/{item.place.partition('/')[0]}/{number}"
    try:
        find(f"{head}/1")
    except UnknownItemError:
        return _("%(whole)s, column %(number)s") % words
    return _("%(whole)s, section %(number)s") % words


def _within(whole: str, part: str, *, column: bool) -> str:
    words = {"whole": whole, "number": part.lstrip("sp"), "level": _LEVELS.get(part, "")}
    match part[0]:
        case _ if part in _LEVELS:
            said = _("%(whole)s, %(level)s level")
        case "c":  # "cover"
            said = _("%(whole)s, cover")
        case "n":  # "note"
            said = _("%(whole)s, note")
        case _ if column:
            said = _("%(whole)s, column %(number)s")
        case "s":
            said = _("%(whole)s, sentence %(number)s")
        case "p":
            said = _("%(whole)s, part %(number)s")
        case _:
            said = _("%(whole)s(%(number)s)")
    return said % words


def address(item: Item) -> str:
    """Path of the page that explains the item."""
    return reverse("norms:item", args=[item.id])


def kind(item: Item) -> str:
    """What the item is to the one who follows it, in a word."""
    return str(_KINDS[item.kind])


def said(thing: object, name: str) -> str:
    """``name_kk`` or ``name_ru`` of a thing told in both languages: Kazakh to a Kazakh reader, Russian to any other."""
    kazakh = (get_language() or "").startswith("kk")
    return str(getattr(thing, f"{name}_{'kk' if kazakh else 'ru'}"))


def summary(item: Item) -> str:
    """Our words in the reader's language. Says so when the wording has not been read."""
    return said(item, "summary") or _("The wording of these days is not at hand.")


SHAPES = ("ok", "busy", "wait", "off")


def how_far(carriage: Carriage) -> tuple[str, str]:
    """How far an item is carried out, as a status mark: its shape (one of ``SHAPES``, best first) and its word."""
    if carriage.no_software:
        return "off", _("Not for software")
    if not carriage.rooms:
        return "wait", _("Announced")
    return ("busy", _("Carried out in part")) if carriage.later else ("ok", _("Carried out"))


def period(term: Term) -> str:
    """A term in words, such as "3 years"."""
    words = {"number": term.number}
    match term.unit:
        case Unit.CALENDAR_DAY:
            return ngettext("%(number)s calendar day", "%(number)s calendar days", term.number) % words
        case Unit.WORKING_DAY:
            return ngettext("%(number)s working day", "%(number)s working days", term.number) % words
        case Unit.MONTH:
            return ngettext("%(number)s month", "%(number)s months", term.number) % words
        case Unit.YEAR:
            return ngettext("%(number)s year", "%(number)s years", term.number) % words
