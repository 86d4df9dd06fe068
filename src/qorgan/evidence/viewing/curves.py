"""What happens along a recording, cheaply: motion from the sizes of pictures, speech from the level of its band. No picture is decoded.

A picture that is not a key picture holds only what changed: the more moves, the more bytes it needs. Where every picture is a key
picture, the difference of neighbours stands in for it. Speech is sound between 300 and 3400 Hz, above what is always there.
"""

import itertools
from array import array
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from qorgan.evidence.viewing.media_file import FAR, NEAR, decoded, open_media, packets, sound_of, time_us, zero_of
from qorgan.evidence.viewing.wire import Asked, Teller

_RATE = 8000
_WINDOW = _RATE // 10  # samples of a tenth of a second
_STRIDE = 4  # every fourth sample tells the level as well
_GROUP = 24  # packets decoded in a row: half a second of the usual ones
_MOST_PACKETS = 40_000  # decoded at most, about
_SAMPLES = 480  # places at which a long recording is heard
_SAMPLE_US = 600_000
_SAMPLED_FROM_US = 2_000_000  # distance of the places from which on that is less than all of it
_ABOVE = 3  # how many times louder than the quiet fifth is speech
_SILENT = 60  # mean of 32768: below it is nothing but noise of the converter
Sizes = list[tuple[int, int, bool]]


def curves(job: dict[str, Any], file: Asked, teller: Teller) -> None:
    """Tell ``motion`` and ``speech``: ``bins`` numbers from 0 to 100 each, over ``duration_us``; an empty list where there is no such track."""
    bins, duration = int(job["bins"]), max(1, int(job["duration_us"]))
    with open_media(file, ahead=NEAR) as container:
        video = container.streams.video[0] if container.streams.video else None
        sound = sound_of(container)
        sizes = _indexed(container, video) if video else []
        if video is not None and sizes:
            video.discard = Discard.all
            sampled = sound is not None and duration > _SAMPLES * _SAMPLED_FROM_US
            levels = _sampled(container, sound, duration) if sound is not None and sampled else _levels(container, sound, None, [], duration)
            teller.value(_told(sizes, levels, bins, duration))
            return
    with open_media(file, ahead=FAR) as container:
        video = container.streams.video[0] if container.streams.video else None
        read: Sizes = []
        levels = _levels(container, sound_of(container), video, read, duration)
        teller.value(_told(read, levels, bins, duration))


def _told(sizes: Sizes, levels: "array[int]", bins: int, duration: int) -> dict[str, Any]:
    return {"motion": motion(sizes, bins, duration), "speech": speech(levels, bins, duration)}


def _indexed(container: InputContainer, video: VideoStream) -> Sizes:
    """Time, size and key of each picture from the file's own index, if it has a whole one: nothing else need be read."""
    entries, zero = video.index_entries, zero_of(container)
    if len(entries) < 2 or "mp4" not in container.format.name:
        return []
    base = video.time_base
    return [(time_us(one.timestamp, base, zero) or 0, one.size, one.is_keyframe) for one in entries]


def _levels(container: InputContainer, sound: AudioStream | None, video: VideoStream | None, sizes: Sizes, duration: int) -> "array[int]":
    """The level of each tenth of a second, -1 where there is none; on the way the sizes of pictures, when they are read."""
    levels, zero, number, every = array("i"), zero_of(container), 0, _every(sound, duration)
    graph = _Band(sound) if sound is not None else None
    for packet in packets(container, *(track for track in (sound, video) if track is not None)):
        if video is not None and packet.stream_index == video.index:
            at = time_us(packet.pts if packet.pts is not None else packet.dts, packet.time_base, zero)
            if at is not None and packet.size:
                sizes.append((at, packet.size, packet.is_keyframe))
        elif graph is not None:
            number += 1
            for frame in decoded(packet) if number // _GROUP % every == 0 else ():
                graph.add(frame, time_us(frame.pts, frame.time_base, zero), levels)
    return levels


