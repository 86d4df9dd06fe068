"""Custody: what the package says of each recording is what the ledger, the receipt and the dock say, in an order of time that can be."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from qorgan.evidence.package.verifier.bag import Bag
from qorgan.evidence.package.verifier.files import LARGEST_LIST, Package
from qorgan.evidence.package.verifier.findings import HOLDS, Broken, Report
from qorgan.evidence.package.verifier.ledger import ENTRIES, Entry, Ledger
from qorgan.evidence.package.verifier.notes import read_json, read_key, read_statement

CUSTODY = "data/custody.json"
RECORDINGS = "data/recordings/"
DOCK_KEYS = "keys/docks/"
STORED = "archive:recording:stored"
ENROLLED = "archive:dock:enrolled"
HASH = re.compile(r"[0-9a-f]{64}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AFTER_STORING = ("archive:recording:", "recorders:recording:", "recorders:device:", "recorders:handover:", "recorders:package:")
STEPS = ("recorders:handover:drafted", "recorders:handover:signed", "recorders:handover:made", "recorders:handover:composed")
"""A hand-over's acts in the only order in which they can happen."""


def read_custody(package: Package, report: Report) -> dict[str, Any]:
    """custody.json, empty when it is not one."""
    try:
        custody = read_json(package.text(CUSTODY, LARGEST_LIST))
        if custody.get("format") != "qorgan.custody/1":
            raise Broken("format", form="qorgan.custody/1")
        entries, recordings = custody.get("entries"), custody.get("recordings")
        if not isinstance(entries, list) or not all(type(one) is int for one in entries):
            raise Broken("custody-field", field="entries")
        if not isinstance(recordings, list) or not all(isinstance(one, dict) for one in recordings):
            raise Broken("custody-field", field="recordings")
        if not UUID.fullmatch(str(custody.get("package"))):
            raise Broken("custody-field", field="package")
    except Broken as broken:
        report.take(broken, CUSTODY)
        return {}
    return custody


def check_custody(package: Package, custody: dict[str, Any], bag: Bag, ledger: Ledger, report: Report) -> None:
    """Hold custody.json against everything that is proven."""
    before = report.faults
    if ledger.head is not None:
        for field, due in (("origin", ledger.head.origin), ("checkpoint_size", ledger.head.size)):
            if custody.get(field) != due:
                report.fails("custody-differs", CUSTODY, field=field, told=custody.get(field), due=due)
    there = {path.removeprefix(ENTRIES).removesuffix(".json") for path in package.under(ENTRIES)}
    told = {str(position) for position in custody["entries"]}
    for position in sorted(there ^ told):
        report.fails("entry-not-told" if position in there else "entry-missing", CUSTODY, position=position)
    check_made(custody, ledger, report)
    files = [str(one.get("file")) for one in custody["recordings"]]
    for path in sorted(set(package.under(RECORDINGS)) - set(files)):
        report.fails("recording-not-told", path)
    for path in sorted({path for path in files if files.count(path) > 1} if len(files) < 1000 else ()):
        report.fails("recording-twice", path)
    for recording in custody["recordings"]:
        check_recording(package, recording, bag, ledger, report)
    check_loose_notes(package, custody, report)
    check_handover(ledger, report)
    if report.faults == before:
        report.add(HOLDS, "custody-whole", CUSTODY, count=len(files))


def check_made(custody: dict[str, Any], ledger: Ledger, report: Report) -> None:
    """The hand-over was made after everything in it was stored."""
    made = at_of(custody.get("made_at"))
    if made is None:
        report.fails("custody-field", CUSTODY, field="made_at")
    elif any(entry.kind == STORED and microseconds(made) < entry.at_us for entry in ledger.entries.values()):
        report.fails("made-early", CUSTODY, made=custody["made_at"])


def check_recording(package: Package, recording: dict[str, Any], bag: Bag, ledger: Ledger, report: Report) -> None:
    """One recording: file, custody, entry of storing, receipt and the dock's manifest say the same."""
    before, path = report.faults, str(recording.get("file"))
    name, digest = str(recording.get("recording")), str(recording.get("plain_sha256"))
    if not UUID.fullmatch(name) or not HASH.fullmatch(digest) or not path.startswith(RECORDINGS):
        report.fails("custody-field", CUSTODY, field=f"recordings: {name}")
        return
    if bag.computed.get(path) != digest:
        report.fails("recording-hash", path, told=digest, computed=bag.computed.get(path, "–"))
    if path in package.items and package.items[path].size != recording.get("plain_size"):
        report.fails("custody-differs", CUSTODY, field=f"{path}: plain_size", told=recording.get("plain_size"), due=package.items[path].size)
    position = recording.get("position")
    entry = ledger.entries.get(position) if type(position) is int else None
    if entry is None:
        report.fails("entry-missing", CUSTODY, position=position)
        return
    stored = entry.said["payload"]
    told = {"kind": STORED, "subject": f"recording:{name}", "plain_sha256": digest, "plain_size": recording.get("plain_size"), "path": recording.get("path")}
    says = {**stored, "kind": entry.kind, "subject": entry.subject, "path": without_nul(stored.get("path"))}
    compare(f"{ENTRIES}{position}.json", {key: says.get(key) for key in told}, told, report)
    stored_at = at_of(recording.get("stored_at"))
    if stored_at is None or microseconds(stored_at) != entry.at_us:
        report.fails("custody-differs", CUSTODY, field=f"{path}: stored_at", told=recording.get("stored_at"), due=at_text(entry.at_us))
    check_receipt(package, name, entry, ledger, report)
    check_manifest(package, name, entry, recording, ledger, report)
    check_events(recording, name, entry, ledger, report)
    if report.faults == before:
        report.add(HOLDS, "recording-same", path, sha256=digest)


