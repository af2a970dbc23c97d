// The form of a visit at home: the day to come again is asked for where somebody comes again.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form:has([name=again_on])");
  if (!form) return;
  const day = form.elements.again_on.closest(".field");
  const update = () => {
    day.hidden = form.elements.found.value !== "come_again";
  };
  form.addEventListener("change", update);
  update();
});
