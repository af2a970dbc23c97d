// The minutes of a session are kept on the server while they are typed, every three seconds.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const note = document.getElementById("minutes-kept");
  const area = document.querySelector("textarea[name=minutes]");
  const form = area.form;
  const revision = form.querySelector("[name=revision]");
  const EVERY = 3000;
  let kept = area.value;
  let flight = null;
  let isStopped = false;

  function say(text, isWrong) {
    note.textContent = text;
    note.classList.toggle("text-danger", isWrong);
    note.classList.toggle("text-secondary", !isWrong);
  }

  async function keep() {
    const text = area.value;
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "language", "revision"]) data.set(name, new FormData(form).get(name));
    data.set("minutes", text);
    try {
      const answer = await fetch(note.dataset.url, { method: "POST", body: data });
      const said = await answer.json();
      if (answer.ok) {
        revision.value = said.revision;
        kept = text;
        say(`${note.dataset.wordKept} ${said.at}`, false);
      } else {
        isStopped = answer.status === 409;
        say(said.message, true);
      }
    } catch {
      say(note.dataset.wordOffline, true);
    }
  }

  setInterval(() => {
    if (isStopped || flight || area.value === kept) return;
    flight = keep().finally(() => {
      flight = null;
    });
  }, EVERY);

  // What is on its way has to arrive first, or the form would carry an old revision.
  form.addEventListener(
    "submit",
    (event) => {
      isStopped = true;
      if (!flight) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      flight.finally(() => form.requestSubmit());
    },
    true,
  );
});
