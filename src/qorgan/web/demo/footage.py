"""Generated but real recordings: H.264 and AAC in MP4, a clock in the picture, a tone that changes; small and quick to make."""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av

WIDTH, HEIGHT = 480, 272
SAMPLES, RATE = 1024, 16_000
# The seven strokes of a digit as (x, y, width, height) in units of the stroke's thickness, in a box of 6 x 11.
_STROKES = ((1, 0, 4, 1), (5, 1, 1, 4), (5, 6, 1, 4), (1, 10, 4, 1), (0, 6, 1, 4), (0, 1, 1, 4), (1, 5, 4, 1))
_DIGITS = ("012345", "12", "01346", "01236", "1256", "02356", "023456", "012", "0123456", "012356")


@dataclass(frozen=True)
class Clip:
    """One file to make: when the device's clock says it began, how long, and a hole (from, to) in seconds without packets."""

    started: datetime
    seconds: int
    label: str
    hole: tuple[int, int] | None = None


def make(path: Path, clip: Clip, *, per_second: int = 1) -> None:
    """Write the clip to ``path`` and give the file the device's end time, as recorders do."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=per_second, options={"preset": "ultrafast", "crf": "30", "g": str(10 * per_second)})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.time_base = video.codec_context.time_base = Fraction(1, 90_000)
        audio = container.add_stream("aac", rate=RATE, layout="mono")
        audio.bit_rate = 24_000
        sounds = _sound(clip)
        for second in range(clip.seconds):
            for part in range(per_second):
                if not _in_hole(clip, second):
                    container.mux(video.encode(_picture(clip, second, part, per_second)))
            for sound in _until(sounds, second + 1):
                if not _in_hole(clip, int(sound.time or 0)):
                    container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def _in_hole(clip: Clip, second: int) -> bool:
    return clip.hole is not None and clip.hole[0] <= second < clip.hole[1]


def _picture(clip: Clip, second: int, part: int, per_second: int) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    luma = bytearray(b"".join(bytes([34 + 30 * y // HEIGHT]) * WIDTH for y in range(HEIGHT)))
    moment = clip.started + timedelta(seconds=second)
    _write(luma, moment.strftime("%H:%M:%S"), 48, 96, 7, 220)
    _write(luma, clip.label, 24, 24, 3, 150)
    _write(luma, moment.strftime("%d-%m-%Y"), WIDTH - 240, HEIGHT - 52, 3, 150)
    walker = int((second * per_second + part) * 7 % (WIDTH - 24))
    _box(luma, walker, HEIGHT - 14, 24, 8, 235)
    fills: tuple[bytes | bytearray, ...] = (luma, bytes([122]), bytes([134]))
    for plane, fill in zip(frame.planes, fills, strict=True):
        plane.update(_rows(plane, fill))
    frame.pts = int((second + part / per_second) * 90_000)
    frame.time_base = Fraction(1, 90_000)
    return frame


def _rows(plane: "av.video.plane.VideoPlane", fill: bytes | bytearray) -> bytes:
    """A plane's bytes with the padding its lines have."""
    if len(fill) == 1:
        return bytes(fill) * plane.buffer_size
    padding = bytes(plane.line_size - plane.width)
    return b"".join(bytes(fill[y * plane.width : (y + 1) * plane.width]) + padding for y in range(plane.height))


def _write(luma: bytearray, text: str, x: int, y: int, unit: int, light: int) -> None:
    for letter in text:
        if letter == ":":
            _box(luma, x + unit, y + 3 * unit, unit, unit, light)
            _box(luma, x + unit, y + 7 * unit, unit, unit, light)
            x += 4 * unit
        elif letter == "-":
            _box(luma, x, y + 5 * unit, 3 * unit, unit, light)
            x += 5 * unit
        else:
            for stroke in _DIGITS[int(letter)]:
                left, top, width, height = _STROKES[int(stroke)]
                _box(luma, x + left * unit, y + top * unit, width * unit, height * unit, light)
            x += 8 * unit


def _box(luma: bytearray, x: int, y: int, width: int, height: int, light: int) -> None:
    for line in range(y, min(y + height, HEIGHT)):
        start = line * WIDTH + x
        luma[start : start + min(width, WIDTH - x)] = bytes([light]) * min(width, WIDTH - x)


def _sound(clip: Clip) -> Iterator[av.AudioFrame]:
    """A quiet tone, a little higher each minute; one period table keeps it cheap."""
    for number in range(clip.seconds * RATE // SAMPLES):
        pitch = 180 + 20 * (number * SAMPLES // RATE // 60 % 12)
        frame = av.AudioFrame(format="flt", layout="mono", samples=SAMPLES)
        frame.planes[0].update(_tone(pitch))
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * SAMPLES, Fraction(1, RATE)
        yield frame


_tones: dict[int, bytes] = {}


def _tone(pitch: int) -> bytes:
    if pitch not in _tones:
        whole = round(pitch * SAMPLES / RATE)  # a whole number of waves, so that blocks join without a click
        _tones[pitch] = struct.pack(f"{SAMPLES}f", *(0.05 * math.sin(2 * math.pi * whole * n / SAMPLES) for n in range(SAMPLES)))
    return _tones[pitch]


def _until(sounds: Iterator[av.AudioFrame], second: int) -> Iterator[av.AudioFrame]:
    """The sound up to a second of the clip."""
    for sound in sounds:
        yield sound
        if (sound.time or 0) >= second:
            return
