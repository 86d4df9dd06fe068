"""Stills, clips, overview, views: made through the open vault only, each in the ledger before its first byte, none of them stored (444 p.13, 21)."""

import threading
import time
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from qorgan.archive.models import Recording
from qorgan.archive.review import actions, running, seeing
from qorgan.archive.review.models import Derivative
from qorgan.archive.review.tests.office import address, leave, stored
from qorgan.archive.vault.models import Opening, Unlocking
from qorgan.archive.vault.tests.office import PURPOSE, body
from qorgan.evidence.tests.samples import full, grey, sample
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import Cast

pytestmark = pytest.mark.work

ClientOf = Callable[[str], Client]
CLIP = {"begin": "0:00:01.5", "end": "0:00:02.5"}
LONG = sample("mp4", "libx265", "", 10, 640, 480)
LONG_MEDIA = {"kind": "video", "container": "mp4", "video_codec": "hevc", "duration_us": 10_000_000}
ASKED: dict[str, tuple[str, dict[str, str]]] = {
    "still": ("post", {"at": "1", "form": "jpeg"}), "clip": ("post", CLIP), "overview": ("get", {}), "curves": ("get", {}), "view": ("get", {})
}


def ask(client: Client, name: str, recording: Recording) -> Any:
    """Ask for something made of a recording."""
    verb, values = ASKED[name]
    return getattr(client, verb)(address(name, recording), values)


def files() -> set[Path]:
    """Everything under the data folder."""
    return {path for path in Path(settings.DATA).rglob("*") if path.is_file() and "sqlite3" not in path.name}


# Who, and what is written ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["aidar", "marat", "olga", "dana", "bekzat", "nurlan"])
@pytest.mark.parametrize("what", ASKED)
def test_nobody_but_the_holders(client_of: ClientOf, recording: Recording, name: str, what: str) -> None:
    assert ask(client_of(name), what, recording).status_code == 404
    assert not Opening.objects.exists()


@pytest.mark.parametrize("what", ASKED)
def test_a_locked_vault_gives_nothing(cast: Cast, client_of: ClientOf, recording: Recording, what: str) -> None:
    hevc = stored(cast, "mp4", "libx265", name="H265.MP4")
    answer = ask(client_of("gulnar"), what, hevc)
    assert b"JFIF" not in answer.content
    assert b"base64" not in answer.content
    assert answer.status_code == (200 if what in {"overview", "curves"} else 403)
    assert "444" in answer.content.decode()
    assert not Opening.objects.exists()


@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_a_still_is_the_frame_and_says_in_itself_where_it_is_from(serik: Client, recording: Recording, form: str) -> None:
    answer = serik.post(address("still", recording), {"at": "0:00:01.495", "form": form})
    assert answer["Content-Type"] == f"image/{form}"
    assert answer["Cache-Control"] == "private, no-store"
    assert "0.00.01.480" in answer["Content-Disposition"]
    taken = Derivative.objects.get()
    assert (taken.kind, taken.from_us, taken.until_us, taken.form, taken.purpose) == ("still", 1_480_000, 1_480_000, form, PURPOSE)
    for word in (recording.plain_sha256, "0:00:01.480000", "2026-11-20T09:00:01.480000+05:00", str(taken.position)):
        assert word.encode() in answer.content
    assert abs(grey(answer.content) - full(37)) <= 4
    entry = Entry.objects.get(kind="review:still:taken")
    assert entry.position == taken.position
    assert said(entry)["payload"] | {"from_us": 1_480_000, "purpose": PURPOSE} == said(entry)["payload"]
    assert set(Opening.objects.values_list("kind", flat=True)) == {"play", "still"}


def test_every_still_is_an_entry_of_its_own(serik: Client, recording: Recording) -> None:
    for _ in range(2):
        assert serik.post(address("still", recording), {"at": "1", "form": "jpeg"}).status_code == 200
    assert Derivative.objects.count() == Entry.objects.filter(kind="review:still:taken").count() == 2
    assert Opening.objects.filter(kind="still").count() == 1


