// The box to sign in: a pen, a finger or a mouse. What is drawn goes into a hidden field as numbers.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const canvas = document.getElementById("pad");
  const form = document.getElementById("sign-form");
  const field = form.querySelector("[name=drawing]");
  const state = document.getElementById("pad-state");
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3, penColor: "#1a2a4a" });
  let width = 0;

  function say() {
    state.textContent = pad.isEmpty() ? state.dataset.wordEmpty : state.dataset.wordDrawn;
  }

  // The canvas has as many pixels as the screen; what is drawn outlives a changed width (a turned tablet).
  function fit() {
    if (canvas.offsetWidth === width) return;
    const drawn = pad.toData();
    width = canvas.offsetWidth;
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    if (drawn.length) pad.fromData(drawn);
    keep();
  }

  function keep() {
    const lines = pad.toData().map((line) => line.points.map((point) => [point.x, point.y]));
    const wide = Math.max(canvas.offsetWidth, ...lines.flat().map(([x]) => Math.ceil(x)));
    field.value = pad.isEmpty() ? "" : JSON.stringify({ size: [wide, canvas.offsetHeight], lines });
    say();
  }

  pad.addEventListener("endStroke", keep);
  document.getElementById("pad-clear").addEventListener("click", () => {
    pad.clear();
    keep();
  });
  window.addEventListener("resize", fit);
  fit();
});
