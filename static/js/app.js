// What every page does: nothing is lost, nothing is sent twice, and the keyboard is enough.
"use strict";

(() => {
  const words = () => document.querySelector("meta[name=app-words]").dataset;
  const ready = (run) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
    else run();
  };

  // --- "/" goes to the search box ------------------------------------------
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const box = document.querySelector("[data-search]");
    if (!box || !box.offsetParent) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // --- A question before something that cannot be taken back ----------------
  let questioned = null;
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-confirm]");
    if (!asked || asked.dataset.confirmed) return;
    const box = document.getElementById("confirm-box");
    if (!box) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.querySelector(".confirm-question").textContent = asked.dataset.confirm;
    box.returnValue = "";
    questioned = asked;
    box.addEventListener("close", () => {
      questioned = null;
      if (box.returnValue !== "yes") return;
      asked.dataset.confirmed = "yes";
      asked.click();
      delete asked.dataset.confirmed;
    }, { once: true });
    box.showModal();
  }, true);
  // A list that renews itself does not take away the button whose question is open.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (questioned && event.detail.target.contains(questioned)) event.detail.shouldSwap = false;
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // --- One click sends once ---------------------------------------------------
  const locked = new Set();
  const unlock = () => {
    for (const button of locked) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
    locked.clear();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target === "_blank") return;
    rememberSending(form);
    // After this turn, so that the pressed button's own value still goes along.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button[type=submit], input[type=submit]")) {
        if (button.disabled) continue;
        button.disabled = true;
        button.setAttribute("aria-busy", "true");
        locked.add(button);
      }
    });
    setTimeout(unlock, 15000);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) unlock();
  });

  // --- Drafts of long texts ---------------------------------------------------
  // Kept on this device for this user only, for a week; gone when the form was taken or the user signs out.
  const WEEK = 7 * 24 * 3600 * 1000;
  const SENDING = "draft-sending";
  const storage = (() => {
    try {
      localStorage.getItem("draft");
      return localStorage;
    } catch {
      return null;
    }
  })();
  const draftKey = (area) => {
    const scope = area.form?.dataset.draft || location.pathname;
    return `draft:${words().user}:${scope}:${area.dataset.draftKey}:${area.name}`;
  };
  const draftAreas = (root) => [...root.querySelectorAll("textarea[data-draft-key]")];
  const allDrafts = () => Object.keys(storage).filter((key) => key.startsWith("draft:"));

  function rememberSending(form) {
    if (!storage) return;
    if ("signOut" in form.dataset) {
      allDrafts().forEach((key) => storage.removeItem(key));
      return;
    }
    const keys = draftAreas(form).map(draftKey);
    if (!keys.length) return;
    draftAreas(form).forEach(save);
    const path = new URL(form.action, location.href).pathname;
    sessionStorage.setItem(SENDING, JSON.stringify({ keys, path }));
  }

  function save(area) {
    if (!storage || !words().user) return;
    try {
      if (area.value.trim() && area.value !== area.defaultValue) {
        storage.setItem(draftKey(area), JSON.stringify({ text: area.value, at: Date.now() }));
      } else {
        storage.removeItem(draftKey(area));
      }
    } catch {
      // A full storage must not stop anybody from typing.
    }
  }

  // The form was taken if the answer is another page of the same user, or this one with a message of success.
  function forgetTaken() {
    const sent = JSON.parse(sessionStorage.getItem(SENDING) || "null");
    if (!sent || !words().user) return;
    sessionStorage.removeItem(SENDING);
    const taken = sent.path !== location.pathname || document.querySelector(".alert-success");
    if (taken) sent.keys.forEach((key) => storage.removeItem(key));
  }

  function dropOld() {
    for (const key of allDrafts()) {
      const draft = JSON.parse(storage.getItem(key) || "{}");
      if (!(draft.at > Date.now() - WEEK)) storage.removeItem(key);
    }
  }

  function restore(area) {
    const draft = JSON.parse(storage.getItem(draftKey(area)) || "null");
    if (!draft || area.value.trim() || area.value === draft.text) return;
    area.value = draft.text;
    const note = document.createElement("div");
    note.className = "draft-note";
    note.setAttribute("role", "status");
    const discard = document.createElement("button");
    discard.type = "button";
    discard.textContent = words().wordDiscard;
    discard.addEventListener("click", () => {
      area.value = area.defaultValue;
      storage.removeItem(draftKey(area));
      note.remove();
      area.focus();
    });
    note.append(words().wordRestored, discard);
    area.after(note);
  }

  function watchDrafts() {
    if (!storage) return;
    dropOld();
    forgetTaken();
    if (!words().user) return;
    draftAreas(document).forEach(restore);
    const timers = new WeakMap();
    document.addEventListener("input", (event) => {
      const area = event.target;
      if (!area.matches("textarea[data-draft-key]")) return;
      clearTimeout(timers.get(area));
      timers.set(area, setTimeout(() => save(area), 600));
    });
    window.addEventListener("pagehide", () => {
      if (!sessionStorage.getItem(SENDING)) draftAreas(document).forEach(save);
    });
  }

  // --- Long lists of choices: type a part of the name -------------------------
  const LONG = 20;

  function makeFindable(select) {
    const all = [...select.childNodes].map((node) => node.cloneNode(true));
    const find = document.createElement("input");
    find.type = "search";
    find.className = "form-control";
    find.autocomplete = "off";
    find.placeholder = words().wordFind;
    const label = select.labels[0]?.firstChild?.textContent.trim() || "";
    find.setAttribute("aria-label", `${label}: ${words().wordFind}`);
    const holder = document.createElement("div");
    holder.className = "select-find";
    select.before(holder);
    holder.append(find, select);

    const choose = (value) => {
      if (select.value === value) return;
      select.value = value;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const close = () => {
      const value = select.value;
      select.replaceChildren(...all.map((node) => node.cloneNode(true)));
      select.value = value;
      select.removeAttribute("size");
      holder.classList.remove("is-open");
      find.value = "";
    };
    const narrow = () => {
      const typed = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (!typed.length) return close();
      const value = select.value;
      select.replaceChildren(...all.map((node) => node.cloneNode(true)));
      for (const option of [...select.options]) {
        const text = option.text.toLowerCase();
        const keys = (option.dataset.keys || "").split(" ");
        const fits = (part) => text.includes(part) || keys.some((key) => key.startsWith(part));
        if (!option.value || !typed.every(fits)) option.remove();
      }
      select.querySelectorAll("optgroup:not(:has(option))").forEach((group) => group.remove());
      const lines = select.querySelectorAll("option, optgroup").length;
      if (!lines) select.append(new Option(words().wordNone, ""));
      holder.classList.add("is-open");
      select.size = Math.max(2, Math.min(8, lines));
      select.value = value;
    };
    find.addEventListener("input", (event) => {
      if (!event.isComposing) narrow();
    });
    find.addEventListener("compositionend", narrow);
    find.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (!holder.classList.contains("is-open")) {
        if (event.key === "Enter") {
          event.preventDefault();
          goOn(select);
        }
        return;
      }
      const first = [...select.options].find((option) => option.value);
      if (event.key === "Enter" || event.key === "ArrowDown") {
        event.preventDefault();
        if (first) choose(first.value);
        if (event.key !== "Enter") return select.focus();
        close();
        goOn(select);
      } else if (event.key === "Escape") {
        close();
      }
    });
    select.addEventListener("keydown", (event) => {
      if (holder.classList.contains("is-open") && (event.key === "Enter" || event.key === "Escape")) {
        event.preventDefault();
        close();
      }
    });
    select.addEventListener("click", (event) => {
      if (holder.classList.contains("is-open") && event.target.closest("option")?.value) close();
    });
    holder.addEventListener("focusout", (event) => {
      if (holder.classList.contains("is-open") && !holder.contains(event.relatedTarget)) close();
    });
  }

  function makeLongFindable(root) {
    for (const select of root.querySelectorAll("form[method=post] select:not([multiple], [data-plain], .select-find *)")) {
      if (select.options.length > LONG) makeFindable(select);
    }
  }

  // What was found by typing is settled: on to the next thing to fill in.
  function goOn(control) {
    const all = [...control.form.querySelectorAll("input:not([type=hidden]), select, textarea, button")];
    const later = all.slice(all.indexOf(control) + 1);
    const next = later.find(
      (one) => one.offsetParent && !one.disabled && !one.closest(".select-find select, details:not([open])"));
    (next || control).focus();
  }

  // --- After each page ----------------------------------------------------------
  ready(() => {
    watchDrafts();
    makeLongFindable(document);
    document.addEventListener("htmx:afterSwap", (event) => makeLongFindable(event.detail.target));
    document.querySelector("[aria-invalid=true]")?.focus();
    document.addEventListener("click", (event) => {
      for (const open of document.querySelectorAll("details.definition[open]")) {
        if (!open.contains(event.target)) open.open = false;
      }
    });
    document.addEventListener("htmx:sendError", () => {
      if (document.getElementById("network-alert")) return;
      const alert = document.createElement("div");
      alert.id = "network-alert";
      alert.className = "alert alert-warning";
      alert.setAttribute("role", "alert");
      alert.textContent = words().wordNetwork;
      document.getElementById("content").prepend(alert);
    });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful) document.getElementById("network-alert")?.remove();
    });
  });
})();
