"""Speed of an upload into the archive over loopback, durable and verified, against ``openssl dgst -sha256``, ``cp`` and ``sync`` of the same file.

``python benchmarks/upload.py [--gib 1] [--rounds 3]`` starts granian on loopback with an office of its own and prints one JSON list: the
ratio, how flat the server's memory is, and what 60 stalled uploads do to a page.
"""

import argparse
import hashlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from _office import FOLDER, medians, prepare, result, say, seconds
from django.utils import timezone

from qorgan.archive import docks
from qorgan.archive.models import Dock
from qorgan.archive.vault.models import Generation
from qorgan.evidence.age import Identity, Recipient
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest
from qorgan.evidence.sealing import Sealed, seal
from qorgan.ledger.actors import Actor
from qorgan.ledger.signing import create_key
from qorgan.people.actions import create_organisation

GIB = 1 << 30
BLOCK = 1 << 20
STALLED = 60
TUS = {"Tus-Resumable": "1.0.0"}
SETUP = Actor.system("benchmark")


def main() -> None:
    """Prepare, serve, measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gib", type=float, default=1.0, help="size of the recording")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    prepare()
    create_key()
    side = Side.enter()
    port = free_port()
    server = serve(port)
    try:
        wait_for(port)
        say(measure(Asking(port, side), int(options.gib * GIB), options.rounds, server.pid))
    finally:
        server.terminate()
        server.wait(20)


def measure(asking: "Asking", size: int, rounds: int, server: int) -> list[dict[str, object]]:
    """Upload and copying in turn; memory before and after; a page alone and beside stalled uploads."""
    upload(asking, sealed_file(asking.side, 64 * BLOCK))
    small, times = peak_mib(server), []
    for _round in range(rounds):
        file = sealed_file(asking.side, size)
        times.append([seconds(lambda: upload(asking, file)), seconds(lambda: hash_copy_sync(file.path))])  # noqa: B023 - called at once
        file.path.unlink()
    up, copy = medians(times)
    large = peak_mib(server)
    alone, beside = pages(asking)
    mib = size / BLOCK
    return [
        result("upload", copy / up, 0.7, "higher", mib_per_second=mib / up, copying_mib_per_second=mib / copy, sizes_mib=mib, rounds=rounds),
        result("upload-memory", large / small, 1.25, "lower", peak_mib=large, peak_after_small_mib=small),
        result("page-beside-stalled-uploads", beside / alone, 1.5, "lower", alone_ms=alone * 1000, beside_ms=beside * 1000, stalled=STALLED),
    ]


@dataclass(frozen=True)
class Side:
    """A dock of the office."""

    dock: Dock
    token: str
    key: SigningKey
    recipient: Recipient

    @classmethod
    def enter(cls) -> "Side":
        """Enter division, vault's key and dock."""
        organisation = create_organisation(actor=SETUP, code="benchmark", name_kk="Өлшеу", name_ru="Измерение")
        recipient = Identity.generate().recipient
        Generation.objects.create(organisation=organisation, number=1, recipient=str(recipient), because="first", made_at=timezone.now(), position=0)
        dock, token = docks.create_dock(actor=SETUP, organisation=organisation, name="dock 1")
        key = SigningKey.generate("dock.benchmark/1")
        return cls(docks.enrol(dock=dock, public_key=str(key.verifier), host="pc", software="benchmark"), token, key, recipient)


@dataclass(frozen=True)
class File:
    """A sealed file and the note about it."""

    path: Path
    size: int
    note: str


def sealed_file(side: Side, size: int) -> File:
    """Seal ``size`` zero bytes; the hash of the plain bytes is made up, so that each file is a recording of its own."""
    plain, path = FOLDER / "plain", FOLDER / "sealed.age"
    with plain.open("wb") as made:
        made.truncate(size)
    with plain.open("rb") as source, path.open("wb") as target:
        done = seal(source, target, [side.recipient])
    plain.unlink()
    return File(path, done.sealed_size, manifest(side, done).to_note(side.key))


