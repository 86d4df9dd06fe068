"""Fixity: damage of a stored file is found, named, logged once, and shown by the exit code (444 p.13)."""

import argparse
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.access import recordings
from qorgan.archive.commands import register
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.scrub import scrub_all, scrub_some
from qorgan.archive.tests.dockside import DockSide, Tus
from qorgan.archive.tests.test_docks import actor_of
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.urls("qorgan.archive.tests.served_urls"), pytest.mark.usefixtures("own_data")]


@pytest.fixture
def stored(cast: Cast) -> list[Recording]:
    """Three recordings, checked in this order at last."""
    tus = Tus(DockSide.enter(cast.karaganda), Client())
    for number in range(3):
        tus.send(tus.side.seal(f"recording {number} ".encode() * 5000))
    return list(Recording.objects.order_by("position"))


def flip(recording: Recording) -> None:
    """One bit of the stored file, as a bad disk does."""
    path = store.blob_path(recording.sealed_blake3)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The command line."""
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    options = parser.parse_args(["archive", "scrub", *words])
    return options.run(options), capsys.readouterr().out


def test_whole_files_hold(stored: list[Recording], capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "--all", "--format", "json")
    assert code == 0
    assert json.loads(out) | {"bytes": 0} == {"holds": True, "checked": 3, "bytes": 0, "problems": [], "orphans": []}


def test_a_flipped_bit_and_a_missing_file_are_named(stored: list[Recording], capsys: pytest.CaptureFixture[str]) -> None:
    flip(stored[0])
    store.drop_blob(stored[1].sealed_blake3)
    code, out = run(capsys, "--all", "--format", "json")
    assert code == 1
    assert {(one["recording"], one["problem"]) for one in json.loads(out)["problems"]} == {(str(stored[0].pk), "damaged"), (str(stored[1].pk), "missing")}
    code, out = run(capsys, "--all")
    assert (code, str(stored[0].pk) in out, str(stored[2].pk) in out) == (1, True, False)
    assert dict(Fixity.objects.values_list("recording_id", "ok")) == {stored[0].pk: False, stored[1].pk: False, stored[2].pk: True}


def test_damage_is_logged_once_and_so_is_its_end(stored: list[Recording]) -> None:
    path = store.blob_path(stored[0].sealed_blake3)
    before = path.read_bytes()
    flip(stored[0])
    scrub_all()
    scrub_all()
    assert Entry.objects.filter(kind="archive:recording:damaged", subject=f"recording:{stored[0].pk}").count() == 1
    path.write_bytes(before)
    scrub_all()
    assert Entry.objects.filter(kind="archive:recording:sound").count() == 1
    assert Fixity.objects.get(recording=stored[0]).ok


def test_a_file_that_grew_or_shrank_is_damaged(stored: list[Recording]) -> None:
    for recording, change in ((stored[0], b"more"), (stored[1], None)):
        path = store.blob_path(recording.sealed_blake3)
        path.chmod(0o644)
        path.write_bytes(path.read_bytes() + change if change else path.read_bytes()[:-1])
    assert [one["problem"] for one in scrub_all().problems] == ["damaged", "damaged"]


def test_the_rolling_check_begins_with_what_was_checked_longest_ago(stored: list[Recording]) -> None:
    for days, recording in zip((1, 9, 5), stored, strict=True):
        Fixity.objects.filter(recording=recording).update(checked_at=timezone.now() - timedelta(days=days))
    checked = []
    for _turn in range(3):
        before = timezone.now()
        assert scrub_some(seconds=0).checked == 1
        checked.append(Fixity.objects.get(checked_at__gte=before).recording_id)
    assert checked == [stored[1].pk, stored[2].pk, stored[0].pk]


def test_a_stored_file_of_no_recording_is_named_but_is_no_damage(stored: list[Recording]) -> None:
    path = store.blob_path("ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"left by a crash")
    report = scrub_all()
    assert (report.holds, report.orphans) == (True, ["ab" * 32])


@pytest.mark.parametrize(
    "change", ["plain_sha256 = 'x'", "sealed_blake3 = 'x'", "stored_at = '2020-01-01'", "device_started_at = 'x'", "receipt = 'x'", "plain_size = 1"]
)
def test_what_was_stored_refuses_to_change(stored: list[Recording], change: str) -> None:
    """By the database itself: not even SQL changes date, time or hash (444 p.13)."""
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE archive_recording SET {change}")
    with pytest.raises(DatabaseError, match="append only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM archive_recording")


def test_whose_it_is_may_be_filled_in_later(stored: list[Recording], cast: Cast) -> None:
    recording = stored[0]
    recording.person, recording.person_name, recording.offset_ms = cast.aidar, cast.aidar.full_name, 3_600_000
    recording.save()
    assert Recording.objects.get(pk=recording.pk).person == cast.aidar


def test_who_sees_which_recordings(stored: list[Recording], cast: Cast) -> None:
    """Head and responsible person those of the division, the inspector own ones, nobody else any (444 p.13)."""
    Recording.objects.filter(pk=stored[0].pk).update(person=cast.aidar)
    names = ("gulnar", "serik", "aidar", "marat", "olga", "dana", "bekzat")
    seen = {name: recordings(actor_of(getattr(cast, name))).count() for name in names}
    assert seen == {"gulnar": 3, "serik": 3, "aidar": 1, "marat": 0, "olga": 0, "dana": 0, "bekzat": 0}
