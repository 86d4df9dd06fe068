// X.509: what a chain of certificates needs, and signatures by the browser's own means.

import { same, strictText } from "./bytes.js";
import { BITS, BOOLEAN, OCTETS, readDer, SEQUENCE } from "./der.js";
import { Broken, Untold } from "./report.js";

export const ALGORITHMS = {
  "1.2.840.113549.1.1.1": ["rsa"], "1.2.840.113549.1.1.11": ["rsa", "SHA-256"], "1.2.840.113549.1.1.12": ["rsa", "SHA-384"],
  "1.2.840.113549.1.1.13": ["rsa", "SHA-512"], "1.2.840.10045.2.1": ["ec"], "1.2.840.10045.4.3.2": ["ec", "SHA-256"],
  "1.2.840.10045.4.3.3": ["ec", "SHA-384"], "1.2.840.10045.4.3.4": ["ec", "SHA-512"], "1.3.101.112": ["ed25519"],
};
const NAMED = {
  "1.2.643.7.1.1.1.1": "GOST R 34.10-2012 (256)", "1.2.643.7.1.1.1.2": "GOST R 34.10-2012 (512)", "1.2.643.7.1.1.2.2": "GOST R 34.11-2012 (256)",
  "1.2.643.7.1.1.2.3": "GOST R 34.11-2012 (512)", "1.2.643.7.1.1.3.2": "GOST R 34.10-2012 (256)", "1.2.643.7.1.1.3.3": "GOST R 34.10-2012 (512)",
  "1.2.398.3.10.1.1.1.1": "GOST 34.310-2004 (KZ)", "1.2.398.3.10.1.1.1.2": "GOST 34.310-2004 (KZ)", "1.3.14.3.2.26": "SHA-1",
  "1.2.840.113549.1.1.5": "RSA SHA-1", "1.2.840.113549.1.1.10": "RSA-PSS",
};
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };
const NAMES = { "2.5.4.3": "CN", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C", "2.5.4.9": "STREET" };

export const unknown = (name) => new Untold("algorithm", { algorithm: NAMED[name] ?? name });

export function readCertificate(raw) {
  const [tbs, algorithm, signature] = readDer(raw).of(SEQUENCE).parts;
  const parts = tbs.of(SEQUENCE).parts;
  if (parts[0].tag === 0xa0) parts.shift();
  const [, , issuer, validity, subject, key] = parts;
  const extensions = new Map();
  for (const wrapped of parts.filter((part) => part.tag === 0xa3)) {
    for (const one of wrapped.part(0).of(SEQUENCE).parts) extensions.set(one.part(0).name, readDer(one.parts.at(-1).of(OCTETS).content));
  }
  if (signature.of(BITS).content[0] !== 0) throw new Broken("stamp-certificate");
  return {
    raw, tbs: tbs.raw, issuer: issuer.raw, subject: subject.raw, from: validity.part(0).time, until: validity.part(1).time, key: key.raw,
    keyAlgorithm: key.part(0).part(0).name, curve: key.part(0).parts[1], extensions, algorithm: algorithm.part(0).name, signature: signature.content.subarray(1),
    name: shownName(subject), issuerName: shownName(issuer),
  };
}

function shownName(name) {
  const parts = name.parts.map((set) => set.parts.map((one) => `${NAMES[one.part(0).name] ?? one.part(0).name}=${strictText(one.part(1).content) ?? "?"}`).join("+"));
  return parts.reverse().join(",");
}

export function readPem(text) {
  const found = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  if (found.length !== text.split("-----BEGIN CERTIFICATE-----").length - 1) throw new Broken("stamp-certificate");
  try {
    return found.map(([, body]) => readCertificate(Uint8Array.from(atob(body.replaceAll(/\s/g, "")), (letter) => letter.charCodeAt(0))));
  } catch (error) {
    throw error instanceof Untold ? error : new Broken("stamp-certificate");
  }
}

/** Whether the certificate's key signed `message`. Throws Untold for an algorithm that the browser does not have. */
export async function signed(certificate, algorithm, digest, message, signature) {
  const [kind, own] = ALGORITHMS[algorithm] ?? [];
  if (!kind) throw unknown(algorithm);
  if (ALGORITHMS[certificate.keyAlgorithm]?.[0] !== kind) throw ALGORITHMS[certificate.keyAlgorithm] ? new Broken("stamp-signature") : unknown(certificate.keyAlgorithm);
  const hash = own ?? digest;
  let [parameters, bytes] = [{ name: "RSASSA-PKCS1-v1_5", hash }, signature];
  if (kind === "ed25519") parameters = { name: "Ed25519" };
  if (kind === "ec") {
    const curve = CURVES[certificate.curve.name];
    if (!curve) throw unknown(certificate.curve.name);
    parameters = { name: "ECDSA", namedCurve: curve[0], hash };
    bytes = plainSignature(signature, curve[1]);
  }
  let key;
  try {
    key = await crypto.subtle.importKey("spki", certificate.key, parameters, false, ["verify"]);
  } catch {
    throw unknown(certificate.keyAlgorithm);
  }
  return crypto.subtle.verify(parameters, key, bytes, message);
}

/** WebCrypto wants the two numbers of an ECDSA signature side by side. */
function plainSignature(signature, width) {
  const out = new Uint8Array(2 * width);
  const numbers = readDer(signature).of(SEQUENCE).parts;
  if (numbers.length !== 2) throw new Broken("stamp-signature");
  numbers.forEach((number, i) => {
    const bytes = number.content.subarray(number.content[0] ? 0 : 1);
    if (bytes.length > width) throw new Broken("stamp-signature");
    out.set(bytes, (i + 1) * width - bytes.length);
  });
  return out;
}

/** From certificate to issuer up to one that signed itself, each valid at that second. */
export async function climb(certificate, pool, at) {
  for (let step = 0; step < 8; step += 1) {
    if (at < certificate.from || at > certificate.until) throw new Broken("stamp-expired", { subject: certificate.name });
    let above = null;
    for (const other of pool) {
      if (above || !same(certificate.issuer, other.subject)) continue;
      if (await signed(other, certificate.algorithm, null, certificate.tbs, certificate.signature)) above = other;
    }
    if (!above) throw new Untold("stamp-no-root", { subject: certificate.issuerName });
    if (same(above.raw, certificate.raw)) return certificate;
    const basic = above.extensions.get("2.5.29.19");
    if (!basic || !basic.parts.length || basic.part(0).tag !== BOOLEAN || !basic.part(0).content[0]) throw new Broken("stamp-certificate");
    certificate = above;
  }
  throw new Broken("stamp-certificate");
}
