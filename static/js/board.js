// The dispatcher's board renews itself without getting in the way, and says when it cannot.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const bar = document.getElementById("board-bar");
  const poll = document.getElementById("board-poll");
  const version = () => document.getElementById("board-version");
  const lookNow = () => htmx.trigger(document.body, "board");

  // --- Live, or since when not -------------------------------------------------
  const stamp = () => {
    const now = new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
    bar.querySelectorAll("[data-stamp]").forEach((time) => { time.textContent = now; });
  };

  function show(state) {
    const before = bar.dataset.state;
    if (state === "live") stamp();
    if (state === before) return;
    bar.dataset.state = state;
    bar.querySelectorAll("[data-when]").forEach((words) => { words.hidden = words.dataset.when !== state; });
    // Whoever signed in again has a new token: the next answer brings it.
    if (state === "live" && before === "session") version().value = "";
  }

  poll.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) lookNow();
  });
  poll.addEventListener("htmx:sendError", (event) => event.stopPropagation());
  poll.addEventListener("htmx:afterRequest", (event) => {
    const answer = event.detail.xhr;
    if (answer.getResponseHeader("X-Board")) show("live");
    else if (answer.status === 403 || answer.responseURL.includes("/sign-in/")) show("session");
    else show("network");
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = version().dataset.token;
  });

  // --- A list with an open form waits until the form is closed ------------------
  const isBusy = (list) => Boolean(list.querySelector("[data-open]"));

  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const list = event.detail.target;
    if (!list.matches?.("[data-list]")) return;
    if (isBusy(list)) {
      event.detail.shouldSwap = false;
      list.dataset.stale = "yes";
      list.querySelector(".board-stale").hidden = false;
    } else {
      known.set(list.dataset.list, new Set([...list.querySelectorAll("[data-row]")].map((row) => row.id)));
    }
  });

  function closed(list) {
    if (!list?.dataset.stale || isBusy(list)) return;
    version().value = "";
    lookNow();
  }

  // --- What is new is seen; where one reads stays where it is --------------------
  const known = new Map();
  let place = null;

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
    if (event.detail.target !== poll && event.detail.elt !== poll) return;
    const top = bar.offsetTop;
    const first = [...document.querySelectorAll("[data-row]")].find((row) => row.getBoundingClientRect().top >= 0);
    place = first && window.scrollY > top ? { id: first.id, top: first.getBoundingClientRect().top } : null;
  });
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    const list = event.detail.target.closest?.("[data-list]") || document.getElementById(event.detail.target.id);
    const before = known.get(list?.dataset?.list);
    if (!before) return;
    list.querySelectorAll("[data-row]").forEach((row) => row.classList.toggle("is-new", !before.has(row.id)));
  });
  poll.addEventListener("htmx:afterRequest", () => {
    const row = place && document.getElementById(place.id);
    if (row) window.scrollBy(0, row.getBoundingClientRect().top - place.top);
    place = null;
  });

  // --- A form under its row -------------------------------------------------------
  document.body.addEventListener("htmx:afterSwap", (event) => {
    const panel = event.detail.target;
    if (!panel.matches?.(".board-panel")) return;
    const list = panel.closest("[data-list]");
    const form = panel.querySelector("[data-open]");
    if (form) {
      const invalid = form.querySelector("[aria-invalid=true]");
      const control = form.querySelector("input:not([type=hidden]), select, textarea, button[type=submit]");
      // Long selects get their box to type in first.
      setTimeout(() => (invalid || form.querySelector("input[type=search]") || control)?.focus());
    } else {
      panel.replaceChildren();
      list?.querySelector(".card-title")?.focus({ preventScroll: true });
      closed(list);
    }
  });

  // What could not be sent is said where it was to be sent from; the form stays as it is.
  function failed(event) {
    const panel = event.detail.target?.closest?.(".board-panel");
    if (!panel) return;
    event.stopPropagation();
    panel.querySelector(".board-failed")?.remove();
    const alert = document.createElement("div");
    alert.className = "alert alert-warning board-failed";
    alert.setAttribute("role", "alert");
    alert.textContent = bar.dataset.failed;
    panel.prepend(alert);
  }
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(name, failed);
  }

  function close(panel) {
    const list = panel.closest("[data-list]");
    const row = panel.closest("[data-row]");
    panel.replaceChildren();
    row?.querySelector("[data-do]")?.focus({ preventScroll: true });
    closed(list);
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".board-panel [data-close]");
    if (button) close(button.closest(".board-panel"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    const panel = event.target.closest(".board-panel");
    if (panel && ![...panel.querySelectorAll("textarea")].some((box) => box.value.trim())) close(panel);
  });
});
