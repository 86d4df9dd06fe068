"""tus 1.0 as the protocol says, and what this endpoint adds: a signed manifest, durable offsets, a receipt."""

import os
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from qorgan.archive import digests, docks, incoming, ingest, store
from qorgan.archive.models import Fixity, Recording, Upload
from qorgan.archive.tests.dockside import CHUNK, SETUP, TUS, DockSide, Tus, blake3_of
from qorgan.archive.tests.served_urls import CASE
from qorgan.archive.vault.models import Generation
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Receipt
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import ledger_key
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("qorgan.archive.tests.served_urls"), pytest.mark.usefixtures("own_data")]
PLAIN = bytes(range(256)) * 700


@pytest.fixture
def side(cast: Cast) -> DockSide:
    return DockSide.enter(cast.karaganda)


@pytest.fixture
def tus(side: DockSide) -> Tus:
    return Tus(side, Client())


def receipt_of(tus: Tus, location: str) -> Receipt:
    response = tus.ask("GET", f"{location}/receipt")
    assert response.status_code == 200, response.content
    return Receipt.from_note(response.content.decode(), [ledger_key().verifier])


def spools() -> list[Path]:
    return [path for path in (Path(settings.DATA) / "spool").iterdir() if path.is_file()]


def test_an_upload_becomes_a_recording_a_blob_an_entry_and_a_receipt(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    created = tus.create(sealed)
    assert created.status_code == 201
    assert created["Tus-Resumable"] == "1.0.0"
    location = created["Location"]
    state = tus.ask("HEAD", location)
    assert (state.status_code, state["Upload-Offset"], state["Upload-Length"]) == (200, "0", str(len(sealed.data)))
    assert state["Cache-Control"] == "no-store"
    assert tus.ask("GET", f"{location}/receipt").json()["error"] == "not-finished"
    half = len(sealed.data) // 2
    assert tus.patch(location, 0, sealed.data[:half])["Upload-Offset"] == str(half)
    assert tus.ask("HEAD", location)["Upload-Offset"] == str(half)
    last = tus.patch(location, half, sealed.data[half:])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(sealed.data)))

    recording = Recording.objects.get()
    assert (recording.plain_sha256, recording.case, recording.case_label) == (sealed.manifest.plain_sha256, CASE, "case of 0417")
    assert str(recording.started_at) == "2026-03-02 04:15:00+00:00"
    blob = store.blob_path(recording.sealed_blake3)
    assert blob.read_bytes() == sealed.data
    assert blob.stat().st_mode & 0o777 == 0o444
    assert not spools()
    receipt = receipt_of(tus, location)
    entry = Entry.objects.get(kind="archive:recording:stored")
    assert (receipt.recording, receipt.position, receipt.leaf, receipt.duplicate) == (str(recording.pk), entry.position, bytes(entry.commitment).hex(), False)
    assert receipt.upload == location.rpartition("/")[2]
    assert Fixity.objects.get(recording=recording).ok


def test_options_tells_what_is_spoken_without_a_token(client: Client) -> None:
    answer = client.generic("OPTIONS", "/api/upload/")
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Extension"]) == (204, "1.0.0", "creation,termination")
    assert int(answer["Tus-Max-Size"]) == ingest.LARGEST


@pytest.mark.parametrize("version", ["", "0.2.2"])
def test_another_version_is_refused_with_412(tus: Tus, version: str) -> None:
    answer = tus.create(tus.side.seal(PLAIN), **{"Tus-Resumable": version})
    assert (answer.status_code, answer["Tus-Resumable"]) == (412, "1.0.0")
    assert not Upload.objects.exists()


