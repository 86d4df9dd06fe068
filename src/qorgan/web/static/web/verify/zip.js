// The ZIP of a package, byte for byte in its one form; see docs/reference/package.md.

import { joined, same, strictText, utf8 } from "./bytes.js";
import { Broken, Refused } from "./report.js";

const LOCAL = 0x04034b50, DESCRIPTOR = 0x08074b50, CENTRAL = 0x02014b50, END64 = 0x06064b50, LOCATOR = 0x07064b50, END = 0x06054b50;
const LOCAL_SIZE = 50, CENTRAL_SIZE = 74, DESCRIPTOR_SIZE = 24, END_SIZE = 98;
const FULL32 = 0xffffffff, MODE = 0o100444 * 65536;
const MOST_FILES = 50000, LARGEST_LIST = 16 << 20, DEEPEST = 8, LONGEST_PATH = 1000, BLOCK = 4 << 20;
const LARGEST_NOTE = 1 << 20;

/** Little-endian fields: pairs of width in bytes and value. */
function fields(...pairs) {
  const out = new DataView(new ArrayBuffer(pairs.reduce((sum, [width]) => sum + width, 0)));
  let at = 0;
  for (const [width, value] of pairs) {
    if (width === 2) out.setUint16(at, value, true);
    else if (width === 4) out.setUint32(at, value, true);
    else out.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return new Uint8Array(out.buffer);
}

const flags = (member) => 0x0800 | (member.deferred ? 8 : 0);
const start = (member) => member.offset + LOCAL_SIZE + member.name.length;
const after = (member) => start(member) + member.size + (member.deferred ? DESCRIPTOR_SIZE : 0);

function localHeader(member) {
  const crc = member.deferred ? 0 : member.crc;
  const head = fields([4, LOCAL], [2, 45], [2, flags(member)], [2, 0], [4, member.stamp], [4, crc], [4, FULL32], [4, FULL32], [2, member.name.length], [2, 20]);
  return joined(head, member.name, fields([2, 1], [2, 16], [8, member.size], [8, member.size]));
}

function descriptor(member) {
  return member.deferred ? fields([4, DESCRIPTOR], [4, member.crc], [8, member.size], [8, member.size]) : new Uint8Array();
}

function centralHeader(member) {
  const head = fields(
    [4, CENTRAL], [2, 0x032d], [2, 45], [2, flags(member)], [2, 0], [4, member.stamp], [4, member.crc], [4, FULL32], [4, FULL32],
    [2, member.name.length], [2, 28], [2, 0], [2, 0], [2, 0], [4, MODE], [4, FULL32],
  );
  return joined(head, member.name, fields([2, 1], [2, 24], [8, member.size], [8, member.size], [8, member.offset]));
}

function endRecords(count, size, offset) {
  return joined(
    fields([4, END64], [8, 44], [2, 0x032d], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, offset]),
    fields([4, LOCATOR], [4, 0], [8, offset + size], [4, 1]),
    fields([4, END], [2, 0xffff], [2, 0xffff], [2, 0xffff], [2, 0xffff], [4, FULL32], [4, FULL32], [2, 0]),
  );
}

async function bytesAt(file, offset, size) {
  if (offset < 0 || offset + size > file.size) throw new Broken("cut-off");
  return new Uint8Array(await file.slice(offset, offset + size).arrayBuffer());
}

const number64 = (view, at) => Number(view.getBigUint64(at, true));

export const AGE = utf8("age-encryption.org/v1\n");

export async function looksLike(file) {
  const head = await bytesAt(file, 0, Math.min(AGE.length, file.size));
  if (same(head, AGE)) return "sealed";
  const tail = await bytesAt(file, Math.max(0, file.size - END_SIZE), Math.min(END_SIZE, file.size));
  const marks = [END, END64].map((mark) => String.fromCharCode(...fields([4, mark])));
  const text = String.fromCharCode(...tail);
  return same(head.subarray(0, 4), fields([4, LOCAL])) || marks.some((mark) => text.includes(mark)) ? "zip" : "other";
}

async function membersOf(file, report) {
  if (file.size < END_SIZE) throw new Refused("zip-end");
  const tail = await bytesAt(file, file.size - END_SIZE, END_SIZE);
  const view = new DataView(tail.buffer);
  const [count, size, offset] = [32, 40, 48].map((at) => number64(view, at));
  if (offset + size + END_SIZE !== file.size || !count || !same(tail, endRecords(count, size, offset))) throw new Refused("zip-end");
  if (count > MOST_FILES) throw new Refused("too-many", { limit: MOST_FILES });
  if (size > LARGEST_LIST) throw new Refused("zip-end");
  const listed = await bytesAt(file, offset, size);
  const members = [];
  let at = 0, due = 0;
  for (let number = 1; number <= count; number += 1) {
    const [member, raw] = memberAt(listed, at, number);
    const path = inBag(new TextDecoder().decode(member.name));
    if (member.offset !== due || !(after(member) <= offset)) throw new Refused("zip-overlap", { path });
    if (!same(raw, centralHeader(member))) report.fails("zip-list", path);
    members.push(member);
    at += raw.length;
    due = after(member);
  }
  if (at !== size || due !== offset) throw new Refused("zip-overlap", { path: new TextDecoder().decode(members.at(-1).name) });
  return members;
}