def check_receipt(package: Package, name: str, entry: Entry, ledger: Ledger, report: Report) -> None:
    """The server's receipt is for this entry and these bytes."""
    path, stored = f"receipts/{name}.note", entry.said["payload"]
    try:
        receipt = read_statement(package.text(path), "qorgan.receipt/1", ledger.keys)
    except Broken as broken:
        report.take(broken, path)
        return
    due = {key: stored.get(key) for key in ("upload", "plain_sha256", "sealed_blake3", "sealed_size", "dock")}
    due |= {"recording": name, "position": entry.position, "leaf": entry.commitment.hex(), "origin": ledger.keys[0].name, "duplicate": False}
    compare(path, receipt, due, report)
    at = at_of(receipt.get("stored_at"))
    if at is None or microseconds(at) != entry.at_us:
        report.fails("note-differs", path, field="stored_at", told=receipt.get("stored_at"), due=at_text(entry.at_us))


def check_manifest(package: Package, name: str, entry: Entry, recording: dict[str, Any], ledger: Ledger, report: Report) -> None:
    """What the dock signed when it read the device is what was stored."""
    path, stored = f"manifests/{name}.note", entry.said["payload"]
    dock = str(stored.get("dock"))
    key_path = f"{DOCK_KEYS}{dock}.vkey"
    try:
        key = read_key(package.text(key_path))
    except Broken as broken:
        report.take(broken, key_path)
        return
    for enrolled in ledger.entries.values():
        if enrolled.kind == ENROLLED and enrolled.subject == f"dock:{dock}" and enrolled.said["payload"].get("key") != key.text:
            report.fails("dock-key", key_path, position=enrolled.position)
    try:
        manifest = read_statement(package.text(path), "qorgan.manifest/1", [key])
    except Broken as broken:
        report.take(broken, path)
        return
    due = {key: stored.get(key) for key in ("dock", "recorder", "inventory_number", "path", "plain_sha256", "plain_size")}
    due |= {"sealed_blake3": stored.get("presented_blake3")}
    compare(path, manifest, due, report)
    if str(manifest.get("device_started_at"))[:40] != recording.get("device_started_at"):
        report.fails("note-differs", path, field="device_started_at", told=manifest.get("device_started_at"), due=recording.get("device_started_at"))


def check_events(recording: dict[str, Any], name: str, stored: Entry, ledger: Ledger, report: Report) -> None:
    """The acts on a recording: each proven, each about it, none that needs it before it was stored."""
    events = recording.get("events")
    if not isinstance(events, list) or not all(type(one) is int for one in events) or events != sorted(set(events)):
        report.fails("custody-field", CUSTODY, field=f"{recording.get('file')}: events")
        return
    if stored.position not in events:
        report.fails("event-missing", CUSTODY, position=stored.position)
    for position in events:
        entry = ledger.entries.get(position)
        if entry is None:
            report.fails("entry-missing", CUSTODY, position=position)
        elif position < stored.position and entry.kind.startswith(AFTER_STORING) and name in entry.subject:
            report.fails("order", f"{ENTRIES}{position}.json", position=position, other=stored.position)


def check_handover(ledger: Ledger, report: Report) -> None:
    """The steps of the hand-over follow one another: drafted, signed, made, composed."""
    reached: dict[str, tuple[int, int]] = {}
    for position in sorted(ledger.entries):
        entry = ledger.entries[position]
        if entry.kind in STEPS:
            step, (highest, at) = STEPS.index(entry.kind), reached.get(entry.subject, (0, position))
            if step < highest:
                report.fails("order", f"{ENTRIES}{position}.json", position=position, other=at)
            reached[entry.subject] = max((highest, at), (step, position))


def check_loose_notes(package: Package, custody: dict[str, Any], report: Report) -> None:
    """No receipt and no manifest for a recording that is not in the package."""
    names = {str(one.get("recording")) for one in custody["recordings"]}
    for path in package.under("receipts/") + package.under("manifests/"):
        if path.partition("/")[2].removesuffix(".note") not in names:
            report.fails("note-loose", path)


def compare(path: str, says: dict[str, Any], due: dict[str, Any], report: Report) -> None:
    """Report each field in which a file says other than what is due."""
    for field, value in due.items():
        if says.get(field) != value or type(says.get(field)) is not type(value):
            report.fails("note-differs", path, field=field, told=says.get(field), due=value)


def without_nul(value: Any) -> Any:
    """A path as the archive keeps it: NUL has a sign of its own."""
    return value.replace("\x00", "\N{SYMBOL FOR NULL}") if isinstance(value, str) else value


def at_of(value: Any) -> datetime | None:
    """A time with its zone, None for any other value."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def microseconds(at: datetime) -> int:
    """Since 1970, exactly."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def at_text(at_us: int) -> str:
    """A time of the ledger as ISO 8601."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).isoformat()