def test_a_method_may_come_in_a_header(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    headers = TUS | tus.side.authorization | {"Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert tus.client.generic("POST", location, sealed.data, content_type=CHUNK, headers=headers).status_code == 204


def test_the_body_has_its_content_type(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    headers = TUS | tus.side.authorization | {"Upload-Offset": "0"}
    assert tus.client.generic("PATCH", location, sealed.data, content_type="application/octet-stream", headers=headers).status_code == 415


@pytest.mark.parametrize("offset", [1, 99])
def test_a_wrong_offset_is_409_and_changes_nothing(tus: Tus, offset: int) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    answer = tus.patch(location, offset, sealed.data[offset:])
    assert (answer.status_code, answer.json()["error"]) == (409, "offset")
    assert tus.ask("HEAD", location)["Upload-Offset"] == "0"


def test_more_than_announced_is_413(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    assert tus.patch(location, 0, sealed.data + b"!").status_code == 413
    assert tus.patch(location, 0, sealed.data).status_code == 204


def test_a_client_that_goes_away_leaves_what_came(tus: Tus) -> None:
    """A dropped connection is a body shorter than its Content-Length."""
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    headers = TUS | tus.side.authorization | {"Upload-Offset": "0"}
    cut_short = {"wsgi.input": BytesIO(sealed.data[:1000])}
    answer = tus.client.generic("PATCH", location, sealed.data, content_type=CHUNK, headers=headers, **cut_short)
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "1000")
    upload = Upload.objects.get()
    assert (upload.offset, store.spool_path(upload.id).read_bytes()) == (1000, sealed.data[:1000])
    assert tus.patch(location, 1000, sealed.data[1000:]).status_code == 204
    assert receipt_of(tus, location).duplicate is False


def test_bytes_behind_the_acknowledged_offset_are_cut_off(tus: Tus) -> None:
    """After a crash the spool may be longer than the row says."""
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    tus.patch(location, 0, sealed.data[:1000])
    upload = Upload.objects.get()
    with store.spool_path(upload.id).open("ab") as spool:
        spool.write(b"never acknowledged")
    digests.forget(upload.id)
    assert tus.patch(location, 1000, sealed.data[1000:]).status_code == 204
    assert store.blob_path(sealed.manifest.sealed_blake3).read_bytes() == sealed.data


def test_a_spool_shorter_than_acknowledged_ends_the_upload(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    tus.patch(location, 0, sealed.data[:1000])
    store.spool_path(Upload.objects.get().id).write_bytes(b"short")
    assert tus.patch(location, 1000, sealed.data[1000:]).status_code == 410
    assert Upload.objects.get().problem == "spool-lost"
    assert tus.create(sealed)["Location"] != location


def test_a_wrong_digest_is_460_discards_the_spool_and_frees_the_row(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    answer = tus.patch(location, 0, sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    assert (answer.status_code, answer.json()["error"]) == (460, "digest")
    assert not Recording.objects.exists()
    assert not spools()
    assert tus.ask("HEAD", location).status_code == 460
    assert tus.ask("GET", f"{location}/receipt").status_code == 460
    assert Entry.objects.filter(kind="archive:upload:discarded").exists()
    again = tus.send(sealed)
    assert again != location
    assert receipt_of(tus, again).duplicate is False


def test_plain_bytes_are_not_taken(tus: Tus) -> None:
    """What is not an age file is refused even when the digest fits: recordings lie sealed."""
    sealed = tus.side.seal(PLAIN)
    fake = replace(sealed, data=b"x" * len(sealed.data))
    fake = fake.changed(sealed_blake3=blake3_of(fake.data))
    location = tus.create(fake)["Location"]
    assert tus.patch(location, 0, fake.data).status_code == 422
    assert not Recording.objects.exists()


def test_a_manifest_signed_by_another_key_is_403(tus: Tus) -> None:
    answer = tus.create(tus.side.seal(PLAIN), key=SigningKey.generate(tus.side.key.name))
    assert (answer.status_code, answer.json()["error"]) == (403, "manifest")
    assert not Upload.objects.exists()


def test_a_manifest_that_names_another_dock_is_403(tus: Tus, cast: Cast) -> None:
    other = DockSide.enter(cast.karaganda, "dock 2")
    assert tus.create(tus.side.seal(PLAIN).changed(dock=str(other.dock.id))).status_code == 403


@pytest.mark.parametrize("metadata", ["", "filename eA==", "manifest", "manifest ?", "manifest " + b64encode(b"no note").decode()])
def test_a_missing_or_malformed_manifest_is_403(tus: Tus, metadata: str) -> None:
    assert tus.create(tus.side.seal(PLAIN), **{"Upload-Metadata": metadata}).status_code == 403


@pytest.mark.parametrize("length", ["", "-1", "1e3", "12345"])
def test_a_length_that_is_not_the_manifests_is_400(tus: Tus, length: str) -> None:
    assert tus.create(tus.side.seal(PLAIN), **{"Upload-Length": length}).status_code == 400


def test_a_file_sealed_to_a_foreign_key_is_403(tus: Tus, cast: Cast) -> None:
    stranger = DockSide.enter(cast.pavlodar, "dock 1")
    sealed = tus.side.seal(PLAIN)
    foreign = sealed.changed(recipients=[*sealed.manifest.recipients, str(stranger.recipient)])
    assert tus.create(foreign).json()["error"] == "recipients"


def test_a_retired_generation_of_the_office_is_taken(tus: Tus) -> None:
    """A dock that was offline for days has sealed to the key of those days."""
    Generation.objects.update(retired_at="2026-01-01T00:00:00Z")
    tus.send(tus.side.seal(PLAIN))
    assert Recording.objects.get().generation == 1


def test_the_same_sealed_file_announced_again_continues_where_it_was(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    tus.patch(location, 0, sealed.data[:1000])
    again = tus.create(sealed)
    assert again["Location"] == location
    assert tus.ask("HEAD", location)["Upload-Offset"] == "1000"
    tus.patch(location, 1000, sealed.data[1000:])
    assert tus.create(sealed)["Location"] == location
    assert receipt_of(tus, location).duplicate is False


def test_a_recording_presented_again_needs_no_sending(tus: Tus, cast: Cast) -> None:
    tus.send(tus.side.seal(PLAIN))
    recording = Recording.objects.get()
    other = Tus(DockSide.enter(cast.karaganda, "dock 2"), Client())
    sealed = other.side.seal(PLAIN, path="DCIM/101/AGAIN.MP4")
    location = other.create(sealed)["Location"]
    state = other.ask("HEAD", location)
    assert state["Upload-Offset"] == state["Upload-Length"] == str(len(sealed.data))
    receipt = receipt_of(other, location)
    assert (receipt.duplicate, receipt.recording, receipt.sealed_blake3) == (True, str(recording.pk), recording.sealed_blake3)
    entry = Entry.objects.get(kind="archive:recording:presented")
    assert "DCIM/101/AGAIN.MP4" in entry.content.body
    assert Recording.objects.count() == 1


def test_two_docks_with_one_recorder_the_later_gets_a_duplicate_receipt(tus: Tus, cast: Cast) -> None:
    other = Tus(DockSide.enter(cast.karaganda, "dock 2"), Client())
    first, second = tus.side.seal(PLAIN), other.side.seal(PLAIN)
    one, two = tus.create(first)["Location"], other.create(second)["Location"]
    assert tus.patch(one, 0, first.data).status_code == 204
    assert other.patch(two, 0, second.data).status_code == 204
    assert (receipt_of(tus, one).duplicate, receipt_of(other, two).duplicate) == (False, True)
    assert Recording.objects.count() == 1
    assert store.blob_size(second.manifest.sealed_blake3) is None
    assert not spools()


def test_no_receipt_for_a_stored_copy_that_is_not_whole(tus: Tus) -> None:
    """The copy on the device may be the last good one: nothing may let it be erased."""
    tus.send(tus.side.seal(PLAIN))
    store.drop_blob(Recording.objects.get().sealed_blake3)
    answer = tus.create(tus.side.seal(PLAIN))
    assert (answer.status_code, answer.json()["error"]) == (422, "stored-copy-damaged")


def test_a_full_disk_is_507_and_keeps_what_was_acknowledged(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, later = tus.side.seal(PLAIN), tus.side.seal(PLAIN[::-1])
    location = tus.create(sealed)["Location"]
    tus.patch(location, 0, sealed.data[:1000])
    with monkeypatch.context() as full:
        full.setitem(settings.QORGAN, "QORGAN_DISK_RESERVE_GIB", 1e9)
        answer = tus.create(later)
        assert (answer.status_code, answer.json()["error"]) == (507, "disk-full")
        assert tus.patch(location, 1000, sealed.data[1000:]).status_code == 507
        assert tus.ask("HEAD", location)["Upload-Offset"] == "1000"
    assert tus.patch(location, 1000, sealed.data[1000:]).status_code == 204


def test_two_patches_at_once_the_second_is_423(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    with store.held_spool(Upload.objects.get().id):
        answer = tus.patch(location, 0, sealed.data)
        assert (answer.status_code, answer.json()["error"]) == (423, "busy")
        assert tus.ask("DELETE", location).status_code == 423
        assert tus.ask("HEAD", location).status_code == 200
    assert tus.patch(location, 0, sealed.data).status_code == 204


def test_termination_forgets_an_upload_but_not_a_recording(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    tus.patch(location, 0, sealed.data[:1000])
    assert tus.ask("DELETE", location).status_code == 204
    assert tus.ask("HEAD", location).status_code == 410
    assert not spools()
    stored = tus.send(sealed)
    assert tus.ask("DELETE", stored).status_code == 409
    assert store.blob_size(sealed.manifest.sealed_blake3) == len(sealed.data)


def test_an_unknown_or_revoked_token_is_401(tus: Tus, client: Client) -> None:
    sealed = tus.side.seal(PLAIN)
    location = tus.create(sealed)["Location"]
    assert client.head(location, headers=TUS).status_code == 401
    assert client.head(location, headers=TUS | {"Authorization": "Bearer nothing"}).status_code == 401
    docks.revoke(actor=SETUP, dock=tus.side.dock)
    answer = tus.patch(location, 0, sealed.data)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert Upload.objects.get().offset == 0


def test_another_docks_upload_is_not_there(tus: Tus, cast: Cast) -> None:
    location = tus.create(tus.side.seal(PLAIN))["Location"]
    for stranger in (DockSide.enter(cast.pavlodar, "dock 1"), DockSide.enter(cast.karaganda, "dock 2")):
        for method in ("HEAD", "DELETE"):
            assert Tus(stranger, Client()).ask(method, location).status_code == 404
        assert Tus(stranger, Client()).ask("GET", f"{location}/receipt").status_code == 404


def test_a_failed_attribution_fails_the_whole_transaction_and_is_tried_again(tus: Tus) -> None:
    sealed = tus.side.seal(PLAIN, volume_label="FAIL-ATTRIBUTION")
    location = tus.create(sealed)["Location"]
    with pytest.raises(RuntimeError, match="attribution failed"):
        tus.patch(location, 0, sealed.data)
    assert not Recording.objects.exists()
    assert not Entry.objects.filter(kind="archive:recording:stored").exists()
    assert Upload.objects.get().offset == len(sealed.data)
    with pytest.raises(RuntimeError, match="attribution failed"):
        tus.ask("HEAD", location)


def test_names_of_the_device_are_made_safe_and_kept_in_the_manifest(tus: Tus) -> None:
    nasty = "../../etc/\x00\u202e" + "ж" * 200 + ".MP4"
    tus.send(tus.side.seal(PLAIN, name=nasty, path=f"DCIM/{nasty}", media={"kind": "video", "problems": ["\x00"]}))
    recording = Recording.objects.get()
    assert "/" not in recording.name
    assert len(recording.name.encode()) <= 255
    assert "\x00" not in recording.path
    assert "\\u0000" in recording.manifest


def test_a_refusal_speaks_the_language_of_the_dock(tus: Tus) -> None:
    answer = tus.create(tus.side.seal(PLAIN), **{"Upload-Length": "5", "Accept-Language": "ru"})
    assert answer.json()["message"] == "Объявленная длина не та, что в сопроводительной описи. Ничего не принято."


def test_stale_uploads_and_rubbish_in_the_spool_go(tus: Tus) -> None:
    stale, fresh = tus.side.seal(PLAIN), tus.side.seal(PLAIN[::-1])
    gone, location = tus.create(stale)["Location"], tus.create(fresh)["Location"]
    Upload.objects.filter(sealed_blake3=stale.manifest.sealed_blake3).update(touched_at="2026-01-01T00:00:00Z")
    rubbish = Path(settings.DATA) / "spool" / "2f1d8c64-9a90-4b8f-8e5b-6a5b0e0f9c11"
    rubbish.write_bytes(b"left by a crash")
    assert ingest.forget_stale_uploads() == 2
    assert not rubbish.exists()
    assert tus.ask("HEAD", gone).status_code == 410
    assert tus.ask("HEAD", location).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_docks_finish_the_same_recording_in_the_same_moment(tus: Tus, cast: Cast) -> None:
    """One recording, one receipt for it and one for a duplicate, and no stored file that nobody names."""
    ends = [tus, Tus(DockSide.enter(cast.karaganda, "dock 2"), Client())]
    files = [end.side.seal(PLAIN) for end in ends]
    places = [end.create(sealed)["Location"] for end, sealed in zip(ends, files, strict=True)]
    together = Barrier(2)

    def finish(number: int) -> int:
        together.wait()
        try:
            return ends[number].patch(places[number], 0, files[number].data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(finish, range(2))) == [204, 204]
    assert sorted(receipt_of(end, place).duplicate for end, place in zip(ends, places, strict=True)) == [False, True]
    assert Recording.objects.count() == 1
    assert sum(store.blob_size(sealed.manifest.sealed_blake3) is not None for sealed in files) == 1
    assert not spools()


def test_looking_at_sockets_leaves_no_file_open(tmp_path: Path) -> None:
    """A copy of an open spool would keep its lock after the upload has let go of it."""
    with (tmp_path / "file").open("wb"):
        before = len(list(Path("/proc/self/fd").iterdir()))
        for socket in incoming.tcp_sockets(os.getpid()):
            socket.close()
        assert len(list(Path("/proc/self/fd").iterdir())) == before
