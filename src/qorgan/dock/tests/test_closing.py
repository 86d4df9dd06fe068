"""Erasing the device's copies: only what is stored, unchanged, allowed by the server's own signature; and reported."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from qorgan.dock.tests.conftest import Dock, wait_for
from qorgan.dock.tests.server import Office
from qorgan.evidence.keys import SigningKey

pytestmark = pytest.mark.work

Docks = Callable[..., Dock]
FILES: dict[str | bytes, bytes] = {"DCIM/a.BIN": b"first" * 1000, "DCIM/b.BIN": b"second" * 1000}


def files(mount: Path) -> list[str]:
    return sorted(path.name for path in mount.rglob("*.BIN"))


def problem(office: Office) -> str:
    devices = office.statuses[-1]["devices"] if office.statuses else []
    return str(devices[0]["problem"]) if devices else ""


def test_nothing_is_erased_unless_the_office_says_so(docks: Docks, office: Office) -> None:
    office.add("0417")
    dock = docks()
    mount = dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: office.stored)
    time.sleep(0.5)
    assert files(mount) == ["a.BIN", "b.BIN"]
    assert not any("erase" in line for line in office.log)


def test_copies_are_erased_after_the_receipt_and_the_erasure_is_reported(docks: Docks, office: Office) -> None:
    office.add("0417")
    office.erase = True
    dock = docks()
    mount = dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: office.erased)
    assert files(mount) == []
    assert (mount / ".qorgan-recorder").exists()
    rows = office.erased[0]["files"]
    assert [(row["path"], row["erased"], row["problem"]) for row in rows] == [("DCIM/a.BIN", True, ""), ("DCIM/b.BIN", True, "")]
    order = [line.split()[1] for line in office.log if "dock/v1/" in line and not line.endswith(("status 200", "office 200"))]
    assert order[-3:] == ["/api/dock/v1/stored", "/api/dock/v1/erase", "/api/dock/v1/erased"]


def test_a_refused_file_stays_and_the_refusal_is_reported(docks: Docks, office: Office) -> None:
    office.add("0417")
    office.erase = True
    dock = docks()
    mount = dock.plug("0417", FILES)
    office.faults.refuse_erase = {sha256(FILES["DCIM/a.BIN"]).hexdigest()}
    dock.start()
    wait_for(lambda: office.erased)
    assert files(mount) == ["a.BIN"]
    told = {row["path"]: (row["erased"], row["problem"]) for row in office.erased[0]["files"]}
    assert told == {"DCIM/a.BIN": (False, "refused: hold"), "DCIM/b.BIN": (True, "")}
    wait_for(lambda: problem(office) == "erase-refused")


@pytest.mark.parametrize("name", ["other.office/ledger", "office.test/ledger"])
def test_a_forged_permission_erases_nothing(docks: Docks, office: Office, name: str) -> None:
    office.add("0417")
    office.erase = True
    office.faults.permission_key = SigningKey.generate(name)
    dock = docks()
    mount = dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: problem(office) == "false-permission")
    assert files(mount) == ["a.BIN", "b.BIN"]
    assert office.erased == []


def test_a_copy_that_changed_since_is_not_erased(docks: Docks, office: Office) -> None:
    """Same size, same time, other bytes: the hash decides."""
    office.add("0417")
    dock = docks()
    mount = dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: office.stored)
    path = mount / "DCIM/a.BIN"
    known = path.stat()
    path.write_bytes(b"other" * 1000)
    os.utime(path, ns=(known.st_atime_ns, known.st_mtime_ns))
    office.erase = True
    wait_for(lambda: office.erased)
    assert files(mount) == ["a.BIN"]
    assert {row["problem"] for row in office.erased[0]["files"]} == {"changed", ""}


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a file system read-only")
def test_a_read_only_recorder_is_said_and_left(docks: Docks, office: Office) -> None:
    office.add("0417")
    office.erase = True
    dock = docks()
    mount = dock.plug("0417", FILES)
    if subprocess.run(["mount", "--bind", "-o", "ro", mount, mount], check=False).returncode:
        pytest.skip("this machine does not mount")
    subprocess.run(["mount", "-o", "remount,bind,ro", mount], check=False)
    try:
        dock.start()
        wait_for(lambda: problem(office) == "read-only")
        assert files(mount) == ["a.BIN", "b.BIN"]
        assert not any("v1/erase" in line for line in office.log)
    finally:
        dock.stop()
        subprocess.run(["umount", mount], check=True)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="makes a file immutable")
def test_a_delete_that_fails_is_reported_and_nothing_else_happens(docks: Docks, office: Office) -> None:
    office.add("0417")
    office.erase = True
    dock = docks()
    mount = dock.plug("0417", FILES)
    if subprocess.run(["chattr", "+i", mount / "DCIM/a.BIN"], check=False, capture_output=True).returncode:
        pytest.skip("this file system knows no immutable files")
    try:
        dock.start()
        wait_for(lambda: office.erased)
        assert files(mount) == ["a.BIN"]
        told = {row["path"]: row["erased"] for row in office.erased[0]["files"]}
        assert told == {"DCIM/a.BIN": False, "DCIM/b.BIN": True}
        wait_for(lambda: problem(office) == "erase-failed")
    finally:
        subprocess.run(["chattr", "-i", mount / "DCIM/a.BIN"], check=True)


def test_an_erased_recorder_that_brings_the_same_file_again(docks: Docks, office: Office) -> None:
    """A copy put back is not sent again, and is erased again under a new permission."""
    office.add("0417")
    office.erase = True
    dock = docks()
    mount = dock.plug("0417", FILES)
    dock.start()
    wait_for(lambda: len(office.erased) == 1)
    shutil.rmtree(mount)
    wait_for(lambda: not dock.desk.board.present())
    mount = dock.plug("0417", FILES)
    wait_for(lambda: len(office.erased) == 2)
    assert files(mount) == []
    assert len(office.uploads) == 2
