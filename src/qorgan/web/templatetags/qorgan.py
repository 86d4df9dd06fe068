"""What every template may say without loading anything: statuses, times, sizes, names, fields, signatures, QR codes.

Times are shown in the current zone (Asia/Almaty); numbers follow the language of the page: ``1 234,5`` in
Kazakh and Russian. Catalogue with pictures in words: ``docs/design/look.md``.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any
from zlib import crc32

import segno
from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide as draw_icon

from qorgan.norms.templatetags.norms import basis

register = template.Library()

STATUS_KINDS = frozenset({"ok", "busy", "wait", "warn", "bad", "off"})
SHORT_STATUS = 20  # letters
THEMES = frozenset({"light", "dark"})
THEME_COOKIE = "qorgan_theme"
TINTS = 5
SYSTEM_CELL = ' class="by-system"'
NOTHING = "–"
THIN = "\u202f"  # narrow no-break space between groups of digits
FIXED = "\u00a0"  # no-break space between a number and its unit
SOFT_HYPHEN = "\u00ad"
_LONG_WORD = re.compile(r"\w{10,}")
_VOWELS, _CONSONANTS = "аәеёиіоөуұүыэюя", "бвгғджзйкқлмнңпрстфхһцчшщъь"
_SYLLABLE = re.compile(f"(?<=\\w\\w)([{_VOWELS}][{_CONSONANTS}]*)(?=[{_CONSONANTS}][{_VOWELS}]\\w)", re.IGNORECASE)
_MESSAGE_KINDS = {"debug": "wait", "info": "busy", "success": "ok", "warning": "warn", "error": "bad"}
_UNITS = ((1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


# Words and shapes --------------------------------------------------------------------------------


@register.simple_tag
def status(kind: str, label: object) -> SafeString:
    """``{% status "ok" "ready" %}``: a word and a shape; a short one stays on its line. Raises ValueError for a kind outside :data:`STATUS_KINDS`."""
    if kind not in STATUS_KINDS:
        raise ValueError(f"Unknown kind of status: {kind!r}. Known: {', '.join(sorted(STATUS_KINDS))}")
    words = str(label)
    return format_html('<span class="status{}" data-kind="{}">{}</span>', " nowrap" if len(words) <= SHORT_STATUS else "", kind, words)


@register.filter
def soft(text: object) -> str:
    """Soft hyphens between the syllables of long Cyrillic words: browsers cannot hyphenate Kazakh."""
    return _LONG_WORD.sub(lambda word: _SYLLABLE.sub(rf"\1{SOFT_HYPHEN}", word.group()), str(text))


@register.filter
def message_kind(level_tag: str) -> str:
    """The kind of status that shows a Django message of this level."""
    return _MESSAGE_KINDS.get(level_tag, "busy")


@register.simple_tag
def lucide(name: str, *, size: int = 24, **attributes: object) -> SafeString:
    """``{% lucide "video" size=18 aria_hidden="true" %}``: an icon. Drawn once and kept: a page has dozens of them."""
    return _icon(name, size, tuple((key, f"{value}") for key, value in attributes.items()))


@lru_cache(maxsize=1000)
def _icon(name: str, size: int, attributes: tuple[tuple[str, str], ...]) -> SafeString:
    return SafeString(draw_icon(name, size=size, **dict(attributes)))


register.simple_tag(basis)  # so that no page must load it to cite its paragraph


# Times -------------------------------------------------------------------------------------------


@register.filter
def moment(value: datetime | None) -> str:
    """``22.11.2026 08:41`` in the zone of the page; a dash for nothing."""
    return _local(value).strftime("%d.%m.%Y %H:%M") if value else NOTHING


@register.filter
def moment_exact(value: datetime | None) -> str:
    """``22.11.2026 08:41:07``: where seconds matter, as in clocks and signatures."""
    return _local(value).strftime("%d.%m.%Y %H:%M:%S") if value else NOTHING


@register.filter
def day(value: date | datetime | None) -> str:
    """``22.11.2026``; of a moment, its day in the zone of the page."""
    if not value:
        return NOTHING
    return (_local(value) if isinstance(value, datetime) else value).strftime("%d.%m.%Y")


@register.filter
def clock(value: datetime | None) -> str:
    """``08:41`` in the zone of the page."""
    return _local(value).strftime("%H:%M") if value else NOTHING


@register.filter
def clock_exact(value: datetime | None) -> str:
    """``08:41:07`` in the zone of the page."""
    return _local(value).strftime("%H:%M:%S") if value else NOTHING


@register.simple_tag
def when(value: datetime | None) -> SafeString:
    """``{% when row.issued_at %}``: the moment as ``<time>`` with its full form for machines."""
    if not value:
        return SafeString(NOTHING)
    return format_html('<time class="when" datetime="{}">{}</time>', _local(value).isoformat(), moment(value))


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Seconds or a timedelta as ``1 h 12 min``: two units at most, seconds only below ten minutes."""
    if value is None:
        return NOTHING
    whole = int(value.total_seconds() if isinstance(value, timedelta) else value)
    sign, whole = ("−" if whole < 0 else ""), abs(whole)
    days, hours, minutes, seconds = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    if days:
        parts = [_("%(number)s d") % {"number": number(days)}, _("%(number)s h") % {"number": hours} if hours else ""]
    elif hours:
        parts = [_("%(number)s h") % {"number": hours}, _("%(number)s min") % {"number": minutes} if minutes else ""]
    elif minutes:
        rest = _("%(number)s s") % {"number": seconds} if seconds and minutes < 10 else ""
        parts = [_("%(number)s min") % {"number": minutes}, rest]
    else:
        parts = [_("%(number)s s") % {"number": seconds}]
    return sign + " ".join(part.replace(" ", FIXED) for part in parts if part)


