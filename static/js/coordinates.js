// Where a matter is on the map: on a phone, and away from the desk, the device may tell it, once, at a tap.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const AWAY = ["mobile_desk", "outreach"];
  const DENIED = 1;
  const DECIMALS = 4;
  if (!navigator.geolocation || !window.isSecureContext) return;
  for (const holder of document.querySelectorAll("[data-coordinates]")) {
    const button = holder.querySelector("[data-locate]");
    const said = holder.querySelector("[data-locate-said]");
    const [longitude, latitude] = holder.querySelectorAll("input");
    const form = longitude.form;
    const isPhone = window.matchMedia("(pointer: coarse)").matches;

    const update = () => {
      button.hidden = !isPhone && !AWAY.includes(form.elements.channel?.value);
    };
    form.addEventListener("change", update);
    update();

    const take = ({ coords }) => {
      longitude.value = coords.longitude.toFixed(DECIMALS);
      latitude.value = coords.latitude.toFixed(DECIMALS);
      holder.querySelector("details").open = true;
      said.textContent = holder.dataset.wordTaken.replace("{metres}", String(Math.ceil(coords.accuracy)));
      button.disabled = false;
    };
    const fail = ({ code }) => {
      holder.querySelector("details").open = true;
      said.textContent = code === DENIED ? holder.dataset.wordDenied : holder.dataset.wordUnknown;
      button.disabled = false;
    };
    button.addEventListener("click", () => {
      button.disabled = true;
      said.textContent = holder.dataset.wordAsking;
      navigator.geolocation.getCurrentPosition(take, fail, { enableHighAccuracy: true, timeout: 20000 });
    });
  }
});
