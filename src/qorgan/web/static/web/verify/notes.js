// Signed notes, keys, checkpoints and proofs (C2SP), tree hashing (RFC 6962).

import { base64, hex, joined, readJson, same, utf8 } from "./bytes.js";
import { Broken } from "./report.js";
import { sha256 } from "./sums.js";

export const NUMBER = /^(?:0|[1-9][0-9]{0,15})$/;

/** A public key, `name+number+letters`. */
export function readKey(text) {
  const [name, number, ...rest] = text.trim().split("+");
  const data = rest.length ? base64(rest.join("+")) : new Uint8Array();
  if (data.length !== 33 || data[0] !== 1 || !name || /\s/u.test(name)) throw new Broken("key-form");
  if (number !== hex(sha256(utf8(`${name}\n`), data).subarray(0, 4))) throw new Broken("key-form");
  return { name, number, public: data.slice(1), text: text.trim() };
}

/** true or false; null when this browser cannot tell (no Ed25519, or a page without https). */
async function checks(key, message, signature) {
  try {
    const imported = await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch {
    return null;
  }
}

/** Text of a note that one of `keys` signed. What this browser cannot check goes on as if it were signed: `untold()` is told once. */
export async function openSigned(note, keys, untold) {
  const { text, signatures } = splitNote(note);
  let signer = null;
  for (const { name, raw } of signatures) {
    const key = keys.find((one) => one.name === name && one.number === hex(raw.subarray(0, 4)));
    if (!key) continue;
    const fits = await checks(key, utf8(text), raw.subarray(4));
    if (fits === false) throw new Broken("signature", { name });
    if (fits === null) untold();
    signer ??= key;
  }
  if (!signer) throw new Broken("signer", { names: signatures.map((one) => one.name).join(", ") });
  return text;
}

export function splitNote(note) {
  const gap = note.lastIndexOf("\n\n");
  const lines = note.slice(gap + 2).split("\n");
  if (gap < 1 || lines.pop() !== "" || !lines.length || lines.length > 64 || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Broken("note-form");
  const signatures = lines.map((line) => {
    const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const raw = match ? base64(match[2]) : [];
    if (raw.length < 5) throw new Broken("note-form");
    return { name: match[1], raw };
  });
  return { text: note.slice(0, gap + 1), signatures };
}

export async function readHead(note, keys, untold) {
  const lines = (await openSigned(note, keys, untold)).split("\n");
  if (lines.length < 4 || !lines[0] || !NUMBER.test(lines[1]) || !lines[2]) throw new Broken("checkpoint-form");
  const root = base64(lines[2]);
  if (root.length !== 32) throw new Broken("checkpoint-form");
  return { origin: lines[0], size: Number(lines[1]), root, note };
}

export function checkProof(text, position, commitment, head) {
  const gap = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(0, gap)).split("\n").filter((line) => !line.startsWith("extra "));
  if (gap < 0 || lines[0] !== "c2sp.org/tlog-proof@v1" || lines.length < 2 || lines.length > 66) throw new Broken("proof-form");
  if (lines[1] !== `index ${position}`) throw new Broken("proof-index", { position });
  if (text.slice(gap + 2) !== head.note) throw new Broken("proof-checkpoint");
  const path = lines.slice(2).map(base64);
  if (path.some((node) => node.length !== 32)) throw new Broken("proof-form");
  const root = position < head.size ? rootByPath(commitment, position, head.size, path) : null;
  if (root === null || !same(root, head.root)) throw new Broken("proof-root", { position });
}

/** RFC 9162, 2.1.3.2, with numbers beyond 32 bits. */
function rootByPath(commitment, position, size, path) {
  const [one, two] = [Uint8Array.of(0), Uint8Array.of(1)];
  let node = sha256(joined(one, commitment));
  let last = size - 1;
  const half = () => {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0) return null;
    if (position % 2 || position === last) {
      node = sha256(two, sibling, node);
      while (position % 2 === 0 && position) half();
    } else {
      node = sha256(two, node, sibling);
    }
    half();
  }
  return last === 0 ? node : null;
}

export async function readStatement(note, form, keys, untold) {
  const text = await openSigned(note, keys, untold);
  const end = text.indexOf("\n");
  if (text.slice(0, end) !== form) throw new Broken("format", { form });
  return readJson(text.slice(end + 1).replace(/\n$/, ""));
}
