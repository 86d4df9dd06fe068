"""A view: what browsers do not decode (H.265, G.711, PCM, old forms) as H.264 and AAC in fragments of MP4, made while it is watched."""

from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from qorgan.evidence.packets import SECOND
from qorgan.evidence.viewing.cutting import FRAGMENTS, Out
from qorgan.evidence.viewing.media_file import FAR, decoded, open_media, packets, pictures_of, seek, sound_of, time_us, zero_of
from qorgan.evidence.viewing.wire import Asked, Failed, Teller

_CLOCK = Fraction(1, 90_000)
_RATE = 48_000
_SAMPLES = 1024
_FASTEST = 60
_X264 = {"preset": "ultrafast", "tune": "zerolatency", "crf": "25"}


def convert(job: dict[str, Any], file: Asked, teller: Teller) -> None:
    """From ``from_us`` to the end, at most ``width`` pixels wide. First tells ``from_us``, where its own zero of time lies."""
    begin = int(job["from_us"])
    with open_media(file, ahead=FAR) as container:
        if not container.streams.video and not container.streams.audio:
            raise Failed("unreadable")
        teller.value({"from_us": begin})
        if begin > 0:  # a form without an index is left where it stands
            seek(container, begin)
        with av.open(Out(teller), "w", format="mp4", options={**FRAGMENTS, "frag_duration": str(SECOND)}) as target:
            tracks: dict[int, _Pictures | _Sound] = {}
            if container.streams.video:
                pictures = _Pictures(container, target, int(job["width"]))
                tracks[pictures.index] = pictures
            sound = sound_of(container)
            if sound is not None:
                tracks[sound.index] = _Sound(sound, target)
            _run(container, target, tracks, begin)


def _run(container: InputContainer, target: OutputContainer, tracks: "dict[int, _Pictures | _Sound]", begin: int) -> None:
    zero, made = zero_of(container), 0
    for packet in packets(container, *(container.streams[index] for index in tracks)):
        track = tracks[packet.stream_index]
        for frame in decoded(packet):
            at = time_us(frame.pts, frame.time_base, zero)
            for encoded in track.encode(frame, None if at is None else at - begin):
                target.mux(encoded)
                made += 1
    for track in tracks.values():
        for encoded in track.finish():
            target.mux(encoded)
            made += 1
    if not made:
        raise Failed("no-picture")


class _Pictures:
    """The track of pictures: scaled down, encoded fast."""

    def __init__(self, container: InputContainer, target: OutputContainer, width: int) -> None:
        source = pictures_of(container)
        self.index = source.index
        rate = min(Fraction(_FASTEST), max(Fraction(1), Fraction(source.average_rate or 25)))
        shape = source.codec_context.sample_aspect_ratio
        ratio = float(shape) if shape and 0.1 < float(shape) < 10 else 1.0
        shown = max(2, round(source.codec_context.width * ratio))
        wide = min(shown, width)
        self._size = (max(2, wide & ~1), max(2, round(source.codec_context.height * wide / shown) & ~1))
        self._out: Any = target.add_stream("libx264", rate=rate, options={**_X264, "g": str(max(1, round(2 * rate)))})
        self._out.width, self._out.height = self._size
        self._out.pix_fmt, self._out.codec_context.thread_count = "yuv420p", 1
        self._out.time_base = self._out.codec_context.time_base = _CLOCK
        self._step, self._last = round(90_000 / rate), -1

    def encode(self, frame: av.VideoFrame, at_us: int | None) -> list[Any]:
        """Encode a frame that is not before the beginning."""
        if at_us is not None and at_us < 0:
            return []
        place = self._last + self._step if at_us is None else round(at_us * 9 / 100)
        if place <= self._last:
            return []
        scaled = frame.reformat(width=self._size[0], height=self._size[1], format="yuv420p")
        scaled.pts, scaled.time_base, self._last = place, _CLOCK, place
        return list(self._out.encode(scaled))

    def finish(self) -> list[Any]:
        """What the encoder still holds."""
        return list(self._out.encode(None))


class _Sound:
    """The track of sound: to one or two tracks of 48 kHz."""

    def __init__(self, source: Any, target: OutputContainer) -> None:
        layout = "stereo" if source.codec_context.channels > 1 else "mono"
        self._out: Any = target.add_stream("aac", rate=_RATE, layout=layout)
        self._out.bit_rate = 96_000
        self._change = av.AudioResampler(format="fltp", layout=layout, rate=_RATE, frame_size=_SAMPLES)
        self._next: int | None = None

    def encode(self, frame: av.AudioFrame, at_us: int | None) -> list[Any]:
        """Encode sound that is not before the beginning; a hole in time stays one."""
        if at_us is not None and at_us < 0:
            return []
        due = round((at_us or 0) * _RATE / SECOND)
        if self._next is None or (at_us is not None and abs(due - self._next) > _RATE // 5):
            self._next = max(due, self._next or 0)
        frame.pts = None
        return self._encoded(frame)

    def finish(self) -> list[Any]:
        """What resampler and encoder still hold."""
        return [] if self._next is None else [*self._encoded(None), *self._out.encode(None)]

    def _encoded(self, frame: av.AudioFrame | None) -> list[Any]:
        made: list[Any] = []
        for part in self._change.resample(frame):
            part.pts, part.time_base = self._next, Fraction(1, _RATE)
            self._next = (self._next or 0) + part.samples
            made += self._out.encode(part)
        return made


