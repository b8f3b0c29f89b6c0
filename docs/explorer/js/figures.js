// The numbers: each on a line with its formula, and the formula with the reader's values in it.

/** Which part of the page a figure stands in; costs stand with the costs, whatever they are about. */
function place(figure) {
  return /macs|parameters|flops|dense|separable|cost/.test(figure.id) ? "costs" : figure.about;
}

function piece(tag, className, parent) {
  const made = document.createElement(tag);
  made.className = className;
  parent.append(made);
  return made;
}

function line(figure) {
  const box = document.createElement("div");
  box.className = "ex-figure";
  box.dataset.figure = figure.id;
  piece("dt", "label", box);
  const said = piece("dd", "said", box);
  piece("span", "value", said);
  said.append(" ");
  piece("span", "unit", said);
  const why = piece("dd", "why", box);
  piece("span", "formula", why);
  why.append(" ");
  piece("span", "source", why);
  piece("span", "filled", why);
  return box;
}

const still = matchMedia("(prefers-reduced-motion: reduce)");
const marks = new WeakMap();

/** Write what changed, and let the eye find it: a new value is marked until the hand has rested for a moment. */
function write(box, selector, words, glow = false) {
  const place = box.querySelector(selector);
  if (place.textContent === words) return;
  const before = place.textContent;
  place.textContent = words;
  if (!glow || !before || still.matches) return;
  marks.get(place)?.cancel(); // remembered here: to ask the browser for them would lay the page out each time
  // In one step, not as a fade: a fade of many values would be painted at every frame, and sliders would feel it.
  const how = { duration: 600, easing: "steps(1)" };
  marks.set(place, place.animate([{ backgroundColor: "var(--ex-soft)" }, {}], how));
}

function fill(box, figure) {
  write(box, ".label", figure.label);
  write(box, ".value", figure.shown, true);
  write(box, ".unit", figure.unit);
  write(box, ".formula", figure.formula);
  write(box, ".filled", figure.filled);
  write(box, ".source", figure.source);
}

/** Show the figures in the lists `dl[data-figures]`, each in its own; a line is kept as long as its figure is there. */
export function showFigures(root, figures) {
  for (const list of root.querySelectorAll("dl[data-figures]")) {
    const wanted = figures.filter((figure) => place(figure) === list.dataset.figures);
    const had = new Map([...list.children].map((box) => [box.dataset.figure, box]));
    const boxes = wanted.map((figure) => {
      const box = had.get(figure.id) ?? line(figure);
      fill(box, figure);
      return box;
    });
    if (boxes.length !== list.children.length || boxes.some((box, i) => box !== list.children[i])) {
      list.replaceChildren(...boxes);
    }
  }
}

/** The figures of one place as one sentence, for those who hear the page. */
export function spoken(figures, where) {
  const told = figures.filter((figure) => !where || place(figure) === where);
  return told.map(({ label, shown, unit }) => `${label}: ${shown} ${unit}`.trim()).join("; ");
}

const MAIN = ["output_size", "receptive_field", "parameters", "macs"];

/** What changed for somebody who does not see it: said once the hand rests, not at every step of a slider. */
export function announcer(place, wait = 700) {
  let timer;
  return (figures, errors) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      // Errors are spoken by their own list.
      place.textContent = errors.length ? "" : spoken(figures.filter(({ id }) => MAIN.includes(id)));
    }, wait);
  };
}
