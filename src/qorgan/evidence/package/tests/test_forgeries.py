"""Packages that are perfect bags and lie: whoever can write lists anew cannot write what was signed anew."""

import io
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from qorgan.evidence import note
from qorgan.evidence.canonical import canonical, parse
from qorgan.evidence.keys import SigningKey
from qorgan.evidence.package.statement import statement
from qorgan.evidence.package.tests.office import ORIGIN, Office, make_package, sign_as, uuid
from qorgan.evidence.package.writer import Payload

RECORDING = uuid(11)
RECEIPT, MANIFEST = f"receipts/{RECORDING}.note", f"manifests/{RECORDING}.note"
CUSTODY = "data/custody.json"

Package = dict[str, Any]


def faults(report: Any, state: str = "fails") -> set[tuple[str, str]]:
    return {(one.code, one.file) for one in report.findings if one.state == state}


def resign(package: Package, office: Office) -> None:
    """The office itself signs what is now there: so that only the lie under test is left."""
    extras = {path: content for path, content in package["extras"].items() if path != "package.note"}
    package["extras"] = {**extras, "package.note": statement(package=uuid(6), payloads=package["payloads"], extras=extras, key=office.key)}


def custody(made: Package, **changes: Any) -> Package:
    """Change fields of custody.json; those of its first recording by ``recording_...``."""
    value = parse(made["extras"][CUSTODY])
    for name, new in changes.items():
        place = value["recordings"][0] if name.startswith("recording_") else value
        place[name.removeprefix("recording_")] = new
    made["extras"][CUSTODY] = canonical(value)
    return dict(value)


def entry(package: Package, position: int) -> dict[str, Any]:
    return dict(parse(package["extras"][f"ledger/entries/{position}.json"]))


def position_of(package: Package, kind: str) -> int:
    found = [parse(content) for path, content in package["extras"].items() if path.startswith("ledger/entries/")]
    return int(next(one["position"] for one in found if one["kind"] == kind))


def restate(text: bytes, key: SigningKey, **changes: Any) -> bytes:
    """Sign a receipt or manifest anew with other fields."""
    body, _signatures = note.split(text.decode())
    form, _, values = body.partition("\n")
    return sign_as(key, f"{form}\n{canonical({**parse(values.strip().encode()), **changes}).decode()}\n")


def test_a_recording_replaced_with_all_its_lists(package: Package, check: Callable[..., Any], office: Office) -> None:
    fake = b"another recording"
    digest, path = sha256(fake).hexdigest(), package["payloads"][0].path
    package["payloads"][0] = Payload(path, len(fake), digest, lambda: io.BytesIO(fake))
    custody(package, recording_plain_sha256=digest, recording_plain_size=len(fake))
    position = position_of(package, "archive:recording:stored")
    report = check(package)
    assert ("note-differs", f"ledger/entries/{position}.json") in faults(report)
    assert ("statement-other", "package.note") in faults(report)
    resign(package, office)
    assert ("note-differs", f"ledger/entries/{position}.json") in faults(check(package))


def test_an_entry_rewritten(package: Package, check: Callable[..., Any]) -> None:
    position = position_of(package, "archive:recording:played")
    changed = {**entry(package, position), "body": entry(package, position)["body"].replace("тексеру", "басқа")}
    package["extras"][f"ledger/entries/{position}.json"] = canonical(changed)
    assert {("proof-root", f"ledger/proofs/{position}.tlog-proof"), ("entry-unproven", f"ledger/entries/{position}.json")} <= faults(check(package))


def test_an_opening_left_out(package: Package, check: Callable[..., Any], office: Office) -> None:
    position = position_of(package, "archive:recording:played")
    del package["extras"][f"ledger/entries/{position}.json"]
    report = check(package)
    assert {("proof-loose", f"ledger/proofs/{position}.tlog-proof"), ("entry-missing", CUSTODY)} <= faults(report)
    del package["extras"][f"ledger/proofs/{position}.tlog-proof"]
    assert faults(check(package)) == {("entry-missing", CUSTODY)}
    value = parse(package["extras"][CUSTODY])
    custody(
        package, entries=[one for one in value["entries"] if one != position], recording_events=[e for e in value["recordings"][0]["events"] if e != position]
    )
    assert faults(check(package)) == {("statement-other", "package.note")}  # what nobody tells any more, the office's signature still does


