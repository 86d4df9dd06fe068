"""What a browser can show of a recording, said before it fails silently.

H.265 (HEVC) is what many recorders write; browsers decode it on some machines only, so Qorgan does not count on it. What browsers do not
decode is converted while it is watched, and called a view: the evidence stays the bytes that were recorded (444 p.13, 14).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

_VIDEO = {"mp4": {"h264", "av1", "vp9"}, "webm": {"vp8", "vp9", "av1"}}
_SOUND = {"aac", "mp3", "opus", "vorbis", "flac", ""}
_MP4_NAMES = frozenset({"mov", "mp4", "m4a", "3gp", "3g2", "mj2"})


@dataclass(frozen=True)
class Showing:
    """How the player shows a recording: ``element`` is video, audio, img or "" for not at all, then ``why`` is a sentence.

    ``converted``: shown by converting it on the fly; ``why`` says then what it really is.
    """

    element: str
    content_type: str
    why: str = ""
    converted: bool = False


def showing(media: Mapping[str, Any]) -> Showing:
    """Decide from the media facts measured at ingest."""
    kind, family = str(media.get("kind", "")), _family(media)
    sound = str(media.get("audio_codec") or "")
    if kind == "video":
        return _video(media, family, sound)
    if kind == "audio" and sound in _SOUND - {""}:
        return Showing("audio", {"mp4": "audio/mp4", "webm": "audio/webm"}.get(family, _AUDIO.get(sound, "audio/mpeg")))
    if kind == "audio":
        return Showing("audio", "audio/mp4", _unplayed(sound, media), converted=True)
    if kind == "photo":
        return Showing("img", "image/png" if "png" in _words(media) else "image/jpeg")
    return Showing("", "application/octet-stream", _not_a_recording(kind))


_AUDIO = {"mp3": "audio/mpeg", "aac": "audio/aac", "flac": "audio/flac", "opus": "audio/ogg", "vorbis": "audio/ogg"}


def _video(media: Mapping[str, Any], family: str, sound: str) -> Showing:
    codec = str(media.get("video_codec") or "")
    if codec == "hevc":
        why = _("It is recorded as H.265 (HEVC), which browsers do not decode reliably. The recording itself is whole and unchanged.")
        return Showing("video", "video/mp4", why, converted=True)
    if codec not in _VIDEO.get(family, set()):
        return Showing("video", "video/mp4", _unplayed(codec, media), converted=True)
    if sound not in _SOUND:
        why = _("Browsers do not decode its sound (%(codec)s). The recording itself is whole and unchanged.") % {"codec": sound}
        return Showing("video", "video/mp4", why, converted=True)
    return Showing("video", f"video/{family}")


def _unplayed(codec: str, media: Mapping[str, Any]) -> str:
    words = _("Browsers do not play this form: %(codec)s in %(container)s. The recording itself is whole and unchanged.")
    return words % {"codec": codec or "?", "container": str(media.get("container") or "?").split(",", maxsplit=1)[0]}


def _family(media: Mapping[str, Any]) -> str:
    words = _words(media)
    if words & _MP4_NAMES:
        return "mp4"
    return "webm" if "webm" in words else ""


def _words(media: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(f"{media.get('container', '')},{media.get('video_codec', '')}".lower().replace(" ", "").split(","))


def _not_a_recording(kind: str) -> str:
    if kind == "empty":
        return _("The file was empty on the recorder. It is kept as it was.")
    if kind == "broken":
        return _("Its index is damaged or missing, as after a loss of power. Every byte is kept; an expert may read it from the original.")
    return _("It is no recording that a browser can show. It is kept as it was on the recorder.")
