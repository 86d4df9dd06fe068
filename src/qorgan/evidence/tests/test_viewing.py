"""Looking into recordings of every form, through the child process: what comes out is right, and what goes wrong ends in a word."""

import os
import signal
import threading
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qorgan.evidence.tests.samples import RATE, full, grey, sample, shade
from qorgan.evidence.viewing import curves
from qorgan.evidence.viewing.looking import Limits, Look, ViewFailed
from qorgan.evidence.viewing.wire import FAILURES

pytestmark = pytest.mark.work

SECOND = 1_000_000
FORMS = {
    "mp4 h264 aac": ("mp4", "libx264", "aac"),
    "mp4 h265 aac": ("mp4", "libx265", "aac"),
    "mov h265 g711": ("mov", "libx265", "pcm_alaw"),
    "avi h264 g711": ("avi", "libx264", "pcm_mulaw"),
    "avi mjpeg pcm": ("avi", "mjpeg", "pcm_s16le"),
    "ts h264 aac": ("mpegts", "libx264", "aac"),
    "mkv h264": ("matroska", "libx264", ""),
}
NAMES = sorted(FORMS)


def looked(plain: bytes, job: dict[str, Any], limits: Limits = Limits(), may_go_on: Callable[[], bool] = lambda: True) -> tuple[list[dict[str, Any]], bytes]:  # noqa: B008
    """Values and data of a whole look."""
    values, data = [], []
    with Look(BytesIO(plain), len(plain), job, limits, may_go_on) as look:
        for told in look:
            if told.value:
                values.append(told.value)
            data.append(told.data)
    return values, b"".join(data)


def times(plain: bytes) -> dict[str, list[int]]:
    """Microseconds at which pictures and sound of a file are shown, sorted; and that all of it decodes."""
    found: dict[str, list[int]] = {"video": [], "audio": []}
    with av.open(BytesIO(plain)) as container:
        for packet in container.demux():
            for frame in packet.decode():
                found[packet.stream.type].append(round(frame.time * SECOND))
    return {kind: sorted(seen) for kind, seen in found.items()}


# Pictures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", [0, 1, 24, 25, 37, 99])
def test_a_still_is_the_frame_shown_at_that_time(name: str, number: int) -> None:
    plain = sample(*FORMS[name])
    with av.open(BytesIO(plain)) as container:
        zero = container.start_time or 0
        pts = sorted(round(packet.pts * packet.time_base * SECOND) - zero for packet in container.demux(video=0) if packet.size and packet.pts is not None)
    shown = pts[number] if pts and len(pts) == 100 else number * SECOND // RATE
    values, data = looked(plain, {"do": "stills", "times": [shown + 15_000], "form": "jpeg", "width": 0})
    assert abs(values[0]["frame_us"] - shown) <= 1000
    assert abs(grey(data) - (shade(number) if name == "avi mjpeg pcm" else full(number))) <= 4


def test_a_png_has_the_size_of_the_recording() -> None:
    values, data = looked(sample(), {"do": "stills", "times": [SECOND], "form": "png", "width": 0})
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (values[0]["width"], values[0]["height"]) == (160, 120)


@pytest.mark.parametrize("name", NAMES)
def test_small_pictures_along_the_recording(name: str) -> None:
    values, _data = looked(sample(*FORMS[name]), {"do": "thumbnails", "times": [0, SECOND, 2 * SECOND, 3 * SECOND], "width": 80})
    assert len(values) >= 2
    assert [value["frame_us"] for value in values] == sorted({value["frame_us"] for value in values})
    assert {(value["width"], value["height"]) for value in values} == {(80, 60)}


# Curves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if FORMS[name][2]])
def test_speech_is_where_the_voice_is(name: str) -> None:
    values, _data = looked(sample(*FORMS[name]), {"do": "curves", "bins": 4, "duration_us": 4 * SECOND})
    speech = values[0]["speech"]
    assert min(speech[0], speech[2]) >= 80
    assert max(speech[1], speech[3]) <= 30
    assert len(values[0]["motion"]) == 4


