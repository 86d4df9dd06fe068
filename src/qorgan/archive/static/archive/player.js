// The player: a cursor in real time under the picture, seeking by a click on the time line, keys, and the time left of the unlocking.
// Everything it adds is a convenience: without it the picture plays with the browser's own controls.
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
  if (!screen) return;

  const media = screen.querySelector("video, audio");
  if (!media) return;
  const failed = document.querySelector("[data-failed]");
  const line = document.querySelector("[data-timeline]");
  const cursor = line && line.querySelector("[data-cursor]");
  const clock = document.querySelector("[data-real-time]");
  const start = Number(screen.dataset.startMs);
  const zone = Number(screen.dataset.zoneMinutes) * 60000;
  const measured = Number(screen.dataset.durationMs) / 1000;
  const frame = 1 / (Number(screen.dataset.fps) || 25);
  const length = () => measured || media.duration || 0;

  const show = () => {
    if (cursor && length()) {
      const place = `${Math.min(100, (100 * media.currentTime) / length())}%`;
      cursor.setAttribute("x1", place);
      cursor.setAttribute("x2", place);
    }
    if (clock && start) {
      const at = new Date(start + zone + media.currentTime * 1000);
      clock.textContent = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
    }
  };
  const seek = (seconds) => {
    media.currentTime = Math.max(0, Math.min(seconds, (media.duration || length()) - 0.001));
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
  for (const name of ["timeupdate", "seeked", "loadedmetadata"]) media.addEventListener(name, show);
  media.addEventListener("error", () => {
    if (failed) failed.hidden = false;
  });

  if (line) {
    line.addEventListener("click", (event) => {
      if (event.target.closest("a")) return;
      const box = line.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * length());
    });
  }
  for (const button of document.querySelectorAll("[data-seek-us]")) {
    button.hidden = false;
    button.addEventListener("click", () => seek(Number(button.dataset.seekUs) / 1e6));
  }

  const keys = {
    " ": () => (media.paused ? media.play() : media.pause()),
    ArrowLeft: () => seek(media.currentTime - 5),
    ArrowRight: () => seek(media.currentTime + 5),
    ",": () => (media.pause(), seek(media.currentTime - frame)),
    ".": () => (media.pause(), seek(media.currentTime + frame)),
  };
  document.addEventListener("keydown", (event) => {
    const busy = event.target.closest("input, textarea, select, button, a, summary, [contenteditable]");
    if (busy || event.ctrlKey || event.altKey || event.metaKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
})();
