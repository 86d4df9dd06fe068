"""Pictures out of a recording: one at an exact time, or key pictures along its length for an overview."""

from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from qorgan.evidence.packets import SECOND
from qorgan.evidence.viewing.media_file import NEAR, frames, open_media, pictures_of, seek, seeks_loosely, time_us, zero_of
from qorgan.evidence.viewing.wire import Asked, Failed, Teller

_MOST_WIDTH = 8192
_PATIENCE = 5_000  # packets looked at for one key picture: a file without marked key pictures must not be read whole for each


def stills(job: dict[str, Any], file: Asked, teller: Teller) -> None:
    """For each of ``times`` the frame shown then: the last that begins at or before it. Tells its own time, then gives it as ``form``.

    ``width`` 0 keeps its own. A time without a picture is passed over; fails only when none has one.
    """
    given = 0
    with open_media(file, ahead=NEAR) as container:
        stream = pictures_of(container)
        for wanted in job["times"]:
            try:
                at, frame = _shown_at(container, stream, int(wanted))
            except Failed:
                continue
            width, height = _size(frame, stream, int(job["width"]))
            teller.value({"wanted_us": int(wanted), "frame_us": at, "width": width, "height": height})
            teller.data(picture(frame, width, height, str(job["form"])))
            given += 1
    if not given:
        raise Failed("no-picture")


def thumbnails(job: dict[str, Any], file: Asked, teller: Teller) -> None:
    """A small JPEG for each of ``times`` (microseconds): the key picture at or before it; the same one is given once."""
    with open_media(file, ahead=NEAR) as container:
        stream = pictures_of(container)
        stream.codec_context.skip_frame = "NONKEY"
        seen: set[int] = set()
        for wanted in job["times"]:
            found = _key_picture(container, stream, int(wanted))
            if found is None or found[0] in seen:
                continue
            at, frame = found
            seen.add(at)
            width, height = _size(frame, stream, int(job["width"]))
            teller.value({"wanted_us": int(wanted), "frame_us": at, "width": width, "height": height})
            teller.data(picture(frame, width, height, "jpeg"))
        if not seen:
            raise Failed("no-picture")


def picture(frame: av.VideoFrame, width: int, height: int, form: str) -> bytes:
    """The frame as a JPEG or PNG file of this size."""
    name, pixels = ("png", "rgb24") if form == "png" else ("mjpeg", "yuvj420p")
    encoder: Any = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixels
    encoder.time_base, encoder.thread_count = Fraction(1, 25), 1
    if name == "mjpeg":
        encoder.qmin = encoder.qmax = 4
    scaled = frame.reformat(width=width, height=height, format=pixels)
    scaled.pts = 0
    return b"".join(bytes(packet) for given in (scaled, None) for packet in encoder.encode(given))


def _shown_at(container: InputContainer, stream: VideoStream, at_us: int) -> tuple[int, av.VideoFrame]:
    """The frame at a time; the first one if it is before all of them."""
    for start in (at_us, max(0, at_us - 10 * SECOND), 0):
        seek(container, start)
        stream.codec_context.flush_buffers()
        best: tuple[int, av.VideoFrame] | None = None
        for at, frame in frames(container, stream):
            if best is not None and at > at_us:
                break
            best = at, frame
        if best is not None and (best[0] <= at_us or start == 0):
            return best
    raise Failed("no-picture")


def _key_picture(container: InputContainer, stream: VideoStream, at_us: int) -> tuple[int, av.VideoFrame] | None:
    """The key picture from a time backwards, decoded alone."""
    seek(container, at_us)
    context = stream.codec_context
    try:
        packet, at = _key_packet(container, stream, at_us)
        given = [] if packet is None else [*context.decode(packet), *context.decode(None)]
    except (av.FFmpegError, OSError, ValueError):
        return None
    finally:
        context.flush_buffers()
    return (at, given[0]) if given else None


def _key_packet(container: InputContainer, stream: VideoStream, at_us: int) -> tuple[Any, int]:
    """The packet of that key picture, and its time; the first one where the form seeks well, the last one before the time elsewhere."""
    zero, loose = zero_of(container), seeks_loosely(container)
    found: tuple[Any, int] = (None, at_us)
    for number, packet in enumerate(container.demux(stream)):
        if number > _PATIENCE or not packet.size:
            break
        if packet.is_keyframe:
            at = time_us(packet.pts if packet.pts is not None else packet.dts, packet.time_base, zero)
            if found[0] is not None and at is not None and at > at_us:
                break
            found = packet, at_us if at is None else at
            if not loose:
                break
    return found


def _size(frame: av.VideoFrame, stream: VideoStream, width: int) -> tuple[int, int]:
    """Even sizes in the shape in which it is shown; its own width if none is asked for."""
    shape = stream.codec_context.sample_aspect_ratio or stream.sample_aspect_ratio
    ratio = float(shape) if shape and 0.1 < float(shape) < 10 else 1.0
    shown = max(2, round(frame.width * ratio))
    wide = min(width or shown, shown, _MOST_WIDTH)
    return max(2, wide & ~1), max(2, round(frame.height * wide / shown) & ~1)