def test_a_long_recording_is_heard_in_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds as if they were long: the voice of each other second is found without reading the sound between the places."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(curves, "_SAMPLES", 10)
    monkeypatch.setattr(curves, "_SAMPLED_FROM_US", 100_000)
    plain = sample("mp4", "libx264", "aac", 10)
    curves.curves({"bins": 10, "duration_us": 10 * SECOND}, BytesIO(plain), SimpleNamespace(value=told.append))  # type: ignore[arg-type]
    assert [part >= 80 for part in told[0]["speech"]] == [True, False] * 5


def test_a_recording_without_sound_or_without_pictures_has_one_curve() -> None:
    silent, _ = looked(sample("mp4", "libx264", ""), {"do": "curves", "bins": 4, "duration_us": 4 * SECOND})
    dark, _ = looked(sample("wav", "", "pcm_alaw"), {"do": "curves", "bins": 4, "duration_us": 4 * SECOND})
    assert silent[0]["speech"] == []
    assert dark[0]["motion"] == []
    assert dark[0]["speech"][0] > dark[0]["speech"][1]


# Clips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_begins_at_the_key_picture_before_and_ends_at_its_end(name: str) -> None:
    plain = sample(*FORMS[name])
    values, data = looked(plain, {"do": "clip", "from_us": 1_500_000, "until_us": 2_500_000, "title": "t", "comment": "derivative"})
    begin, seen = values[0]["from_us"], times(data)
    assert begin <= 1_500_000
    assert seen["video"][-1] - seen["video"][0] == pytest.approx(2_500_000 - begin, abs=200_000)
    if seen["audio"]:
        assert abs(seen["audio"][0] - seen["video"][0]) <= 130_000, "picture and sound stay together"


@pytest.mark.parametrize("name", ["mp4 h264 aac", "mov h265 g711", "mkv h264"])
def test_a_clip_holds_the_very_packets_of_the_recording(name: str) -> None:
    plain = sample(*FORMS[name])
    _values, data = looked(plain, {"do": "clip", "from_us": 1_500_000, "until_us": 2_500_000, "title": "t", "comment": "c"})
    packets = []
    for file in (plain, data):
        with av.open(BytesIO(file)) as container:
            packets.append([bytes(packet) for packet in container.demux(video=0) if packet.size])
    assert len(packets[1]) >= 25
    assert set(packets[1]) <= set(packets[0])


def test_a_clip_says_inside_what_it_is() -> None:
    _values, data = looked(sample(), {"do": "clip", "from_us": 0, "until_us": SECOND, "title": "piece", "comment": "Derivative, not the original"})
    with av.open(BytesIO(data)) as container:
        assert container.metadata["comment"] == "Derivative, not the original"


# Views -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("begin", [0, 1_480_000])
def test_a_view_is_h264_and_aac_from_that_moment_on(name: str, begin: int) -> None:
    _values, data = looked(sample(*FORMS[name]), {"do": "convert", "from_us": begin, "width": 1280})
    with av.open(BytesIO(data)) as container:
        codecs = [stream.codec_context.name for stream in container.streams]
    assert codecs == (["h264", "aac"] if FORMS[name][2] else ["h264"])
    seen = times(data)
    assert seen["video"][0] <= 120_000
    assert seen["video"][-1] == pytest.approx(4 * SECOND - begin, abs=200_000)


