// The search box: results below it as one types; arrows move, Enter opens the first or the chosen one.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const form of document.querySelectorAll("form[data-search-form]")) {
    const box = form.querySelector("input[type=search]");
    const results = form.querySelector("[data-search-results]");
    const hits = () => [...results.querySelectorAll(".search-hit, .search-hit-button")];
    const chosen = () => hits().findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    let shownFor = "";

    const choose = (index) => {
      hits().forEach((hit, at) => hit.setAttribute("aria-selected", String(at === index)));
      hits()[index]?.scrollIntoView({ block: "nearest" });
    };
    const close = () => {
      results.hidden = true;
      box.setAttribute("aria-expanded", "false");
    };

    results.addEventListener("htmx:afterSwap", () => {
      shownFor = box.value;
      const isOpen = box.value.trim() !== "" && results.childElementCount > 0;
      results.hidden = !isOpen;
      box.setAttribute("aria-expanded", String(isOpen));
      choose(0);
    });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") return close();
      if (event.key === "Enter" && !results.hidden && shownFor === box.value && chosen() >= 0) {
        event.preventDefault();
        hits()[chosen()].click();
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      const count = hits().length;
      if (count) choose((chosen() + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    });
    box.addEventListener("focus", () => {
      if (shownFor && shownFor === box.value) results.hidden = false;
    });
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) close();
    });
  }
});
