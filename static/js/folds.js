// Sections that fold: <details data-fold open>, with data-fold="open" those that stay open. On a phone all others are
// closed when the page comes, but for the one that the address names; paper shows them all.
"use strict";

(() => {
  const NARROW = window.matchMedia("(max-width: 767.98px)");
  let reopened = [];

  document.addEventListener("DOMContentLoaded", () => {
    if (!NARROW.matches) return;
    const named = document.getElementById(window.location.hash.slice(1));
    for (const fold of document.querySelectorAll("details[data-fold]")) {
      fold.open = fold.dataset.fold === "open" || fold === named;
    }
    named?.scrollIntoView();
  });

  window.addEventListener("beforeprint", () => {
    reopened = [...document.querySelectorAll("details[data-fold]:not([open])")];
    reopened.forEach((fold) => { fold.open = true; });
  });
  window.addEventListener("afterprint", () => reopened.forEach((fold) => { fold.open = false; }));
})();
