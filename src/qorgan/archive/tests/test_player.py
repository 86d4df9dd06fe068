"""The player: who may play, what unlocking takes, what is written before the first byte (444 p.13, 21)."""

import random
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive import opened
from qorgan.archive.models import Recording
from qorgan.archive.store import blob_path
from qorgan.archive.vault import actions
from qorgan.archive.vault.models import Opening, Unlocking
from qorgan.archive.vault.tests.office import HEAD_SECRET, PURPOSE, RESPONSIBLE_SECRET, acting, body, choose, open_office, store_recording, unlock
from qorgan.archive.vault.unlocking import COOKIE
from qorgan.evidence.age import Identity
from qorgan.evidence.sealing import seal
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.actions import end_appointment
from qorgan.people.models import Appointment, Person, Post
from qorgan.people.tests.cast import Cast, signed_in_client

pytestmark = pytest.mark.work

ClientOf = Callable[[str], Client]
PLAIN = random.Random(444).randbytes(200_000)


@pytest.fixture
def recording(cast: Cast) -> Recording:
    open_office(cast)
    return store_recording(cast, PLAIN)


def page_of(recording: Recording) -> str:
    return reverse("archive:recording", args=[recording.pk])


def stream_of(recording: Recording) -> str:
    return reverse("archive:stream", args=[recording.pk])


def unlocked(client_of: ClientOf, recording: Recording, name: str = "serik") -> Client:
    client = client_of(name)
    assert unlock(client, recording, RESPONSIBLE_SECRET if name == "serik" else HEAD_SECRET).status_code == 302
    return client


# Who sees what -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [("gulnar", 200), ("serik", 200), ("aidar", 200), ("marat", 404), ("olga", 404), ("dana", 404), ("bekzat", 404), ("nurlan", 404)],
)
def test_the_page_is_there_only_for_those_who_may_know_of_it(client_of: ClientOf, recording: Recording, name: str, status: int) -> None:
    assert client_of(name).get(page_of(recording)).status_code == status


@pytest.mark.parametrize("name", ["aidar", "marat", "olga", "dana", "bekzat", "nurlan"])
@pytest.mark.parametrize("address", ["stream", "original", "unlock"])
def test_nobody_but_the_two_holders_gets_a_byte(client_of: ClientOf, recording: Recording, name: str, address: str) -> None:
    client, url = client_of(name), reverse(f"archive:{address}", args=[recording.pk])
    answer = client.post(url, {"purpose": PURPOSE, "secret": HEAD_SECRET}) if address == "unlock" else client.get(url)
    assert answer.status_code == 404
    assert COOKIE not in client.cookies
    assert not Opening.objects.exists()


def test_the_inspector_sees_the_facts_and_why_there_is_no_picture(client_of: ClientOf, recording: Recording) -> None:
    text = client_of("aidar").get(page_of(recording)).content.decode()
    assert recording.plain_sha256 in text
    assert 'class="notice" data-kind="wait"' in text
    assert 'class="basis"' in text
    assert "<video" not in text
    assert "type=\"password\"" not in text


def test_without_a_sign_in_the_door_is_shown(recording: Recording) -> None:
    assert Client().get(page_of(recording)).headers["Location"].startswith(reverse("web:sign-in"))


# Unlocking ---------------------------------------------------------------------------------------


def test_locked_it_asks_for_purpose_and_secret_and_gives_no_byte(client_of: ClientOf, recording: Recording) -> None:
    client = client_of("serik")
    page = client.get(page_of(recording))
    assert "<video" not in page.content.decode()
    assert 'name="purpose"' in page.content.decode()
    assert client.get(stream_of(recording)).status_code == 403


@pytest.mark.parametrize("name", ["serik", "gulnar"])
def test_unlocked_it_plays_the_very_bytes(client_of: ClientOf, recording: Recording, name: str) -> None:
    client = unlocked(client_of, recording, name)
    page = client.get(page_of(recording)).content.decode()
    assert f'src="{stream_of(recording)}"' in page
    assert PURPOSE in page
    answer = client.get(stream_of(recording))
    assert (answer.status_code, answer["Content-Type"], answer["Content-Length"]) == (200, "video/mp4", str(len(PLAIN)))
    assert sha256(body(answer)).hexdigest() == recording.plain_sha256