function memberAt(listed, at, number) {
  const view = new DataView(listed.buffer, at);
  const broken = new Refused("zip-list-end", { number });
  if (view.byteLength < CENTRAL_SIZE || view.getUint32(0, true) !== CENTRAL) throw broken;
  const length = view.getUint16(28, true);
  const whole = CENTRAL_SIZE + length;
  if (view.getUint16(30, true) !== 28 || view.getUint16(32, true) || whole > view.byteLength || length > 4096) throw broken;
  const raw = listed.subarray(at, at + whole);
  const member = {
    name: raw.slice(46, 46 + length), size: number64(view, whole - 24), offset: number64(view, whole - 8), crc: view.getUint32(16, true),
    stamp: view.getUint32(12, true), deferred: Boolean(view.getUint16(8, true) & 8),
  };
  if (!Number.isSafeInteger(member.size) || !Number.isSafeInteger(member.offset)) throw new Refused("zip-overlap", { path: inBag(new TextDecoder().decode(member.name)) });
  return [member, raw];
}

const inBag = (path) => (path.includes("/") ? path.slice(path.indexOf("/") + 1) : "");

/** The files of the package by their path; `report` gets what is wrong with the ZIP. */
export async function zipPackage(file, report) {
  const before = report.faults;
  const members = await membersOf(file, report);
  const first = new TextDecoder().decode(members[0].name);
  const root = first.split("/")[0] + "/";
  const items = new Map();
  const paths = [];
  for (const member of members) {
    const path = strictText(member.name);
    if (path === null) throw new Refused("path-unsafe", { path: new TextDecoder().decode(member.name) });
    if (!path.startsWith(root)) throw new Refused("two-roots", { path });
    paths.push(path);
    items.set(inBag(path), { size: member.size, crc: member.crc, at: start(member) });
    const head = await bytesAt(file, member.offset, LOCAL_SIZE + member.name.length);
    const behind = await bytesAt(file, start(member) + member.size, member.deferred ? DESCRIPTOR_SIZE : 0);
    if (!same(head, localHeader(member)) || !same(behind, descriptor(member))) {
      report.fails("zip-header", inBag(path), { path: new TextDecoder().decode(head.subarray(30, -20)) });
    }
  }
  checkPaths(paths);
  if (report.faults === before) report.add("holds", "zip-whole", "", { count: members.length });
  return new Package(file, items);
}

function checkPaths(paths) {
  const seen = new Map();
  for (const path of paths) {
    const parts = path.split("/");
    if ([...path].length > LONGEST_PATH || parts.length > DEEPEST) throw new Refused("path-long", { path });
    if (parts.some((part) => !/[^. ]/u.test(part) || /[. ]$/u.test(part) || /[\\:*?"<>|\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(part))) throw new Refused("path-unsafe", { path });
    const folded = path.normalize("NFC").toUpperCase().toLowerCase();
    if (seen.has(folded)) throw new Refused("path-twice", { path, other: seen.get(folded) });
    seen.set(folded, path);
  }
}

export class Package {
  constructor(file, items) {
    this.file = file;
    this.items = items;
  }

  under(folder) {
    return [...this.items.keys()].filter((path) => path.startsWith(folder)).sort();
  }

  async read(path, limit = LARGEST_NOTE) {
    const item = this.items.get(path);
    if (!item) throw new Broken("missing");
    if (item.size > limit) throw new Broken("too-large", { limit });
    return bytesAt(this.file, item.at, item.size);
  }

  async text(path, limit) {
    const text = strictText(await this.read(path, limit));
    if (text === null) throw new Broken("not-utf8");
    return text;
  }

  /** All of a file in blocks; the next one is read while this one is worked on. */
  async *blocks(item) {
    const block = (at) => bytesAt(this.file, item.at + at, Math.min(BLOCK, item.size - at));
    let coming = item.size ? block(0) : null;
    for (let at = 0; at < item.size; at += BLOCK) {
      const bytes = await coming;
      coming = at + BLOCK < item.size ? block(at + BLOCK) : null;
      yield bytes;
    }
  }
}
