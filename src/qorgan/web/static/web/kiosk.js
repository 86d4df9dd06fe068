// The kiosk: a PIN pad, a scanner that types from anywhere, answers by their digit, return to rest. Every step works without it.
"use strict";

(() => {
  const scan = document.querySelector("[data-scan]");
  const pad = document.querySelector("[data-pin-pad]");

  if (pad) {
    const field = pad.querySelector("input");
    pad.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || button.type === "submit") return;
      field.value = "erase" in button.dataset ? field.value.slice(0, -1) : (field.value + button.dataset.digit).slice(0, field.maxLength);
      field.focus();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key.length === 1 && event.target.closest("input, textarea, select")) return; // a letter belongs to the field; F9 does not
    if (scan && event.key.length === 1) {
      scan.focus(); // the letter itself then lands in the field
      return;
    }
    const answer = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (answer) {
      event.preventDefault();
      answer.click();
    }
  });

  // Nobody there: names leave the screen.
  const { idleUrl, idleSeconds } = document.body.dataset;
  if (idleUrl) {
    let timer = 0;
    const rest = () => {
      clearTimeout(timer);
      timer = setTimeout(() => location.assign(idleUrl), Number(idleSeconds) * 1000);
    };
    for (const sign of ["pointerdown", "keydown", "input"]) document.addEventListener(sign, rest, { passive: true });
    rest();
  }

  // The clock in the corner walks on from the server's minute; the server's is the one that is written.
  const clock = document.querySelector("[data-clock]");
  if (clock) {
    const [hours, minutes, seconds] = clock.dataset.clock.split(":").map(Number);
    const began = performance.now();
    setInterval(() => {
      const now = Math.floor((hours * 3600 + minutes * 60 + seconds + (performance.now() - began) / 1000) / 60);
      clock.textContent = `${String(Math.floor(now / 60) % 24).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
    }, 1000);
  }
})();
