"""What the ledger says: keys and how they followed each other, the checkpoint, and entries that are proven to stand in it."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from qorgan.evidence.package.verifier.files import Package
from qorgan.evidence.package.verifier.findings import COMPARE, HOLDS, Broken, Report, Untold
from qorgan.evidence.package.verifier.notes import (
    NUMBER,
    Head,
    Key,
    check_proof,
    open_signed,
    read_head,
    read_json,
    read_key,
    read_statement,
    strict_base64,
)

LEDGER_KEY = "keys/ledger.vkey"
CHECKPOINT = "ledger/checkpoint"
ENTRIES = "ledger/entries/"
PROOFS = "ledger/proofs/"
SUCCESSIONS = "keys/succession/"
ENTRY_FIELDS = {"position", "at_us", "kind", "organisation", "subject", "body", "salt"}


@dataclass(frozen=True)
class Entry:
    """One act of the ledger, as proven. ``said`` is what it says: actor and payload."""

    position: int
    at_us: int
    kind: str
    subject: str
    body: str
    said: dict[str, Any]
    commitment: bytes


@dataclass
class Ledger:
    """Keys that may have signed receipts, the checkpoint if it holds, entries by position."""

    keys: list[Key] = field(default_factory=list)
    head: Head | None = None
    entries: dict[int, Entry] = field(default_factory=dict)


def read_ledger(package: Package, report: Report, wanted: Iterable[Key]) -> Ledger:
    """Check keys, checkpoint, entries and proofs. ``wanted`` are the keys that the receiver has from elsewhere."""
    ledger = Ledger()
    try:
        ledger.keys.append(read_key(package.text(LEDGER_KEY)))
    except Broken as broken:
        report.take(broken, LEDGER_KEY)
        return ledger
    follow_keys(package, ledger, report)
    try:
        ledger.head = read_head(package.text(CHECKPOINT), ledger.keys[:1])
    except Broken as broken:
        report.take(broken, CHECKPOINT)
        return ledger
    if ledger.head.origin != ledger.keys[0].name:
        report.fails("origin", CHECKPOINT, told=ledger.head.origin, due=ledger.keys[0].name)
    else:
        report.add(HOLDS, "checkpoint-signed", CHECKPOINT, origin=ledger.head.origin, size=ledger.head.size)
    compare_key(ledger, list(wanted), report)
    read_entries(package, ledger, ledger.head, report)
    return ledger


def follow_keys(package: Package, ledger: Ledger, report: Report) -> None:
    """Earlier keys of the ledger, each of which signed the next (and the next it), newest first."""
    waiting = {}
    for path in package.under(SUCCESSIONS):
        try:
            note = package.text(path)
            said = read_json(note.partition("\n\n")[0].partition("\n")[2])
            old, new = read_key(str(said.get("old"))), read_key(str(said.get("new")))
            for key in (old, new):
                read_statement(note, "qorgan.succession/1", [key])
            waiting[new.text] = (old, path)
        except Broken as broken:
            report.take(broken, path)
    while (found := waiting.pop(ledger.keys[-1].text, None)) is not None:
        ledger.keys.append(found[0])
        report.add(HOLDS, "succession", found[1], old=found[0].text)
    for _old, path in waiting.values():
        report.fails("succession-loose", path)


def compare_key(ledger: Ledger, wanted: list[Key], report: Report) -> None:
    """The package brings its own key: only one got in another way tells whose it is."""
    if not wanted:
        report.add(COMPARE, "compare-key", LEDGER_KEY, key=ledger.keys[0].text)
    elif any(key.text == other.text for key in ledger.keys for other in wanted):
        report.add(HOLDS, "key-known", LEDGER_KEY)
    else:
        report.fails("key-other", LEDGER_KEY, key=ledger.keys[0].text)


def read_entries(package: Package, ledger: Ledger, head: Head, report: Report) -> None:
    """Every entry with its proof; an entry without one, or a proof without its entry, is reported."""
    before = report.faults
    for path in package.under(ENTRIES):
        try:
            entry = read_entry(package.text(path), path)
        except Broken as broken:
            report.take(broken, path)
            continue
        proof = f"{PROOFS}{entry.position}.tlog-proof"
        try:
            check_proof(package.text(proof), entry.position, entry.commitment, head)
        except Broken as broken:
            report.take(broken, proof)
            if broken.code == "proof-root":
                report.fails("entry-unproven", path, position=entry.position)
            continue
        ledger.entries[entry.position] = entry
    for path in package.under(PROOFS):
        if path.replace(PROOFS, ENTRIES).removesuffix(".tlog-proof") + ".json" not in package.items:
            report.fails("proof-loose", path)
    check_times(ledger, report)
    if report.faults == before:
        report.add(HOLDS, "entries-proven", count=len(ledger.entries), size=head.size)


def read_entry(text: str, path: str) -> Entry:
    """An entry and its commitment: SHA-256 of salt and of time, kind, organisation and subject, a line each, an empty line, and the body."""
    values = read_json(text)
    texts = [values.get(name) for name in ("kind", "organisation", "subject", "body", "salt")]
    numbers = [values.get(name) for name in ("position", "at_us")]
    if set(values) != ENTRY_FIELDS or not all(isinstance(one, str) for one in texts) or not all(type(one) is int and 0 <= one < 2**62 for one in numbers):
        raise Broken("entry-form")
    kind, organisation, subject, body, salt = map(str, texts)
    position, at_us = int(values["position"]), int(values["at_us"])
    if path != f"{ENTRIES}{position}.json" or not NUMBER.fullmatch(str(position)) or "\n" in kind + organisation + subject:
        raise Broken("entry-form")
    said = read_json(body)
    if not isinstance(said.get("payload"), dict) or not isinstance(said.get("actor"), dict):
        raise Broken("entry-form")
    try:
        committed = f"{at_us}\n{kind}\n{organisation}\n{subject}\n\n{body}".encode()
    except UnicodeEncodeError as error:
        raise Broken("entry-form") from error
    return Entry(position, at_us, kind, subject, body, said, sha256(strict_base64(salt) + committed).digest())


def check_times(ledger: Ledger, report: Report) -> None:
    """The server's time never runs backwards from entry to entry."""
    latest = 0
    for position in sorted(ledger.entries):
        entry = ledger.entries[position]
        if entry.at_us < latest:
            report.fails("time-back", f"{ENTRIES}{position}.json", position=position)
        latest = max(latest, entry.at_us)


