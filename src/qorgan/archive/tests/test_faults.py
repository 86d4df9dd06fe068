"""The fault matrix: at every durable step of an upload the server fails before it, fails after it, or is killed before or after it.

Each time the dock goes on by the server's word alone, and afterwards there is one recording, one entry, one whole blob, no rubbish.
"""

import http.client
import itertools

import pytest

from qorgan.archive.tests.dockside import Sealed
from qorgan.archive.tests.office import Office, Server
from qorgan.evidence.manifest import Receipt

pytestmark = pytest.mark.slow
PLACES = ("begin", "done")
DEEDS = ("fail", "kill")
STEPS = (
    "upload.row", "upload.spool", "append.data", "append.sync", "offset.row", "blob.mode", "publish.sync", "publish.link", "publish.unlink",
    "publish.directory", "record.commit",
)
DISCARDING = ("discard.row", "spool.drop", "remove.unlink", "remove.directory")
FAULTS = [f"{step}.{place}:{deed}" for step, place, deed in itertools.product(STEPS, PLACES, DEEDS)] + ["attribution:fail", "attribution:kill"]
_number = itertools.count()
_DEAD = (OSError, http.client.HTTPException)


def sealed_file(office: Office) -> Sealed:
    """A recording that no other case has."""
    return office.side.seal(f"recording {next(_number)} ".encode() * 9000)


class Dock:
    """Goes on as a dock does: by what the server says, whatever happened before."""

    def __init__(self, sealed: Sealed) -> None:
        self.sealed = sealed
        self.location = ""
        self.acknowledged = 0
        self.receipt = ""

    def turn(self, server: Server) -> None:
        """As far as one turn goes; raises when the server fails or dies."""
        if not self.location:
            headers = {"Upload-Length": str(len(self.sealed.data)), "Upload-Metadata": server.side.metadata(self.sealed)}
            answer = server.ask("POST", "/api/upload/", **headers)
            self.expect(answer.status, 201)
            self.location = answer.headers["Location"]
        state = server.ask("HEAD", self.location)
        if state.status == 460:
            self.location, self.acknowledged = "", 0
            return
        self.expect(state.status, 200)
        assert state.offset >= self.acknowledged, "acknowledged bytes are gone"
        self.send(server, state.offset)
        answer = server.ask("GET", f"{self.location}/receipt")
        self.expect(answer.status, 200)
        self.receipt = answer.body.decode()

    def send(self, server: Server, offset: int) -> None:
        """In three parts, so that every step happens before the last part too."""
        third = len(self.sealed.data) // 3 + 1
        while offset < len(self.sealed.data):
            answer = server.patch(self.location, offset, self.sealed.data[offset : offset + third])
            self.expect(answer.status, 204)
            offset = self.acknowledged = answer.offset

    @staticmethod
    def expect(status: int, wanted: int) -> None:
        """Raise for another status, as for a dead server."""
        if status != wanted:
            raise ConnectionError(f"status {status}")


def through(office: Office, dock: Dock, faults: list[str]) -> int:
    """Turn by turn, under one fault after the other, then without, until there is a receipt; return how many turns failed."""
    failed = 0
    for fault in [*faults, "", ""]:
        with office.server(fault) as server:
            for _attempt in range(3):
                try:
                    dock.turn(server)
                except _DEAD:
                    failed += 1
                if dock.receipt:
                    return failed
    raise AssertionError("no receipt")


def check(office: Office, dock: Dock, *, states: list[str] | None = None) -> None:
    """Everything that must be so afterwards."""
    manifest = dock.sealed.manifest
    seen = office.look(manifest.plain_sha256)
    assert [found["sealed_blake3"] for found in seen["recordings"]] == [manifest.sealed_blake3]
    assert seen["recordings"][0]["case_label"] == "case of 0417"
    assert (seen["entries"], seen["spools"], seen["whole"], seen["orphans"], seen["ledger"]) == (1, [], True, [], [])
    assert seen["states"] == (states or ["stored"])
    receipt = Receipt.from_note(dock.receipt, [office.verifier])
    assert (receipt.recording, receipt.sealed_blake3, receipt.duplicate) == (seen["recordings"][0]["id"], manifest.sealed_blake3, False)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_step_of_an_upload(office: Office, fault: str) -> None:
    dock = Dock(sealed_file(office))
    assert through(office, dock, [fault]), f"{fault} never happened"
    check(office, dock)


@pytest.mark.parametrize(("place", "deed"), list(itertools.product(PLACES, DEEDS)))
def test_cutting_off_what_was_never_acknowledged(office: Office, place: str, deed: str) -> None:
    """The first death leaves bytes behind the offset; the second comes while they are cut off."""
    dock = Dock(sealed_file(office))
    assert through(office, dock, ["append.data.done:kill", f"append.cut.{place}:{deed}"]) >= 2
    check(office, dock)


@pytest.mark.parametrize(("step", "place", "deed"), list(itertools.product(DISCARDING, PLACES, DEEDS)))
def test_throwing_away_what_arrived_wrong(office: Office, step: str, place: str, deed: str) -> None:
    """A byte flipped on the way: whatever happens while it is thrown away, the file is then sent anew and stored once."""
    dock = Dock(sealed_file(office))
    damaged = Dock(Sealed(dock.sealed.plain, dock.sealed.data[:-1] + bytes([dock.sealed.data[-1] ^ 1]), dock.sealed.manifest))
    with office.server(f"{step}.{place}:{deed}") as server, pytest.raises(_DEAD):
        damaged.turn(server)
    through(office, dock, [])
    office.sweep()  # a death between row and file leaves a spool without an upload: the worker removes it
    check(office, dock, states=["discarded", "stored"])


@pytest.mark.parametrize(("place", "deed"), list(itertools.product(PLACES, DEEDS)))
def test_presenting_a_recording_again(office: Office, place: str, deed: str) -> None:
    """The duplicate's receipt: one recording, whatever happens while it is given."""
    first = Dock(sealed_file(office))
    through(office, first, [])
    again = Dock(office.side.seal(first.sealed.plain))
    assert through(office, again, [f"present.commit.{place}:{deed}"])
    receipt = Receipt.from_note(again.receipt, [office.verifier])
    assert (receipt.duplicate, receipt.sealed_blake3) == (True, first.sealed.manifest.sealed_blake3)
    seen = office.look(first.sealed.manifest.plain_sha256)
    assert (len(seen["recordings"]), seen["orphans"], seen["ledger"]) == (1, [], [])
    assert set(seen["states"]) == {"stored"}


def test_without_a_fault_nothing_fails(office: Office) -> None:
    """The control: the matrix sees failures only because there are faults."""
    dock = Dock(sealed_file(office))
    assert through(office, dock, [""]) == 0
    check(office, dock)
