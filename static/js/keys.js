// Buttons and links with data-key are pressed by that key, as long as nobody is typing.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const pressed = [...document.querySelectorAll("[data-key]")].find(
    (one) => one.dataset.key.toLowerCase() === event.key.toLowerCase() && one.offsetParent,
  );
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});
