"""An office on paper: everything that a package holds, made from the parts of evidence alone, with stamps by a local authority (openssl)."""

import io
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from qorgan.evidence import age, merkle, note, proof
from qorgan.evidence.canonical import canonical
from qorgan.evidence.checkpoint import Checkpoint
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.manifest import Manifest, Receipt
from qorgan.evidence.package import verifier_source, writer
from qorgan.evidence.package.names import recording_path
from qorgan.evidence.package.statement import PATH, statement
from qorgan.evidence.package.writer import Payload

ORIGIN = "qorgan.karaganda.example/ledger"
DIVISION = "6f3fe0a4-4a3c-4cf6-a4d3-7a8fd8a0b7a1"
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
ENTRIES_BEFORE = 300
"""Entries of other acts before and between, so that proofs are not trivial."""


def uuid(number: int) -> str:
    """A UUID that is the same in each run."""
    return str(UUID(int=Random(number).getrandbits(128), version=4))


@dataclass
class Office:
    """The office, its dock, its ledger. ``entries`` are (at_us, kind, organisation, subject, body, salt)."""

    key: SigningKey = field(default_factory=lambda: SigningKey.generate(ORIGIN))
    dock_key: SigningKey = field(default_factory=lambda: SigningKey.generate("dock-1"))
    dock: str = uuid(1)
    entries: list[tuple[int, str, str, str, str, bytes]] = field(default_factory=list)
    now: datetime = START

    def append(self, kind: str, subject: str, payload: Mapping[str, Any]) -> int:
        """Write an entry; returns its position."""
        self.now += timedelta(seconds=7, microseconds=123_457)
        actor = {"person": uuid(77), "name": "А. Серік", "post": "responsible", "organisation": DIVISION}
        body = canonical({"actor": actor, "payload": payload}).decode()
        at_us = (self.now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        self.entries.append((at_us, kind, DIVISION, subject, body, Random(len(self.entries)).randbytes(16)))
        return len(self.entries) - 1

    def noise(self, count: int) -> None:
        """Entries that have nothing to do with the package."""
        for number in range(count):
            self.append("recorders:recorder:issued", f"recorder:{uuid(900 + number)}", {"number": number})

    def commitment(self, position: int) -> bytes:
        """The leaf of an entry."""
        at_us, kind, organisation, subject, body, salt = self.entries[position]
        return sha256(salt + f"{at_us}\n{kind}\n{organisation}\n{subject}\n\n{body}".encode()).digest()

    def tree(self) -> tuple[Callable[[int, int], bytes], Checkpoint]:
        """Complete subtrees, and the checkpoint over everything."""
        leaves = [merkle.leaf_hash(self.commitment(position)) for position in range(len(self.entries))]

        def get(level: int, index: int) -> bytes:
            return leaves[index] if level == 0 else merkle.node_hash(get(level - 1, 2 * index), get(level - 1, 2 * index + 1))

        return get, Checkpoint(ORIGIN, len(leaves), merkle.root_of(len(leaves), get))


@dataclass
class Kept:
    """One recording of the office: what custody.json tells, and its signed papers."""

    content: bytes | Payload
    custody: dict[str, Any]
    receipt: str
    manifest: str


def keep(office: Office, number: int, content: bytes | Payload, name: str) -> Kept:
    """Dock, store and open a recording."""
    recording, path = uuid(10 + number), f"/DCIM/{name}"
    size = content.size if isinstance(content, Payload) else len(content)
    digest = content.sha256 if isinstance(content, Payload) else sha256(content).hexdigest()
    sealed = sha256(b"sealed" + digest.encode()).hexdigest()
    clocks = {"dock_now": "2026-03-02T04:00:00+00:00", "server_now": "2026-03-02T04:00:00+00:00", "round_trip_ms": 3, "ntp": "synchronised"}
    manifest = Manifest(
        recorder=uuid(3), inventory_number="0417", volume_serial="A1B2", volume_label="", marker="", path=path, name=name, size=size,
        modified_at="2026-03-02T03:00:00+00:00", plain_sha256=digest, sealed_blake3=sealed, plain_size=size, sealed_size=size + 216,
        recipients=[str(age.Identity.generate().recipient)], media={"kind": "video"}, pattern="", sequence=None, device_started_at="2026-03-02T08:00:00",
        device_zone_minutes=300, clocks=clocks, dock=office.dock, dock_name="Док 1", software="qorgan-dock 0.1", sealed_at="2026-03-02T04:00:00+00:00",
    )  # fmt: skip
    stored = {
        "upload": uuid(20 + number), "dock": office.dock, "recorder": manifest.recorder, "inventory_number": "0417", "name": name, "path": path,
        "plain_sha256": digest, "plain_size": size, "sealed_blake3": sealed, "sealed_size": size + 216, "presented_blake3": sealed,
    }  # fmt: skip
    position = office.append("archive:recording:stored", f"recording:{recording}", stored)
    at = office.now.isoformat()
    receipt = Receipt(
        origin=ORIGIN, upload=stored["upload"], recording=recording, plain_sha256=digest, sealed_blake3=sealed, sealed_size=size + 216,
        dock=office.dock, stored_at=at, position=position, leaf=office.commitment(position).hex(), duplicate=False,
    )  # fmt: skip
    custody = {
        "recording": recording, "file": recording_path(number, name), "name": name, "path": path, "plain_sha256": digest, "plain_size": size,
        "recorder": manifest.recorder, "inventory_number": "0417", "device_started_at": "2026-03-02T08:00:00", "started_at": "2026-03-02T03:00:00+00:00",
        "ended_at": "2026-03-02T03:10:00+00:00", "offset_ms": 0, "stored_at": at, "position": position, "events": [position],
    }  # fmt: skip
    office.noise(5)
    custody["events"].append(office.append("archive:recording:played", f"recording:{recording}", {"purpose": "тексеру"}))
    return Kept(content, custody, receipt.to_note(office.key), manifest.to_note(office.dock_key))


def make_package(office: Office, contents: Mapping[str, bytes | Payload], authority: "Authority | None" = None) -> dict[str, Any]:
    """The arguments of :func:`qorgan.evidence.package.writer.stream` for a package of recordings by name."""
    office.noise(ENTRIES_BEFORE)
    enrolled = office.append("archive:dock:enrolled", f"dock:{office.dock}", {"key": office.dock_key.verifier.vkey, "host": "pc", "software": "x"})
    kept = [keep(office, number, content, name) for number, (name, content) in enumerate(contents.items(), 1)]
    steps = ("drafted", "signed", "signed", "made", "composed")
    acts = [office.append(f"recorders:handover:{step}", f"handover:{uuid(5)}", {"recipient": "Сот"}) for step in steps]
    positions = sorted({enrolled, *acts, *(position for one in kept for position in one.custody["events"])})
    office.noise(3)
    get, checkpoint = office.tree()
    signed = checkpoint.sign(office.key)
    custody = {
        "format": "qorgan.custody/1", "package": uuid(6), "origin": ORIGIN, "made_at": (office.now + timedelta(minutes=1)).isoformat(),
        "organisation": "Қарағанды облысы бойынша департамент", "recipient": "Сот", "reason": "444/14", "checkpoint_size": checkpoint.size,
        "entries": positions, "recordings": [one.custody for one in kept],
    }  # fmt: skip
    extras = {
        "data/custody.json": canonical(custody), "data/papers/act.pdf": b"%PDF-1.7 act", "ledger/checkpoint": signed.encode(),
        "keys/ledger.vkey": f"{office.key.verifier.vkey}\n".encode(), f"keys/docks/{office.dock}.vkey": f"{office.dock_key.verifier.vkey}\n".encode(),
        "verify.py": verifier_source(), "README.kk.txt": "Оқыңыз\n".encode(), "README.ru.txt": "Прочтите\n".encode(),
    }  # fmt: skip
    for position in positions:
        at_us, kind, organisation, subject, body, salt = office.entries[position]
        values = {"position": position, "at_us": at_us, "kind": kind, "organisation": organisation, "subject": subject, "body": body}
        extras[f"ledger/entries/{position}.json"] = canonical({**values, "salt": b64encode(salt).decode()})
        extras[f"ledger/proofs/{position}.tlog-proof"] = proof.make(position, checkpoint.size, get, signed).encode()
    for one in kept:
        extras[f"receipts/{one.custody['recording']}.note"] = one.receipt.encode()
        extras[f"manifests/{one.custody['recording']}.note"] = one.manifest.encode()
    if authority is not None:
        extras |= {"timestamps/1.tsr": authority.stamp(signed.encode()), "timestamps/1.pem": authority.chain}
    payloads = [
        one.content
        if isinstance(one.content, Payload)
        else Payload(one.custody["file"], len(one.content), one.custody["plain_sha256"], lambda content=one.content: io.BytesIO(content))  # type: ignore[misc]
        for one in kept
    ]
    extras[PATH] = statement(package=custody["package"], payloads=payloads, extras=extras, key=office.key)
    return {"name": "qorgan-2026-0001", "payloads": payloads, "extras": extras, "info": {"Bagging-Date": "2026-03-03"}}


def write(package: Mapping[str, Any], path: Path) -> Path:
    """Write a package to a file."""
    with path.open("wb") as file:
        file.writelines(writer.stream(**package))
    return path


def sign_as(key: SigningKey, text: str) -> bytes:
    """A signed note over any text: what someone who holds the key could make."""
    return note.sign(text, key).encode()


class Authority:
    """A stamping authority of openssl's: a root and a signer, RSA or ECDSA."""

    def __init__(self, folder: Path, kind: str = "rsa") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.cnf").write_text(_CONFIGURATION)
        (folder / "serial").write_text("01\n")
        new = ["-newkey", "rsa:2048"] if kind == "rsa" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self._run("req", "-x509", *new, "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj", "/O=Test/CN=Root", "-days", "3650", "-config", "ca.cnf",
                  "-extensions", "root")  # fmt: skip
        self._run("req", *new, "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/O=Test/CN=TSA", "-config", "ca.cnf")
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-out", "tsa.pem", "-days", "3650", "-extfile",
                  "ca.cnf", "-extensions", "tsa")  # fmt: skip
        self.chain = (folder / "tsa.pem").read_bytes() + (folder / "root.pem").read_bytes()

    def stamp(self, data: bytes) -> bytes:
        """A TimeStampResp over SHA-256 of ``data``."""
        (self.folder / "data").write_bytes(data)
        self._run("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query.tsq")
        self._run("ts", "-reply", "-config", "ca.cnf", "-section", "stamping", "-queryfile", "query.tsq", "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def _run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


_CONFIGURATION = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[tsa]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = critical, timeStamping
[stamping]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
