"""Inspections: entered, found, seen on their time line, ended; who sees which (444 p.4, 17)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qorgan.archive.docks import create_dock
from qorgan.archive.review.actions import mark_moment
from qorgan.archive.vault.tests.office import PURPOSE, RESPONSIBLE_SECRET, open_office
from qorgan.archive.vault.unlocking import unlock
from qorgan.people.rights import actor_for
from qorgan.recorders import actions
from qorgan.recorders.continuity.showing import shown
from qorgan.recorders.models import Inspection
from qorgan.recorders.tests.arriving import arrive, local
from qorgan.recorders.tests.conftest import BIN, Desk, make_inspection

ClientOf = Callable[[str], Client]


def typed(desk: Desk, **changes: object) -> dict[str, object]:
    return {
        "kind": "permit", "subject_name": "«Қарағанды кені» ЖШС", "subject_bin": BIN, "act_number": "5", "inspector": str(desk.cast.marat.pk),
        "planned_on": timezone.localdate().isoformat(), "number": "", **changes,
    }


def test_entered_in_the_office(desk: Desk, client_of: ClientOf) -> None:
    client = client_of("gulnar")
    assert client.get(reverse("recorders:inspection-new")).status_code == 200
    response = client.post(reverse("recorders:inspection-new"), typed(desk))
    made = Inspection.objects.get(subject_name="«Қарағанды кені» ЖШС")
    assert response.headers["Location"] == reverse("recorders:inspection", args=[made.pk])
    assert (made.kind, made.number, made.inspector) == ("permit", f"{timezone.localdate().year}-001", desk.cast.marat)


@pytest.mark.parametrize("change", [{"subject_bin": "123456789012"}, {"number": "12-3/41"}, {"inspector": ""}, {"kind": "holiday"}, {"subject_name": ""}])
def test_what_cannot_be_entered(desk: Desk, client_of: ClientOf, change: dict[str, str]) -> None:
    response = client_of("serik").post(reverse("recorders:inspection-new"), typed(desk, **change))
    assert response.status_code == 422
    assert Inspection.objects.count() == 1


def test_only_inspectors_are_offered(desk: Desk, client_of: ClientOf) -> None:
    page = client_of("serik").get(reverse("recorders:inspection-new")).content.decode()
    assert desk.cast.aidar.full_name in page
    assert desk.cast.dana.full_name not in page
    response = client_of("serik").post(reverse("recorders:inspection-new"), typed(desk, inspector=str(desk.cast.bekzat.pk)))
    assert response.status_code == 422


def test_numbers_of_a_year_go_on(desk: Desk) -> None:
    year = timezone.localdate().year
    numbers = [make_inspection(desk.cast, desk.cast.aidar, number="").number for _n in range(3)]
    assert numbers == [f"{year}-001", f"{year}-002", f"{year}-003"]
    with pytest.raises(ValidationError):
        make_inspection(desk.cast, desk.cast.aidar, number=f"{year}-002")


def test_ended_when_no_recorder_is_out(desk: Desk, client_of: ClientOf) -> None:
    desk.issue()
    url = reverse("recorders:inspection-end", args=[desk.inspection.pk])
    assert client_of("serik").post(url).status_code == 409
    desk.take_back()
    assert client_of("serik").post(url).status_code == 302
    assert client_of("serik").post(url).status_code == 409
    desk.inspection.refresh_from_db()
    assert desk.inspection.ended_at is not None


def test_found_by_words_state_and_bin(desk: Desk, client_of: ClientOf) -> None:
    other = make_inspection(desk.cast, desk.cast.marat, number="77/1")
    actions.end_inspection(actor=desk.actor, inspection=other)
    client = client_of("serik")

    def shown(**query: str) -> tuple[bool, bool]:
        page = client.get(reverse("recorders:inspections"), query).content.decode()
        return "12-3/41" in page, "77/1" in page

    assert shown() == (True, True)
    assert shown(state="open") == (True, False)
    assert shown(state="over") == (False, True)
    assert shown(q="мысал") == (True, True)
    assert shown(q=BIN) == (True, True)
    assert shown(q="77/1") == (False, True)
    assert shown(q="жоқ") == (False, False)


def test_pages_follow_each_other(desk: Desk, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qorgan.recorders.inspection_pages.PER_PAGE", 3)
    for n in range(4):
        make_inspection(desk.cast, desk.cast.aidar, number=f"n{n}")
    client, seen, after = client_of("serik"), [], ""
    while True:
        context = client.get(reverse("recorders:inspections"), {"after": after}).context
        seen += [one.number for one in context["inspections"]]
        after = context["older"]
        if not after:
            break
    assert sorted(seen) == ["12-3/41", "n0", "n1", "n2", "n3"]
    assert client.get(reverse("recorders:inspections"), {"after": "x_y"}).status_code == 200


def test_time_line(desk: Desk, client_of: ClientOf) -> None:
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    issue = desk.issue().issue
    start = issue.issued_at + timedelta(seconds=1)
    first = arrive(dock, desk.r0417, local(start), seconds=60, sequence=1)
    arrive(dock, desk.r0417, local(start + timedelta(seconds=90)), seconds=60, sequence=4)
    desk.inspection.refresh_from_db()
    line = shown(actor_for(desk.cast.serik.user, verified=True), desk.inspection, may_explain=True)
    assert [(one.finding.what, one.finding.seconds) for one in line.lines] == [("gap", 30), ("numbers", 30)]  # the beginning is a second away: no gap
    assert round(line.recorded.total_seconds()) == 120
    page = client_of("serik").get(reverse("recorders:inspection", args=[desk.inspection.pk])).content.decode()
    assert first.name in page
    assert line.sentence in page
    assert "tl-issue" in page


def test_marks_of_review_stand_on_the_time_line_for_those_who_may_play(desk: Desk, client_of: ClientOf, settings: Any) -> None:
    settings.QORGAN = {**settings.QORGAN, "QORGAN_SECRET_WORK_FACTOR": 4}
    open_office(desk.cast)
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    start = desk.issue().issue.issued_at + timedelta(seconds=1)
    recording = arrive(dock, desk.r0417, local(start), seconds=60, sequence=1)
    organisation, person = desk.cast.karaganda, desk.cast.serik
    vault = unlock(actor=desk.actor, person=person, organisation=organisation, session_key="s", given=RESPONSIBLE_SECRET, purpose=PURPOSE)
    mark_moment(actor=desk.actor, unlocking=vault.unlocking, recording=recording, at_us=0, kind="circumstance", note="қоршау жоқ")
    url = reverse("recorders:inspection", args=[desk.inspection.pk])
    for name, seen in (("serik", True), ("gulnar", True), ("aidar", False)):
        page = client_of(name).get(url).content.decode()
        assert [word in page for word in ("tl-mark-circumstance", "қоршау жоқ", reverse("review:side", args=[desk.inspection.pk]))] == [seen] * 3


def test_before_anything_is_recorded(desk: Desk, client_of: ClientOf) -> None:
    client, url = client_of("serik"), reverse("recorders:inspection", args=[desk.inspection.pk])
    assert client.get(url).status_code == 200
    desk.issue()
    assert client.get(url).status_code == 200
    desk.take_back(inspection_over=True)
    assert "tl-return" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("name", "status", "closes"),
    [
        ("gulnar", 200, 302), ("serik", 200, 302), ("aidar", 200, 302), ("marat", 404, 404), ("bekzat", 404, 404), ("olga", 403, 403), ("dana", 403, 403),
        ("nurlan", 403, 403),
    ],
)
def test_who_sees_an_inspection(desk: Desk, client_of: ClientOf, name: str, status: int, closes: int) -> None:
    client = client_of(name)
    assert client.get(reverse("recorders:inspection", args=[desk.inspection.pk])).status_code == status
    listed = client.get(reverse("recorders:inspections"))
    assert ("12-3/41" in listed.content.decode()) is (status == 200)
    assert client.post(reverse("recorders:inspection-end", args=[desk.inspection.pk])).status_code == closes


def test_sees_the_inspection_for_which_one_carried_a_recorder(desk: Desk, client_of: ClientOf) -> None:
    desk.issue(person=desk.cast.marat)
    assert client_of("marat").get(reverse("recorders:inspection", args=[desk.inspection.pk])).status_code == 200


@pytest.mark.parametrize("more", [0, 30])
def test_list_costs_the_same(desk: Desk, client_of: ClientOf, django_assert_max_num_queries: Callable[[int], object], more: int) -> None:
    for n in range(more):
        make_inspection(desk.cast, desk.cast.aidar, number=f"n{n}")
    client = client_of("serik")
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        assert client.get(reverse("recorders:inspections")).status_code == 200
