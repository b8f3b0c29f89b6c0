// The order of the page: four questions, the pictures that answer each, and a list for its figures.

import * as costs from "./draw_costs.js";
import * as coverage from "./draw_coverage.js";
import * as field from "./draw_field.js";
import { im2col, toeplitz } from "./draw_matrices.js";
import * as taps from "./draw_taps.js";
import * as windows from "./draw_windows.js";

/** `moves`: the picture shows which output the player stands at. */
export const SECTIONS = [
  {
    figures: "layer",
    title: "What does a window read?",
    pictures: [
      { id: "windows", title: "The window on its way", moves: true, ...windows },
      { id: "taps", title: "The taps", ...taps },
    ],
  },
  {
    title: "Which matrix is that?",
    pictures: [
      { id: "toeplitz", title: "Toeplitz: one row per output", moves: true, ...toeplitz },
      { id: "im2col", title: "im2col: one column per output", moves: true, ...im2col },
    ],
  },
  {
    figures: "stack",
    title: "What does the stack see?",
    pictures: [
      { id: "field", title: "The receptive field of one output", ...field },
      { id: "coverage", title: "Coverage and holes", ...coverage },
    ],
  },
  {
    figures: "costs",
    title: "What does it cost?",
    pictures: [{ id: "costs", title: "Dense against separable", ...costs }],
  },
];

export const PICTURES = SECTIONS.flatMap(({ pictures, figures }) => pictures.map((each) => ({ ...each, figures })));

/** Lay the page out: it is the same for every answer. */
export function layOut(parent) {
  parent.innerHTML = SECTIONS.map(
    ({ title, pictures, figures }) => `
      <section class="ex-section"><h2>${title}</h2>
        <div class="ex-views">${pictures.map(view).join("")}</div>
        ${figures ? `<dl class="ex-figures" data-figures="${figures}"></dl>` : ""}
      </section>`,
  ).join("");
}

const KEYS = "Arrows move the window, Home and End take it to the ends, space plays and pauses.";

function view({ id, title }) {
  const moved = id === "windows" ? ` title="${KEYS}" aria-description="${KEYS}"` : "";
  return `
    <figure class="ex-view" data-view="${id}"><h3>${title}</h3>
      <div class="ex-canvas"><canvas id="picture-${id}" role="img" aria-label="${title}"${moved}></canvas></div>
      ${id === "windows" ? PLAYER : ""}
      <figcaption></figcaption>
    </figure>`;
}

const PLAYER = `
  <div id="player" role="group" aria-label="The window's way">
    <button type="button" id="back" aria-label="One step back">&#8592;</button>
    <button type="button" id="play">Play</button>
    <button type="button" id="step" aria-label="One step on">&#8594;</button>
    <input type="range" id="place" min="0" step="1" aria-label="Output that is computed">
  </div>
  <p id="reads"></p>`;
