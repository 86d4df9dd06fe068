"""A small real server that keeps the dock contract on temporary files, with switches for bad days.

Nothing in it is a mock of the dock.
"""

import hashlib
import json
import threading
import uuid
from base64 import b64decode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from blake3 import blake3

from qorgan.evidence.age import Identity, open_sealed
from qorgan.evidence.keys import SigningKey, Verifier
from qorgan.evidence.manifest import Manifest, ManifestError, Receipt
from qorgan.evidence.permission import ErasePermission
from qorgan.evidence.succession import Succession

TOKEN = "dock-token"
ORIGIN = "office.test/ledger"


@dataclass
class Held:
    """One upload on the server. ``finished``: whole, checked and given a receipt."""

    dock: str
    manifest: Manifest
    path: Path
    length: int
    recording: str = ""
    finished: bool = False
    duplicate: bool = False
    position: int = -1


@dataclass
class Faults:
    """Switches. Numbers count down: so many times the thing goes wrong."""

    cut_patch_after: int | None = None  # bytes taken in a PATCH before the connection is dropped, once
    drop_answers: set[str] = field(default_factory=set)  # "METHOD /path/prefix": done, but the answer is lost, once each
    digest: int = 0
    server_full: int = 0
    busy: int = 0
    forget_uploads: int = 0
    unavailable: bool = False
    revoked: bool = False
    receipt_key: SigningKey | None = None  # receipts signed by another server
    receipt_change: dict[str, Any] = field(default_factory=dict)  # fields of the receipt falsified, signature right
    receipt_garbled: bool = False
    refuse_erase: set[str] = field(default_factory=set)
    permission_key: SigningKey | None = None
    slow_bytes_per_second: int = 0
    withdrawn: set[str] = field(default_factory=set)  # inventory numbers that "stored" is refused for


