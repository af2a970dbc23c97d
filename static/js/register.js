// The registration page: what is shown depends on what was chosen; rows for other parties are added.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("walk-in");
  const kinds = JSON.parse(document.getElementById("category-kinds").textContent);

  const conditions = {
    petition: () => kinds[form.elements.category.value] === "petition",
    refuse: () => form.elements.decision.value === "refuse",
  };
  const update = () => {
    for (const part of form.querySelectorAll("[data-visible-for]")) {
      part.hidden = !conditions[part.dataset.visibleFor]();
    }
  };
  form.addEventListener("change", update);
  update();

  // The narrative is usually told in the language spoken at the desk.
  let languageTouched = false;
  form.addEventListener("change", (event) => {
    if (event.target.name === "narrative_language") languageTouched = true;
    if (event.target.name === "language" && !languageTouched) {
      form.elements.narrative_language.value = event.target.value;
    }
  });

  const formset = form.querySelector("[data-formset]");
  const prefix = formset.dataset.formset;
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  const most = Number(form.elements[`${prefix}-MAX_NUM_FORMS`].value);
  const empty = formset.querySelector("[data-formset-empty]");
  const add = formset.querySelector("[data-formset-add]");
  add.hidden = false;
  add.addEventListener("click", () => {
    const index = Number(total.value);
    if (index >= most) return;
    const holder = document.createElement("div");
    holder.innerHTML = empty.innerHTML.replaceAll("__prefix__", String(index));
    const row = holder.firstElementChild;
    empty.before(row);
    total.value = String(index + 1);
    row.querySelector("input, select").focus();
    add.disabled = index + 1 >= most;
  });
});
