"""The list of openings: who reads it, and what it finds (444 p.13, 21)."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.keyset import ROWS
from qorgan.archive.vault.models import Opening, Unlocking
from qorgan.archive.vault.tests.office import HEAD_SECRET, RESPONSIBLE_SECRET, body, open_office, store_recording, unlock
from qorgan.people.tests.cast import Cast

ClientOf = Callable[[str], Client]


@pytest.fixture
def looked(cast: Cast, client_of: ClientOf) -> None:
    """Серік looks at a recording for a court, Гүлнар takes its original for a complaint."""
    open_office(cast)
    recording = store_recording(cast)
    serik, gulnar = client_of("serik"), client_of("gulnar")
    unlock(serik, recording, RESPONSIBLE_SECRET, "Request of a court, case 2-114")
    body(serik.get(reverse("archive:stream", args=[recording.pk])))
    unlock(gulnar, recording, HEAD_SECRET, "Complaint № 5 of the subject")
    body(gulnar.get(reverse("archive:original", args=[recording.pk])))


def purposes(client: Client, **query: str) -> list[str]:
    answer = client.get(reverse("archive:openings"), query)
    assert answer.status_code == 200
    return [opening.purpose for opening in answer.context["openings"]]


@pytest.mark.parametrize(("name", "status"), [("gulnar", 200), ("serik", 200), ("dana", 200), ("aidar", 403), ("olga", 403), ("nurlan", 403)])
def test_who_reads_the_list(client_of: ClientOf, looked: None, name: str, status: int) -> None:
    assert client_of(name).get(reverse("archive:openings")).status_code == status


def test_the_head_and_the_auditor_see_all_of_the_division_the_newest_first(client_of: ClientOf, looked: None) -> None:
    expected = ["Complaint № 5 of the subject", "Request of a court, case 2-114"]
    assert purposes(client_of("gulnar")) == purposes(client_of("dana")) == expected


def test_another_division_sees_none(client_of: ClientOf, looked: None) -> None:
    assert purposes(client_of("bekzat")) == []


def test_the_auditor_gets_no_link_to_what_may_not_be_seen(client_of: ClientOf, looked: None) -> None:
    text = client_of("dana").get(reverse("archive:openings")).content.decode()
    assert reverse("archive:recording", args=[Opening.objects.first().recording_id]) not in text  # type: ignore[union-attr]


def test_filters(cast: Cast, client_of: ClientOf, looked: None) -> None:
    client, today = client_of("gulnar"), timezone.localdate().isoformat()
    assert purposes(client, person=str(cast.serik.pk)) == ["Request of a court, case 2-114"]
    assert purposes(client, purpose="COURT 2-114") == ["Request of a court, case 2-114"]
    assert len(purposes(client, first=today, last=today)) == 2
    assert purposes(client, first="2020-01-01", last="2020-01-02") == []


def test_the_page_of_a_recording_names_its_openings_to_its_readers(client_of: ClientOf, looked: None) -> None:
    address = reverse("archive:recording", args=[Opening.objects.values_list("recording", flat=True)[0]])
    assert "case 2-114" in client_of("gulnar").get(address).content.decode()
    assert "case 2-114" not in client_of("aidar").get(address).content.decode()


def test_one_line_and_fifty_cost_the_same(cast: Cast, client_of: ClientOf, looked: None) -> None:
    client, first, unlocking = client_of("gulnar"), Opening.objects.first(), Unlocking.objects.first()
    assert first is not None
    assert unlocking is not None
    client.get(reverse("archive:openings"))
    with CaptureQueriesContext(connection) as two:
        client.get(reverse("archive:openings"))
    for number in range(ROWS + 1):
        recording = store_recording(cast, f"recording {number}".encode())
        Opening.objects.create(
            organisation=cast.karaganda, unlocking=unlocking, recording=recording, kind="play", person=cast.serik, person_name=cast.serik.full_name,
            post="responsible", purpose="p", purpose_folded="p", at=timezone.now(), position=number,
        )
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("archive:openings"))
    assert len(many) == len(two)


def test_an_empty_list_says_what_will_stand_here(cast: Cast, client_of: ClientOf) -> None:
    assert 'class="empty"' in client_of("gulnar").get(reverse("archive:openings")).content.decode()
