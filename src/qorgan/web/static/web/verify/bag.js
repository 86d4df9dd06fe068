// The bag: every file is listed with its SHA-256, and no file is there that is not listed.

import { hex } from "./bytes.js";
import { Broken } from "./report.js";
import { crc32, Sha256 } from "./sums.js";

const BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const PAYLOADS = "manifest-sha256.txt", TAGS = "tagmanifest-sha256.txt";
const LINE = /^([0-9a-f]{64}) {2}(\S(?:[^\r\n]*\S)?)$/u;
export const LARGEST_LIST = 16 << 20;

export async function checkBag(pack, report, progress) {
  const before = report.faults;
  const declared = await readOrReport(pack, "bagit.txt", report);
  if (declared !== null && declared !== BAGIT) report.fails("bagit", "bagit.txt");
  const payload = await readList(pack, PAYLOADS, report);
  const tags = await readList(pack, TAGS, report);
  for (const path of payload.keys()) if (!path.startsWith("data/")) report.fails("not-payload", PAYLOADS, { path });
  for (const path of tags.keys()) if (path.startsWith("data/") || path === TAGS) report.fails("not-tag", TAGS, { path });
  const listed = new Map();
  for (const [list, lines] of [[TAGS, tags], [PAYLOADS, payload]]) for (const [path, digest] of lines) listed.set(path, { digest, list });
  for (const path of [...listed.keys()].sort()) if (!pack.items.has(path)) report.fails("listed-missing", path, { list: listed.get(path).list });
  const computed = await hashAll(pack, listed, report, progress);
  await checkInfo(pack, payload, report);
  const bytes = [...pack.items.values()].reduce((sum, item) => sum + item.size, 0);
  if (report.faults === before) report.add("holds", "bag-whole", "", { count: pack.items.size, bytes });
  return { payload, computed };
}

async function hashAll(pack, listed, report, progress) {
  const total = [...pack.items.values()].reduce((sum, item) => sum + item.size, 0);
  const computed = new Map();
  let done = 0;
  for (const [path, item] of pack.items) {
    const hash = new Sha256();
    let crc = 0;
    for await (const block of pack.blocks(item)) {
      hash.update(block);
      crc = crc32(block, crc);
      done += block.length;
      progress(done, total);
    }
    const digest = hex(hash.digest());
    computed.set(path, digest);
    const line = path === TAGS ? { digest } : listed.get(path);
    if (!line) report.fails("unlisted", path);
    else if (line.digest !== digest) report.fails("changed", path, { list: line.list, listed: line.digest, computed: digest });
    else if (item.crc !== crc) report.fails("zip-crc", path);
  }
  return computed;
}

async function readList(pack, path, report) {
  const found = new Map();
  const lines = ((await readOrReport(pack, path, report)) ?? "").split("\n");
  if (lines.at(-1)) report.fails("list-line", path, { number: lines.length });
  lines.slice(0, -1).forEach((line, number) => {
    const match = LINE.exec(line);
    if (!match || found.has(match[2])) report.fails("list-line", path, { number: number + 1 });
    else found.set(match[2], match[1]);
  });
  return found;
}

async function checkInfo(pack, payload, report) {
  const text = await readOrReport(pack, "bag-info.txt", report);
  if (text === null) return;
  const there = [...payload.keys()].filter((path) => pack.items.has(path)).map((path) => pack.items.get(path).size);
  const counted = `${there.reduce((sum, size) => sum + size, 0)}.${there.length}`;
  const lines = text.split("\n");
  const told = lines.filter((line) => line.startsWith("Payload-Oxum: ")).map((line) => line.slice("Payload-Oxum: ".length));
  if (told.length !== 1 || told[0] !== counted || lines.at(-1) || !lines.slice(0, -1).every((line) => line.includes(": "))) {
    report.fails("bag-info", "bag-info.txt", { told: told.join(", "), counted });
  }
}

async function readOrReport(pack, path, report) {
  try {
    return await pack.text(path, LARGEST_LIST);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    report.take(error, path);
    return null;
  }
}