def test_the_cookie_is_strict_and_only_for_the_archive(client_of: ClientOf, recording: Recording) -> None:
    cookie = unlocked(client_of, recording).cookies[COOKIE]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"], cookie["max-age"]) == ("/archive/", "Strict", True, 1200)


@pytest.mark.parametrize("purpose", ["", "short", "   a  b   "])
def test_no_purpose_no_unlocking(client_of: ClientOf, recording: Recording, purpose: str) -> None:
    client = client_of("serik")
    answer = unlock(client, recording, RESPONSIBLE_SECRET, purpose)
    assert answer.status_code == 422
    assert RESPONSIBLE_SECRET not in answer.content.decode()
    assert not Unlocking.objects.exists()


def test_a_wrong_secret_is_refused_logged_and_never_shown_again(client_of: ClientOf, recording: Recording) -> None:
    client = client_of("serik")
    answer = unlock(client, recording, HEAD_SECRET)
    assert answer.status_code == 422
    assert HEAD_SECRET not in answer.content.decode()
    assert PURPOSE in answer.content.decode(), "what was typed stays"
    entry = Entry.objects.get(kind="archive:vault:secret-refused")
    assert said(entry)["payload"]["purpose"] == PURPOSE
    assert HEAD_SECRET not in entry.content.body


def test_a_holder_without_a_confirmed_key_is_sent_to_the_vault(cast: Cast, client_of: ClientOf) -> None:
    recording = store_recording(cast, organisation=cast.karaganda)
    choose(cast.serik, cast.karaganda, RESPONSIBLE_SECRET)
    assert reverse("archive:vault") in client_of("serik").get(page_of(recording)).content.decode()
    assert unlock(client_of("serik"), recording, RESPONSIBLE_SECRET).status_code == 422


# What must meet ----------------------------------------------------------------------------------


