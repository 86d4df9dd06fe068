"""What docks miss on a recorder reaches the inspection of which it was (444 p.19)."""

from typing import Any

import pytest

from qorgan.archive.docks import create_dock
from qorgan.archive.models import Recording
from qorgan.ledger.log import said
from qorgan.ledger.models import Entry
from qorgan.recorders.continuity.models import Absence
from qorgan.recorders.continuity.snapshot import notes
from qorgan.recorders.continuity.tests.day import Day
from qorgan.recorders.tests.test_dock_api import DockClient


@pytest.fixture
def api(day: Day) -> DockClient:
    """A dock that speaks over HTTP."""
    return DockClient(*create_dock(actor=day.desk.actor, organisation=day.desk.cast.karaganda, name="215"))


def vanished(day: Day, **change: Any) -> dict[str, Any]:
    """A file of half past nine that was there at ten and is gone at one minute past."""
    return {
        "path": "DCIM/0002.MP4", "size": 5000, "modified_at": day.at("09:40").isoformat(), "found_at": day.at("10:00").isoformat(), "plain_sha256": "",
        "device_started_at": f"{day.at('09:30').date()}T09:30:00", "first_number": 2, "last_number": 2, "in_folder": False,
        "noticed_at": day.at("10:01").isoformat(), "back_at": "", **change,
    }


def tell(day: Day, api: DockClient, *rows: dict[str, Any]) -> int:
    answer = api.post("absent", recorder=str(day.desk.r0417.id), absences=list(rows))
    assert answer.status_code == 200, answer.content
    return int(answer.json()["noted"])  # type: ignore[attr-defined]


@pytest.fixture
def over(day: Day) -> Day:
    """Nine to ten, files 1 and 3, number 2 missing between them."""
    day.out("09:00")
    day.back("10:00")
    day.file("09:00", 30, 1)
    day.file("09:45", 15, 3)
    day.end("10:00")
    return day


def test_vanished_file_needs_an_explanation(over: Day, api: DockClient) -> None:
    assert tell(over, api, vanished(over)) == 1
    assert over.told() == ["09:30-09:45 files-missing", "numbers 2", "file 0002.MP4"]
    entry = Entry.objects.get(kind="continuity:device:absence-reported")
    assert said(entry)["payload"]["missing"][0]["path"] == "DCIM/0002.MP4"
    with_it = over.found[2].absence
    over.explain("09:30", "09:45", "malfunction", runs=(over.found[1].run,), absences=(with_it,))  # type: ignore[arg-type]
    assert [one.open for one in over.found] == [False, False, False]


def test_the_same_word_twice_is_one_absence(over: Day, api: DockClient) -> None:
    tell(over, api, vanished(over))
    assert tell(over, api, vanished(over)) == 0
    assert Absence.objects.count() == 1


def test_file_that_came_back_is_missed_no_more(over: Day, api: DockClient) -> None:
    tell(over, api, vanished(over))
    assert tell(over, api, vanished(over, back_at=over.at("10:00").isoformat())) == 1
    assert over.told() == ["09:30-09:45 files-missing", "numbers 2"]


def test_removed_file_that_the_archive_has_is_said_and_needs_nothing(over: Day, api: DockClient) -> None:
    held = Recording.objects.filter(case=over.inspection.id).first()
    assert held is not None
    tell(over, api, vanished(over, plain_sha256=held.plain_sha256))
    assert over.told() == ["09:30-09:45 files-missing", "numbers 2"]
    assert [note["code"] for note in notes(over.facts)] == ["removed"]


def test_file_of_another_outing_is_not_of_this_one(over: Day, api: DockClient) -> None:
    over.go("18:00")
    other = vanished(over, device_started_at="2026-01-09T10:00:00", noticed_at=over.at("08:00").isoformat())
    tell(over, api, other)
    assert Absence.objects.get().issue is None
    assert len(over.found) == 2


@pytest.mark.parametrize(
    "row", [{}, {"path": 5}, {"first_number": -1, "last_number": 4}, {"first_number": 5, "last_number": 4}, {"first_number": 2**40, "last_number": 2**40}]
)
def test_what_names_nothing_is_not_kept(over: Day, api: DockClient, row: dict[str, Any]) -> None:
    assert tell(over, api, row) == 0
    assert Absence.objects.count() == 0


def test_only_of_recorders_of_the_division(over: Day, api: DockClient) -> None:
    assert api.post("absent", recorder="nobody", absences=[vanished(over)]).status_code == 400
    assert api.post("absent", recorder=str(over.desk.r0417.id), absences="all").status_code == 400
