"""A recording opened for looking: one place for its tracks, its zero of time, seeking, and frames one after another."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from qorgan.evidence.packets import FORMATS, SECOND
from qorgan.evidence.viewing.wire import Asked, Failed

NEAR = 64 * 1024
FAR = 512 * 1024
_LOOSE = frozenset({"mpegts", "mpeg"})
_EARLY = 3 * SECOND  # forms without an index land near a time, and as well behind it
MOST_PIXELS = 8192 * 8192


def open_media(file: Asked, *, ahead: int) -> InputContainer:
    """Open it; ``ahead`` is how much to read at once: little for jumping about, much for reading through. Raises ``av.FFmpegError``."""
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    file.seek(0)
    return av.open(file, "r", options=options, metadata_errors="replace", buffer_size=ahead)


def pictures_of(container: InputContainer) -> VideoStream:
    """The first track of pictures, decoded by one thread. Raises :class:`Failed` without one."""
    if not container.streams.video:
        raise Failed("no-picture")
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    if stream.codec_context.width * stream.codec_context.height > MOST_PIXELS:
        raise Failed("limit")
    return stream


def sound_of(container: InputContainer) -> AudioStream | None:
    """The first track of sound, if there is one."""
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    return stream


def zero_of(container: InputContainer) -> int:
    """Where times begin, in microseconds: players and the facts of a recording count from its first packet."""
    return int(container.start_time or 0)


def seeks_loosely(container: InputContainer) -> bool:
    """Whether this form has no index: it is then entered earlier than asked."""
    return container.format.name in _LOOSE


def seek(container: InputContainer, at_us: int) -> None:
    """Go to the key picture at or before a time; a form that cannot seek starts at its beginning. Never raises."""
    early = _EARLY if seeks_loosely(container) else 0
    try:
        container.seek(zero_of(container) + max(0, at_us - early), backward=True, any_frame=False)
    except (av.FFmpegError, OSError):
        try:
            container.seek(0)
        except (av.FFmpegError, OSError):
            return


def time_us(stamp: int | None, base: Fraction | None, zero: int) -> int | None:
    """A time stamp in microseconds from the first packet."""
    return None if stamp is None or base is None else round(stamp * base * SECOND) - zero


def frames(container: InputContainer, stream: VideoStream) -> Iterator[tuple[int, av.VideoFrame]]:
    """Frames from where it stands, each with its time; a damaged packet is passed over. Frames without a time get the next."""
    zero, step = zero_of(container), round(SECOND / (stream.average_rate or Fraction(25)))
    last = -step
    for packet in packets(container, stream):
        for frame in decoded(packet):
            at = time_us(frame.pts, frame.time_base or stream.time_base, zero)
            last = last + step if at is None else at
            yield last, frame


def packets(container: InputContainer, *streams: Any) -> Iterator[Any]:
    """Packets until the end, or until reading breaks off: what was read so far stands."""
    try:
        yield from container.demux(list(streams))
    except (av.FFmpegError, OSError):
        return


def decoded(packet: Any) -> list[Any]:
    """What a packet decodes to; nothing if it is damaged."""
    try:
        return list(packet.decode())
    except (av.FFmpegError, ValueError):
        return []
