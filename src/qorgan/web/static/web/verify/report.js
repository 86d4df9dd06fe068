// What was found, one statement at a time: the same codes and files as verify.py tells.

export const MOST_FAULTS = 500;
const LONGEST_DETAIL = 160;

/** A part of the package is not what it must be; `code` is a key of the words. */
export class Broken extends Error {
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** Whether a part holds cannot be told here: a key, an algorithm, a means that this browser does not have. */
export class Untold extends Broken {}

/** The package as a whole is not looked at further. */
export class Refused extends Broken {}

export class Report {
  constructor() {
    this.findings = [];
    this.faults = 0;
  }

  add(state, code, file = "", details = {}) {
    this.faults += state === "fails" ? 1 : 0;
    if (state === "fails" && this.faults > MOST_FAULTS) return;
    const shown = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, harmless(value)]));
    this.findings.push({ state, code, file: harmless(file), details: shown });
  }

  fails(code, file, details) {
    this.add("fails", code, file, details);
  }

  take(broken, file = "") {
    this.add(broken instanceof Untold ? "cannot-tell" : "fails", broken.code, file, broken.details);
  }

  get verdict() {
    if (this.faults) return "fails";
    return this.findings.some((one) => one.state === "cannot-tell") ? "cannot-tell" : "holds";
  }
}

/** Text from the package without control or invisible characters, not too long. */
export function harmless(value) {
  const letters = [...String(value ?? "–")];
  const text = letters.length <= LONGEST_DETAIL ? letters.join("") : `${letters.slice(0, LONGEST_DETAIL).join("")}…`;
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}