@register.filter
def duration_us(value: int | None) -> str:
    """Microseconds, as media facts keep them, as :func:`duration`."""
    return NOTHING if value is None else duration(value // 1_000_000)


@register.filter
def offset(value: int | None) -> str:
    """A clock's difference in seconds, always with its sign: ``+3 600 s``; zero is ``0 s``."""
    if value is None:
        return NOTHING
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return (sign + _("%(number)s s") % {"number": number(abs(value))}).replace(" ", FIXED)


# Numbers -----------------------------------------------------------------------------------------


@register.filter
def number(value: float | None, places: int = 0) -> str:
    """``10 382`` (English ``10,382``), with ``places`` decimals; a dash for nothing."""
    if value is None:
        return NOTHING
    if type(value) is int and not places and -1000 < value < 1000:
        return str(value)
    text = f"{value:,.{places}f}"
    return text if get_language() == "en" else text.replace(",", THIN).replace(".", ",")


@register.filter
def size(value: int | None) -> str:
    """Bytes as ``1,2 GB`` in decimal units, as disks are sold; three significant digits at most."""
    if value is None:
        return NOTHING
    names = {"TB": _("%(number)s TB"), "GB": _("%(number)s GB"), "MB": _("%(number)s MB"), "kB": _("%(number)s kB")}
    for one, name in _UNITS:
        if abs(value) >= one:
            amount = value / one
            return (names[name] % {"number": number(amount, 0 if amount >= 100 else 1)}).replace(" ", FIXED)
    return (_("%(number)s bytes") % {"number": number(value)}).replace(" ", FIXED)


@register.filter
def speed(value: int | None) -> str:
    """Bytes a second as ``24,5 MB/s``."""
    return NOTHING if value is None else (_("%(size)s/s") % {"size": size(value)}).replace(" ", FIXED)


@register.filter
def percent(value: float | None) -> str:
    """A number of percent as ``96 %``."""
    return NOTHING if value is None else f"{number(value)}{FIXED}%"


# Persons -----------------------------------------------------------------------------------------


@register.filter
def initials(name: str) -> str:
    """Given name and family name by their first letters: "Серік Айдар Маратұлы" is "АС"."""
    words = [word for word in str(name).split() if word[0].isalpha()]
    return (words[1][0] + words[0][0] if len(words) > 1 else words[0][:2] if words else "").upper()


@register.simple_tag
def avatar(name: str) -> SafeString:
    """``{% avatar person.full_name %}``: initials in a circle; decorative, write the name beside it."""
    tint = crc32(str(name).encode()) % TINTS
    return format_html('<span class="avatar" data-tint="{}" aria-hidden="true">{}</span>', tint, initials(name))


@register.simple_tag
def signature(signed: Any, of: object = "") -> SafeString:
    """``{% signature row.issued_signature %}``: name, time, and a check mark that opens who signed what and how.

    Put together here and not by a template: a sheet of the journal has forty of them.
    """
    if not signed:
        return SafeString()
    post = getattr(signed, "post_shown", "") or signed.post
    who, at = f"{signed.name}, {post}" if post else signed.name, _local(signed.signed_at)
    shown = map(escape, (signed.name, f"{at:%d.%m.%Y %H:%M}", str(of), who, f"{at:%d.%m.%Y %H:%M:%S}", signed.digest))
    return SafeString(_signature_form(get_language(), signed.method, bool(of)).format(*shown))


@lru_cache(maxsize=64)
def _signature_form(language: str | None, method: str, about: bool) -> str:  # noqa: ARG001 - words are those of the active language
    """The markup of a signature with a place for each value; ``about``: it says of what."""
    of = f"<div><dt>{escape(_('Signed'))}</dt><dd>{{2}}</dd></div>" if about else ""
    rest = ((_("By"), "", "{3}"), (_("When"), "", "{4}"), (_("Method"), "", escape(signed_by(method))), (_("Digest"), ' class="hash"', "{5}"))
    facts = "".join(f"<div><dt>{escape(word)}</dt><dd{kind}>{place}</dd></div>" for word, kind, place in rest)
    tick = lucide("check", size=16, role="img", aria_label=_("signed"))
    return (
        '<details class="signature"><summary><span class="name">{0}</span><span class="num">{1}</span>'
        f'<span class="tick">{tick}</span></summary><dl class="facts">{of}{facts}</dl></details>'
    )


@register.simple_tag
def sheet_cells(cells: Iterable[Any], names: Mapping[int, str]) -> SafeString:
    """``{% sheet_cells line.cells names %}``: cells of a row of a sheet.

    Each has ``.column`` (the sixth is filled by the dock), ``.mark`` in it or None, and ``.struck``, what that replaced.
    """
    return SafeString("".join(_sheet_cell(cell, names[cell.column]) for cell in cells))


def _sheet_cell(cell: Any, name: str) -> str:
    opening = f'<td data-name="{escape(name)}"{SYSTEM_CELL if cell.column == 6 else ""}>'
    if cell.mark is None:
        return f"{opening}</td>"
    text = escape(cell.mark.shown)
    if cell.struck:
        text = f'<span class="corrected"><ins>{text}</ins>{"".join(f"<s>{escape(old.shown)}</s>" for old in cell.struck)}</span>'
    return f"{opening}{text} {signature(cell.mark.signature, cell.mark.shown)}</td>"


@register.filter
def signed_by(method: str) -> str:
    """The method of a signature in words."""
    return {"pin": _("PIN"), "password": _("password"), "cms": _("digital signature (NCALayer)")}.get(method, method)


# Forms, progress, pictures -----------------------------------------------------------------------


@register.inclusion_tag("web/components/field.html")
def field(bound: BoundField, extra_class: str = "") -> dict[str, Any]:
    """``{% field form.charge %}``: label, widget, help, errors, tied together for screen readers."""
    kind = getattr(bound.field.widget, "input_type", "")
    many = bound.field.widget.__class__.__name__ in {"RadioSelect", "CheckboxSelectMultiple"}
    return {"field": bound, "extra_class": extra_class, "single_box": kind == "checkbox" and not many, "many": many}


@register.inclusion_tag("web/components/fields.html")
def fields(form: object) -> dict[str, Any]:
    """``{% fields form %}``: the form's own errors, hidden fields, then every field."""
    return {"form": form}


@register.inclusion_tag("web/components/progress.html")
def progress(done: int, total: int, label: object = "", text: object = "", kind: str = "") -> dict[str, Any]:
    """``{% progress done total label text kind %}``: a bar with its sentence; ``text`` says how far, how long."""
    share = min(100, 100 * done // total) if total else 0
    return {"done": done, "total": max(total, 1), "label": label, "text": text or f"{share}{FIXED}%", "kind": kind}


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """``{% qr recorder.scan_text "Recorder 0417" %}``: a QR code as inline SVG, black on white also at night."""
    code = segno.make(text, error="m")
    width = code.symbol_size(border=0)[0]
    drawing = code.svg_inline(border=0, omitsize=True, dark="#000000", svgclass=None, lineclass=None)
    drawing = drawing.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
    if "viewBox" not in drawing:
        drawing = drawing.replace("<svg ", f'<svg viewBox="0 0 {width} {width}" ', 1)
    # segno wrote everything but the label, which is escaped above
    return format_html('<span class="qr">{}</span>', SafeString(drawing))


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The person's choice of light or dark from the cookie, or "" to follow the system."""
    request = context.get("request")
    chosen = request.COOKIES.get(THEME_COOKIE, "") if isinstance(request, HttpRequest) else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """``?day=…&after=…``: the page's own query with some values replaced; None or "" takes one out."""
    request = context.get("request")
    values = request.GET.copy() if isinstance(request, HttpRequest) else None
    if values is None:
        return ""
    for name, value in changes.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.filter
def at(values: Mapping[Any, Any], key: object) -> object:
    """``{{ labels|at:row.kind }}``: the value of a mapping under a key known only in the template; "" when absent."""
    return values.get(key, "")
