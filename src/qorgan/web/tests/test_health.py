"""Whether the office works: one word to strangers, numbers to whoever may ask, a warning before it is too late (444 p.11, 12)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from qorgan.archive import store
from qorgan.archive.forecast import Forecast, forecast
from qorgan.archive.models import Fixity, Recording
from qorgan.archive.replicas.models import Replica
from qorgan.archive.vault.tests.office import open_office, store_recording
from qorgan.ledger.models import Entry
from qorgan.ledger.signing import key_path
from qorgan.people.tests.cast import Cast
from qorgan.web import health, warnings
from qorgan.web.models import Duty
from qorgan.web.models import Warning as Told

GIB = 1 << 30


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Nothing is remembered from another test."""
    health.forget()
    yield
    health.forget()


@pytest.fixture
def worker(db: None) -> Duty:
    """A worker that was there a moment ago."""
    return Duty.objects.create(name="ledger-check", next_at=timezone.now(), last_at=timezone.now())


def ask(path: str = "/healthz", **headers: str) -> tuple[int, str]:
    """Status and text."""
    response = Client().get(path, **headers)  # type: ignore[arg-type]
    return response.status_code, response.content.decode()


def test_a_working_office_is_ok(worker: Duty) -> None:
    before = Entry.objects.count()
    assert ask() == (200, "ok\n")
    assert Entry.objects.count() == before


def test_a_dead_worker(worker: Duty) -> None:
    Duty.objects.update(last_at=timezone.now() - timedelta(hours=1))
    assert ask() == (503, "not ok\n")


def test_a_worker_that_never_was(db: None) -> None:
    assert ask() == (503, "not ok\n")


def test_a_full_disk(worker: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "room_bytes", lambda: 0)
    assert ask() == (503, "not ok\n")


def test_a_ledger_that_takes_no_entry(worker: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's clock went back an hour: every action would fail."""
    monkeypatch.setattr("qorgan.ledger.log.server_now_us", lambda: 10**15)
    monkeypatch.setattr("qorgan.ledger.log._now_us", lambda _previous: _raise())
    assert ask() == (503, "not ok\n")


def _raise() -> int:
    raise RuntimeError("the clock is behind")


def test_a_data_folder_that_cannot_be_written(worker: Duty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(settings, "DATA", tmp_path / "file" / "data")
    assert ask() == (503, "not ok\n")


def test_it_is_looked_at_seldom_however_often_it_is_asked(worker: Duty, django_assert_num_queries: Any) -> None:
    ask()
    with django_assert_num_queries(0):
        assert [ask()[0] for _again in range(5)] == [200] * 5


# Figures -----------------------------------------------------------------------------------------


def test_figures_are_of_the_form_that_prometheus_reads(worker: Duty, cast: Cast) -> None:
    status, text = ask("/metrics")
    assert status == 200
    lines = text.splitlines()
    sample = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\\]*(?:\\.[^"\\]*)*"(,[a-z_]+="[^"]*")*\})? -?[0-9.]+(e[+-]?[0-9]+)?')
    assert [line for line in lines if not line.startswith("# ") and not sample.fullmatch(line)] == []
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")} == named
    assert {"qorgan_ledger_entries", "qorgan_disk_days_left", "qorgan_healthy", "qorgan_backup_age_seconds"} <= named
    assert key_path().read_text().strip()[-12:] not in text
    assert cast.gulnar.family_name not in text


def test_figures_only_for_this_machine_or_against_the_token(worker: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask("/metrics", REMOTE_ADDR="10.0.0.7")[0] == 403
    assert ask("/metrics", HTTP_X_FORWARDED_FOR="10.0.0.7")[0] == 403  # behind a front server everybody is local
    monkeypatch.setitem(settings.QORGAN, "QORGAN_METRICS_TOKEN", "көп-ұзақ-сөз")
    assert ask("/metrics")[0] == 403
    assert ask("/metrics", HTTP_AUTHORIZATION="Bearer other")[0] == 403
    assert ask("/metrics", REMOTE_ADDR="10.0.0.7", HTTP_AUTHORIZATION="Bearer көп-ұзақ-сөз")[0] == 200


# The forecast ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "per_day", "days", "warns", "stops"),
    [
        (100 * GIB, 0, None, False, False), (0, 0, None, True, True), (-5, GIB, 0.0, True, True), (100 * GIB, GIB, 100.0, False, False),
        (29 * GIB, GIB, 29.0, True, False), (30 * GIB, GIB, 30.0, False, False), (2 * GIB, GIB, 2.0, True, False), (2 * GIB - 1, GIB, 2.0, True, True),
    ],
)  # fmt: skip
def test_when_it_warns_and_when_issue_stops(room: int, per_day: int, days: float | None, warns: bool, stops: bool) -> None:
    seen = Forecast(room, per_day, warn_days=30, stop_days=2)
    assert (seen.days_left if days is None else pytest.approx(seen.days_left), seen.warns, seen.stops_issue) == (days, warns, stops)


def test_what_came_in_over_four_weeks_is_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    open_office(cast)
    recording = store_recording(cast)
    assert forecast().per_day == recording.sealed_size  # younger than a day: a day
    now = timezone.now()
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(days=4))
    assert forecast().per_day == pytest.approx(recording.sealed_size / 4, abs=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(days=40))
    assert forecast().per_day == 0
    assert forecast().days_left is None


# Letters -----------------------------------------------------------------------------------------


def test_each_trouble_is_told_once_to_those_who_see_to_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    letters: list[dict[str, Any]] = []
    monkeypatch.setattr(warnings, "write_letter", lambda **values: letters.append(values))
    open_office(cast)
    assert warnings.warn() == 0
    Fixity.objects.create(recording=store_recording(cast), checked_at=timezone.now(), ok=False, problem="damaged") if not Fixity.objects.exists() else (
        Fixity.objects.update(ok=False, problem="damaged")
    )
    monkeypatch.setattr(store, "room_bytes", lambda: 0)
    assert (warnings.warn(), warnings.warn()) == (2, 0)
    assert {one["to"] for one in letters} == {cast.gulnar, cast.serik, cast.olga, cast.bekzat}
    assert len(letters) == 8
    assert {one["about"] for one in letters} == {"machine:files", "machine:disk-stop"}
    monkeypatch.undo()
    Fixity.objects.update(ok=True, problem="")
    assert warnings.warn() == 0
    assert Told.objects.filter(ended_at=None).count() == 0


# The page ----------------------------------------------------------------------------------------


def test_the_page_of_the_machine(cast: Cast, client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    open_office(cast)
    store_recording(cast)
    path = str(settings.DATA / "elsewhere")
    monkeypatch.setitem(settings.QORGAN, "QORGAN_REPLICA", Path(path))
    now = timezone.now()
    Replica.objects.create(folder=path, made_at=now, seen_at=now - timedelta(days=3), problem="gone", problem_since=now)
    text = client_of("olga").get("/machine/").content.decode()
    assert path in text
    assert str(Recording.objects.count()) in text
    assert path in client_of("gulnar").get("/").content.decode(), "Today says it too"
