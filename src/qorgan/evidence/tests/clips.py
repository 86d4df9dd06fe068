"""Small real recordings made on the spot: H.264 and AAC, 320x240, with whatever is wrong with them that a test asks for."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

RATE = 25
SAMPLES = 48_000
_SOUND = 1024

Keep = Callable[[str, float], bool]
"""Whether a packet of this kind ("video", "audio") that begins at this second is written."""


def always(_kind: str, _second: float) -> bool:
    """Write every packet."""
    return True


def record(path: Path, seconds: int = 3, *, keep: Keep = always, faststart: bool = True, sound: bool = True, **metadata: str) -> Path:
    """Write a recording; packets that ``keep`` refuses are left out, as after a power failure of the camera."""
    options = {"movflags": "+faststart"} if faststart and path.suffix == ".mp4" else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(metadata)
        video = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "35", "g": "25"})
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio = container.add_stream("aac", rate=SAMPLES, layout="mono") if sound else None
        for number in range(seconds * RATE):
            _write(container, video.encode(_picture(number)), keep)
        _write(container, video.encode(None), keep)
        if audio is not None:
            for number in range(seconds * SAMPLES // _SOUND):
                _write(container, audio.encode(_silence(number)), keep)
            _write(container, audio.encode(None), keep)
    return path


def _write(container: av.container.OutputContainer, packets: "list[av.Packet]", keep: Keep) -> None:
    for packet in packets:
        if keep(packet.stream.type, float(packet.dts * packet.time_base)):
            container.mux(packet)


def _picture(number: int) -> VideoFrame:
    frame = VideoFrame(320, 240, "yuv420p")
    for plane, shade in zip(frame.planes, (number * 5 % 256, 128, 90), strict=True):
        plane.update(bytes([shade]) * plane.buffer_size)
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _silence(number: int) -> AudioFrame:
    frame = AudioFrame("fltp", "mono", _SOUND)
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = SAMPLES, number * _SOUND, Fraction(1, SAMPLES)
    return frame
