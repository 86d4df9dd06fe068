"""A dock's side for benchmarks: sealed files, their announcements, and a server in front of the office of :mod:`_office`."""

import hashlib
import http.client
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from _office import FOLDER
from django.utils import timezone

from qorgan.archive import docks
from qorgan.archive.models import Dock
from qorgan.archive.vault.models import Generation
from qorgan.evidence.age import Identity, Recipient
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest
from qorgan.evidence.sealing import Sealed, seal
from qorgan.ledger.actors import Actor
from qorgan.people.actions import create_organisation
from qorgan.people.models import Organisation

GIB = 1 << 30
BLOCK = 1 << 20
TUS = {"Tus-Resumable": "1.0.0"}
SETUP = Actor.system("benchmark")


def vault_of(organisation: Organisation) -> Recipient:
    """A key of the vault to which docks seal. Nobody holds the other half: nothing is opened here."""
    recipient = Identity.generate().recipient
    Generation.objects.create(organisation=organisation, number=1, recipient=str(recipient), because="first", made_at=timezone.now(), position=0)
    return recipient


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
        return cls.of(organisation, vault_of(organisation), "dock 1")

    @classmethod
    def of(cls, organisation: Organisation, recipient: Recipient, name: str) -> "Side":
        """Enter one more dock of a division."""
        dock, token = docks.create_dock(actor=SETUP, organisation=organisation, name=name)
        key = SigningKey.generate("dock.benchmark/1")
        return cls(docks.enrol(dock=dock, public_key=str(key.verifier), host="pc", software="benchmark"), token, key, recipient)


@dataclass(frozen=True)
class File:
    """A sealed file and the note about it."""

    path: Path
    size: int
    note: str


def sealed_file(side: Side, size: int, path: Path = FOLDER / "sealed.age") -> File:
    """Seal ``size`` zero bytes; the hash of the plain bytes is made up, so that each file is a recording of its own."""
    plain = path.with_suffix(".plain")
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