def check_statement(package: Package, ledger: Ledger, computed: dict[str, str], package_id: str, report: Report) -> None:
    """``package.note``: the office signed the list of everything under ``data/``, papers and custody included."""
    path = "package.note"
    try:
        if path not in package.items:
            raise Untold("statement-missing")
        text, _key = open_signed(package.text(path), ledger.keys)
        if text != f"qorgan.package/1\n{package_id}\n{computed.get('manifest-sha256.txt')}\n":
            raise Broken("statement-other")
    except Broken as broken:
        report.take(broken, path)
    else:
        report.add(HOLDS, "statement-signed", path)


def check_witness(head: Head | None, text: str, name: str, report: Report) -> None:
    """Hold the package's checkpoint against those that a witness kept."""
    if head is None:
        return
    lines = text.replace("\r\n", "\n").split("\n")
    kept = [(int(size), root) for origin, size, root in zip(lines, lines[1:], lines[2:], strict=False) if origin == head.origin and NUMBER.fullmatch(size)]
    same = [root == b64encode(head.root).decode() for size, root in kept if size == head.size]
    if not all(same):
        report.fails("witness-other", name, size=head.size)
    elif same:
        report.add(HOLDS, "witness-same", name, size=head.size)
    else:
        report.take(Untold("witness-silent", size=head.size, kept=", ".join(str(size) for size, _ in kept)), name)


def moment(at_us: int) -> str:
    """A time of the ledger in words, UTC to the second."""
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
