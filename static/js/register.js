// The registration page: what is shown depends on what was chosen; rows for other parties are added.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("walk-in");
  const kinds = JSON.parse(document.getElementById("category-kinds").textContent);

  const channelFields = JSON.parse(document.getElementById("channel-fields").textContent);
  const GROUP = 5;

  const conditions = {
    petition: () => kinds[form.elements.category.value] === "petition",
    refuse: () => form.elements.decision.value === "refuse",
    outreach: () => form.elements.channel.value === "outreach",
    group: () => Number(form.elements.people_count.value) >= GROUP,
  };
  const update = () => {
    const channel = form.elements.channel.value;
    for (const field of form.querySelectorAll("[data-channel-field]")) {
      field.hidden = !(channelFields[channel] || []).includes(field.dataset.channelField);
    }
    for (const hint of form.querySelectorAll("[data-channel-hint]")) {
      hint.hidden = hint.dataset.channelHint !== channel;
    }
    for (const part of form.querySelectorAll("[data-visible-for]")) {
      part.hidden = !conditions[part.dataset.visibleFor]();
    }
  };
  form.addEventListener("change", update);
  form.elements.people_count.addEventListener("input", update);
  update();

  // Ctrl+Enter sends from wherever one types.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-send]"));
  });

  // Enter (also a card reader's) goes on to the next field; only Ctrl+Enter and the button send.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.isComposing) return;
    if (!event.target.matches("input")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
    const shown = (one) => one.offsetParent && !one.disabled && !one.closest("details:not([open])");
    fields.slice(fields.indexOf(event.target) + 1).find(shown)?.focus();
  });

  // A known person: the first thing to type is the category.
  if (form.elements.person.value && !form.querySelector("[aria-invalid=true]")) {
    (form.querySelector(".select-find input") || form.elements.category).focus();
  }

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