def test_a_clip_streams_the_packets_and_names_itself_a_derivative(serik: Client, recording: Recording) -> None:
    answer = serik.post(address("clip", recording), CLIP)
    data = body(answer)
    assert "derivative.mp4" in answer["Content-Disposition"]
    with av.open(BytesIO(data)) as container:
        assert recording.plain_sha256 in container.metadata["comment"]
        assert {stream.codec_context.name for stream in container.streams} == {"h264", "aac"}
    taken = Derivative.objects.get()
    assert (taken.kind, taken.from_us, taken.until_us, taken.form) == ("clip", 1_000_000, 2_500_000, "mp4")
    assert said(Entry.objects.get(kind="review:clip:taken"))["payload"]["from_us"] == 1_000_000


@pytest.mark.parametrize("wrong", [{"begin": "2", "end": "1"}, {"begin": "1", "end": "1"}, {"begin": "", "end": "1"}, {"begin": "1", "end": "0:09:00"}])
def test_a_clip_of_nothing_is_refused(serik: Client, recording: Recording, wrong: dict[str, str]) -> None:
    assert serik.post(address("clip", recording), wrong).status_code == 422
    assert not Derivative.objects.exists()


@pytest.mark.parametrize("what", ["still", "clip"])
def test_when_the_entry_cannot_be_written_no_byte_leaves(serik: Client, recording: Recording, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_values: Any) -> None:
        raise RuntimeError("ledger is full")

    monkeypatch.setattr(actions, "take", refuse)
    serik.raise_request_exception = False
    answer = ask(serik, what, recording)
    assert answer.status_code == 500
    assert not answer.streaming
    assert b"JFIF" not in answer.content


@pytest.mark.parametrize("what", ASKED)
def test_nothing_is_stored(cast: Cast, serik: Client, recording: Recording, what: str) -> None:
    hevc = stored(cast, "mp4", "libx265", name="H265.MP4")
    before = files()
    answer = ask(serik, what, hevc)
    body(answer)
    assert files() == before
    assert answer["Cache-Control"] == "private, no-store"


# Overview ----------------------------------------------------------------------------------------


def test_the_overview_shows_key_pictures_that_lead_to_their_moments(serik: Client, recording: Recording) -> None:
    page = serik.get(address("overview", recording)).content.decode()
    assert page.count("data:image/jpeg;base64,") == 4
    assert "?at=0:00:02.000000" in page
    assert "09:00:02" in page
    assert "<html" in page
    part = serik.get(address("overview", recording), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert said(Entry.objects.get(kind="archive:recording:played"))["payload"]["purpose"] == PURPOSE


def test_the_curves_are_drawn(serik: Client, recording: Recording) -> None:
    page = serik.get(address("curves", recording)).content.decode()
    assert page.count('class="tl-motion"') == page.count('class="tl-speech"') == 1


# Views -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "video", "sound"),
    [("mp4", "libx265", "aac"), ("mov", "libx265", "pcm_alaw"), ("avi", "libx264", "pcm_mulaw"), ("wav", "", "pcm_alaw")],
)
def test_what_browsers_do_not_play_is_converted_while_it_is_watched(
    cast: Cast, serik: Client, recording: Recording, form: str, video: str, sound: str
) -> None:
    odd = stored(cast, form, video, sound, name=f"ODD.{form}")
    answer = serik.get(address("view", odd), {"from": "1000000"})
    data = body(answer)
    with av.open(BytesIO(data)) as container:
        assert [stream.codec_context.name for stream in container.streams] == (["h264"] if video else []) + ["aac"]
        assert 2.5 < max(float(packet.pts * packet.time_base) for packet in container.demux() if packet.pts is not None) < 3.2
    opening = Opening.objects.get(recording=odd)
    assert opening.kind == "view"
    assert said(Entry.objects.get(kind="archive:recording:converted"))["payload"]["purpose"] == PURPOSE
    assert answer["Accept-Ranges"] == "none"


def test_what_browsers_play_is_not_converted(serik: Client, recording: Recording) -> None:
    assert serik.get(address("view", recording)).status_code == 404


def test_a_second_view_ends_the_first(cast: Cast, serik: Client, recording: Recording) -> None:
    long = stored(cast, plain=LONG, media=LONG_MEDIA)
    first = serik.get(address("view", long))
    pieces = iter(first.streaming_content)
    next(pieces)
    second = serik.get(address("view", long), {"from": "5000000"})
    assert len(b"".join(pieces)) < 10_000_000
    assert len(body(second)) > 1000
    assert running._views == {}


