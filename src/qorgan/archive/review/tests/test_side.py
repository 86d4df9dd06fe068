"""Several recordings of one inspection side by side: which ones, and where they lie on real time (444 p.6, 17)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from qorgan.archive.models import Recording
from qorgan.archive.review.tests.office import CASE, mark, stored
from qorgan.archive.review.timecode import read, written
from qorgan.archive.vault.tests.office import START
from qorgan.people.tests.cast import Cast

ClientOf = Callable[[str], Client]


def side(client: Client, *chosen: Recording) -> str:
    """The page."""
    return client.get(reverse("review:side", args=[CASE]), {"r": [str(one.pk) for one in chosen]}).content.decode()


@pytest.fixture
def three(cast: Cast, recording: Recording) -> tuple[Recording, Recording, Recording]:
    """A recording, one of another recorder two seconds later (its clock was an hour off), one of the evening."""
    values = {"source": str(uuid4()), "source_number": "0421"}
    second = stored(cast, "mp4", "libx264", "", started_at=START + timedelta(seconds=2), offset_ms=3_600_000, name="B.MP4", **values)
    third = stored(cast, "mov", "libx265", "pcm_alaw", started_at=START + timedelta(hours=9), name="C.MOV", **values)
    return recording, second, third


def test_what_runs_at_the_same_time_is_shown_first(serik: Client, three: tuple[Recording, ...]) -> None:
    page = side(serik)
    assert page.count("data-screen") == page.count(" checked") == 2
    assert f'data-start-ms="{round(START.timestamp() * 1000)}"' in page
    assert f'data-start-ms="{round(START.timestamp() * 1000) + 2000}"' in page


def test_chosen_ones_are_shown_and_a_form_that_browsers_lack_can_be_converted(serik: Client, three: tuple[Recording, ...]) -> None:
    page = side(serik, three[2])
    assert page.count("data-screen") == 1
    assert f'data-convert="{reverse("review:view", args=[three[2].pk])}"' in page


def test_marks_of_all_of_them_stand_on_the_common_line(serik: Client, three: tuple[Recording, ...]) -> None:
    mark(serik, three[1], at="0:00:01")
    assert 'x="50.000%"' in side(serik, three[0], three[1])


def test_locked_no_picture_is_asked_for(client_of: ClientOf, three: tuple[Recording, ...]) -> None:
    page = side(client_of("gulnar"))
    assert "<video" not in page
    assert "data-side" not in page


@pytest.mark.parametrize("name", ["aidar", "olga", "bekzat"])
def test_only_for_those_who_may_play(client_of: ClientOf, three: tuple[Recording, ...], name: str) -> None:
    assert client_of(name).get(reverse("review:side", args=[CASE])).status_code == 404


def test_an_inspection_without_recordings_is_not_there(serik: Client) -> None:
    assert serik.get(reverse("review:side", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("0:12:05.2", 725_200_000), ("5", 5_000_000), ("1:02", 62_000_000), ("0,000001", 1), ("10:00:00", 36_000_000_000)],
)
def test_times_as_people_write_them(text: str, microseconds: int) -> None:
    assert read(text) == microseconds
    assert read(written(microseconds, digits=6)) == microseconds


@pytest.mark.parametrize("text", ["", "later", "1:2:3:4", "-1", "1.2.3", "١"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any
        read(text)
