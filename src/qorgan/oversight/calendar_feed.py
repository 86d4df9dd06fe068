"""A calendar that any program reads (RFC 5545), written by hand: one whole-day event a duty.

Lines end with CRLF and are folded at 75 octets, never inside a character. The same duty keeps its UID when its day moves.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from unicodedata import category

LIMIT = 75  # octets of a line, without CRLF (RFC 5545, 3.1)
MEDIA_TYPE = "text/calendar; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Event:
    """One whole day. ``uid`` names the duty for ever; ``alarm_days``: how many days before a program may speak, 0 for none."""

    uid: str
    day: date
    summary: str
    description: str
    url: str
    category: str
    location: str = ""
    alarm_days: int = 0


def written(events: Iterable[Event], *, name: str, at: datetime, language: str) -> bytes:
    """The calendar as bytes. ``at`` is the moment it was put together, with its zone."""
    stamp = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Qorgan//Oversight//KK",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME;LANGUAGE={language}:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines += _event(event, stamp, language)
    return b"".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def folded(line: str) -> bytes:
    """One content line, folded: each further piece begins with a space that belongs to no word."""
    pieces: list[bytes] = [b""]
    for sign in line:
        octets = sign.encode()
        if len(pieces[-1]) + len(octets) > LIMIT:
            pieces.append(b" ")
        pieces[-1] += octets
    return b"\r\n".join(pieces) + b"\r\n"


def _event(event: Event, stamp: str, language: str) -> Iterator[str]:
    yield from ("BEGIN:VEVENT", f"UID:{_text(event.uid)}", f"DTSTAMP:{stamp}")
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY;LANGUAGE={language}:{_text(event.summary)}"
    yield f"DESCRIPTION;LANGUAGE={language}:{_text(event.description)}"
    if event.location:
        yield f"LOCATION;LANGUAGE={language}:{_text(event.location)}"
    yield f"CATEGORIES:{_text(event.category)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    if event.alarm_days:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(event.summary)}", f"TRIGGER:-P{event.alarm_days}D", "END:VALARM")
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A TEXT value: its own signs escaped, other control characters left out."""
    kept = "".join(sign for sign in value if sign == "\n" or (category(sign)[0] != "C" and category(sign) not in ("Zl", "Zp")))
    return kept.translate(_ESCAPES)
