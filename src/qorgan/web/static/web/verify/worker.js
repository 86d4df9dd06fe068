// The check itself, off the page's thread: a file in, statements out. Nothing is sent anywhere; there is no request in here.

import { checkBag } from "./bag.js";
import { checkCustody, readCustody } from "./custody.js";
import { checkStatement, checkWitness, readLedger } from "./ledger.js";
import { readKey } from "./notes.js";
import { Broken, Report, Untold } from "./report.js";
import { checkStamps } from "./stamps.js";
import { looksLike, zipPackage } from "./zip.js";

const MARKS = ["bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "data/custody.json", "ledger/checkpoint"];

export async function verify(file, { keys = [], witness = null }, progress) {
  const report = new Report();
  let wanted;
  try {
    wanted = keys.map(readKey);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    report.take(new Untold(error.code), "--key");
    return report;
  }
  try {
    const kind = await looksLike(file);
    if (kind !== "zip") throw new Untold(kind === "sealed" ? "sealed-here" : "not-a-package");
    const pack = await zipPackage(file, report);
    if (!MARKS.some((mark) => pack.items.has(mark))) throw new Untold("not-a-package");
    const bag = await checkBag(pack, report, progress);
    const ledger = await readLedger(pack, report, wanted);
    const custody = await readCustody(pack, report);
    if (ledger.keys.length && custody) {
      await checkCustody(pack, custody, bag, ledger, report);
      await checkStatement(pack, ledger, bag.computed, custody.package, report);
    }
    await checkStamps(pack, ledger, report);
    if (witness) checkWitness(ledger.head, witness.text, witness.name, report);
  } catch (error) {
    if (error instanceof Broken) report.take(error, String(error.details.path ?? ""));
    else report.take(new Untold("unreadable", { path: file.name, problem: error.name }));
  }
  return report;
}

let shown = 0;

self.onmessage = async ({ data }) => {
  const progress = (done, total) => {
    if (performance.now() - shown < 200 && done !== total) return;
    shown = performance.now();
    self.postMessage({ kind: "progress", done, total });
  };
  const report = await verify(data.file, data, progress);
  self.postMessage({ kind: "end", verdict: report.verdict, faults: report.faults, findings: report.findings });
};
