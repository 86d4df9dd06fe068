// Custody: what the package says of each recording is what the ledger, the receipt and the dock say.

import { hex, microseconds, readJson } from "./bytes.js";
import { LARGEST_LIST } from "./bag.js";
import { ENTRIES, guarded } from "./ledger.js";
import { readKey, readStatement } from "./notes.js";
import { Broken } from "./report.js";

const CUSTODY = "data/custody.json", RECORDINGS = "data/recordings/", DOCK_KEYS = "keys/docks/";
const STORED = "archive:recording:stored", ENROLLED = "archive:dock:enrolled";
const HASH = /^[0-9a-f]{64}$/, UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const AFTER_STORING = ["archive:recording:", "recorders:recording:", "recorders:device:", "recorders:handover:", "recorders:package:"];
const STEPS = ["recorders:handover:drafted", "recorders:handover:signed", "recorders:handover:made", "recorders:handover:composed"];

export async function readCustody(pack, report) {
  let custody = null;
  const read = async () => {
    const found = readJson(await pack.text(CUSTODY, LARGEST_LIST));
    if (found.format !== "qorgan.custody/1") throw new Broken("format", { form: "qorgan.custody/1" });
    if (!Array.isArray(found.entries) || !found.entries.every(Number.isInteger)) throw new Broken("custody-field", { field: "entries" });
    const mapping = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
    if (!Array.isArray(found.recordings) || !found.recordings.every(mapping)) throw new Broken("custody-field", { field: "recordings" });
    if (!UUID.test(String(found.package))) throw new Broken("custody-field", { field: "package" });
    custody = found;
  };
  await guarded(report, CUSTODY, read);
  return custody;
}

export async function checkCustody(pack, custody, bag, ledger, report) {
  const before = report.faults;
  if (ledger.head) {
    for (const [field, due] of [["origin", ledger.head.origin], ["checkpoint_size", ledger.head.size]]) {
      if (custody[field] !== due) report.fails("custody-differs", CUSTODY, { field, told: custody[field], due });
    }
  }
  const there = new Set(pack.under(ENTRIES).map((path) => path.slice(ENTRIES.length).replace(/\.json$/, "")));
  const told = new Set(custody.entries.map(String));
  for (const position of there) if (!told.has(position)) report.fails("entry-not-told", CUSTODY, { position });
  for (const position of told) if (!there.has(position)) report.fails("entry-missing", CUSTODY, { position });
  checkMade(custody, ledger, report);
  const files = custody.recordings.map((one) => String(one.file));
  for (const path of pack.under(RECORDINGS)) if (!files.includes(path)) report.fails("recording-not-told", path);
  for (const path of new Set(files.filter((one, at) => files.indexOf(one) !== at))) report.fails("recording-twice", path);
  for (const recording of custody.recordings) await checkRecording(pack, recording, bag, ledger, report);
  const names = custody.recordings.map((one) => String(one.recording));
  for (const path of [...pack.under("receipts/"), ...pack.under("manifests/")]) {
    if (!names.includes(path.slice(path.indexOf("/") + 1).replace(/\.note$/, ""))) report.fails("note-loose", path);
  }
  checkHandover(ledger, report);
  if (report.faults === before) report.add("holds", "custody-whole", CUSTODY, { count: files.length });
}

function checkMade(custody, ledger, report) {
  const made = microseconds(custody.made_at);
  if (made === null) report.fails("custody-field", CUSTODY, { field: "made_at" });
  else if ([...ledger.entries.values()].some((entry) => entry.kind === STORED && made < entry.atUs)) report.fails("made-early", CUSTODY, { made: custody.made_at });
}

