// The call screen: asks every second what has changed, says when it cannot, and speaks each call once.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const EVERY = 1000;
  const PATIENCE = 4000;
  const SPOKEN = "spoken-calls";
  const VOICES = { "zh-hans": "zh-CN", ko: "ko-KR" };
  const byId = (id) => document.getElementById(id);
  const speech = JSON.parse(byId("speech").textContent);
  const row = byId("call-row");
  let version = "";

  // --- What is shown -------------------------------------------------------
  const fill = (state) => {
    const shown = new Set([...byId("calls").children].map((line) => line.dataset.key));
    byId("calls").replaceChildren(...state.calls.map((call, place) => line(call, place, shown)));
    byId("nobody").hidden = state.calls.length > 0;
    for (const service of state.services) {
      const box = document.querySelector(`[data-service="${service.code}"]`);
      box.querySelector("[data-waiting]").textContent = String(service.waiting);
      box.querySelector("[data-minutes]").textContent = String(service.minutes ?? "");
      box.querySelector("[data-wait]").hidden = service.minutes === null;
      box.querySelector("[data-closed]").hidden = service.minutes !== null;
    }
  };

  const line = (call, place, shown) => {
    const made = row.content.firstElementChild.cloneNode(true);
    made.dataset.key = call.key;
    made.querySelector("[data-ticket]").textContent = call.ticket;
    made.querySelector("[data-window]").textContent = String(call.window);
    made.querySelector("[data-serving]").hidden = !call.serving;
    made.classList.toggle("is-newest", place === 0);
    made.classList.toggle("is-serving", call.serving);
    made.classList.toggle("is-new", version !== "" && !shown.has(call.key));
    return made;
  };

  // --- What is spoken ------------------------------------------------------
  // Digits one by one: "B 0 1 2", as they stand on the ticket.
  const text = (call) =>
    speech[call.language].replace("{ticket}", [...call.ticket].join(" ")).replace("{window}", String(call.window));
  const remembered = () => new Set(JSON.parse(sessionStorage.getItem(SPOKEN) || "[]"));
  const sound = byId("sound");
  const isOn = () => sound.getAttribute("aria-pressed") === "true";

  const announce = (calls) => {
    const spoken = remembered();
    const fresh = calls.filter((call) => !spoken.has(call.key)).reverse();
    sessionStorage.setItem(SPOKEN, JSON.stringify(calls.map((call) => call.key)));
    // What was called before this page was opened has been announced by another.
    if (version === "" && spoken.size === 0) return;
    if (isOn()) fresh.forEach(speak);
  };

  const speak = (call) => {
    const words = new SpeechSynthesisUtterance(text(call));
    words.lang = VOICES[call.language];
    words.voice = voiceOf(words.lang) || null;
    words.rate = 0.9;
    window.speechSynthesis.speak(words);
  };

  const voiceOf = (language) => {
    const same = (voice) => voice.lang.replace("_", "-").toLowerCase();
    const voices = window.speechSynthesis.getVoices();
    return voices.find((voice) => same(voice) === language.toLowerCase())
      || voices.find((voice) => same(voice).startsWith(language.slice(0, 2)));
  };

  // Browsers speak only after somebody has touched the page; so the screen is touched once, in the morning.
  sound.addEventListener("click", () => {
    const on = !isOn();
    sound.setAttribute("aria-pressed", String(on));
    sound.querySelector("[data-on]").hidden = !on;
    sound.querySelector("[data-off]").hidden = on;
    if (!on) window.speechSynthesis.cancel();
    else window.speechSynthesis.speak(new SpeechSynthesisUtterance(" "));
    byId("no-voice").hidden = !on || Boolean(voiceOf(VOICES.ko));
  });
  if (window.speechSynthesis) {
    window.speechSynthesis.addEventListener?.("voiceschanged", () => {
      byId("no-voice").hidden = !isOn() || Boolean(voiceOf(VOICES.ko));
    });
  } else {
    sound.hidden = true;
  }

  // --- Asking --------------------------------------------------------------
  const ask = async () => {
    const headers = version ? { "If-None-Match": version } : {};
    const patience = new AbortController();
    const end = setTimeout(() => patience.abort(), PATIENCE);
    const answer = await fetch(document.body.dataset.state, { headers, cache: "no-store", signal: patience.signal })
      .finally(() => clearTimeout(end));
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const state = await answer.json();
    fill(state);
    announce(state.calls);
    version = answer.headers.get("ETag") || "";
  };

  const clock = (id, seconds) => {
    const now = new Date();
    const digits = [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, "0"));
    byId(id).textContent = digits.slice(0, seconds ? 3 : 2).join(":");
  };

  const turn = async () => {
    const start = Date.now();
    try {
      await ask();
      byId("offline").hidden = true;
      document.body.classList.remove("is-offline");
      clock("updated", true);
    } catch {
      byId("offline").hidden = false;
      document.body.classList.add("is-offline");
    }
    clock("clock", false);
    setTimeout(turn, Math.max(EVERY - (Date.now() - start), 100));
  };
  turn();
});
