// A reader of DER, as little of it as stamps and certificates need.

import { Broken, Untold } from "./report.js";

export const SEQUENCE = 0x30, SET = 0x31, INTEGER = 0x02, OCTETS = 0x04, OBJECT = 0x06, GENERALIZED = 0x18, UTC_TIME = 0x17, BITS = 0x03, BOOLEAN = 0x01;

export class Der {
  constructor(tag, content, raw) {
    this.tag = tag;
    this.content = content;
    this.raw = raw;
  }

  get parts() {
    const found = [];
    for (let at = 0; at < this.content.length; at += found.at(-1).raw.length) found.push(readDer(this.content.subarray(at)));
    return found;
  }

  part(number) {
    const found = this.parts[number];
    if (!found) throw new Broken("stamp-form");
    return found;
  }

  of(tag) {
    if (this.tag !== tag) throw new Broken("stamp-form");
    return this;
  }

  get name() {
    const values = [];
    let value = 0;
    for (const byte of this.of(OBJECT).content) {
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) {
        values.push(value);
        value = 0;
      }
    }
    if (!values.length) throw new Broken("stamp-form");
    const first = Math.min(Math.floor(values[0] / 40), 2);
    return [first, values[0] - 40 * first, ...values.slice(1)].join(".");
  }

  /** Seconds since 1970 of a time. */
  get time() {
    if (this.tag !== GENERALIZED && this.tag !== UTC_TIME) throw new Broken("stamp-form");
    let text = String.fromCharCode(...this.content).split(".")[0].replace(/Z$/, "");
    if (this.tag === UTC_TIME) text = (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text;
    const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
    if (!found) throw new Broken("stamp-form");
    const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  }
}

export function readDer(data) {
  if (data.length < 2 || (data[0] & 0x1f) === 0x1f) throw new Broken("stamp-form");
  let length = data[1];
  let start = 2;
  if (length === 0x80) throw new Untold("stamp-open-length");
  if (length > 0x80) {
    const count = length & 0x7f;
    if (count > 4 || data.length < 2 + count || !data[2]) throw new Broken("stamp-form");
    start += count;
    length = data.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  }
  if (data.length < start + length) throw new Broken("stamp-form");
  return new Der(data[0], data.subarray(start, start + length), data.subarray(0, start + length));
}
