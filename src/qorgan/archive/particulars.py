"""What the page of a recording says about it, besides the picture: gaps in real time, form, what was found on arrival."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qorgan.archive.continuity import holes_of
from qorgan.archive.models import Recording
from qorgan.archive.timeline import Drawing, Stretch, draw

_PROBLEMS: dict[str, str | Promise] = {
    "unreadable": gettext_lazy("its index is missing or damaged"),
    "shorter-than-header": gettext_lazy("it ends earlier than its header says"),
    "packets-missing": gettext_lazy("its header counts more packets than the file has"),
    "damaged-packets": gettext_lazy("some packets are cut or were never written"),
    "time-goes-back": gettext_lazy("times in it jump back"),
    "no-packets": gettext_lazy("it has tracks, but nothing in them"),
    "no-times": gettext_lazy("its packets have no times: length and gaps are unknown"),
    "too-many-gaps": gettext_lazy("it has more than a thousand gaps; the first thousand are listed"),
    "read-error": gettext_lazy("reading it stopped at an error before its end"),
    "cut": gettext_lazy("the picture is cut off"),
    "probe-limit": gettext_lazy("examining it took too long and was stopped"),
}


def particulars(found: Recording) -> dict[str, Any]:
    """Values of the page that follow from the recording alone."""
    media, duration_us, line = found.media, int(found.media.get("duration_us") or 0), drawing(found)
    offset_ms = found.offset_ms
    return {
        "recording": found, "drawing": line, "sentence": sentence(line) if line else "",
        "gaps": _gaps(found), "problems": _problems(media),
        "device_time": found.device_started_at.replace("T", " "),
        "duration_us": duration_us, "duration_ms": duration_us // 1000, "form_words": _form_words(media),
        "offset_s": None if offset_ms is None else round(offset_ms / 1000), "corrected": bool(offset_ms),
        "start_ms": int(found.started_at.timestamp() * 1000) if found.started_at else 0, "zone_minutes": _zone_minutes(found.started_at),
        "fps": f"{int(media.get('fps_millihertz') or 0) / 1000:.3f}",
    }


def drawing(found: Recording) -> Drawing | None:
    """The time line of one recording; None while its start in real time or its length is not known."""
    stretch = stretch_of(found)
    return draw([stretch]) if stretch else None


def stretch_of(found: Recording, url: str = "") -> Stretch | None:
    """The recording as the drawing of several needs it; None while its start or length is not known."""
    duration_us = int(found.media.get("duration_us") or 0)
    if found.destroyed_at is not None and found.started_at and found.ended_at:
        duration_us = round((found.ended_at - found.started_at).total_seconds() * 1_000_000)  # its media facts are gone with it
    if found.started_at is None or duration_us <= 0:
        return None
    return Stretch(found.started_at, duration_us, holes_of(found.media), found.offset_ms, found.name, url)


def sentence(line: Drawing) -> str:
    """The drawing in words, for those who do not see it."""
    minutes, seconds = round(line.recorded.total_seconds() / 60), round(line.silent.total_seconds())
    words = _("Time line from %(begin)s to %(end)s: %(minutes)s min recorded") % {"begin": _clock(line.begin), "end": _clock(line.end), "minutes": minutes}
    if not line.gaps:
        return _("%(words)s, without gaps.") % {"words": words}
    gaps = ngettext("%(count)s gap", "%(count)s gaps", len(line.gaps)) % {"count": len(line.gaps)}
    return _("%(words)s, %(gaps)s of %(seconds)s s together.") % {"words": words, "gaps": gaps, "seconds": seconds}


def _gaps(found: Recording) -> list[dict[str, Any]]:
    start = found.started_at
    return [
        {"at": start + timedelta(microseconds=begin) if start else None, "from_us": begin, "seconds": round((end - begin) / 1_000_000)}
        for begin, end in holes_of(found.media)
    ]


def _problems(media: dict[str, Any]) -> list[str]:
    return [str(_PROBLEMS.get(code, code)) for code in media.get("problems") or ()]


def _form_words(media: dict[str, Any]) -> str:
    """Container, codecs and picture, as technicians write them: "mov · h264 · aac · 1920 × 1080 · 25 fps"."""
    parts = [str(media.get("container") or "").split(",", maxsplit=1)[0], str(media.get("video_codec") or ""), str(media.get("audio_codec") or "")]
    if media.get("width"):
        parts.append(f"{media['width']} × {media['height']}")
    if media.get("fps_millihertz"):
        parts.append(f"{round(int(media['fps_millihertz']) / 1000)} fps")
    return " · ".join(part for part in parts if part)


def _zone_minutes(at: datetime | None) -> int:
    offset = timezone.localtime(at).utcoffset() if at else None
    return int(offset.total_seconds() // 60) if offset else 0


def _clock(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M:%S")