def test_a_whole_package_by_someone_else(check: Callable[..., Any], office: Office) -> None:
    forged = make_package(Office(), {"a.mp4": b"forged"})
    assert check(forged).verdict == "holds"  # it agrees with itself: that is why the key is to be compared
    assert faults(check(forged, keys=[office.key.verifier.vkey])) == {("key-other", "keys/ledger.vkey")}


def test_checkpoint_by_another_key(package: Package, check: Callable[..., Any]) -> None:
    text, _ = note.split(package["extras"]["ledger/checkpoint"].decode())
    package["extras"]["ledger/checkpoint"] = sign_as(SigningKey.generate(ORIGIN), text)
    assert faults(check(package)) >= {("signer", "ledger/checkpoint")}
    package["extras"]["ledger/checkpoint"] = package["extras"]["ledger/checkpoint"].replace(b"\n323\n", b"\n324\n")
    assert check(package).verdict == "fails"


def test_a_proof_under_another_checkpoint(package: Package, check: Callable[..., Any], office: Office) -> None:
    path = next(path for path in package["extras"] if path.endswith(".tlog-proof"))
    head = package["extras"]["ledger/checkpoint"].decode()
    other = sign_as(office.key, note.split(head)[0].replace("\n323\n", "\n322\n"))
    package["extras"][path] = package["extras"][path].replace(head.encode(), other)
    assert faults(check(package)) >= {("proof-checkpoint", path)}


@pytest.mark.parametrize(
    ("field", "value"),
    [("plain_sha256", "0" * 64), ("position", 0), ("leaf", "0" * 64), ("origin", "other"), ("duplicate", True), ("stored_at", "2026-03-02T04:00:00+00:00"),
     ("dock", uuid(9))],
)  # fmt: skip
def test_a_receipt_for_something_else(package: Package, check: Callable[..., Any], office: Office, field: str, value: Any) -> None:
    package["extras"][RECEIPT] = restate(package["extras"][RECEIPT], office.key, **{field: value})
    report = check(package)
    assert faults(report) == {("note-differs", RECEIPT)}
    assert [one.details["field"] for one in report.findings if one.state == "fails"] == [field]


@pytest.mark.parametrize(("field", "value"), [("plain_sha256", "0" * 64), ("path", "/other"), ("plain_size", 1), ("device_started_at", "")])
def test_a_dock_that_said_something_else(package: Package, check: Callable[..., Any], office: Office, field: str, value: Any) -> None:
    package["extras"][MANIFEST] = restate(package["extras"][MANIFEST], office.dock_key, **{field: value})
    assert faults(check(package)) == {("note-differs", MANIFEST)}


def test_notes_by_others(package: Package, check: Callable[..., Any], office: Office) -> None:
    stranger = SigningKey.generate("dock-1")
    package["extras"][RECEIPT] = restate(package["extras"][RECEIPT], stranger)
    package["extras"][MANIFEST] = restate(package["extras"][MANIFEST], stranger)
    assert faults(check(package)) == {("signer", RECEIPT), ("signer", MANIFEST)}
    package["extras"][f"keys/docks/{office.dock}.vkey"] = stranger.verifier.vkey.encode()
    assert ("dock-key", f"keys/docks/{office.dock}.vkey") in faults(check(package))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"checkpoint_size": 5}, "custody-differs"), ({"origin": "other"}, "custody-differs"), ({"made_at": "2020-01-01T00:00:00+00:00"}, "made-early"),
        ({"made_at": "soon"}, "custody-field"), ({"recording_path": "/other"}, "note-differs"), ({"recording_stored_at": None}, "custody-differs"),
        ({"recording_events": []}, "event-missing"), ({"recording_events": [5, 3]}, "custody-field"), ({"recording_events": "all"}, "custody-field"),
        ({"recording_position": "310"}, "entry-missing"), ({"recording_recording": "x"}, "custody-field"), ({"entries": [1.5]}, "json"),
        ({"entries": ["a"]}, "custody-field"), ({"recordings": {}}, "custody-field"), ({"format": "other"}, "format"), ({"package": "x"}, "custody-field"),
        ({"recording_file": "data/recordings/999-x.mp4"}, "recording-hash"), ({"recording_plain_size": 1}, "custody-differs"),
    ],
)  # fmt: skip
def test_custody_that_tells_something_else(package: Package, check: Callable[..., Any], office: Office, changes: dict[str, Any], code: str) -> None:
    if changes == {"entries": [1.5]}:
        package["extras"][CUSTODY] = package["extras"][CUSTODY].replace(b'"entries":[', b'"entries":[1.5,')
    else:
        custody(package, **changes)
    resign(package, office)
    assert code in {code for code, _file in faults(check(package))}


