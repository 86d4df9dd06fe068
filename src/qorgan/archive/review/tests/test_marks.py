"""Marks: made while the vault is open, never edited, struck with a reason; reviewed is what a holder says, signed (444 p.6)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from qorgan.archive.models import Recording
from qorgan.archive.review import access, actions
from qorgan.archive.review.models import Mark, Review, Strike
from qorgan.archive.review.refusals import ReviewRefused
from qorgan.archive.review.tests.office import LENGTH, SECOND, address, holder, mark, proven, stored, unlocking_of
from qorgan.archive.vault.tests.office import PURPOSE, START, body
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.people.tests.cast import PIN, Cast

ClientOf = Callable[[str], Client]


def test_a_mark_keeps_its_moment_in_microseconds_and_in_real_time(serik: Client, recording: Recording) -> None:
    answer = mark(serik, recording, at="0:00:01.480001")
    assert answer.headers["Location"].endswith("?at=0:00:01.480001")
    made = Mark.objects.get()
    assert (made.at_us, made.kind, made.note) == (1_480_001, "violation", "Конвейерде қоршау жоқ")
    assert made.happened_at == START + timedelta(microseconds=1_480_001)
    assert made.purpose == PURPOSE
    entry = Entry.objects.get(kind="review:mark:made")
    assert entry.position == made.position
    assert said(entry)["payload"]["at_us"] == 1_480_001
    assert said(entry)["payload"]["purpose"] == PURPOSE


def test_real_time_follows_the_clock_as_it_is_corrected_later(serik: Client, recording: Recording) -> None:
    mark(serik, recording)
    Recording.objects.filter(pk=recording.pk).update(started_at=START - timedelta(hours=1))
    assert access.marks_of([recording.pk])[recording.pk][0].real_time == START - timedelta(hours=1) + timedelta(microseconds=1_500_000)


@pytest.mark.parametrize(
    "wrong", [{"at": "later"}, {"at": "0:01:00"}, {"note": "  "}, {"kind": "crime"}, {"paragraph": " "}, {"at": "-1"}, {"note": "x" * 1001}]
)
def test_a_mark_of_nothing_is_refused_and_nothing_is_written(serik: Client, recording: Recording, wrong: dict[str, str]) -> None:
    answer = mark(serik, recording, **wrong)
    assert answer.status_code == 422
    assert any(sign in answer.content for sign in (b'class="error"', b'role="alert"')), "it is said why"
    assert not Mark.objects.exists()
    assert not Entry.objects.filter(kind="review:mark:made").exists()


def test_without_the_open_vault_nobody_marks(client_of: ClientOf, recording: Recording) -> None:
    answer = mark(client_of("gulnar"), recording)
    assert answer.status_code == 403
    assert not Mark.objects.exists()


@pytest.mark.parametrize("name", ["aidar", "marat", "olga", "dana", "bekzat", "nurlan"])
def test_marks_are_for_the_two_holders(client_of: ClientOf, serik: Client, recording: Recording, name: str) -> None:
    mark(serik, recording)
    client = client_of(name)
    assert mark(client, recording).status_code == 404
    assert client.get(reverse("review:strike", args=[Mark.objects.get().pk])).status_code == 404
    assert "Конвейерде" not in client.get(reverse("archive:recording", args=[recording.pk])).content.decode()
    assert Mark.objects.count() == 1


def test_the_player_gets_the_list_back_without_a_reload(serik: Client, recording: Recording) -> None:
    values = {"at": "1.5", "kind": "other", "note": "Мән-жай"}
    answer = serik.post(address("mark", recording), values, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "<html" not in text
    assert 'data-at-us="1500000"' in text
    wrong = serik.post(address("mark", recording), {**values, "note": ""}, headers={"HX-Request": "true"}).content.decode()
    assert 'class="error"' in wrong
    assert "1.5" in wrong, "what was typed stays"


def test_a_mark_is_drawn_on_the_time_line(serik: Client, recording: Recording) -> None:
    mark(serik, recording)
    page = serik.get(reverse("archive:recording", args=[recording.pk])).content.decode()
    assert 'class="tl-mark tl-mark-violation"' in page
    assert 'x="37.500%"' in page


# Striking ----------------------------------------------------------------------------------------


def test_a_struck_mark_stays_readable_with_the_reason(serik: Client, recording: Recording) -> None:
    mark(serik, recording)
    made = Mark.objects.get()
    url = reverse("review:strike", args=[made.pk])
    assert serik.post(url, {"reason": " "}).status_code == 422
    assert serik.post(url, {"reason": "Басқа конвейер"}).status_code == 302
    assert Strike.objects.get().reason == "Басқа конвейер"
    page = serik.get(reverse("archive:recording", args=[recording.pk])).content.decode()
    assert "<s>Конвейерде қоршау жоқ</s>" in page
    assert "Басқа конвейер" in page
    assert "tl-mark-violation" not in page
    assert access.marks_of([recording.pk], struck=False) == {}
    assert serik.post(url, {"reason": "again"}).status_code == 422
    assert Entry.objects.filter(kind="review:mark:struck").count() == 1


@pytest.mark.parametrize("what", ["mark", "strike", "derivative", "review"])
def test_the_database_refuses_change(cast: Cast, serik: Client, recording: Recording, what: str) -> None:
    mark(serik, recording)
    if what == "strike":
        actions.strike_mark(actor=holder(cast), mark=Mark.objects.get(), reason="r")
    body(serik.get(reverse("archive:stream", args=[recording.pk])))
    serik.post(address("still", recording), {"at": "1", "form": "jpeg"})
    actions.declare_reviewed(actor=holder(cast), unlocking=unlocking_of(recording), recording=recording, proven=proven(cast), extent="whole")
    row = {"mark": Mark, "strike": Strike, "derivative": recording.derivatives.model, "review": Review}[what].objects.get()
    for change in (lambda: type(row).objects.filter(pk=row.pk).update(person_name="another"), row.delete):
        with pytest.raises(DatabaseError, match="append only"), transaction.atomic():
            change()


# Reviewed ----------------------------------------------------------------------------------------


def test_opening_is_not_reviewing(serik: Client, recording: Recording) -> None:
    body(serik.get(reverse("archive:stream", args=[recording.pk])))
    page = serik.get(reverse("review:list")).content.decode()
    assert recording.name in page
    assert serik.post(address("reviewed", recording), {"extent": "whole", "pin": PIN}).status_code == 302
    assert recording.name not in serik.get(reverse("review:list")).content.decode()
    said_so = Review.objects.get()
    assert (said_so.extent, said_so.from_us, said_so.until_us, said_so.signature.method) == ("whole", 0, LENGTH, "pin")
    entry = Entry.objects.get(kind="review:recording:reviewed")
    assert said(entry)["payload"]["digest"] == said_so.signature.digest


def test_who_has_not_opened_it_cannot_have_reviewed_it(serik: Client, recording: Recording) -> None:
    answer = serik.post(address("reviewed", recording), {"extent": "whole", "pin": PIN})
    assert answer.status_code == 422
    assert not Review.objects.exists()


def test_a_part_is_listed_apart(serik: Client, recording: Recording) -> None:
    body(serik.get(reverse("archive:stream", args=[recording.pk])))
    values = {"extent": "part", "begin": "0:00:01", "end": "0:00:02.5", "pin": PIN}
    assert serik.post(address("reviewed", recording), {**values, "end": "0:00:00.5"}).status_code == 422
    assert serik.post(address("reviewed", recording), {**values, "end": ""}).status_code == 422
    assert serik.post(address("reviewed", recording), values).status_code == 302
    assert (Review.objects.get().from_us, Review.objects.get().until_us) == (SECOND, 2_500_000)
    assert recording.name not in serik.get(reverse("review:list")).content.decode()
    assert recording.name in serik.get(reverse("review:list"), {"part": "1"}).content.decode()


def test_a_wrong_pin_signs_nothing(serik: Client, recording: Recording) -> None:
    body(serik.get(reverse("archive:stream", args=[recording.pk])))
    assert serik.post(address("reviewed", recording), {"extent": "whole", "pin": "9999"}).status_code == 422
    assert not Review.objects.exists()
    assert Entry.objects.filter(kind="people:signature:refused").count() == 1


def test_the_list_is_of_the_own_division_and_of_recordings(cast: Cast, client_of: ClientOf, serik: Client, recording: Recording) -> None:
    stored(cast, plain=b"x", name="OTHER.TXT", media={"kind": "other"})
    page = serik.get(reverse("review:list")).content.decode()
    assert recording.name in page
    assert "OTHER.TXT" not in page
    assert recording.name not in client_of("bekzat").get(reverse("review:list")).content.decode()


def test_the_list_asks_a_constant_number_of_questions(cast: Cast, serik: Client, recording: Recording, django_assert_max_num_queries: object) -> None:
    for number in range(35):
        stored(cast, plain=bytes([number]), name=f"{number}.MP4")
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        assert serik.get(reverse("review:list")).status_code == 200


def test_an_action_without_its_entry_does_not_happen(cast: Cast, serik: Client, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_values: object) -> None:
        raise RuntimeError("ledger is full")

    monkeypatch.setattr(actions.log, "append", refuse)
    with pytest.raises(RuntimeError):
        actions.mark_moment(actor=holder(cast), unlocking=unlocking_of(recording), recording=recording, at_us=0, kind="other", note="n")
    assert not Mark.objects.exists()
    with pytest.raises(ReviewRefused):
        actions.take(actor=holder(cast), unlocking=unlocking_of(recording), recording=recording, kind="clip", from_us=5, until_us=5, form="mp4")
