// The kiosk goes back to its first page by itself, and prints by itself where it was opened with ?print=1.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const { return: first, seconds, idle } = document.body.dataset;
  const printing = "kiosk-prints";
  if (new URLSearchParams(location.search).has("print")) sessionStorage.setItem(printing, "yes");

  // A page that the browser kept would carry the key of the ticket before.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  if (first && seconds) {
    const shown = document.querySelector("[data-countdown]");
    let left = Number(seconds);
    setInterval(() => {
      left -= 1;
      shown.textContent = String(Math.max(left, 0));
      if (left === 0) location.replace(first);
    }, 1000);
    if (sessionStorage.getItem(printing)) window.print();
  }

  if (first && idle) {
    let timer;
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => location.replace(first), Number(idle) * 1000);
    };
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, touched);
    touched();
  }
});
