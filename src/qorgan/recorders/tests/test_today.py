"""What the first page is told, and by how many queries."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from qorgan.archive.docks import create_dock
from qorgan.archive.models import Dock
from qorgan.people.rights import Actor, actor_for
from qorgan.recorders import actions, today
from qorgan.recorders.malfunctions.telling import Fault
from qorgan.recorders.models import Issue, Recorder, Stranger
from qorgan.recorders.tests.arriving import arrive, local
from qorgan.recorders.tests.conftest import Desk

Queries = Callable[[int], Any]


def seen_by(desk: Desk, name: str) -> Actor:
    return actor_for(getattr(desk.cast, name).user, verified=True)


def device(recorder: Recorder, state: str) -> dict[str, object]:
    numbers = dict.fromkeys(("files_total", "files_done", "bytes_total", "bytes_done", "bytes_per_second"), 1)
    words = {"recorder": str(recorder.pk), "inventory_number": recorder.inventory_number, "state": state, "problem": "", "message": ""}
    return {**words, "seconds_left": 5, **numbers}


def test_out_and_docking(desk: Desk) -> None:
    desk.issue()
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    devices = [device(desk.r0418, "uploading"), device(desk.r0421, "failed")]
    Dock.objects.filter(pk=dock.pk).update(status={"devices": devices}, status_at=timezone.now())
    found = today.now(seen_by(desk, "gulnar"))
    assert [one.issue.recorder for one in found.out] == [desk.r0417]
    assert [one.inventory_number for one in found.docking] == ["0421", "0418"]
    assert (found.failed, found.late, found.ready) == (1, 0, 2)


def test_old_words_of_a_dock_are_not_now(desk: Desk) -> None:
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    long_ago = timezone.now() - timedelta(minutes=10)
    Dock.objects.filter(pk=dock.pk).update(status={"devices": [device(desk.r0418, "uploading")]}, status_at=long_ago, enrolled_at=long_ago)
    found = today.now(seen_by(desk, "serik"))
    assert found.docking == ()
    assert [state.dock.name for state in found.silent] == ["214"]


@pytest.mark.django_db
def test_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    desk.issue()
    desk.take_back(fault=Fault("mount", "Сынған"))
    arrive(dock, None, None)
    Stranger.objects.create(organisation=desk.cast.karaganda, dock_name="214", volume_label="PHOTOS", seen_at=timezone.now())
    monkeypatch.setattr(today, "STORED_WITHIN", timedelta(0))
    found = today.waiting(seen_by(desk, "serik"))
    assert [issue.recorder for issue in found.unstored] == [desk.r0417]
    assert [one.recorder.inventory_number for one in found.out_of_order] == ["0417"]
    assert (found.unattributed, len(found.strangers), found.overdue, found.count) == (1, 1, (), 4)


def test_overdue(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.issue()
    monkeypatch.setattr(Issue, "overdue_at", lambda issue, hour: issue.issued_at)
    assert len(today.waiting(seen_by(desk, "serik")).overdue) == 1
    assert today.now(seen_by(desk, "serik")).late == 1


def test_the_week(desk: Desk) -> None:
    dock, _token = create_dock(actor=desk.actor, organisation=desk.cast.karaganda, name="214")
    issue = desk.issue().issue
    arrive(dock, desk.r0417, local(issue.issued_at + timedelta(seconds=1)))
    found = today.week(seen_by(desk, "serik"))
    assert len(found.days) == 7
    assert found.days[0].day.weekday() == 0
    mine = next(day for day in found.days if day.today)
    assert [(visit.inspection, visit.recorded_s) for visit in mine.visits] == [(desk.inspection, 300)]
    assert mine.recorded_s == found.longest_s == 300


@pytest.mark.parametrize(
    ("name", "out", "waits"), [("serik", 1, 1), ("aidar", 1, 0), ("marat", 0, 0), ("dana", 0, 0), ("olga", 1, 1), ("bekzat", 0, 0), ("nurlan", 0, 0)]
)
def test_each_sees_own_part(desk: Desk, name: str, out: int, waits: int) -> None:
    desk.issue()
    desk.break_down(desk.r0421)
    actor = seen_by(desk, name)
    assert len(today.now(actor).out) == out
    assert today.waiting(actor).count == waits
    assert sum(len(day.visits) for day in today.week(actor).days if day.today) == (1 if name in ("serik", "aidar") else 0)


@pytest.mark.parametrize("more", [0, 12])
def test_queries_do_not_grow(desk: Desk, django_assert_num_queries: Queries, more: int) -> None:
    for n in range(more):
        recorder = actions.register_recorder(actor=desk.actor, organisation=desk.cast.karaganda, inventory_number=f"9{n:03}")
        desk.issue(recorder)
    desk.issue()
    actor = seen_by(desk, "serik")
    with django_assert_num_queries(3):
        today.now(actor)
    with django_assert_num_queries(8):
        today.waiting(actor)
    with django_assert_num_queries(2):
        today.week(actor)
