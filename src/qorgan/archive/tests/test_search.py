"""Searching the archive: who finds what, by which filter, at which cost (444 p.6, 13)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from qorgan.archive.keyset import ROWS
from qorgan.archive.models import Recording, Word
from qorgan.archive.spelling import as_key, typed_words, words_of
from qorgan.archive.vault.tests.office import START, open_office, store_recording
from qorgan.archive.words import rebuild
from qorgan.people.tests.cast import Cast

ClientOf = Callable[[str], Client]


@pytest.fixture
def archive(cast: Cast) -> dict[str, Recording]:
    open_office(cast)
    return {
        "first": store_recording(cast, b"1", name="20261120_090000.MP4"),
        "other": store_recording(
            cast, b"2", name="KAZ_0002.MP4", person=cast.marat, person_name=cast.marat.full_name, source_number="0421", case_label="№ 7 · ЖШС «Құрылыс»",
            started_at=START + timedelta(days=1),
        ),
        "undated": store_recording(cast, b"3", name="undated.avi", started_at=None),
    }


def found(client: Client, **query: str) -> list[str]:
    answer = client.get(reverse("archive:search"), query)
    assert answer.status_code == 200
    return [line.name for line in answer.context["lines"]]


@pytest.mark.parametrize(
    ("name", "status"), [("gulnar", 200), ("serik", 200), ("aidar", 200), ("olga", 403), ("dana", 403), ("nurlan", 403)]
)
def test_who_may_search(client_of: ClientOf, archive: dict[str, Recording], name: str, status: int) -> None:
    assert client_of(name).get(reverse("archive:search")).status_code == status


def test_the_newest_first_and_those_without_a_time_apart(client_of: ClientOf, archive: dict[str, Recording]) -> None:
    client = client_of("serik")
    assert found(client) == ["KAZ_0002.MP4", "20261120_090000.MP4"]
    assert found(client, undated="1") == ["undated.avi"]


def test_an_inspector_finds_own_recordings_only(client_of: ClientOf, archive: dict[str, Recording]) -> None:
    assert found(client_of("aidar")) == ["20261120_090000.MP4"]
    assert found(client_of("marat")) == ["KAZ_0002.MP4"]
    assert found(client_of("marat"), person=str(archive["first"].person_id), q="20261120") == []


def test_a_stranger_finds_nothing(client_of: ClientOf, archive: dict[str, Recording]) -> None:
    assert found(client_of("bekzat")) == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"inspection": "12-3/41"}, ["20261120_090000.MP4"]),
        ({"q": "кұрылыс"}, ["KAZ_0002.MP4"]),
        ({"q": "КОМИР Kapaғанды"}, ["20261120_090000.MP4"]),
        ({"q": "көмір карағанды"}, ["20261120_090000.MP4"]),
        ({"q": "kaz_0002"}, ["KAZ_0002.MP4"]),
        ({"recorder": "0421"}, ["KAZ_0002.MP4"]),
        ({"recorder": "042"}, []),
        ({"first": "2026-11-20"}, ["20261120_090000.MP4"]),
        ({"first": "2026-11-20", "last": "2026-11-21"}, ["KAZ_0002.MP4", "20261120_090000.MP4"]),
        ({"last": "2026-11-20"}, ["20261120_090000.MP4"]),
        ({"q": "100%_"}, []),
    ],
)
def test_filters(client_of: ClientOf, archive: dict[str, Recording], query: dict[str, str], names: list[str]) -> None:
    assert found(client_of("gulnar"), **query) == names


def test_by_inspector(client_of: ClientOf, archive: dict[str, Recording]) -> None:
    assert found(client_of("gulnar"), person=str(archive["other"].person_id)) == ["KAZ_0002.MP4"]


def test_a_day_begins_at_midnight_in_almaty(cast: Cast, client_of: ClientOf) -> None:
    open_office(cast)
    store_recording(cast, b"late", name="late.mp4", started_at=START.replace(hour=18, minute=59))  # 23:59 there
    store_recording(cast, b"next", name="next.mp4", started_at=START.replace(hour=19, minute=0))
    assert found(client_of("serik"), first="2026-11-20") == ["late.mp4"]
    assert found(client_of("serik"), first="2026-11-21") == ["next.mp4"]


def test_a_filter_that_cannot_be_read_keeps_what_was_typed(client_of: ClientOf, archive: dict[str, Recording]) -> None:
    answer = client_of("serik").get(reverse("archive:search"), {"first": "yesterday", "q": "abc"})
    assert answer.status_code == 422
    assert "abc" in answer.content.decode()


def test_empty_states_teach(client_of: ClientOf, cast: Cast) -> None:
    assert 'class="empty"' in client_of("serik").get(reverse("archive:search")).content.decode()
    assert 'class="empty"' in client_of("serik").get(reverse("archive:search"), {"q": "nothing"}).content.decode()


def many(cast: Cast, count: int, same_time: bool = False, offset: int = 0) -> None:
    media = {"kind": "video", "duration_us": 60_000_000, "gaps": [[10_000_000, 20_000_000]]}
    Recording.objects.bulk_create(
        Recording(
            organisation=cast.karaganda, person=cast.aidar, person_name=cast.aidar.full_name, source_number="0417", case=uuid4(), case_label=f"№ {n}",
            kind="video", name=f"{n:05}.mp4", words=f"№ {n} {n:05}.mp4", path="p", media=media, plain_sha256=f"{n:064x}", sealed_blake3=f"{n:064x}",
            plain_size=1, sealed_size=1, generation=1,
            started_at=START + timedelta(minutes=0 if same_time else n), dock_name="d", manifest="m", stored_at=START, position=n, receipt="r",
        )
        for n in range(offset, offset + count)
    )


@pytest.mark.parametrize("same_time", [False, True])
def test_pages_lead_through_everything_once_and_back(cast: Cast, client_of: ClientOf, same_time: bool) -> None:
    many(cast, 3 * ROWS + 7, same_time)
    client, seen, query = client_of("serik"), [], {}
    pages: list[list[str]] = []
    while True:
        answer = client.get(reverse("archive:search"), query)
        pages.append([line.name for line in answer.context["lines"]])
        seen += pages[-1]
        if not answer.context["page"].older:
            break
        query = {"after": answer.context["page"].older}
    assert len(seen) == len(set(seen)) == 3 * ROWS + 7
    back = client.get(reverse("archive:search"), {"before": answer.context["page"].newer})
    assert [line.name for line in back.context["lines"]] == pages[-2]
    assert not client.get(reverse("archive:search")).context["page"].newer


def test_the_link_to_older_rows_keeps_the_filters(cast: Cast, client_of: ClientOf) -> None:
    many(cast, ROWS + 1)
    text = client_of("serik").get(reverse("archive:search"), {"recorder": "0417"}).content.decode()
    link = next(part.split('"')[1] for part in text.split("<a ") if 'rel="next"' in part for part in [part[part.index("href=") :]])
    query = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
    assert query["recorder"] == ["0417"]
    assert "after" in query


@pytest.mark.parametrize("cursor", ["", "x", "1.2", "9" * 40 + "." + "0" * 32, "-1." + "0" * 32])
def test_a_malformed_cursor_is_no_error(client_of: ClientOf, archive: dict[str, Recording], cursor: str) -> None:
    assert client_of("serik").get(reverse("archive:search"), {"after": cursor}).status_code == 200


def queries(client: Client, query: Any = None) -> int:
    with CaptureQueriesContext(connection) as context:
        assert client.get(reverse("archive:search"), query or {}).status_code == 200
    return len(context)


def test_one_row_and_fifty_cost_the_same(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("serik")
    many(cast, 1)
    queries(client)
    one = queries(client)
    many(cast, 50, offset=1)
    assert queries(client) == one


def test_the_words_follow_a_later_assignment(archive: dict[str, Recording], client_of: ClientOf) -> None:
    recording = archive["first"]
    recording.case_label = "№ 99 · Өзен"
    recording.save(update_fields=["case_label"])
    assert found(client_of("serik"), q="ӨЗЕН 99") == ["20261120_090000.MP4"]
    assert found(client_of("serik"), q="көмір") == []


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["12-3/41", "№ 12-3/41", "3/41", "41", "090000", "«Қарағанды", "карағ", "жүнісов 0417"])
def test_a_word_is_found_from_any_of_its_beginnings(client_of: ClientOf, archive: dict[str, Recording], typed: str) -> None:
    assert found(client_of("serik"), q=typed) == ["20261120_090000.MP4"]


@pytest.mark.parametrize("typed", ["2-3/41", "аншлаг", "12-3/42", "40000"])
def test_a_word_that_nobody_wrote_costs_no_look(client_of: ClientOf, archive: dict[str, Recording], typed: str) -> None:
    client = client_of("serik")
    with CaptureQueriesContext(connection) as context:
        assert found(client, q=typed) == []
    assert not [query for query in context if "LIKE" in query["sql"]]


def test_a_rare_word_is_looked_for_only_where_it_occurs(cast: Cast, client_of: ClientOf) -> None:
    many(cast, 100)
    rebuild(cast.karaganda)
    with CaptureQueriesContext(connection) as context:
        assert found(client_of("serik"), q="00050") == ["00050.mp4"]
    assert any("LIKE" in query["sql"] and "BETWEEN" in query["sql"] for query in context)


def test_the_words_of_a_division_can_be_made_anew(archive: dict[str, Recording], cast: Cast) -> None:
    before = spans()
    Word.objects.all().delete()
    assert rebuild(cast.karaganda) == len(before)
    assert spans() == before


def spans() -> set[tuple[Any, ...]]:
    return {(bytes(word.word), word.first_at, word.last_at) for word in Word.objects.all()}


@given(text=st.text(alphabet="аб1/-_. «»", max_size=30))
def test_whatever_begins_at_a_sign_is_a_word(text: str) -> None:
    for word in typed_words(text):
        assert as_key(word) in words_of(text) or not any(letter.isalnum() for letter in word)
