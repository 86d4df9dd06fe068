// The page: a package is dropped or chosen, a worker checks it, the statements are shown in the page's words.

const words = JSON.parse(document.getElementById("verify-words").textContent);
const form = document.querySelector("[data-verify]");
const input = form.querySelector("input[type=file]");
const drop = form.querySelector("[data-drop]");
const result = document.querySelector("[data-result]");
const meter = document.querySelector("[data-meter]");
const SIGNS = { fails: "bad", "cannot-tell": "warn", holds: "ok", compare: "wait" };
let worker = null;
let checked = "";

const say = (code, details = {}) => (words[code] ?? code).replaceAll(/\{(\w+)\}/g, (_gap, name) => details[name] ?? "–");

function made(tag, attributes = {}, ...inner) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inner);
  return element;
}

/** What a statement is about: a file of the package, or the package itself. */
function statement({ state, code, file, details }) {
  const about = made("span", { class: "status", "data-kind": SIGNS[state] }, made("span", { class: "filename" }, file || checked));
  return made("li", {}, about, made("span", {}, say(code, details)));
}

function show({ verdict, faults, findings }) {
  meter.hidden = true;
  const kind = SIGNS[verdict];
  const parts = [made("div", { class: "notice", "data-kind": kind, role: "status", "data-verdict": verdict }, made("div", {}, made("strong", {}, say(`verdict-${verdict}`))))];
  for (const state of ["fails", "cannot-tell", "holds", "compare"]) {
    const found = findings.filter((one) => one.state === state);
    if (!found.length) continue;
    const list = made("ul", { class: "statements", "data-state": state }, ...found.map(statement));
    parts.push(made("section", { class: "section" }, made("h2", {}, say(`title-${state}`).replace(/:$/, ""), " ", made("span", { class: "count" }, String(found.length))), list));
  }
  const more = faults - findings.filter((one) => one.state === "fails").length;
  if (more > 0) parts.push(made("p", {}, say("more", { count: more })));
  result.replaceChildren(...parts);
  result.hidden = false;
  result.focus();
}

async function check(file) {
  worker?.terminate();
  checked = file.name;
  result.hidden = true;
  meter.hidden = false;
  const bar = meter.querySelector("progress");
  const told = meter.querySelector("[data-told]");
  bar.removeAttribute("value");
  told.textContent = file.name;
  const keys = form.querySelector("[name=key]").value.split("\n").filter((line) => line.trim());
  const kept = form.querySelector("[name=witness]").files[0];
  const witness = kept ? { name: kept.name, text: await kept.text() } : null;
  worker = new Worker(form.dataset.worker, { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.kind === "end") {
      show(data);
      return;
    }
    const percent = Math.floor((100 * data.done) / Math.max(1, data.total));
    bar.value = percent;
    told.textContent = `${file.name}: ${say("progress", { percent })}`;
  };
  worker.onerror = () => show({ verdict: "cannot-tell", faults: 0, findings: [{ state: "cannot-tell", code: "no-worker", file: "", details: {} }] });
  worker.postMessage({ file, keys, witness });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (input.files[0]) check(input.files[0]);
});
input.addEventListener("change", () => input.files[0] && check(input.files[0]));
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.dataset.over = "";
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => delete drop.dataset.over);
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const [file] = event.dataTransfer.files;
  if (file) check(file);
});
form.hidden = false;
