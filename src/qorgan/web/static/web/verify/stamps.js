// Time stamps by others (RFC 3161) over the checkpoint.

import { hex, joined, same, shownTime, strictText } from "./bytes.js";
import { climb, readCertificate, readPem, signed, unknown } from "./certificates.js";
import { GENERALIZED, OCTETS, readDer, SEQUENCE, SET } from "./der.js";
import { CHECKPOINT, guarded } from "./ledger.js";
import { Broken, Untold } from "./report.js";
import { sha256 } from "./sums.js";

const SIGNED_DATA = "1.2.840.113549.1.7.2", STAMP_INFO = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE = "1.2.840.113549.1.9.3", MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNERS = [["1.2.840.113549.1.9.16.2.47", "SHA-256"], ["1.2.840.113549.1.9.16.2.12", "SHA-1"]];
const STAMPING = "1.3.6.1.5.5.7.3.8", USAGE = "2.5.29.37";
const DIGESTS = { "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const TOLERATED_US = 300e6;

export async function checkStamps(pack, ledger, report) {
  const stamps = pack.under("timestamps/").filter((path) => path.endsWith(".tsr"));
  if (!stamps.length) report.add("compare", "no-stamps");
  for (const path of stamps) {
    await guarded(report, path, async () => {
      const stamp = readStamp(await pack.read(path));
      await checkImprint(stamp, await pack.read(CHECKPOINT));
      checkLate(stamp, ledger);
      const chain = path.replace(/tsr$/, "pem");
      const root = await checkSigner(stamp, pack.items.has(chain) ? (strictText(await pack.read(chain)) ?? "") : "");
      const told = { at: shownTime(stamp.at * 1e6), authority: root.name };
      report.add("holds", "stamp", path, told);
      report.add("compare", "compare-root", path, { ...told, fingerprint: hex(sha256(root.raw)) });
    });
  }
}

function readStamp(data) {
  try {
    return parts(data);
  } catch (error) {
    throw error instanceof Broken ? error : new Broken("stamp-form");
  }
}

function parts(data) {
  const response = readDer(data);
  if (response.raw.length !== data.length) throw new Broken("stamp-form");
  const [status, token] = response.of(SEQUENCE).parts;
  if (status.part(0).content.length !== 1 || status.part(0).content[0] > 1) throw new Broken("stamp-refused");
  const [kind, wrapped] = token.of(SEQUENCE).parts;
  if (kind.name !== SIGNED_DATA) throw new Broken("stamp-form");
  const content = wrapped.part(0).of(SEQUENCE).parts;
  const signers = content.at(-1).of(SET).parts;
  if (content[2].part(0).name !== STAMP_INFO || signers.length !== 1) throw new Broken("stamp-form");
  const info = content[2].part(1).part(0).of(OCTETS).content;
  const certificates = content.filter((part) => part.tag === 0xa0).flatMap((part) => part.parts.map((one) => one.raw));
  const signer = signers[0].of(SEQUENCE).parts;
  const attributes = signer[3].of(0xa0);
  const told = readDer(info).of(SEQUENCE).parts;
  return {
    info, certificates, attributes: new Map(attributes.parts.map((one) => [one.part(0).name, one.part(1).of(SET).part(0)])),
    signed: joined(Uint8Array.of(SET), attributes.raw.subarray(1)), digest: digestOf(signer[2].part(0).name), algorithm: signer[4].part(0).name,
    signature: signer[5].of(OCTETS).content, imprint: told[2].part(1).of(OCTETS).content, imprintDigest: told[2].part(0).part(0).name, at: told[4].of(GENERALIZED).time,
  };
}

function digestOf(name) {
  if (!DIGESTS[name]) throw unknown(name);
  return DIGESTS[name];
}

/** By WebCrypto where it is; SHA-256, the usual one, also without. */
async function digest(name, data) {
  if (name === "SHA-256") return sha256(data);
  if (!globalThis.crypto?.subtle) throw new Untold("algorithm", { algorithm: name });
  return new Uint8Array(await crypto.subtle.digest(name, data));
}

async function checkImprint(stamp, checkpoint) {
  if (!same(await digest(digestOf(stamp.imprintDigest), checkpoint), stamp.imprint)) throw new Broken("stamp-other");
  const { attributes } = stamp;
  if (attributes.get(CONTENT_TYPE)?.name !== STAMP_INFO || !attributes.has(MESSAGE_DIGEST)) throw new Broken("stamp-form");
  if (!same(await digest(stamp.digest, stamp.info), attributes.get(MESSAGE_DIGEST).of(OCTETS).content)) throw new Broken("stamp-signature");
}

function checkLate(stamp, ledger) {
  const newest = Math.max(0, ...[...ledger.entries.values()].map((entry) => entry.atUs));
  if (newest > stamp.at * 1e6 + TOLERATED_US) throw new Broken("stamp-early", { at: shownTime(stamp.at * 1e6), entry: shownTime(newest) });
}

async function checkSigner(stamp, pem) {
  let pool;
  try {
    pool = stamp.certificates.map(readCertificate);
  } catch (error) {
    throw error instanceof Untold ? error : new Broken("stamp-certificate");
  }
  const more = readPem(pem);
  if (pem.trim() && !more.length) throw new Broken("stamp-certificate");
  pool.push(...more);
  const signer = await namedSigner(stamp, pool);
  if (!(await signed(signer, stamp.algorithm, stamp.digest, stamp.signed, stamp.signature))) throw new Broken("stamp-signature");
  const usage = signer.extensions.get(USAGE);
  if (!usage || !usage.parts.some((one) => one.name === STAMPING)) throw new Broken("stamp-signer");
  return climb(signer, pool, stamp.at);
}

async function namedSigner(stamp, pool) {
  for (const [name, usual] of SIGNERS) {
    if (!stamp.attributes.has(name)) continue;
    const told = stamp.attributes.get(name).part(0).part(0).parts;
    const kind = told[0].tag === SEQUENCE ? DIGESTS[told[0].part(0).name] : usual;
    const wanted = told.find((part) => part.tag === OCTETS).content;
    for (const certificate of kind ? pool : []) if (same(await digest(kind, certificate.raw), wanted)) return certificate;
  }
  throw new Untold("stamp-no-certificate");
}
