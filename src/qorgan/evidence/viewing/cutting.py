"""A clip without encoding again: packets from the key picture before its beginning to its end, copied into a container that can be streamed."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from qorgan.evidence.packets import SECOND
from qorgan.evidence.viewing.media_file import FAR, NEAR, open_media, packets, seek, time_us, zero_of
from qorgan.evidence.viewing.wire import Asked, Failed, Teller

FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov"}
_BACK = (0, 2, 10, 60, 600)  # seconds: how far before a time a key picture is looked for
_OPTIONS = {"mp4": FRAGMENTS, "mov": FRAGMENTS, "matroska": {}, "mpegts": {}}


class Out:
    """Where a muxer writes: to the parent, piece by piece; it cannot seek, so nothing waits for the end."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def write(self, data: bytes) -> int:
        """Pass on."""
        self._teller.data(data)
        return len(data)


def start(job: dict[str, Any], file: Asked, teller: Teller) -> None:
    """Tell the time of the key picture at or before ``at_us``: where a copy from there begins."""
    with open_media(file, ahead=NEAR) as container:
        teller.value({"from_us": _key_before(container, int(job["at_us"]))[0]})


def clip(job: dict[str, Any], file: Asked, teller: Teller) -> None:
    """Copy from the key picture before ``from_us`` to ``until_us``. First tells ``form`` (the container) and the true ``from_us``."""
    begin, until = int(job["from_us"]), int(job["until_us"])
    with open_media(file, ahead=FAR) as container:
        tracks = [track for track in (*container.streams.video[:1], *container.streams.audio[:1]) if track.codec_context is not None]
        if not tracks:
            raise Failed("no-picture")
        true, first_us = _key_before(container, begin)
        # A transport stream stays one: its packets are made for nothing else.
        for form in ("mpegts",) if container.format.name == "mpegts" else ("mp4", "mov", "matroska"):
            with av.open(Out(teller), "w", format=form, options=_OPTIONS[form]) as target:
                target.metadata.update({"title": str(job["title"]), "comment": str(job["comment"])})
                try:
                    copies = {track.index: target.add_stream_from_template(track) for track in tracks}
                except (av.FFmpegError, ValueError):
                    continue
                teller.value({"form": form, "from_us": true})
                seek(container, true)
                _copy(container, target, copies, _Span(true, until, first_us))
                return
        raise Failed("cannot-cut")


@dataclass(frozen=True)
class _Span:
    """What to copy: from the key picture shown at ``begin``, which is decoded at ``origin`` already, to ``until``."""

    begin: int
    until: int
    origin: int


def _copy(container: InputContainer, target: OutputContainer, copies: dict[int, Any], span: _Span) -> None:
    """Packets of both tracks from the beginning on, with times counted from its origin, so that picture and sound stay together."""
    zero, over, last = zero_of(container), set[int](), dict.fromkeys(copies, -(1 << 62))
    begun = {index for index in copies if container.streams[index].type == "audio"}
    for packet in packets(container, *(container.streams[index] for index in copies)):
        index, order = packet.stream_index, packet.dts if packet.dts is not None else packet.pts
        shown = packet.pts if packet.pts is not None else order
        at, ends = time_us(shown, packet.time_base, zero), time_us(order, packet.time_base, zero)
        if at is None or ends is None or not packet.size or index in over:
            continue
        if ends > span.until:
            over.add(index)
            if len(over) == len(copies):
                break
            continue
        if at < span.begin and (index not in begun or container.streams[index].type == "audio"):
            continue
        if index not in begun and not packet.is_keyframe:
            continue
        begun.add(index)
        shift = round(Fraction(span.origin + zero, SECOND) / packet.time_base)
        packet.dts = max(last[index] + 1, order - shift)
        packet.pts = max(packet.dts, shown - shift)
        last[index] = packet.dts
        packet.stream = copies[index]
        target.mux(packet)


def _key_before(container: InputContainer, at_us: int) -> tuple[int, int]:
    """When the last key picture at or before a time is shown, and decoded; the first one, if all are later. Sound can begin anywhere."""
    if not container.streams.video:
        return max(0, at_us), max(0, at_us)
    video, zero = container.streams.video[0], zero_of(container)
    first: tuple[int, int] | None = None
    for back in (*(step * SECOND for step in _BACK), at_us):
        seek(container, at_us - back)
        found: tuple[int, int] | None = None
        for packet in packets(container, video):
            at = time_us(packet.pts if packet.pts is not None else packet.dts, packet.time_base, zero)
            if at is None or not packet.size:
                continue
            if packet.is_keyframe:
                here = at, time_us(packet.dts, packet.time_base, zero) or at
                found = here if at <= at_us else found
                first = first or here
            if at > at_us + SECOND:
                break
        if found is not None:
            return found
    if first is None:
        raise Failed("no-times")
    return first
