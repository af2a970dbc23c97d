// The form of a visit: where the network has died nothing is sent and nothing is lost.
"use strict";

(() => {
  const form = document.querySelector("form[data-offline]");
  if (!form) return;
  const note = form.querySelector("[data-offline-note]");
  const day = form.querySelector("[name=next_on]")?.closest(".field");
  const wanted = () => form.querySelector("[name=next_step]:checked")?.value === "earlier";
  const showDay = () => day?.toggleAttribute("hidden", !wanted());
  form.addEventListener("change", showDay);
  showDay();

  // Taps are kept beside the text of the note, which every page keeps.
  const key = `visit:${document.querySelector("meta[name=app-words]").dataset.user}:${form.dataset.draft}`;
  const taps = () => [...form.querySelectorAll("input[type=radio], input[type=checkbox]")];
  const keep = () => {
    const chosen = taps().filter((tap) => tap.checked).map((tap) => [tap.name, tap.value]);
    try {
      sessionStorage.setItem(key, JSON.stringify(chosen));
    } catch {
      // A full storage must not stop anybody.
    }
  };
  const restore = () => {
    const chosen = JSON.parse(sessionStorage.getItem(key) || "null");
    if (!chosen || form.querySelector(".is-invalid") || location.search) return;
    const has = (tap) => chosen.some(([name, value]) => name === tap.name && value === tap.value);
    taps().forEach((tap) => { tap.checked = has(tap); });
    showDay();
  };
  restore();
  form.addEventListener("change", keep);

  // The page is asked for before the form goes: a phone often believes in a network that is not there.
  let reachable = false;
  form.addEventListener("submit", async (event) => {
    if (reachable) {
      sessionStorage.removeItem(key);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      await fetch(location.pathname, { method: "HEAD", cache: "no-store" });
    } catch {
      keep();
      note.hidden = false;
      note.scrollIntoView({ block: "center" });
      return;
    }
    note.hidden = true;
    reachable = true;
    form.requestSubmit(event.submitter);
  });
  window.addEventListener("pageshow", () => { reachable = false; });
})();