def manifest(side: Side, done: Sealed) -> Manifest:
    """What a dock says of it."""
    now = timezone.now().isoformat()
    return Manifest(
        recorder="", inventory_number="0417", volume_serial="", volume_label="", marker="", path="DCIM/1.MP4", name="1.MP4", size=done.plain_size,
        modified_at=now, plain_sha256=hashlib.sha256(done.sealed_blake3.encode()).hexdigest(), sealed_blake3=done.sealed_blake3, plain_size=done.plain_size,
        sealed_size=done.sealed_size, recipients=[str(side.recipient)], media={"kind": "video"}, pattern="", sequence=None, device_started_at="",
        device_zone_minutes=None, clocks={"dock_now": now, "server_now": "", "round_trip_ms": None, "ntp": "unknown"}, dock=str(side.dock.id),
        dock_name=side.dock.name, software="benchmark", sealed_at=now,
    )


@dataclass(frozen=True)
class Asking:
    """Requests of one dock to one server."""

    port: int
    side: Side

    def headers(self, **more: str) -> dict[str, str]:
        """What every request carries."""
        return TUS | {"Authorization": f"Bearer {self.side.token}"} | more

    def ask(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None, expected: int = 200) -> http.client.HTTPResponse:
        """One request; any other status ends the benchmark."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600, blocksize=BLOCK)
        connection.request(method, path, body, headers or {})  # type: ignore[arg-type]
        response = connection.getresponse()
        words = response.read()
        connection.close()
        if response.status != expected:
            raise SystemExit(f"{method} {path}: {response.status} {words[:300]!r}")
        return response

    def create(self, file: File) -> str:
        """Announce."""
        metadata = "manifest " + b64encode(file.note.encode()).decode()
        answer = self.ask("POST", "/api/upload/", headers=self.headers(**{"Upload-Length": str(file.size), "Upload-Metadata": metadata}), expected=201)
        return urlsplit(answer.headers["Location"]).path


def upload(asking: Asking, file: File) -> None:
    """From the announcement to the receipt in hand."""
    path = asking.create(file)
    headers = asking.headers(**{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": str(file.size)})
    with file.path.open("rb") as body:
        asking.ask("PATCH", path, body, headers, expected=204)
    asking.ask("GET", f"{path}/receipt", headers=asking.headers())


def hash_copy_sync(path: Path) -> None:
    """What the upload is held against."""
    copy = path.with_suffix(".copy")
    subprocess.run(["openssl", "dgst", "-sha256", str(path)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cp", str(path), str(copy)], check=True)
    subprocess.run(["sync", str(copy)], check=True)
    copy.unlink()


def pages(asking: Asking) -> tuple[float, float]:
    """Median seconds of the sign-in page, in turn: alone, and beside sixty uploads that have stopped in the middle."""
    rounds = []
    for _round in range(3):
        alone = page(asking)
        with ExitStack() as stack:
            for _number in range(STALLED):
                file = sealed_file(asking.side, 256 * 1024)
                stack.enter_context(closing(begin(asking, asking.create(file), file)))
            time.sleep(1)
            rounds.append([alone, page(asking)])
        time.sleep(1)
    alone, beside = medians(rounds)
    return alone, beside


def begin(asking: Asking, path: str, file: File) -> socket.socket:
    """Send a third of a file, and no more."""
    headers = asking.headers(**{"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": str(file.size), "Host": "127.0.0.1"})
    lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    connection = socket.create_connection(("127.0.0.1", asking.port))
    connection.sendall("\r\n".join(lines).encode() + file.path.read_bytes()[: file.size // 3])
    return connection


def page(asking: Asking) -> float:
    """The median of a hundred."""
    asking.ask("GET", "/sign-in/")
    return statistics.median(seconds(lambda: asking.ask("GET", "/sign-in/")) for _ in range(100))


def serve(port: int) -> subprocess.Popen[bytes]:
    """Granian as `qorgan serve` starts it."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "96", "--no-log"]
    return subprocess.Popen([*command, "qorgan.web.wsgi:application"], env=os.environ | {"QORGAN_DISK_RESERVE_GIB": "0.5"}, stderr=subprocess.DEVNULL)


def wait_for(port: int) -> None:
    """Until somebody answers."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not start")


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def peak_mib(server: int) -> float:
    """The most memory that any process of the server has had."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    words = [Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace") for pid in (str(server), *children)]
    return max(int(text.split("VmHWM:")[1].split()[0]) for text in words) / 1024


if __name__ == "__main__":
    main()
