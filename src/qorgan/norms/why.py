"""Words for citing the law in the reader's language: an item's short mark, address, kind, summary and term."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from qorgan.norms.engine.catalogue import Item, find
from qorgan.norms.engine.schema import Carriage, Kind, Term, Unit

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
    Kind.SCENARIO: gettext_lazy("What to do in a case"),
    Kind.SIGN: gettext_lazy("Sign to watch for"),
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
    else:
        whole = _("%(order)s p.%(number)s") % words
    for part in parts[1:]:
        whole = _within(whole, part, column=item.kind is Kind.FORM and parts[0].startswith("A"))
    return whole


def _within(whole: str, part: str, *, column: bool) -> str:
    words = {"whole": whole, "number": part.removeprefix("s")}
    if part == "cover":
        return _("%(whole)s, cover") % words
    if column:
        return _("%(whole)s, column %(number)s") % words
    if part.startswith("s"):
        return _("%(whole)s, sentence %(number)s") % words
    return _("%(whole)s(%(number)s)") % words


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
