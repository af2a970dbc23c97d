// Sections that fold: <details data-fold open>, with data-fold="open" those that stay open. On a phone all others are
// closed when the page comes, but for the one that the address names; paper shows them all.
//
// Rows that fold: <table data-fold-rows="4" data-fold-words="Show more">. On a phone, where a row is a card, its first
// four cells are shown and the others come with a tap.
"use strict";

(() => {
  const NARROW = window.matchMedia("(max-width: 575.98px)");
  const PHONE = window.matchMedia("(max-width: 767.98px)");
  let reopened = [];

  const foldSections = () => {
    if (!PHONE.matches) return;
    const named = document.getElementById(window.location.hash.slice(1));
    for (const fold of document.querySelectorAll("details[data-fold]")) {
      fold.open = fold.dataset.fold === "open" || fold === named;
    }
    named?.scrollIntoView();
  };

  const turn = (row, kept, isOpen) => {
    [...row.cells].slice(kept).forEach((cell) => { cell.hidden = !isOpen; });
    row.querySelector(".row-more").setAttribute("aria-expanded", String(isOpen));
  };

  const withButton = (row, kept, words) => {
    const more = document.createElement("button");
    more.type = "button";
    more.className = "row-more no-print";
    more.setAttribute("aria-label", `${row.cells[0].textContent.trim()}: ${words}`);
    more.addEventListener("click", () => turn(row, kept, more.getAttribute("aria-expanded") === "false"));
    row.cells[0].append(more);
  };

  // Whoever turns the phone, or prints, sees whole rows.
  const foldRows = (isFolded) => {
    for (const table of document.querySelectorAll("table[data-fold-rows]")) {
      const kept = Number(table.dataset.foldRows);
      for (const row of table.tBodies[0].rows) {
        if (row.cells.length <= kept) continue;
        if (!row.querySelector(".row-more")) {
          if (!isFolded) continue;
          withButton(row, kept, table.dataset.foldWords);
        }
        turn(row, kept, !isFolded);
      }
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    foldSections();
    foldRows(NARROW.matches);
    NARROW.addEventListener("change", () => foldRows(NARROW.matches));
  });

  window.addEventListener("beforeprint", () => {
    reopened = [...document.querySelectorAll("details[data-fold]:not([open])")];
    reopened.forEach((fold) => { fold.open = true; });
    foldRows(false);
  });
  window.addEventListener("afterprint", () => {
    reopened.forEach((fold) => { fold.open = false; });
    foldRows(NARROW.matches);
  });
})();
