// The player: a cursor in real time under the picture, seeking, frames, speed, marks and clips by keys, and the time left of the unlocking.
// Everything it adds is a convenience: without it the picture plays with the browser's own controls and the forms take typed times.
"use strict";
(() => {
  const screen = document.querySelector("[data-player]");
  const left = document.querySelector("[data-until]");
  const two = (number) => String(number).padStart(2, "0");

  if (left) {
    const until = Date.now() + Number(left.dataset.seconds) * 1000;
    const tick = () => {
      const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
      left.textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
      if (seconds === 0) {
        clearInterval(timer);
        location.reload();
      }
    };
    const timer = setInterval(tick, 1000);
    tick();
  }
  const media = screen && screen.querySelector("video, audio");
  if (!media) return;

  const failed = document.querySelector("[data-failed]");
  const clock = document.querySelector("[data-real-time]");
  const start = Number(screen.dataset.startMs);
  const zone = Number(screen.dataset.zoneMinutes) * 60000;
  const measured = Number(screen.dataset.durationMs) / 1000;
  const frame = 1 / (Number(screen.dataset.fps) || 25);
  const view = screen.dataset.view;
  const asked = Number(screen.dataset.atUs || 0) / 1e6;
  const length = () => measured || media.duration || 0;

  // Where it stands ---------------------------------------------------------------------------------
  // A view is converted while it is watched: it has no places to jump to, so each jump begins another one, from there on.
  let base = view ? asked : 0;
  let exact = null;
  const position = () => base + (media.paused && exact !== null ? exact : media.currentTime);
  if (media.requestVideoFrameCallback) {
    const note = (_now, told) => {
      exact = told.mediaTime;
      if (media.paused) show();
      media.requestVideoFrameCallback(note);
    };
    media.requestVideoFrameCallback(note);
  }
  const written = (seconds) => {
    const micro = Math.max(0, Math.round(seconds * 1e6));
    const whole = Math.floor(micro / 1e6);
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(micro % 1e6).padStart(6, "0")}`;
  };
  const read = (text) => {
    const parts = text.trim().replace(",", ".").split(":").map(Number);
    return parts.some(Number.isNaN) || !text.trim() ? null : parts.reduce((sum, part) => sum * 60 + part, 0);
  };

  const show = () => {
    const at = position();
    if (length()) {
      const place = `${Math.min(100, (100 * at) / length())}%`;
      for (const cursor of document.querySelectorAll("[data-cursor]")) {
        cursor.setAttribute("x1", place);
        cursor.setAttribute("x2", place);
      }
    }
    if (clock && start) {
      const now = new Date(start + zone + at * 1000);
      clock.textContent = `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}`;
    }
    for (const form of [document.querySelector("[data-mark]"), document.querySelector("[data-still]")]) {
      if (form && !form.contains(document.activeElement) && !form.dataset.held) form.elements.at.value = written(at);
    }
  };
  let again = 0;
  const from = (seconds) => {
    base = seconds;
    exact = null;
    clearTimeout(again);
    again = setTimeout(() => {
      const playing = !media.paused;
      const rate = media.playbackRate;
      if (failed) failed.hidden = true;
      media.src = `${view}?from=${Math.round(seconds * 1e6)}`;
      media.playbackRate = media.defaultPlaybackRate = rate;
      if (playing) media.play().catch(() => {});
    }, 200);
  };
  const seek = (seconds) => {
    const to = Math.max(0, Math.min(seconds, (view ? length() : media.duration || length()) - 0.001));
    if (view) from(to);
    else {
      exact = null;
      media.currentTime = to;
    }
    show();
  };
  let drawing = 0;
  const follow = () => {
    show();
    drawing = media.paused ? 0 : requestAnimationFrame(follow);
  };
  media.addEventListener("play", () => {
    if (!drawing) drawing = requestAnimationFrame(follow);
  });
  // The frame on the screen is not known again before it is there, also when the browser's own controls moved it.
  media.addEventListener("seeking", () => {
    exact = null;
  });
  for (const name of ["timeupdate", "seeked", "pause", "loadeddata"]) media.addEventListener(name, show);
  media.addEventListener("error", () => {
    if (failed) failed.hidden = false;
  });
  if (asked && !view) {
    const jump = () => seek(asked + 0.000001);
    if (media.readyState > 0) jump();
    else media.addEventListener("loadedmetadata", jump, { once: true });
  }

  // Speed -------------------------------------------------------------------------------------------
  const rates = [...document.querySelectorAll("[data-rate]")];
  const speed = (rate) => {
    media.playbackRate = media.defaultPlaybackRate = rate;
    for (const button of rates) button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === rate));
  };
  const faster = (step) => {
    const all = rates.map((button) => Number(button.dataset.rate));
    const next = all[all.indexOf(media.playbackRate) + step];
    if (next) speed(next);
  };
  for (const button of rates) button.addEventListener("click", () => speed(Number(button.dataset.rate)));

  // Clip --------------------------------------------------------------------------------------------
  const clip = document.querySelector("[data-clip]");
  const line = screen.querySelector("[data-timeline]");
  const drawn = "http://www.w3.org/2000/svg";
  const selected = line && line.insertBefore(document.createElementNS(drawn, "rect"), line.querySelector("[data-flags]"));
  const select = () => {
    if (!selected || !clip || !length()) return;
    const begin = read(clip.elements.begin.value);
    const end = read(clip.elements.end.value);
    const whole = begin !== null && end !== null && end > begin;
    const values = { class: "tl-select", y: 20, height: 30, x: `${(100 * (begin || 0)) / length()}%`, width: whole ? `${(100 * (end - begin)) / length()}%` : "2" };
    for (const [name, value] of Object.entries(values)) selected.setAttribute(name, value);
    selected.style.display = begin === null && end === null ? "none" : "";
    const said = document.querySelector("[data-reviewed]");
    if (said && whole) said.search = `?from=${clip.elements.begin.value}&to=${clip.elements.end.value}`;
  };
  const edge = (name) => {
    if (!clip) return;
    clip.elements[name].value = written(position());
    select();
  };
  if (clip) clip.addEventListener("input", select);

  // Marks -------------------------------------------------------------------------------------------
  const mark = () => {
    const form = document.querySelector("[data-mark]");
    if (!form) return;
    media.pause();
    form.elements.at.value = written(position());
    form.dataset.held = "yes";
    form.elements.note.focus();
    form.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "marks") return;
    const flags = line && line.querySelector("[data-flags]");
    if (!flags || !length()) return;
    const place = (item) => {
      const link = document.createElementNS(drawn, "a");
      link.setAttribute("href", item.querySelector("a").getAttribute("href"));
      link.setAttribute("aria-label", item.querySelector("p").textContent);
      const at = link.appendChild(document.createElementNS(drawn, "svg"));
      for (const [name, value] of Object.entries({ class: "tl-at", x: `${item.dataset.atUs / 1e4 / length()}%`, y: 14 })) at.setAttribute(name, value);
      const path = at.appendChild(document.createElementNS(drawn, "path"));
      for (const [name, value] of Object.entries({ class: `tl-mark tl-mark-${item.dataset.kind}`, d: "M-6 0H6L0 10z" })) path.setAttribute(name, value);
      return link;
    };
    flags.replaceChildren(...[...document.querySelectorAll("#marks [data-at-us]")].map(place));
    if (!document.querySelector("#marks .error, #marks .notice")) document.activeElement.blur();
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-mark], [data-still]");
    if (form && event.target.name === "at") form.dataset.held = "yes";
  });

  // Pointing ----------------------------------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-seek-us]");
    if (link) {
      event.preventDefault();
      seek(Number(link.dataset.seekUs) / 1e6 + 0.000001);
      if (!link.closest("#marks")) screen.scrollIntoView({ block: "nearest" });
      return;
    }
    const along = event.target.closest("[data-timeline]");
    if (!along || event.target.closest("a")) return;
    const box = along.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * length());
  });
  for (const hidden of document.querySelectorAll("[data-seek-us][hidden], [data-rates], [data-steps]")) hidden.hidden = false;

  // A step goes to the middle of the frame before or after, wherever within its own the picture stands.
  const step = (frames) => {
    media.pause();
    seek(position() + (frames + 0.5) * frame);
  };
  const keys = {
    " ": () => (media.paused ? media.play() : media.pause()),
    ArrowLeft: () => seek(position() - 5),
    ArrowRight: () => seek(position() + 5),
    ",": () => step(-1),
    ".": () => step(1),
    "<": () => faster(-1),
    ">": () => faster(1),
    m: mark,
    "[": () => edge("begin"),
    "]": () => edge("end"),
  };
  for (const button of document.querySelectorAll("[data-key]")) button.addEventListener("click", () => keys[button.dataset.key]());
  // The keys of a Kazakh or Russian layout stand where the Latin ones do.
  const same = { KeyM: "m", BracketLeft: "[", BracketRight: "]", Comma: ",", Period: "." };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape" && event.target.closest("[data-mark]")) {
      delete event.target.closest("[data-mark]").dataset.held;
      event.target.blur();
      return;
    }
    const busy = event.target.closest("input, textarea, select, summary, [contenteditable]") || (event.key === " " && event.target.closest("button, a"));
    const shifted = event.shiftKey && { Comma: "<", Period: ">" }[event.code];
    const key = event.key in keys ? event.key : shifted || same[event.code];
    if (busy || !(key in keys)) return;
    event.preventDefault();
    keys[key]();
  });
  show();
})();
