"""The player of recorders: layouts, device clocks, unplugging."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from qorgan.dock import patterns, simulate
from qorgan.dock.simulate import Play, SimulationError


@pytest.fixture
def play(tmp_path: Path) -> Play:
    source = tmp_path / "videos"
    source.mkdir()
    for part in range(3):
        (source / f"{part}.mp4").write_bytes(bytes([part]) * 600_000)
        os.utime(source / f"{part}.mp4", (1_795_318_812 + 300 * part,) * 2)
    return Play(source, tmp_path / "watched", "0417", user="000123")


@pytest.mark.parametrize("key", list(patterns.shipped()))
def test_each_layout_is_read_back_by_its_own_pattern(play: Play, key: str) -> None:
    planned = simulate.plan(replace(play, pattern=key))
    assert len({one.path for one in planned}) == 3
    for number, one in enumerate(planned, 1):
        told = patterns.read(key, one.path)
        assert told.pattern == key
        assert told.kind == "recording"
        if told.started_at:
            assert told.started_at == one.started.replace(tzinfo=None).isoformat()
        assert told.sequence in (number, None)


def test_a_device_an_hour_off(play: Play) -> None:
    right, wrong = simulate.plan(play)[0], simulate.plan(replace(play, clock_offset_seconds=3600))[0]
    assert right.path == "CARDV/MOVIE/2026_1122_084012_001.MP4"
    assert wrong.path == "CARDV/MOVIE/2026_1122_094012_001.MP4"


def test_plugged_in_at_once_with_its_marker(play: Play) -> None:
    assert simulate.run(play, threading.Event()) == {"files": 3, "bytes": 1_800_000, "plugged": True}
    mount = play.watched / "0417"
    assert (mount / ".qorgan-recorder").read_text() == "0417"
    first = mount / "CARDV/MOVIE/2026_1122_084012_001.MP4"
    assert (first.stat().st_size, first.stat().st_mtime) == (600_000, 1_795_318_812)


def test_unplugged_in_mid_file_and_again(play: Play) -> None:
    assert simulate.run(replace(play, unplug_after=900_000), threading.Event())["plugged"] is False
    assert not (play.watched / "0417").exists()
    assert simulate.run(play, threading.Event())["plugged"] is True


def test_copied_slowly_like_a_station(play: Play) -> None:
    began = time.monotonic()
    simulate.run(replace(play, speed=6_000_000), threading.Event())
    assert 0.25 < time.monotonic() - began < 3


def test_who_reads_when_it_is_pulled_finds_the_file_cut(play: Play) -> None:
    simulate.run(play, threading.Event())
    with (play.watched / "0417/CARDV/MOVIE/2026_1122_084012_001.MP4").open("rb", buffering=0) as file:
        assert file.read(10)
        simulate.unplug(play.watched / "0417")
        assert file.read(10) == b""


@pytest.mark.parametrize(("text", "count"), [("50%", 900), ("12K", 12_000), ("1.5M", 1_500_000), ("1G", 10**9), ("77", 77)])
def test_amounts(text: str, count: int) -> None:
    assert simulate.amount(text, 1800) == count


def test_what_cannot_be_played_is_said(play: Play, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="no pattern betamax"):
        simulate.plan(replace(play, pattern="betamax"))
    with pytest.raises(SimulationError, match="holds no files"):
        simulate.plan(replace(play, source=tmp_path / "nothing"))
    with pytest.raises(SimulationError, match="neither bytes nor"):
        simulate.amount("half", 10)