def test_papers_exchanged(package: Package, check: Callable[..., Any]) -> None:
    package["extras"]["data/papers/act.pdf"] = b"%PDF another act"
    assert faults(check(package)) == {("statement-other", "package.note")}
    del package["extras"]["package.note"]
    report = check(package)
    assert report.verdict == "cannot-tell"
    assert faults(report, "cannot-tell") == {("statement-missing", "package.note")}


def test_loose_things(package: Package, check: Callable[..., Any], office: Office) -> None:
    package["extras"][f"receipts/{uuid(99)}.note"] = b"x"
    package["extras"]["data/recordings/003-x.mp4"] = b"x"
    resign(package, office)
    assert faults(check(package)) == {("note-loose", f"receipts/{uuid(99)}.note"), ("recording-not-told", "data/recordings/003-x.mp4")}


def test_steps_of_a_hand_over_in_a_wrong_order(check: Callable[..., Any]) -> None:
    office = Office()
    package = make_package(office, {"a.mp4": b"a"})
    assert check(package).verdict == "holds"

    class Turned(Office):
        def append(self, kind: str, subject: str, payload: Any) -> int:
            turned = {"recorders:handover:drafted": "recorders:handover:composed", "recorders:handover:composed": "recorders:handover:drafted"}
            return super().append(turned.get(kind, kind), subject, payload)

    assert {code for code, _ in faults(check(make_package(Turned(), {"a.mp4": b"a"})))} == {"order"}


def test_time_that_runs_backwards(check: Callable[..., Any]) -> None:
    class Backwards(Office):
        def append(self, kind: str, subject: str, payload: Any) -> int:
            if kind == "archive:recording:played":
                self.now = self.now.replace(year=2025)
            return super().append(kind, subject, payload)

    assert "time-back" in {code for code, _ in faults(check(make_package(Backwards(), {"a.mp4": b"a"})))}


def test_keys_that_followed_each_other(package: Package, check: Callable[..., Any], office: Office) -> None:
    first = SigningKey.generate(ORIGIN)
    body = {"origin": ORIGIN, "old": first.verifier.vkey, "new": office.key.verifier.vkey, "since": 3, "at": "2026-03-02T04:00:00+00:00"}
    handed = note.add_signature(note.sign(f"qorgan.succession/1\n{canonical(body).decode()}\n", first), office.key)
    package["extras"][RECEIPT] = restate(package["extras"][RECEIPT], first)
    assert faults(check(package)) == {("signer", RECEIPT)}
    package["extras"]["keys/succession/1.note"] = handed.encode()
    assert check(package, keys=[first.verifier.vkey]).verdict == "holds"
    package["extras"]["keys/succession/1.note"] = note.sign(f"qorgan.succession/1\n{canonical(body).decode()}\n", first).encode()
    assert ("signer", "keys/succession/1.note") in faults(check(package))
    body["new"] = SigningKey.generate(ORIGIN).verifier.vkey
    loose = SigningKey.generate(ORIGIN)
    both = note.add_signature(note.sign(f"qorgan.succession/1\n{canonical({**body, 'new': loose.verifier.vkey}).decode()}\n", first), loose)
    package["extras"]["keys/succession/1.note"] = both.encode()
    assert ("succession-loose", "keys/succession/1.note") in faults(check(package))


def test_a_witness(made: Package, check: Callable[..., Any], office: Office, tmp_path: Any) -> None:
    kept, head = tmp_path / "witness.txt", made["extras"]["ledger/checkpoint"].decode()
    kept.write_text(f"{ORIGIN}\n5\n{b64encode(b'x' * 32).decode()}\n\n— x y\n\n{head}")
    assert ("witness-same", "witness.txt") in faults(check(made, witness=kept), "holds")
    size = head.split("\n")[1]
    kept.write_text(f"{ORIGIN}\n{size}\n{b64encode(b'x' * 32).decode()}\n")
    assert faults(check(made, witness=kept)) == {("witness-other", "witness.txt")}
    kept.write_text(f"{ORIGIN}\n5\n{b64encode(b'x' * 32).decode()}\n")
    assert faults(check(made, witness=kept), "cannot-tell") == {("witness-silent", "witness.txt")}
