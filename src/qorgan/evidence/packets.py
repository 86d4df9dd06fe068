"""What the packets of a recording say. Headers promise; packets are what was really written before the battery died.

Runs only inside the child process of :mod:`qorgan.evidence.media`: parsers of hostile files live behind its limits.
"""

import os
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from qorgan.evidence.untouched import open_untouched

SECOND = 1_000_000
"""Microseconds. All times here are whole microseconds from the first packet of the file."""

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv,dhav,h264,hevc,wav,mp3,aac,ogg,flac,amr,jpeg_pipe,png_pipe,image2"
"""What recorders write, and nothing else that the library could be talked into reading."""
_PHOTOS = frozenset({"jpeg_pipe", "png_pipe", "image2"})
_PHOTO_ENDS = (b"\xff\xd9", b"IEND\xaeB`\x82")
_READ = 1 << 20
_MOST_GAPS = 1000
_BLANK = bytes(8)
_UNSET_CLOCKS = ("1904-01-01", "1970-01-01")


@dataclass
class _Track:
    """Times of one track in its own unit, and what was wrong with its packets."""

    kind: str
    codec: str
    unit: Fraction
    promised: int
    times: "array[int]" = field(default_factory=lambda: array("q"))
    packets: int = 0
    damaged: int = 0
    untimed: int = 0
    back: int = 0
    last_order: int | None = None
    last_shown: tuple[int, int] = (-(1 << 63), 0)
    interval: int = 0

    def add(self, packet: "av.Packet[Any]") -> None:
        self.packets += 1
        # A video packet never begins with eight zeros: that is a place of the disk that was never written.
        if packet.is_corrupt or (self.kind == "video" and bytes(memoryview(packet)[:8]) == _BLANK):
            self.damaged += 1
            return
        order = packet.dts
        if order is not None:
            self.back += self.last_order is not None and order < self.last_order
            self.last_order = order
        shown = packet.pts if packet.pts is not None else order
        if shown is None:
            self.untimed += 1
        else:
            self.times.append(shown)
            self.last_shown = max(self.last_shown, (shown, packet.duration or 0))

    def finish(self) -> None:
        """Sort the times (pictures are stored in another order than shown); find the usual step between two."""
        self.times = array("q", sorted(self.times))
        steps = sorted(b - a for a, b in zip(self.times, self.times[1:], strict=False) if b > a)
        self.interval = steps[len(steps) // 2] if steps else 0

    def microseconds(self, value: int) -> int:
        return round(value * self.unit * SECOND)

    @property
    def begin(self) -> int:
        return self.microseconds(self.times[0])

    @property
    def end(self) -> int:
        """The last packet lasts as long as the others, unless it says that it is shorter."""
        last, length = self.last_shown
        shorter = length > 0 and (length < self.interval or not self.interval)
        return self.microseconds(last + (length if shorter else self.interval))


def examine(path: Path) -> dict[str, Any]:
    """Return the fields of :class:`qorgan.evidence.media.Media`. Raises ``av.FFmpegError`` if nothing reads it."""
    with open_untouched(path) as file:
        options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
        with av.open(file, "r", options=options, metadata_errors="replace", buffer_size=_READ) as container:
            if container.format.name in _PHOTOS:
                return _photo(container, path)
            return _recording(container)


def _photo(container: InputContainer, path: Path) -> dict[str, Any]:
    stream = container.streams.video[0]
    with open_untouched(path) as file:
        file.seek(-min(4096, path.stat().st_size), os.SEEK_END)
        tail = file.read()
    whole = any(end in tail for end in _PHOTO_ENDS)
    return {
        "kind": "photo",
        "container": container.format.name,
        "video_codec": stream.codec_context.name,
        "width": stream.codec_context.width,
        "height": stream.codec_context.height,
        "complete": whole,
        "problems": [] if whole else ["cut"],
    }


def _recording(container: InputContainer) -> dict[str, Any]:
    # Only this family counts its packets in the header; what others call frames are samples or guesses.
    counted = "mp4" in container.format.name
    tracks = {
        stream.index: _Track(
            kind=stream.type,
            codec=stream.codec_context.name,
            unit=stream.time_base or Fraction(1),
            promised=stream.frames if counted else 0,
        )
        for stream in container.streams
        if stream.type in {"video", "audio"} and stream.codec_context is not None
    }
    problems: set[str] = set()
    try:
        for packet in container.demux([container.streams[index] for index in tracks] or None):
            if packet.size and packet.stream_index in tracks:
                tracks[packet.stream_index].add(packet)
    except (av.FFmpegError, OSError):
        # also a drive pulled out while it is read
        problems.add("read-error")
    for track in tracks.values():
        track.finish()
    timed = [track for track in tracks.values() if track.times]
    return _facts(container, list(tracks.values()), timed, problems)


def _facts(container: InputContainer, tracks: list[_Track], timed: list[_Track], problems: set[str]) -> dict[str, Any]:
    video = next((track for track in tracks if track.kind == "video"), None)
    audio = next((track for track in tracks if track.kind == "audio"), None)
    main = next((track for track in (video, audio) if track in timed), None)
    start = min((track.begin for track in timed), default=0)
    end = max((track.end for track in timed), default=0)
    gaps = _gaps(main, start, end) if main else []
    header = container.duration or 0
    problems |= _problems(tracks, timed, header - (end - start), main)
    if len(gaps) > _MOST_GAPS:
        problems.add("too-many-gaps")
    return {
        "kind": "video" if video else "audio" if audio else "broken",
        "container": container.format.name,
        "video_codec": video.codec if video else "",
        "audio_codec": audio.codec if audio else "",
        **_picture(container, video),
        "started_at_container": _started_at(container),
        "header_duration_us": header,
        "duration_us": end - start,
        "tracks": [_track_facts(track, start) for track in tracks],
        "gaps": gaps[:_MOST_GAPS],
        "complete": not problems,
        "problems": sorted(problems),
    }


def _problems(tracks: list[_Track], timed: list[_Track], missing_us: int, main: _Track | None) -> set[str]:
    found = {
        "no-packets": not any(track.packets for track in tracks),
        "no-times": any(track.untimed for track in tracks) or (not timed and any(track.packets for track in tracks)),
        "damaged-packets": any(track.damaged for track in tracks),
        "time-goes-back": any(track.back for track in tracks),
        "packets-missing": any(track.packets < track.promised for track in tracks),
        "shorter-than-header": main is not None and missing_us > _tolerance(main),
    }
    return {code for code, is_so in found.items() if is_so}


def _tolerance(track: _Track) -> int:
    """A second, or three pictures where pictures are rare: less is how recorders round."""
    return max(SECOND, 3 * track.microseconds(track.interval))


def _gaps(track: _Track, start: int, end: int) -> list[list[int]]:
    tolerance = _tolerance(track)
    edges: Iterable[tuple[int, int]] = (
        (track.microseconds(a + track.interval), track.microseconds(b)) for a, b in zip(track.times, track.times[1:], strict=False) if b - a > track.interval
    )
    step = track.microseconds(track.interval)
    gaps = [[a - start, b - start] for a, b in edges if b - a + step > tolerance]
    if track.begin - start > tolerance:
        gaps.insert(0, [0, track.begin - start])
    if end - track.end > tolerance:
        gaps.append([track.end - start, end - start])
    return gaps


def _track_facts(track: _Track, start: int) -> dict[str, Any]:
    return {
        "kind": track.kind,
        "codec": track.codec,
        "packets": track.packets,
        "first_us": track.begin - start if track.times else 0,
        "last_us": track.end - start if track.times else 0,
    }


def _picture(container: InputContainer, video: _Track | None) -> dict[str, int]:
    if video is None:
        return {"width": 0, "height": 0, "fps_millihertz": 0}
    context = container.streams.video[0].codec_context
    rate = round(1000 / (video.interval * video.unit)) if video.interval else 0
    return {"width": context.width, "height": context.height, "fps_millihertz": rate}


def _started_at(container: InputContainer) -> str:
    text = container.metadata.get("creation_time", "")
    return "" if text.startswith(_UNSET_CLOCKS) else text[:64]
