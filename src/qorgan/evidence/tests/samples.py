"""Small real recordings in the forms that recorders write and browsers may not play: each frame has its own shade, each other second a tone."""

import math
import struct
from fractions import Fraction
from functools import cache
from io import BytesIO
from typing import Any

import av

RATE = 25
VOICE = 8000
_PART = 160
_OPTIONS = {
    "libx264": {"preset": "ultrafast", "crf": "18", "g": "25"},
    "libx265": {"preset": "ultrafast", "crf": "18", "x265-params": "log-level=none:keyint=25:min-keyint=25"},
}


@cache
def sample(form: str = "mp4", video: str = "libx264", sound: str = "aac", seconds: int = 4, width: int = 160, height: int = 120) -> bytes:
    """A recording of ``seconds`` in container ``form``; "" for no such track. Frame n is grey, shade ``shade(n)``."""
    file = BytesIO()
    with av.open(file, "w", format=form) as container:
        pictures = _pictures(container, video, width, height) if video else None
        voice: Any = container.add_stream(sound, rate=16_000 if sound == "aac" else VOICE, layout="mono") if sound else None
        for second in range(seconds):
            for number in range(second * RATE, (second + 1) * RATE) if pictures else ():
                container.mux(pictures.encode(_frame(number, width, height, pictures.pix_fmt)))
            for number in range(second * VOICE // _PART, (second + 1) * VOICE // _PART) if voice else ():
                container.mux(voice.encode(_tone(number)))
        for track in (pictures, voice):
            if track is not None:
                container.mux(track.encode(None))
    return file.getvalue()


def shade(number: int) -> int:
    """The grey of a frame: every frame of ten seconds differs from its neighbours by more than encoding blurs."""
    return 40 + number * 40 % 170


def full(number: int) -> int:
    """The same grey in the range that pictures on a screen use."""
    return round((shade(number) - 16) * 255 / 219)


def grey(jpeg: bytes) -> int:
    """How grey a picture is in its middle."""
    with av.open(BytesIO(jpeg)) as container:
        frame = next(container.decode(video=0)).reformat(format="gray")
    plane = frame.planes[0]
    return bytes(plane)[frame.height // 2 * plane.line_size + frame.width // 2]


def _pictures(container: Any, codec: str, width: int, height: int) -> Any:
    track = container.add_stream(codec, rate=RATE, options=_OPTIONS.get(codec, {}))
    track.width, track.height, track.pix_fmt = width, height, "yuvj420p" if codec == "mjpeg" else "yuv420p"
    return track


def _frame(number: int, width: int, height: int, pixels: str) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, pixels)
    for plane, value in zip(frame.planes, (shade(number), 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _tone(number: int) -> av.AudioFrame:
    loud = 9000 if number * _PART // VOICE % 2 == 0 else 20
    frame = av.AudioFrame("s16", "mono", _PART)
    frame.planes[0].update(struct.pack(f"{_PART}h", *(int(loud * math.sin(2 * math.pi * 700 * (number * _PART + n) / VOICE)) for n in range(_PART))))
    frame.sample_rate, frame.pts, frame.time_base = VOICE, number * _PART, Fraction(1, VOICE)
    return frame