class Office:
    """State of the server: what arrived, what was told. ``recorders``: rows of the device table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.key = SigningKey.generate(ORIGIN)
        self.hand_overs: list[str] = []
        self.vault = Identity.generate()
        self.recipients = [str(self.vault.recipient)]
        self.erase = False
        self.recorders: list[dict[str, str]] = []
        self.docks: dict[str, tuple[str, str]] = {}  # token → dock id, vkey
        self.tokens = {TOKEN}
        self.uploads: dict[str, Held] = {}
        self.recordings: dict[str, Held] = {}  # plain_sha256 → first upload
        self.statuses: list[dict[str, Any]] = []
        self.stored: list[dict[str, Any]] = []
        self.erased: list[dict[str, Any]] = []
        self.absences: list[dict[str, Any]] = []
        self.log: list[str] = []
        self.faults = Faults()
        self.clock_offset = timedelta(0)
        self.restoration = ""
        self.ledger_size: int | None = None  # None: a server that does not say
        self.shown: list[list[str]] = []
        self.lock = threading.RLock()

    def now(self) -> str:
        return (datetime.now(UTC) + self.clock_offset).isoformat(timespec="milliseconds")

    def add(self, inventory_number: str, **more: str) -> str:
        row = {"recorder": str(uuid.uuid4()), "inventory_number": inventory_number, "model": "", "volume_serial": ""}
        self.recorders.append(row | {"volume_label": "", "marker": inventory_number, "pattern": "auto"} | more)
        return row["recorder"]

    def rotate(self) -> None:
        """Hand over to a fresh key."""
        new = SigningKey.generate(ORIGIN)
        self.hand_overs.append(Succession.between(self.key, new, since=7, at=self.now()))
        self.key = new

    def names(self) -> list[str]:
        return sorted(held.manifest.path for held in self.recordings.values())

    def opened(self, held: Held) -> bytes:
        """The plain bytes of a finished upload, opened with the vault's key."""
        with held.path.open("rb") as file:
            return open_sealed(file, [self.vault]).read()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    office: Office

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        self.office.log.append(f"{self.command} {self.path} {args[1] if len(args) > 1 else ''}")

    # answering ---------------------------------------------------------------------------------

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        for wish in sorted(self.office.faults.drop_answers):
            method, prefix = wish.split(" ", 1)
            if self.command == method and prefix in self.path:
                self.office.faults.drop_answers.discard(wish)
                self.close_connection = True
                self.connection.close()
                return
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say(self, values: dict[str, Any], status: int = 200) -> None:
        self.answer(status, json.dumps(values).encode(), Content_Type="application/json")

    def refuse(self, status: int, code: str) -> None:
        self.close_connection = True
        self.say({"error": code, "message": f"refused: {code}"}, status)

    def told(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length", 0))
        return json.loads(self.rfile.read(length) or b"{}")

    def dock(self) -> tuple[str, str] | None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        office = self.office
        if office.faults.unavailable:
            self.close_connection = True
            self.connection.close()
            return None
        if token not in office.tokens or office.faults.revoked:
            self.refuse(401, "token-revoked")
            return None
        return office.docks.get(token, ("", ""))

    # routes ------------------------------------------------------------------------------------

    def do_GET(self) -> None:
        if (dock := self.dock()) is None:
            return
        if self.path == "/api/dock/v1/office":
            self.say(self.office_answer())
        elif self.path.endswith("/receipt"):
            self.receipt(self.path.split("/")[-2], dock[0])
        else:
            self.refuse(404, "not-found")

    def office_answer(self) -> dict[str, Any]:
        office = self.office
        return {
            "origin": ORIGIN,
            "vkey": str(office.key.verifier),
            "keys": office.hand_overs,
            "server_time": office.now(),
            "recipients": office.recipients,
            "generation": 1,
            "erase_after_receipt": office.erase,
            "recorders": office.recorders,
            "chunk_bytes": 16 << 20,
            "poll_seconds": 1,
        } | ({} if office.ledger_size is None else {"ledger_size": office.ledger_size, "restoration": office.restoration})

    def do_POST(self) -> None:
        if (dock := self.dock()) is None:
            return
        routes = {
            "/api/dock/v1/enrol": self.enrol,
            "/api/dock/v1/status": self.status,
            "/api/dock/v1/stored": self.stored,
            "/api/dock/v1/erase": lambda told: self.erase(told, dock[0]),
            "/api/dock/v1/erased": self.erased,
            "/api/dock/v1/receipts": self.receipts,
            "/api/dock/v1/absent": self.absent,
        }
        if self.path == "/api/upload/":
            self.create(dock)
        elif self.path in routes:
            routes[self.path](self.told())
        else:
            self.refuse(404, "not-found")

    def enrol(self, told: dict[str, Any]) -> None:
        token = self.headers["Authorization"].removeprefix("Bearer ")
        with self.office.lock:
            dock, vkey = self.office.docks.setdefault(token, (str(uuid.uuid4()), told["public_key"]))
        if vkey != told["public_key"]:
            self.refuse(409, "key-changed")
            return
        name = f"Dock {list(self.office.docks).index(token) + 1}"
        self.say({"dock": dock, "name": name, "origin": ORIGIN, "vkey": str(self.office.key.verifier)})

    def status(self, told: dict[str, Any]) -> None:
        self.office.statuses.append(told)
        self.say({"server_time": self.office.now()})

    def stored(self, told: dict[str, Any]) -> None:
        if told["inventory_number"] in self.office.faults.withdrawn:
            self.refuse(400, "malformed")
            return
        self.office.stored.append(told)
        self.say({"row": len(self.office.stored)})

    def receipts(self, told: dict[str, Any]) -> None:
        """Which of these recordings does the office not have?"""
        self.office.shown.append(told["receipts"])
        shown = [Receipt.from_note(note, [self.office.key.verifier]) for note in told["receipts"]]
        self.say({"unknown": [one.plain_sha256 for one in shown if one.plain_sha256 not in self.office.recordings]})

    def erased(self, told: dict[str, Any]) -> None:
        self.office.erased.append(told)
        self.say({})

    def absent(self, told: dict[str, Any]) -> None:
        self.office.absences.append(told)
        self.say({})

    def erase(self, told: dict[str, Any], dock: str) -> None:
        office = self.office
        known = [row for row in told["files"] if row["plain_sha256"] in office.recordings]
        allowed = sorted({row["plain_sha256"] for row in known} - office.faults.refuse_erase)
        refused = [{"plain_sha256": digest, "reason": "hold"} for digest in sorted(office.faults.refuse_erase)]
        permission = ErasePermission(
            origin=ORIGIN,
            dock=dock,
            recorder=told["recorder"],
            allowed=tuple(allowed),
            given_at=office.now(),
            position=7,
        )
        note = permission.to_note(office.faults.permission_key or office.key)
        self.say({"permission": note, "allowed": allowed, "refused": refused})

    # tus ---------------------------------------------------------------------------------------

    def create(self, dock: tuple[str, str]) -> None:
        office, length = self.office, int(self.headers["Upload-Length"])
        if office.faults.server_full:
            office.faults.server_full -= 1
            self.refuse(507, "disk-full")
            return
        encoded = self.headers["Upload-Metadata"].removeprefix("manifest ")
        try:
            manifest = Manifest.from_note(b64decode(encoded).decode(), [Verifier(dock[1])])
        except ManifestError as error:
            self.refuse(403, f"manifest: {error}")
            return
        if manifest.dock != dock[0]:
            self.refuse(403, "manifest: it names another dock")
            return
        name = str(uuid.uuid4())
        with office.lock:
            held = Held(dock[0], manifest, office.folder / name, length)
            held.path.touch()
            if before := office.recordings.get(manifest.plain_sha256):
                held = Held(dock[0], before.manifest, before.path, before.length, before.recording, True, True, before.position)
            office.uploads[name] = held
        self.answer(201, Location=f"/api/upload/{name}", Tus_Resumable="1.0.0")

    def held(self, dock: tuple[str, str]) -> Held | None:
        name = self.path.rpartition("/")[2]
        if self.office.faults.forget_uploads and name in self.office.uploads and not self.office.uploads[name].finished:
            self.office.faults.forget_uploads -= 1
            del self.office.uploads[name]
        held = self.office.uploads.get(name)
        if held is None or held.dock != dock[0]:
            self.refuse(404, "not-found")
            return None
        return held

    def do_HEAD(self) -> None:
        if (dock := self.dock()) is not None and (held := self.held(dock)):
            size = held.length if held.finished else held.path.stat().st_size
            self.answer(200, Upload_Offset=str(size), Upload_Length=str(held.length))

    def do_PATCH(self) -> None:
        if (dock := self.dock()) is None or (held := self.held(dock)) is None:
            return
        faults = self.office.faults
        if faults.busy:
            faults.busy -= 1
            self.refuse(423, "busy")
            return
        if int(self.headers["Upload-Offset"]) != held.path.stat().st_size:
            self.refuse(409, "offset")
            return
        if not self.take(held):
            return
        size = held.path.stat().st_size
        if size == held.length and not self.complete(held):
            self.refuse(460, "digest")
            return
        self.answer(204, Upload_Offset=str(size))

    def take(self, held: Held) -> bool:
        """Append the body. False when the connection was dropped in the middle, by us or by the dock."""
        faults, left = self.office.faults, int(self.headers["Content-Length"])
        with held.path.open("ab") as file:
            while left:
                piece = self.rfile.read1(min(left, 65536))
                if not piece:
                    return False
                if faults.slow_bytes_per_second:
                    threading.Event().wait(len(piece) / faults.slow_bytes_per_second)
                file.write(piece)
                file.flush()
                left -= len(piece)
                if faults.cut_patch_after is not None and file.tell() >= faults.cut_patch_after:
                    faults.cut_patch_after = None
                    self.close_connection = True
                    self.connection.close()
                    return False
        return True

    def complete(self, held: Held) -> bool:
        office = self.office
        with office.lock:
            wrong = blake3(held.path.read_bytes()).hexdigest() != held.manifest.sealed_blake3
            if wrong or office.faults.digest:
                office.faults.digest = max(0, office.faults.digest - 1)
                name = self.path.rpartition("/")[2]
                del office.uploads[name]
                held.path.unlink()
                return False
            before = office.recordings.get(held.manifest.plain_sha256)
            held.finished, held.duplicate = True, before is not None
            held.recording = before.recording if before else str(uuid.uuid4())
            held.position = before.position if before else len(office.recordings)
            office.recordings.setdefault(held.manifest.plain_sha256, held)
        return True

    def receipt(self, name: str, dock: str) -> None:
        office, held = self.office, self.office.uploads.get(name)
        if held is None or held.dock != dock or not held.finished:
            self.refuse(404, "not-finished" if held and held.dock == dock else "not-found")
            return
        fields: dict[str, Any] = {
            "origin": ORIGIN,
            "upload": name,
            "recording": held.recording,
            "plain_sha256": held.manifest.plain_sha256,
            "sealed_blake3": held.manifest.sealed_blake3,
            "sealed_size": held.length,
            "dock": dock,
            "stored_at": office.now(),
            "position": held.position,
            "leaf": hashlib.sha256(name.encode()).hexdigest(),
            "duplicate": held.duplicate,
        }
        note = Receipt(**(fields | office.faults.receipt_change)).to_note(office.faults.receipt_key or office.key)
        if office.faults.receipt_garbled:
            note = note.replace('"position":', '"position":1')
        self.answer(200, note.encode(), Content_Type="text/plain; charset=utf-8")


class Server:
    """The office on a loopback port. May be stopped and started again: its state stays."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._handler = type("BoundHandler", (Handler,), {"office": office})
        self._port = 0
        self.start()

    def start(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler)
        self._http.daemon_threads = True
        self._port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"