def test_a_view_begins_with_the_picture_of_its_moment() -> None:
    _values, data = looked(sample(*FORMS["mov h265 g711"]), {"do": "convert", "from_us": 37 * SECOND // RATE, "width": 1280})
    with av.open(BytesIO(data)) as container:
        frame = next(container.decode(video=0)).reformat(format="gray")
    assert abs(bytes(frame.planes[0])[60 * frame.planes[0].line_size + 80] - full(37)) <= 4


def test_sound_alone_becomes_a_view_too() -> None:
    _values, data = looked(sample("wav", "", "pcm_alaw"), {"do": "convert", "from_us": 0, "width": 1280})
    assert times(data)["audio"][-1] == pytest.approx(4 * SECOND, abs=100_000)


# Limits ------------------------------------------------------------------------------------------


def failure(plain: bytes, job: dict[str, Any], **values: Any) -> str:
    """The word with which a look ends."""
    with pytest.raises(ViewFailed) as failed:
        looked(plain, job, Limits(**{key: value for key, value in values.items() if key != "may_go_on"}), values.get("may_go_on", lambda: True))
    assert str(failed.value) == FAILURES[failed.value.code]
    return failed.value.code


def test_what_is_no_recording_is_unreadable() -> None:
    assert failure(os.urandom(5000), {"do": "stills", "times": [0], "form": "jpeg", "width": 0}) == "unreadable"


def test_a_child_that_needs_too_long_is_ended() -> None:
    plain, began = sample("mp4", "libx265", "", 10, 640, 480), time.monotonic()
    assert failure(plain, {"do": "convert", "from_us": 0, "width": 640}, seconds=0.02) == "limit"
    assert time.monotonic() - began < 5


def test_a_child_that_needs_too_much_memory_is_ended() -> None:
    assert failure(sample(), {"do": "stills", "times": [0], "form": "jpeg", "width": 0}, memory_mib=40) in {"limit", "crashed"}


def test_a_child_that_dies_is_said() -> None:
    look = Look(BytesIO(sample()), len(sample()), {"do": "convert", "from_us": 0, "width": 640})
    os.kill(look._child.pid, signal.SIGSEGV)
    with look, pytest.raises(ViewFailed) as failed:
        list(look)
    assert failed.value.code == "crashed"


def test_it_stops_when_it_may_not_go_on() -> None:
    plain = sample("mp4", "libx265", "", 10, 640, 480)
    job = {"do": "convert", "from_us": 0, "width": 640}
    look = Look(BytesIO(plain), len(plain), job, Limits(), lambda: False)
    with look, pytest.raises(ViewFailed) as failed:
        slowly(look, 1.1)
    assert failed.value.code == "stopped"
    assert look._child.poll() is not None


def test_another_thread_stops_it() -> None:
    plain = sample("mp4", "libx265", "", 10, 640, 480)
    look = Look(BytesIO(plain), len(plain), {"do": "convert", "from_us": 0, "width": 640})
    threading.Timer(0.3, look.stop).start()
    with look, pytest.raises(ViewFailed) as failed:
        slowly(look, 0.2)
    assert failed.value.code == "stopped"


def test_the_child_gets_no_file_no_socket_and_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QORGAN_SECRET_KEY", "not for you")
    plain = sample("mp4", "libx264", "", 10)
    with Look(BytesIO(plain), len(plain), {"do": "convert", "from_us": 0, "width": 640}) as look:
        next(iter(look))
        process = Path("/proc") / str(look._child.pid)
        assert b"QORGAN" not in (process / "environ").read_bytes()
        limits = (process / "limits").read_text()
        names = sorted(link.name for link in (process / "fd").iterdir())
    assert names == ["0", "1", "2"]
    assert [line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")] == ["3"]


def slowly(look: Look, seconds: float) -> None:
    """Take what comes, with a rest after each piece."""
    for _told in look:
        time.sleep(seconds)


def outcome(plain: bytes, job: dict[str, Any]) -> str:
    """The word "done", or that with which a look within narrow limits ends."""
    try:
        looked(plain, job, Limits(cpu_seconds=5, seconds=8, silence=6))
    except ViewFailed as failed:
        return failed.code
    return "done"


MUTATED = sample("mp4", "libx264", "aac", 2)


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, len(MUTATED) - 1), st.binary(min_size=1, max_size=24)), min_size=1, max_size=12), st.integers(0, len(MUTATED)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_hostile_file_gives_something_or_ends_in_a_word(changes: list[tuple[int, bytes]], cut: int) -> None:
    """Bytes changed anywhere, the end cut off: whatever is asked, the answer comes in time and is data or a known word."""
    hostile = bytearray(MUTATED)
    for place, piece in changes:
        hostile[place : place + len(piece)] = piece
    plain = bytes(hostile[: max(cut, 600)])
    for job in (
        {"do": "thumbnails", "times": [0, SECOND], "width": 80},
        {"do": "stills", "times": [SECOND], "form": "png", "width": 0},
        {"do": "curves", "bins": 4, "duration_us": 2 * SECOND},
        {"do": "clip", "from_us": 0, "until_us": SECOND, "title": "", "comment": ""},
        {"do": "convert", "from_us": 0, "width": 640},
    ):
        began = time.monotonic()
        assert outcome(plain, job) in {"done", *FAILURES}
        assert time.monotonic() - began < 12
