// What the ledger says: keys, checkpoint, and entries that are proven to stand in it.

import { base64, readJson, utf8 } from "./bytes.js";
import { checkProof, NUMBER, openSigned, readHead, readKey, readStatement } from "./notes.js";
import { Broken, Untold } from "./report.js";
import { sha256 } from "./sums.js";

export const ENTRIES = "ledger/entries/";
export const CHECKPOINT = "ledger/checkpoint";
const KEY = "keys/ledger.vkey", PROOFS = "ledger/proofs/", SUCCESSIONS = "keys/succession/";
const FIELDS = ["at_us", "body", "kind", "organisation", "position", "salt", "subject"];

/** Runs `work`; a Broken in it is a statement about `file`. Returns whether it came to its end. */
export async function guarded(report, file, work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    report.take(error, file);
    return false;
  }
}

export async function readLedger(pack, report, wanted) {
  const ledger = { keys: [], head: null, entries: new Map(), untold: once(() => report.take(new Untold("algorithm", { algorithm: "Ed25519" }), KEY)) };
  if (!(await guarded(report, KEY, async () => ledger.keys.push(readKey(await pack.text(KEY)))))) return ledger;
  await followKeys(pack, ledger, report);
  const read = async () => {
    ledger.head = await readHead(await pack.text(CHECKPOINT), ledger.keys.slice(0, 1), ledger.untold);
  };
  if (!(await guarded(report, CHECKPOINT, read))) return ledger;
  const { origin, size } = ledger.head;
  if (origin !== ledger.keys[0].name) report.fails("origin", CHECKPOINT, { told: origin, due: ledger.keys[0].name });
  else report.add("holds", "checkpoint-signed", CHECKPOINT, { origin, size });
  compareKey(ledger, wanted, report);
  await readEntries(pack, ledger, report);
  return ledger;
}

function once(work) {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

async function followKeys(pack, ledger, report) {
  const waiting = new Map();
  for (const path of pack.under(SUCCESSIONS)) {
    await guarded(report, path, async () => {
      const note = await pack.text(path);
      const said = readJson(note.split("\n\n")[0].split("\n").slice(1).join("\n"));
      const [old, next] = [readKey(String(said.old)), readKey(String(said.new))];
      for (const key of [old, next]) await readStatement(note, "qorgan.succession/1", [key], ledger.untold);
      waiting.set(next.text, { old, path });
    });
  }
  for (let found; (found = waiting.get(ledger.keys.at(-1).text)); ) {
    waiting.delete(ledger.keys.at(-1).text);
    ledger.keys.push(found.old);
    report.add("holds", "succession", found.path, { old: found.old.text });
  }
  for (const { path } of waiting.values()) report.fails("succession-loose", path);
}

function compareKey(ledger, wanted, report) {
  const key = ledger.keys[0].text;
  if (!wanted.length) report.add("compare", "compare-key", KEY, { key });
  else if (ledger.keys.some((own) => wanted.some((other) => other.text === own.text))) report.add("holds", "key-known", KEY);
  else report.fails("key-other", KEY, { key });
}

async function readEntries(pack, ledger, report) {
  const before = report.faults;
  for (const path of pack.under(ENTRIES)) {
    let entry;
    if (!(await guarded(report, path, async () => (entry = readEntry(await pack.text(path), path))))) continue;
    const proof = `${PROOFS}${entry.position}.tlog-proof`;
    try {
      checkProof(await pack.text(proof), entry.position, entry.commitment, ledger.head);
      ledger.entries.set(entry.position, entry);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      report.take(error, proof);
      if (error.code === "proof-root") report.fails("entry-unproven", path, { position: entry.position });
    }
  }
  for (const path of pack.under(PROOFS)) {
    if (!pack.items.has(`${path.replace(PROOFS, ENTRIES).replace(/\.tlog-proof$/, "")}.json`)) report.fails("proof-loose", path);
  }
  let latest = 0;
  for (const position of [...ledger.entries.keys()].sort((a, b) => a - b)) {
    const at = ledger.entries.get(position).atUs;
    if (at < latest) report.fails("time-back", `${ENTRIES}${position}.json`, { position });
    latest = Math.max(latest, at);
  }
  if (report.faults === before) report.add("holds", "entries-proven", "", { count: ledger.entries.size, size: ledger.head.size });
}

function readEntry(text, path) {
  const values = readJson(text);
  const { position, at_us: atUs, kind, organisation, subject, body, salt } = values;
  const texts = [kind, organisation, subject, body, salt];
  const wrong = new Broken("entry-form");
  if (Object.keys(values).sort().join() !== FIELDS.join() || !texts.every((one) => typeof one === "string" && one.isWellFormed())) throw wrong;
  if (![position, atUs].every((one) => Number.isSafeInteger(one) && one >= 0)) throw wrong;
  if (path !== `${ENTRIES}${position}.json` || !NUMBER.test(String(position)) || (kind + organisation + subject).includes("\n")) throw wrong;
  const said = readJson(body);
  const mapping = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
  if (!mapping(said.payload) || !mapping(said.actor)) throw wrong;
  const commitment = sha256(base64(salt), utf8(`${atUs}\n${kind}\n${organisation}\n${subject}\n\n${body}`));
  return { position, atUs, kind, subject, payload: said.payload, commitment };
}

export async function checkStatement(pack, ledger, computed, id, report) {
  const path = "package.note";
  await guarded(report, path, async () => {
    if (!pack.items.has(path)) throw new Untold("statement-missing");
    const text = await openSigned(await pack.text(path), ledger.keys, ledger.untold);
    if (text !== `qorgan.package/1\n${id}\n${computed.get("manifest-sha256.txt")}\n`) throw new Broken("statement-other");
    report.add("holds", "statement-signed", path);
  });
}

export function checkWitness(head, text, name, report) {
  if (!head) return;
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const kept = lines.flatMap((line, at) => (line === head.origin && NUMBER.test(lines[at + 1] ?? "") && at + 2 < lines.length ? [[Number(lines[at + 1]), lines[at + 2]]] : []));
  const root = btoa(String.fromCharCode(...head.root));
  const found = kept.filter(([size]) => size === head.size).map(([, other]) => other === root);
  if (found.includes(false)) report.fails("witness-other", name, { size: head.size });
  else if (found.length) report.add("holds", "witness-same", name, { size: head.size });
  else report.take(new Untold("witness-silent", { size: head.size, kept: kept.map(([size]) => size).join(", ") }), name);
}