def test_a_stolen_session_without_the_cookie_opens_nothing(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    del client.cookies[COOKIE]
    assert client.get(stream_of(recording)).status_code == 403
    assert "<video" not in client.get(page_of(recording)).content.decode()


def test_a_stolen_cookie_without_the_session_opens_nothing(client_of: ClientOf, recording: Recording) -> None:
    stolen = unlocked(client_of, recording).cookies[COOKIE].value
    for name in ("serik", "gulnar"):  # the same person in another session; the other holder
        client = client_of(name)
        client.cookies[COOKIE] = stolen
        assert client.get(stream_of(recording)).status_code == 403
    nobody = Client()
    nobody.cookies[COOKIE] = stolen
    assert nobody.get(stream_of(recording)).status_code == 302


@pytest.mark.parametrize("forged", ["", ".", "x.y", "0" * 32 + "." + "A" * 43, "0" * 32])
def test_a_forged_cookie_opens_nothing(client_of: ClientOf, recording: Recording, forged: str) -> None:
    client = unlocked(client_of, recording)
    client.cookies[COOKIE] = forged
    assert client.get(stream_of(recording)).status_code == 403


def test_the_key_of_one_unlocking_does_not_open_another(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    key = client.cookies[COOKIE].value.partition(".")[2]
    unlock(client, recording, RESPONSIBLE_SECRET)
    client.cookies[COOKIE] = client.cookies[COOKIE].value.partition(".")[0] + "." + key
    assert client.get(stream_of(recording)).status_code == 403


def test_unlocking_anew_locks_the_earlier_one(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    unlock(client, recording, RESPONSIBLE_SECRET)
    assert list(Unlocking.objects.order_by("opened_at").values_list("locked_because", flat=True)) == ["again", ""]


def test_it_expires_and_what_it_held_is_gone(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    past = timezone.now() - timedelta(seconds=1)
    Unlocking.objects.update(opened_at=past - timedelta(minutes=20), expires_at=past)
    assert client.get(stream_of(recording)).status_code == 403
    row = Unlocking.objects.get()
    assert (row.locked_because, bytes(row.blob)) == ("expired", b"")


def test_the_worker_locks_what_nobody_asks_for_any_more(client_of: ClientOf, recording: Recording) -> None:
    unlocked(client_of, recording)
    assert actions.lock_expired() == 0
    past = timezone.now() - timedelta(seconds=1)
    Unlocking.objects.update(opened_at=past - timedelta(minutes=20), expires_at=past)
    assert actions.lock_expired() == 1
    assert bytes(Unlocking.objects.get().blob) == b""


def test_lock_now(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    answer = client.post(reverse("archive:lock"), {"next": page_of(recording)})
    assert answer.headers["Location"] == page_of(recording)
    assert client.get(stream_of(recording)).status_code == 403
    assert Entry.objects.filter(kind="archive:vault:locked").count() == 1


def test_lock_sends_nobody_elsewhere(client_of: ClientOf, recording: Recording) -> None:
    answer = unlocked(client_of, recording).post(reverse("archive:lock"), {"next": "https://example.org/"})
    assert answer.headers["Location"] == reverse("archive:search")


def dismiss(person: Person) -> None:
    end_appointment(actor=acting(person, person.organisation), appointment=person.appointments.in_force().get(), order_number="2-Ж")


def test_a_holder_dismissed_while_unlocked_is_locked_at_once(cast: Cast, client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    assert body(client.get(stream_of(recording))) == PLAIN
    dismiss(cast.serik)
    assert client.get(stream_of(recording)).status_code == 404
    row = Unlocking.objects.get()
    assert (row.locked_because, bytes(row.blob)) == ("dismissed", b"")


def test_a_holder_moved_to_another_post_is_locked_at_once(cast: Cast, client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    Appointment.objects.filter(person=cast.serik).update(post=Post.INSPECTOR)
    assert client.get(stream_of(recording)).status_code == 404
    assert Unlocking.objects.get().locked_because == "dismissed"


def test_a_stream_under_way_breaks_off_when_the_holder_is_dismissed(cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    open_office(cast)
    long = store_recording(cast, random.Random(1).randbytes(5 << 20))
    monkeypatch.setattr("qorgan.archive.streaming.ASK_EVERY_SECONDS", -1.0)
    client = unlocked(client_of, long)
    blocks = iter(client.get(stream_of(long)).streaming_content)
    assert len(next(blocks)) == 1 << 20
    dismiss(cast.serik)
    assert len(b"".join(blocks)) < 2 << 20


def test_the_second_factor_is_not_skipped(cast: Cast, client_of: ClientOf, recording: Recording) -> None:
    client = signed_in_client(cast.serik.user, verified=False)
    assert client.get(page_of(recording)).headers["Location"] == reverse("web:second-factor")


# The opening -------------------------------------------------------------------------------------


def test_the_first_look_is_an_opening_and_the_next_is_the_same(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    for start in (0, 1000, 50_000):
        body(client.get(stream_of(recording), headers={"Range": f"bytes={start}-"}))
    opening = Opening.objects.get()
    assert (opening.purpose, opening.person_name, opening.kind, opening.recording_id) == (PURPOSE, opening.person_name, "play", recording.pk)
    entry = Entry.objects.get(kind="archive:recording:played")
    assert (entry.position, entry.subject) == (opening.position, f"recording:{recording.pk}")
    assert said(entry)["payload"]["sha256"] == recording.plain_sha256


def test_taking_the_original_is_an_opening_of_its_own(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    answer = client.get(reverse("archive:original", args=[recording.pk]))
    assert body(answer) == PLAIN
    assert answer["Content-Disposition"] == 'attachment; filename="20261120_090000.MP4"'
    assert Opening.objects.get().kind == "original"
    assert Entry.objects.filter(kind="archive:recording:original-taken").count() == 1


def test_when_the_opening_cannot_be_written_no_byte_leaves(client_of: ClientOf, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    client = unlocked(client_of, recording)

    def refuse(**_values: Any) -> None:
        raise RuntimeError("ledger is full")

    monkeypatch.setattr(opened, "write_opening", refuse)
    client.raise_request_exception = False
    answer = client.get(stream_of(recording))
    assert answer.status_code == 500
    assert PLAIN[:100] not in answer.content


def test_a_head_request_is_no_opening(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    answer = client.head(stream_of(recording))
    assert (answer.status_code, answer["Content-Length"], answer["Accept-Ranges"], answer.content) == (200, str(len(PLAIN)), "bytes", b"")
    assert not Opening.objects.exists()


# Ranges over HTTP --------------------------------------------------------------------------------


def test_three_hundred_ranges_are_the_bytes_of_the_plain_file(client_of: ClientOf, recording: Recording) -> None:
    client, chance, size = unlocked(client_of, recording), random.Random(13), len(PLAIN)
    for _ in range(300):
        start = chance.choice([0, size - 1, size - 65_536, 65_535, 65_536, chance.randrange(size)])
        length = chance.choice([1, 2, 65_536, 65_537, chance.randrange(1, size), size])
        header = chance.choice([f"bytes={start}-{start + length - 1}", f"bytes={start}-", f"bytes=-{length}"])
        answer = client.get(stream_of(recording), headers={"Range": header})
        expected = PLAIN[-length:] if header.startswith("bytes=-") else PLAIN[start:] if header.endswith("-") else PLAIN[start : start + length]
        assert answer.status_code == 206
        assert body(answer) == expected
        assert answer["Content-Length"] == str(len(expected))
        assert answer["Content-Range"].endswith(f"/{size}")


def test_beyond_the_end_is_416(client_of: ClientOf, recording: Recording) -> None:
    answer = unlocked(client_of, recording).get(stream_of(recording), headers={"Range": f"bytes={len(PLAIN)}-"})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(PLAIN)}")
    assert not Opening.objects.exists()


def test_a_range_of_another_file_is_answered_whole(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    same = client.get(stream_of(recording), headers={"Range": "bytes=0-9", "If-Range": f'"{recording.plain_sha256}"'})
    other = client.get(stream_of(recording), headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, len(body(same)), other.status_code, len(body(other))) == (206, 10, 200, len(PLAIN))


def test_nothing_is_kept_by_caches(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    for answer in (client.get(stream_of(recording)), client.get(page_of(recording))):
        assert "no-store" in answer["Cache-Control"]
        body(answer)


# Bad days ----------------------------------------------------------------------------------------


def test_a_missing_stored_file_is_said_and_is_no_opening(client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    blob_path(recording.sealed_blake3).unlink()
    assert client.get(stream_of(recording)).status_code == 500
    assert not Opening.objects.exists()


def test_a_cut_stored_file_is_said_and_is_no_opening(client_of: ClientOf, recording: Recording) -> None:
    client, path = unlocked(client_of, recording), blob_path(recording.sealed_blake3)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1000])
    assert client.get(stream_of(recording)).status_code == 500
    assert not Opening.objects.exists()


def test_a_generation_that_this_holder_cannot_open_is_said(cast: Cast, client_of: ClientOf, recording: Recording) -> None:
    client = unlocked(client_of, recording)
    foreign = store_recording(cast, b"sealed to somebody else's key", generation=9)
    sealed = BytesIO()
    seal(BytesIO(b"x"), sealed, [Identity.generate().recipient])
    blob_path(foreign.sealed_blake3).write_bytes(sealed.getvalue())
    assert client.get(stream_of(foreign)).status_code == 403
    assert "9" in client.get(page_of(foreign)).content.decode()
    assert not Opening.objects.exists()


def test_h265_is_said_shown_as_a_view_and_offered_as_the_original(cast: Cast, client_of: ClientOf) -> None:
    open_office(cast)
    media = {"kind": "video", "container": "mov,mp4", "video_codec": "hevc", "audio_codec": "aac", "duration_us": 5_000_000, "gaps": []}
    recording = store_recording(cast, media=media)
    page = unlocked(client_of, recording).get(page_of(recording)).content.decode()
    assert "H.265" in page
    assert f'src="{reverse("review:view", args=[recording.pk])}"' in page
    assert 'class="view-head"' in page
    assert reverse("archive:original", args=[recording.pk]) in page


def test_a_name_from_the_device_cannot_write_into_the_page_or_the_header(cast: Cast, client_of: ClientOf) -> None:
    open_office(cast)
    recording = store_recording(cast, name='"><script>\r\nX: y', path="../<b>.mp4")
    client = unlocked(client_of, recording)
    assert "<script>\r" not in client.get(page_of(recording)).content.decode()
    answer = client.get(reverse("archive:original", args=[recording.pk]))
    assert "\n" not in answer["Content-Disposition"]
    assert body(answer) == b"plain bytes"


def test_the_page_has_no_inline_style_or_script(client_of: ClientOf, recording: Recording) -> None:
    page = unlocked(client_of, recording).get(page_of(recording)).content.decode()
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_page_speaks_both_languages(client_of: ClientOf, recording: Recording, language: str) -> None:
    client = client_of("serik")
    client.cookies["qorgan_language"] = language
    assert f'<html lang="{language}"' in client.get(page_of(recording)).content.decode()