def _sampled(container: InputContainer, sound: AudioStream, duration: int) -> "array[int]":
    """Levels at places spread evenly along a long recording: between them nothing is read, for sound lies scattered among its pictures."""
    levels, zero, graph = array("i"), zero_of(container), _Band(sound)
    base = sound.time_base or Fraction(1)
    for number in range(_SAMPLES):
        begin = duration * number // _SAMPLES
        try:
            container.seek(round(Fraction(begin + zero, 1_000_000) / base), stream=sound)
        except (av.FFmpegError, OSError):
            continue
        for packet in packets(container, sound):
            at = time_us(packet.pts, packet.time_base, zero)
            if at is None or at > begin + _SAMPLE_US:
                break
            for frame in decoded(packet):
                graph.add(frame, time_us(frame.pts, frame.time_base, zero), levels)
        sound.codec_context.flush_buffers()
    return levels


def _every(sound: AudioStream | None, duration: int) -> int:
    """One group of packets in how many is decoded: a long recording is heard in samples, evenly along its length."""
    if sound is None:
        return 1
    samples = max(1, sound.codec_context.frame_size or 1024)
    return max(1, duration * (sound.codec_context.sample_rate or _RATE) // (samples * 1_000_000 * _MOST_PACKETS))


class _Band:
    """Sound through the band of speech, to one track of 8000 samples a second."""

    def __init__(self, sound: AudioStream) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(template=sound)
        last = source
        mono = f"sample_fmts=s16:sample_rates={_RATE}:channel_layouts=mono"
        for name, options in (("aformat", mono), ("highpass", "f=300"), ("lowpass", "f=3400"), ("aformat", mono)):
            step = self._graph.add(name, options)
            last.link_to(step)
            last = step
        last.link_to(self._graph.add("abuffersink"))
        self._graph.configure()
        self._rest = array("h")
        self._place: int | None = None

    def add(self, frame: av.AudioFrame, at_us: int | None, levels: "array[int]") -> None:
        """Level what is whole; a jump in time begins anew."""
        if at_us is not None:
            due = at_us // 100_000
            if self._place is None or abs(due - self._place) > 1:
                self._place, self._rest = max(0, due), array("h")
        try:
            self._graph.push(frame)
            while True:
                given: Any = self._graph.pull()
                self._rest.frombytes(bytes(given.planes[0])[: 2 * given.samples])
        except (av.FFmpegError, ValueError):
            pass
        whole = len(self._rest) // _WINDOW
        for number in range(whole):
            window = self._rest[number * _WINDOW : (number + 1) * _WINDOW : _STRIDE]
            self._put(levels, sum(map(abs, window)) // len(window))
        del self._rest[: whole * _WINDOW]

    def _put(self, levels: "array[int]", level: int) -> None:
        place = self._place or 0
        if place < 10 * 86_400 * 2:  # two days: more is a false time
            if place >= len(levels):
                levels.extend([-1] * (place + 1 - len(levels)))
            levels[place] = level
        self._place = place + 1


def motion(sizes: Sizes, bins: int, duration: int) -> list[int]:
    """From sizes to 0..100 a bin; the liveliest twentieth of the bins reach the top."""
    inner = [(at, size) for at, size, key in sizes if not key]
    if len(inner) * 2 < len(sizes):
        ordered = sorted(sizes)
        inner = [(b[0], abs(b[1] - a[1])) for a, b in itertools.pairwise(ordered)]
    sums, counts = [0] * bins, [0] * bins
    for at, size in inner:
        place = min(bins - 1, max(0, at * bins // duration))
        sums[place] += size
        counts[place] += 1
    means = [total // count if count else 0 for total, count in zip(sums, counts, strict=True)]
    shown = sorted(mean for mean, count in zip(means, counts, strict=True) if count)
    if not shown:
        return []
    top = max(1, shown[min(len(shown) - 1, len(shown) * 95 // 100)])
    return [min(100, 100 * mean // top) for mean in means]


def speech(levels: "array[int]", bins: int, duration: int) -> list[int]:
    """From levels to the share of each bin, in percent, that is louder than what is always there."""
    heard = sorted(level for level in levels if level >= 0)
    if not heard:
        return []
    threshold = max(_SILENT, _ABOVE * heard[len(heard) // 5])
    loud, all_of = [0] * bins, [0] * bins
    for number, level in enumerate(levels):
        if level >= 0:
            place = min(bins - 1, number * 100_000 * bins // duration)
            all_of[place] += 1
            loud[place] += level > threshold
    return [100 * part // whole if whole else 0 for part, whole in zip(loud, all_of, strict=True)]
