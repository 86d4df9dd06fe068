// Dragging over the time line shows that part of it. Without script the links below the line do the same.
"use strict";

(() => {
  const line = document.querySelector("svg[data-zoom]");
  if (!line) return;
  const select = line.querySelector("[data-select]");
  const begin = Number(line.dataset.begin);
  const end = Number(line.dataset.end);
  let from = null;

  const fraction = (event) => {
    const box = line.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };

  const draw = (a, b) => {
    select.setAttribute("x", `${100 * Math.min(a, b)}%`);
    select.setAttribute("width", `${100 * Math.abs(b - a)}%`);
  };

  line.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType === "mouse") from = fraction(event);
  });
  line.addEventListener("pointermove", (event) => {
    if (from !== null) draw(from, fraction(event));
  });
  line.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [a, b] = [from, fraction(event)].sort((one, other) => one - other);
    from = null;
    draw(0, 0);
    if ((b - a) * (end - begin) < 60) return; // a click on a recording or a gap, not a part of the line
    const moment = (part) => Math.round(begin + part * (end - begin));
    window.location.assign(`?from=${moment(a)}&to=${moment(b)}#line`);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || from === null) return;
    from = null;
    draw(0, 0);
  });
})();