def test_leaving_the_page_ends_the_child(cast: Cast, serik: Client, recording: Recording) -> None:
    long = stored(cast, plain=LONG, media=LONG_MEDIA)
    answer = serik.get(address("view", long))
    next(iter(answer.streaming_content))
    (look,) = running._views.values()
    leave(answer)
    assert look._child.poll() is not None
    assert running._views == {}


def test_locking_the_vault_ends_the_view(cast: Cast, serik: Client, recording: Recording) -> None:
    long = stored(cast, plain=LONG, media=LONG_MEDIA)
    answer = serik.get(address("view", long))
    pieces = iter(answer.streaming_content)
    next(pieces)
    (look,) = running._views.values()
    serik.post(reverse("archive:lock"))
    assert Unlocking.objects.get().locked_because == "asked"
    until = time.monotonic() + 5
    while look._child.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert look._child.poll() is not None
    list(pieces)
    assert serik.get(address("view", long)).status_code == 403


def test_the_head_sees_what_the_responsible_person_took(client_of: ClientOf, serik: Client, recording: Recording) -> None:
    serik.post(address("still", recording), {"at": "1", "form": "jpeg"})
    page = client_of("gulnar").get(reverse("archive:openings")).content.decode()
    assert PURPOSE in page
    assert page.count("<tbody>") == 1
    assert page.count('scope="row"') == 2


def test_too_many_at_once_are_asked_to_wait(serik: Client, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE_SECONDS", 0.1)
    taken = [running.place() for _ in range(running.MOST_AT_ONCE)]
    for one in taken:
        one.__enter__()
    try:
        assert serik.post(address("still", recording), {"at": "1", "form": "jpeg"}).status_code == 503
    finally:
        for one in taken:
            one.__exit__(None, None, None)
    assert serik.post(address("still", recording), {"at": "1", "form": "jpeg"}).status_code == 200


# Bad files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["still", "clip", "overview", "curves", "view"])
@pytest.mark.parametrize("plain", [b"no recording at all" * 100, sample("mp4", "libx265", "aac")[:3000]], ids=["text", "cut"])
def test_what_nothing_can_read_is_said_in_words(cast: Cast, serik: Client, recording: Recording, what: str, plain: bytes) -> None:
    media = {"kind": "video", "container": "mp4", "video_codec": "hevc", "audio_codec": "aac", "duration_us": 4_000_000}
    answer = ask(serik, what, stored(cast, plain=plain, media=media, name="BAD.MP4"))
    assert answer.status_code == (200 if what in {"overview", "curves"} else 422)
    assert seeing.sentence(seeing.ViewFailed("unreadable")).split(":")[0] in answer.content.decode().replace("&#x27;", "'")
    assert not Derivative.objects.exists()


HOSTILE = sample("mp4", "libx265", "aac", 2)


@pytest.mark.django_db
@given(changes=st.lists(st.tuples(st.integers(0, len(HOSTILE) - 1), st.binary(min_size=1, max_size=16)), min_size=1, max_size=10))
@bounded(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_server_survives_hostile_files(cast: Cast, serik: Client, recording: Recording, changes: list[tuple[int, bytes]]) -> None:
    hostile = bytearray(HOSTILE)
    for place, piece in changes:
        hostile[place : place + len(piece)] = piece
    media = {"kind": "video", "container": "mp4", "video_codec": "hevc", "audio_codec": "aac", "duration_us": 2_000_000}
    found = Recording.objects.filter(plain_sha256=_digest(bytes(hostile))).first() or stored(cast, plain=bytes(hostile), media=media)
    for what in ASKED:
        answer = ask(serik, what, found)
        data = body(answer)
        assert answer.status_code in {200, 422}
        assert data


def _digest(plain: bytes) -> str:
    return sha256(plain).hexdigest()


def test_the_stop_reaches_a_child_from_another_thread(cast: Cast, serik: Client, recording: Recording) -> None:
    long = stored(cast, plain=LONG, media=LONG_MEDIA)
    answer = serik.get(address("view", long))
    (look,) = running._views.values()
    threading.Timer(0.1, look.stop).start()
    assert isinstance(body(answer), bytes)
    assert look._child.poll() is not None
