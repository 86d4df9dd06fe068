// Bytes and texts in their one form.

import { Broken } from "./report.js";

export const utf8 = (text) => new TextEncoder().encode(text);
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

export function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** UTF-8 without repairs; null for other bytes. */
export function strictText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function base64(text) {
  try {
    const raw = atob(text);
    if (btoa(raw) === text) return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  } catch {
    // said below
  }
  throw new Broken("base64");
}

/** JSON objects of whole numbers; a key told twice or a number with a point is refused: two readers would understand two things. */
export function readJson(text) {
  let at = 0;
  const fail = () => new Broken("json");
  const space = () => {
    while (at < text.length && " \t\n\r".includes(text[at])) at += 1;
  };
  const string = () => {
    const match = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
    match.lastIndex = at;
    const found = match.exec(text);
    if (!found) throw fail();
    at += found[0].length;
    return JSON.parse(found[0]);
  };
  const members = (close, one) => {
    at += 1;
    space();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      one();
      space();
      at += 1;
      if (text[at - 1] === close) return;
      if (text[at - 1] !== ",") throw fail();
      space();
    }
  };
  const value = (depth) => {
    if (depth > 500) throw fail();
    space();
    if (text[at] === '"') return string();
    if (text[at] === "{") {
      const found = new Map();
      members("}", () => {
        const key = string();
        space();
        if (text[at] !== ":" || found.has(key)) throw fail();
        at += 1;
        found.set(key, value(depth + 1));
      });
      return Object.assign(Object.create(null), Object.fromEntries(found));
    }
    if (text[at] === "[") {
      const found = [];
      members("]", () => found.push(value(depth + 1)));
      return found;
    }
    const match = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?![0-9.eE]))/y;
    match.lastIndex = at;
    const found = match.exec(text);
    if (!found) throw fail();
    at += found[0].length;
    const number = JSON.parse(found[0]);
    return typeof number === "number" && !Number.isSafeInteger(number) ? BigInt(found[0]) : number;
  };
  const found = value(0);
  space();
  if (at !== text.length || typeof found !== "object" || found === null || Array.isArray(found)) throw fail();
  return found;
}

/** Microseconds since 1970 of an ISO 8601 time with its zone; null for any other value. */
export function microseconds(value) {
  const found = typeof value === "string" && /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{6}))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(value);
  if (!found) return null;
  const [, year, month, day, hour, minute, second, part, sign, hours, minutes] = found;
  const offset = sign ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - offset * 60000;
  return Number.isNaN(at) ? null : at * 1000 + Number(part ?? 0);
}

export const shownTime = (us) => `${new Date(Math.floor(us / 1e6) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
