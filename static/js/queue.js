// The queue at the desk: keys instead of the mouse, and a list that renews itself without getting in the way.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const desk = document.getElementById("queue-desk");
  const list = document.getElementById("queue-list");
  const answer = document.querySelector(".queue-finish [name=answer]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog")) return;
    const key = event.key.toLowerCase();
    const button = desk.querySelector(`[data-key="${key}"]`);
    if (button && !button.disabled) {
      event.preventDefault();
      button.click();
    } else if (key === "f" && answer) {
      event.preventDefault();
      answer.focus();
    }
  });

  // Not while a question is open or somebody has stepped into the list with the keyboard.
  const isBusy = () => document.querySelector("dialog[open]") || list.contains(document.activeElement);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === list && (isBusy() || document.hidden)) event.preventDefault();
  });
  // Nor with an answer that was under way when that began.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target === list && isBusy()) event.detail.shouldSwap = false;
  });

  // The ticket at this window was changed elsewhere: show that, unless something is being typed.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== list) return;
    const now = list.querySelector("[data-current]")?.dataset.current;
    const isTyping = [...document.querySelectorAll("main input[type=text]")].some((box) => box.value);
    if (now && now !== desk.dataset.current && !isTyping) location.reload();
  });
});
