// Several recordings in step on real time: one clock leads, each picture follows it by its own start. The loudest voice is the first one's.
"use strict";
(() => {
  const all = document.querySelector("[data-side]");
  if (!all) return;
  const begin = Number(all.dataset.beginMs);
  const end = Number(all.dataset.endMs);
  const two = (number) => String(number).padStart(2, "0");
  const clock = all.querySelector("[data-real-time]");
  const button = all.querySelector("[data-play]");
  const words = button.textContent;
  const FAR = 0.4;
  const NEAR = 0.06;

  let at = begin;
  let rate = 1;
  let playing = false;
  let before = 0;

  const screens = [...all.querySelectorAll("[data-screen]")].map((figure) => ({
    figure,
    media: figure.querySelector("video, audio"),
    start: Number(figure.dataset.startMs),
    length: Number(figure.dataset.durationMs) / 1000,
    base: 0,
    view: "",
  }));
  const place = (screen) => (at - screen.start) / 1000;

  const follow = (screen) => {
    const media = screen.media;
    const wanted = place(screen);
    const inside = wanted >= 0 && wanted < screen.length;
    screen.figure.dataset.state = inside ? "running" : "silent";
    if (!media) return;
    if (!inside) {
      if (!media.paused) media.pause();
      return;
    }
    const off = screen.base + media.currentTime - wanted;
    if (Math.abs(off) > (playing ? FAR : 0.02) && media.readyState > 0 && !media.seeking && !screen.view) media.currentTime = wanted;
    if (screen.view && Math.abs(off) > 3) convert(screen);
    // A little faster or slower brings it back without a jump.
    media.playbackRate = Math.abs(off) > NEAR && Math.abs(off) <= FAR ? rate * (off > 0 ? 0.94 : 1.06) : rate;
    if (playing && media.paused) media.play().catch(() => {});
    if (!playing && !media.paused) media.pause();
  };
  const draw = () => {
    const part = `${(100 * (at - begin)) / (end - begin)}%`;
    for (const cursor of all.querySelectorAll("[data-cursor]")) {
      cursor.setAttribute("x1", part);
      cursor.setAttribute("x2", part);
    }
    const now = new Date(at);
    const text = new Intl.DateTimeFormat("ru", { timeZone: "Asia/Almaty", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(now);
    clock.textContent = text || `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}`;
  };
  const tick = (now) => {
    if (playing) {
      // While a picture that should run is still loading, the clock waits for it.
      const late = screens.some((screen) => screen.media && !screen.view && place(screen) >= 0 && place(screen) < screen.length && screen.media.readyState < 2);
      if (!late) at = Math.min(end, at + (now - before) * rate);
      if (at >= end) play(false);
    }
    before = now;
    screens.forEach(follow);
    draw();
    requestAnimationFrame(tick);
  };
  const play = (wanted) => {
    playing = wanted;
    button.textContent = playing ? "❚❚" : words;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-pressed", String(playing));
  };
  const jump = (to) => {
    at = Math.max(begin, Math.min(end, to));
  };
  const speed = (wanted) => {
    rate = wanted;
    for (const one of all.querySelectorAll("[data-rate]")) one.setAttribute("aria-pressed", String(Number(one.dataset.rate) === rate));
  };
  const faster = (step) => {
    const known = [...all.querySelectorAll("[data-rate]")].map((one) => Number(one.dataset.rate));
    const next = known[known.indexOf(rate) + step];
    if (next) speed(next);
  };

  // One conversion at a time: choosing another picture ends the one before.
  const convert = (screen) => {
    screen.base = Math.max(0, place(screen));
    screen.media.src = `${screen.view}?from=${Math.round(screen.base * 1e6)}`;
  };
  for (const one of all.querySelectorAll("[data-convert]")) {
    one.hidden = false;
    one.addEventListener("click", () => {
      const screen = screens.find((found) => found.figure.contains(one));
      for (const other of screens.filter((found) => found.view)) other.media.removeAttribute("src");
      screen.media = document.createElement("video");
      screen.media.controls = true;
      screen.media.playsInline = true;
      screen.view = one.dataset.convert;
      one.closest(".screen").replaceChildren(screen.media);
      convert(screen);
    });
  }

  button.addEventListener("click", () => play(!playing));
  for (const one of all.querySelectorAll("[data-rate]")) one.addEventListener("click", () => speed(Number(one.dataset.rate)));
  for (const one of all.querySelectorAll("[data-jump]")) one.addEventListener("click", () => jump(at + 1000 * Number(one.dataset.jump)));
  for (const hidden of all.querySelectorAll("[data-rates], [data-steps]")) hidden.hidden = false;
  for (const screen of screens) if (screen.media) screen.media.controls = false;
  const line = all.querySelector("[data-timeline]");
  if (line) {
    line.addEventListener("click", (event) => {
      const flag = event.target.closest("a");
      if (flag && flag.closest("[data-flags]")) return;
      event.preventDefault();
      const box = line.getBoundingClientRect();
      jump(begin + ((event.clientX - box.left) / box.width) * (end - begin));
    });
  }
  const keys = {
    " ": () => play(!playing),
    ArrowLeft: () => jump(at - 5000),
    ArrowRight: () => jump(at + 5000),
    "<": () => faster(-1),
    ">": () => faster(1),
  };
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, textarea, select, summary") || (event.key === " " && event.target.closest("button, a"));
    const key = (event.shiftKey && { Comma: "<", Period: ">" }[event.code]) || event.key;
    if (busy || event.ctrlKey || event.altKey || event.metaKey || !(key in keys)) return;
    event.preventDefault();
    keys[key]();
  });
  requestAnimationFrame(tick);
})();
