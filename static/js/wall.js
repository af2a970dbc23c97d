// The big screen: its pages turn by themselves, renew themselves without flicker, and stay when the server is away.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const EVERY = 30000;
  const PATIENCE = 10000;
  const byId = (id) => document.getElementById(id);
  const frame = byId("pages");
  const seconds = Number(document.body.dataset.seconds);
  let version = "";
  let at = 0;
  let isPaused = false;
  let timer = 0;

  // --- Which page stands ------------------------------------------------------
  const pages = () => [...frame.children];
  const show = () => {
    const all = pages();
    if (!all.length) return;
    at = ((at % all.length) + all.length) % all.length;
    all.forEach((page, place) => {
      page.classList.toggle("is-shown", place === at);
      // A screen twice as wide shows the next page beside it.
      page.classList.toggle("is-beside", all.length > 1 && place === (at + 1) % all.length);
    });
    // A chart is drawn when its page is seen: before that it has no size.
    window.charts.draw([...frame.querySelectorAll("[data-chart]")].filter((chart) => chart.clientWidth));
    byId("number").textContent = `${at + 1} / ${all.length}`;
  };
  const turn = (by) => {
    at += by;
    show();
    // Only a page that was turned to arrives: one that is renewed while it stands must not flicker.
    const page = pages()[at];
    if (by && page) {
      page.classList.add("is-arriving");
      page.addEventListener("animationend", () => page.classList.remove("is-arriving"), { once: true });
    }
    clearInterval(timer);
    if (!isPaused) timer = setInterval(() => turn(1), seconds * 1000);
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") turn(1);
    else if (event.key === "ArrowLeft") turn(-1);
    else if (event.key === " ") {
      event.preventDefault();
      isPaused = !isPaused;
      byId("paused").hidden = !isPaused;
      turn(0);
    }
  });

  const fill = (made) => {
    window.charts.drop(frame.querySelectorAll("[data-chart]"));
    frame.replaceChildren(...made);
  };

  // --- Asking: without cookies, so that no session is kept alive by a screen ------
  const clock = (id, length) => {
    byId(id).textContent = new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" }).slice(0, length);
  };
  const ask = async () => {
    const patience = new AbortController();
    const end = setTimeout(() => patience.abort(), PATIENCE);
    const headers = version ? { "If-None-Match": version } : {};
    const answer = await fetch(document.body.dataset.pages, {
      headers, cache: "no-store", credentials: "omit", redirect: "error", signal: patience.signal,
    }).finally(() => clearTimeout(end));
    // The address was taken back: what stands there is nobody's any more.
    if (answer.status === 404) fill([]);
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    fill(made.content.querySelectorAll(".wall-page"));
    version = answer.headers.get("ETag") || "";
    show();
  };
  const renew = async () => {
    try {
      await ask();
      byId("offline").hidden = true;
      document.body.classList.remove("is-offline");
      clock("updated", 8);
    } catch {
      byId("offline").hidden = false;
      document.body.classList.add("is-offline");
    }
    setTimeout(renew, EVERY);
  };

  setInterval(() => clock("clock", 5), 1000);
  renew().then(() => turn(0));
});