async function checkRecording(pack, recording, bag, ledger, report) {
  const before = report.faults;
  const [path, name, digest] = [recording.file, recording.recording, recording.plain_sha256].map(String);
  if (!UUID.test(name) || !HASH.test(digest) || !path.startsWith(RECORDINGS)) {
    report.fails("custody-field", CUSTODY, { field: `recordings: ${name}` });
    return;
  }
  const computed = bag.computed.get(path);
  if (computed !== digest) report.fails("recording-hash", path, { told: digest, computed });
  const size = pack.items.get(path)?.size;
  if (size !== undefined && size !== recording.plain_size) report.fails("custody-differs", CUSTODY, { field: `${path}: plain_size`, told: recording.plain_size, due: size });
  const entry = ledger.entries.get(recording.position);
  if (!entry) {
    report.fails("entry-missing", CUSTODY, { position: recording.position });
    return;
  }
  const stored = entry.payload;
  const due = { kind: STORED, subject: `recording:${name}`, plain_sha256: digest, plain_size: recording.plain_size, path: recording.path };
  const says = { ...stored, kind: entry.kind, subject: entry.subject };
  if (typeof stored.path === "string") says.path = stored.path.replaceAll("\u0000", "\u2400");
  compare(`${ENTRIES}${entry.position}.json`, says, due, report);
  if (microseconds(recording.stored_at) !== entry.atUs) report.fails("custody-differs", CUSTODY, { field: `${path}: stored_at`, told: recording.stored_at, due: atText(entry.atUs) });
  await checkReceipt(pack, name, entry, ledger, report);
  await checkManifest(pack, name, entry, recording, ledger, report);
  checkEvents(recording, name, entry, ledger, report);
  if (report.faults === before) report.add("holds", "recording-same", path, { sha256: digest });
}

const chosen = (from, ...names) => Object.fromEntries(names.map((name) => [name, from[name]]));

async function checkReceipt(pack, name, entry, ledger, report) {
  const path = `receipts/${name}.note`;
  await guarded(report, path, async () => {
    const receipt = await readStatement(await pack.text(path), "qorgan.receipt/1", ledger.keys, ledger.untold);
    const due = chosen(entry.payload, "upload", "plain_sha256", "sealed_blake3", "sealed_size", "dock");
    compare(path, receipt, { ...due, recording: name, position: entry.position, leaf: hex(entry.commitment), origin: ledger.keys[0].name, duplicate: false }, report);
    if (microseconds(receipt.stored_at) !== entry.atUs) report.fails("note-differs", path, { field: "stored_at", told: receipt.stored_at, due: atText(entry.atUs) });
  });
}

async function checkManifest(pack, name, entry, recording, ledger, report) {
  const stored = entry.payload;
  const dock = String(stored.dock);
  const keyPath = `${DOCK_KEYS}${dock}.vkey`;
  let key = null;
  if (!(await guarded(report, keyPath, async () => (key = readKey(await pack.text(keyPath)))))) return;
  for (const one of ledger.entries.values()) {
    if (one.kind === ENROLLED && one.subject === `dock:${dock}` && one.payload.key !== key.text) report.fails("dock-key", keyPath, { position: one.position });
  }
  const path = `manifests/${name}.note`;
  await guarded(report, path, async () => {
    const manifest = await readStatement(await pack.text(path), "qorgan.manifest/1", [key], ledger.untold);
    const due = chosen(stored, "dock", "recorder", "inventory_number", "path", "plain_sha256", "plain_size");
    compare(path, manifest, { ...due, sealed_blake3: stored.presented_blake3 }, report);
    if ([...String(manifest.device_started_at)].slice(0, 40).join("") !== recording.device_started_at) {
      report.fails("note-differs", path, { field: "device_started_at", told: manifest.device_started_at, due: recording.device_started_at });
    }
  });
}

function checkEvents(recording, name, stored, ledger, report) {
  const { events } = recording;
  if (!Array.isArray(events) || !events.every((one, at) => Number.isInteger(one) && (at === 0 || events[at - 1] < one))) {
    report.fails("custody-field", CUSTODY, { field: `${recording.file}: events` });
    return;
  }
  if (!events.includes(stored.position)) report.fails("event-missing", CUSTODY, { position: stored.position });
  for (const position of events) {
    const entry = ledger.entries.get(position);
    if (!entry) report.fails("entry-missing", CUSTODY, { position });
    else if (position < stored.position && AFTER_STORING.some((start) => entry.kind.startsWith(start)) && entry.subject.includes(name)) {
      report.fails("order", `${ENTRIES}${position}.json`, { position, other: stored.position });
    }
  }
}

function checkHandover(ledger, report) {
  const reached = new Map();
  for (const position of [...ledger.entries.keys()].sort((a, b) => a - b)) {
    const { kind, subject } = ledger.entries.get(position);
    const step = STEPS.indexOf(kind);
    if (step < 0) continue;
    const [highest, at] = reached.get(subject) ?? [0, position];
    if (step < highest) report.fails("order", `${ENTRIES}${position}.json`, { position, other: at });
    else reached.set(subject, [step, position]);
  }
}

function compare(path, says, due, report) {
  for (const [field, value] of Object.entries(due)) if (says[field] !== value) report.fails("note-differs", path, { field, told: says[field], due: value });
}

const atText = (us) => new Date(us / 1000).toISOString();
