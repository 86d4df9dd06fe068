"""Whose recording it is: by time, corrected by the clock check at issue; else the last issue; else visible as nobody's (444 p.7, 17)."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.docks import create_dock
from qorgan.archive.models import Dock, Recording
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.recorders.attributing import assign
from qorgan.recorders.models import Attribution
from qorgan.recorders.refusals import RecorderRefusal
from qorgan.recorders.tests.arriving import arrive, local
from qorgan.recorders.tests.conftest import Desk

ClientOf = Callable[[str], Client]


@pytest.fixture
def dock(desk: Desk) -> Dock:
    return create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")[0]


def attribution(recording: Recording) -> Attribution:
    return Attribution.objects.get(recording=recording)


def test_found_by_its_time(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    made = arrive(dock, desk.r0417, local(issue.issued_at + timedelta(seconds=2)))
    assert attribution(made).issue == issue
    assert attribution(made).basis == "time"
    assert (made.person, made.case, made.case_label) == (desk.cast.aidar, desk.inspection.id, desk.inspection.label)
    assert made.started_at == (issue.issued_at + timedelta(seconds=2)).replace(microsecond=0)
    assert made.ended_at == made.started_at + timedelta(minutes=5)
    payload = said(Entry.objects.get(kind="recorders:recording:attributed"))["payload"]
    assert (payload["basis"], payload["name"]) == ("time", desk.cast.aidar.full_name)


def test_the_measured_hour_is_taken_off(desk: Desk, dock: Dock) -> None:
    issue = desk.issue(clock_offset_s=3600).issue
    true_start = issue.issued_at + timedelta(seconds=3)
    made = arrive(dock, desk.r0417, local(true_start + timedelta(hours=1)))
    assert attribution(made).basis == "time"
    assert made.started_at == true_start.replace(microsecond=0)
    assert (made.offset_ms, made.offset_basis) == (3_600_000, "issue")
    assert made.device_started_at == local(true_start + timedelta(hours=1)).isoformat()


def test_a_pattern_that_knows_of_the_hour_does_not_take_it_off_twice(desk: Desk, dock: Dock) -> None:
    issue = desk.issue(clock_offset_s=3600).issue
    true_start = issue.issued_at + timedelta(seconds=3)
    made = arrive(dock, desk.r0417, local(true_start + timedelta(hours=1)), device_zone_minutes=360)
    assert made.started_at == true_start.replace(microsecond=0)


def test_local_time_in_the_container_called_utc(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    true_start = (issue.issued_at + timedelta(seconds=3)).replace(microsecond=0)
    media = {"kind": "video", "duration_us": 60_000_000, "started_at_container": local(true_start).isoformat() + "Z"}
    made = arrive(dock, desk.r0417, None, media=media)
    assert (attribution(made).basis, made.started_at) == ("time", true_start)


def test_of_two_outings_the_one_that_fits(desk: Desk, dock: Dock) -> None:
    first = desk.issue().issue
    time.sleep(1.2)  # a device writes whole seconds
    began = timezone.now()
    time.sleep(1.2)
    desk.take_back()
    second = desk.issue(person=desk.cast.marat).issue
    time.sleep(1.2)
    assert attribution(arrive(dock, desk.r0417, local(began))).issue == first
    assert attribution(arrive(dock, desk.r0417, local(timezone.now()))).issue == second


def test_time_that_fits_nothing_goes_to_the_last_issue_and_stays_raw(desk: Desk, dock: Dock) -> None:
    issue = desk.issue().issue
    made = arrive(dock, desk.r0417, local(issue.issued_at - timedelta(days=400)))
    assert attribution(made).basis == "last"
    assert made.person == desk.cast.aidar
    assert made.offset_ms is None


def test_a_file_that_waited_at_the_dock_is_not_the_next_inspectors(desk: Desk, dock: Dock) -> None:
    sealed_at = timezone.now() - timedelta(days=1)
    desk.issue()
    made = arrive(dock, desk.r0417, local(sealed_at - timedelta(days=3)), sealed_at=sealed_at.isoformat())
    assert attribution(made).issue is None


def test_never_issued_or_unknown_waits(desk: Desk, dock: Dock) -> None:
    for recorder in (desk.r0417, None):
        made = arrive(dock, recorder, local(timezone.now()))
        assert attribution(made).issue is None
        assert (made.person, made.case) == (None, None)
    assert Attribution.objects.filter(issue=None).count() == 2


def test_named_by_hand(desk: Desk, dock: Dock, client_of: ClientOf) -> None:
    made = arrive(dock, desk.r0417, local(timezone.now() - timedelta(days=1)))
    issue = desk.issue().issue
    client, url = client_of("serik"), reverse("recorders:assign", args=[made.pk])
    assert made.name in client.get(reverse("recorders:unattributed")).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"issue": ""}).status_code == 422
    assert client.post(url, {"issue": str(issue.pk)}).status_code == 302
    made.refresh_from_db()
    assert (made.person, made.case) == (desk.cast.aidar, desk.inspection.id)
    assert attribution(made).basis == "hand"
    assert said(Entry.objects.get(kind="recorders:recording:attributed"))["actor"]["name"] == desk.cast.serik.full_name


def test_not_to_another_divisions_issue(desk: Desk, dock: Dock) -> None:
    made = arrive(dock, desk.r0417, None)
    issue = desk.issue().issue
    issue.organisation = desk.cast.pavlodar
    with pytest.raises(RecorderRefusal):
        assign(actor=desk.actor, recording=made, issue=issue)


@pytest.mark.parametrize(("name", "status"), [("gulnar", 200), ("serik", 200), ("aidar", 403), ("olga", 403), ("dana", 403), ("bekzat", 404)])
def test_who_may_name(desk: Desk, dock: Dock, client_of: ClientOf, name: str, status: int) -> None:
    made = arrive(dock, desk.r0417, None)
    assert client_of(name).get(reverse("recorders:assign", args=[made.pk])).status_code == status
