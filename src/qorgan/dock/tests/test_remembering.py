"""A server that came out of an old backup: the dock finds it by its receipts, brings again what it can, and erases nothing."""

import time
from collections.abc import Callable

import pytest

from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office

pytestmark = pytest.mark.work

Docks = Callable[..., Dock]
FILES: dict[str | bytes, bytes] = {"DCIM/a.BIN": b"first" * 1000, "DCIM/b.BIN": b"second" * 1000}


def stored(docks: Docks, office: Office) -> Dock:
    """Two files of one recorder, stored."""
    office.add("0417")
    office.ledger_size = 100
    dock = docks()
    dock.mount = dock.plug("0417", FILES)  # type: ignore[attr-defined]
    dock.start()
    wait_for(lambda: office.stored)
    return dock


def restore(office: Office, keep: int, **values: object) -> None:
    """The server is as it was earlier: the first ``keep`` recordings."""
    with office.lock:
        office.uploads.clear()
        office.recordings = dict(list(office.recordings.items())[:keep])
        for name, value in values.items():
            setattr(office, name, value)


@pytest.mark.parametrize("sign", [{"ledger_size": 1}, {"restoration": "6f6d2f0c"}])
def test_what_the_server_lost_is_brought_again(docks: Docks, office: Office, sign: dict[str, object]) -> None:
    """Found by a place in the log that the server does not reach, or by the server's own word when the log has grown past it."""
    dock = stored(docks, office)
    lost = sorted(office.recordings)[-1:]
    before = dict(office.recordings)
    restore(office, 0, **sign)
    office.recordings.update({digest: held for digest, held in before.items() if digest not in lost})
    wait_for(lambda: set(office.recordings) == set(before))
    wait_for(lambda: len(office.stored) == 2)
    assert len(office.uploads) == 1, "only what was lost is sent"
    assert sorted(path.name for path in dock.mount.rglob("*.BIN")) == ["a.BIN", "b.BIN"]  # type: ignore[attr-defined]
    time.sleep(1.5)
    assert len(office.shown) == 1, "shown once"


def test_nothing_is_erased_on_an_old_receipt(docks: Docks, office: Office) -> None:
    """The office allows erasing, and lost the recordings: the copies on the recorder are all there is."""
    dock = stored(docks, office)
    office.faults.unavailable = True
    restore(office, 0, ledger_size=0, restoration="6f6d2f0c", erase=True)
    office.faults.unavailable = False
    wait_for(lambda: len(office.recordings) == 2)
    wait_for(lambda: office.erased)
    order = [line.split()[1] for line in office.log if "receipts" in line or "erase" in line or line.startswith("POST /api/upload/")]
    assert order.index("/api/dock/v1/receipts") < order.index("/api/dock/v1/erase")
    assert {row["plain_sha256"] for row in office.erased[0]["files"]} <= set(office.recordings)
    assert dock.desk.board.generals() is not None


def test_what_was_erased_is_shown_by_its_receipt(docks: Docks, office: Office) -> None:
    """It cannot come back from here; the office knows what it misses."""
    office.add("0417")
    office.erase, office.ledger_size = True, 100
    dock = docks()
    dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: office.erased)
    restore(office, 0, ledger_size=0)
    wait_for(lambda: office.shown)
    assert len(office.shown[0]) == 2
    time.sleep(0.5)
    assert office.recordings == {}


def test_a_server_in_order_is_not_asked(docks: Docks, office: Office) -> None:
    dock = stored(docks, office)
    time.sleep(2.5)
    assert office.shown == []
    dock.stop()
