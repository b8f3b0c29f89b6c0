// The page: one query, one answer. A control turns the query, Python answers it, everything is shown from the answer.

import { helpLine, onControls, showControls } from "./controls.js";
import { copy, fillWhich, savePicture } from "./export.js";
import { announcer, showFigures } from "./figures.js";
import { onLayers, showButtons, showKind, showLayers } from "./layers.js";
import { showMessages } from "./messages.js";
import { onTheme, palette } from "./palette.js";
import { Pictures } from "./pictures.js";
import { Player } from "./player.js";
import { latest } from "./python.js";
import { layOut } from "./sections.js";
import { startPython } from "./start.js";

const root = document.getElementById("explorer");
const find = (id) => root.querySelector(`#${id}`);
const said = (words) => { find("done").textContent = words; };

layOut(find("pictures"));
fillWhich(find("save-which"));
const pictures = new Pictures(root, palette(root));
const player = new Player(root, { onmove: (place) => pictures.move(place) });
const announce = announcer(find("spoken"));
const STACK = ["add", "remove", "move"]; // each time counts: "add" twice is two layers
const OTHERS = ["at", ...STACK]; // after these the controls belong to another layer
let answer = null;
let presets = [];

const python = await startPython(root);

/** Resolves after the browser has painted what was drawn so far: a task behind the next frame. */
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

const want = latest({
  ask: async ({ query, turns }) => JSON.parse(await python.call("change", query ?? answer.query, JSON.stringify(turns))),
  show,
  join: (older, newer) => {
    if (newer.query !== undefined) return newer; // a whole new setting: what was turned before is gone
    const [[control]] = newer.turns;
    const again = older.turns.at(-1)?.[0] === control && !STACK.includes(control); // a slider's last place counts
    return { ...older, turns: [...(again ? older.turns.slice(0, -1) : older.turns), ...newer.turns] };
  },
  failed: (problem) => {
    const message = `explorer: this page could not show that. ${problem.message}`;
    showMessages(find("panel"), find("messages"), [{ control: null, layer: null, message }]);
  },
});

/** The controls that a wish turns; none where there is no wish. */
const turned = (wanted) => new Set((wanted?.turns ?? []).map(([control]) => control));

/** A typed value that Python would not take: it answers for the nearest, but the reader asked for no such thing. */
function refused(next, { turns }) {
  return turns.some(([control, text]) => {
    const found = next.controls.find(({ id }) => id === control);
    return found && next.errors.some((error) => error.control === control) && String(found.value) !== text.trim();
  });
}

async function show(next, wanted, since, ahead) {
  if (answer && refused(next, wanted)) {
    showMessages(find("panel"), find("messages"), next.errors);
    return;
  }
  answer = next;
  find("starting").hidden = true;
  find("bench").hidden = false;
  showControls(find("controls"), answer.controls, turned(wanted), turned(ahead));
  showLayers(find("layers"), answer);
  showKind(find("kind"), answer);
  showButtons(root, answer);
  showMessages(find("panel"), find("messages"), answer.errors);
  showFigures(root, answer.figures);
  const fresh = wanted.query !== undefined;
  // While a slider moves, pictures of the last setting that fits may stay; another stack, or another layer, has none.
  const another = fresh || wanted.turns.some(([control]) => OTHERS.includes(control));
  player.show(answer.pictures.windows, fresh, another);
  pictures.place = player.place;
  pictures.show(answer, another);
  announce(answer.figures, answer.errors);
  showPreset();
  address(wanted.push);
  root.dataset.query = answer.query;
  root.dataset.drawn = Number(root.dataset.drawn) + 1;
  showSnippet();
  root.dataset.state = "ready";
  await painted();
  if (since === null) await painted(); // the first time the pictures learn their width only with that frame
  performance.measure(since === null ? "refconv:first-answer" : "refconv:slider", { start: since ?? 0 });
}

let addressTimer;
/** Write the settings into the address. Browsers refuse that, or skip it, where a drag does so too often: once more. */
function address(push = false) {
  clearTimeout(addressTimer);
  const write = push && addressed() !== answer.query ? "pushState" : "replaceState";
  try {
    history[write](null, "", `#${answer.query}`);
  } catch {
    addressTimer = setTimeout(address, 2000);
    return;
  }
  if (addressed() !== answer.query) addressTimer = setTimeout(address, 2000);
}

function showPreset() {
  const preset = presets.find(({ query }) => query === answer.query);
  find("preset").value = preset?.id ?? "";
  find("preset-says").textContent = preset?.says ?? "";
}

let snippetTimer;
/** Code is read, not watched: it is written once the hand rests. */
function showSnippet() {
  clearTimeout(snippetTimer);
  snippetTimer = setTimeout(async () => {
    find("snippet").textContent = await python.call("snippet", answer.query, find("snippet-dialect").value);
  }, 150);
}

const turn = (control, text, since) => want({ turns: [[control, text]] }, since);
const goTo = (query, since, push = false) => want({ query, turns: [], push }, since);

/** The query in the address; a broken escape in it is Python's to name, like everything else in it. */
const addressed = () => location.hash.slice(1);

function wire() {
  onControls(find("controls"), turn);
  onLayers(root, turn);
  helpLine(find("controls"), find("help"));
  find("preset").onchange = ({ target, timeStamp }) => {
    const preset = presets.find(({ id }) => id === target.value);
    if (preset) goTo(preset.query, timeStamp, true); // "back" returns to the reader's own settings
  };
  find("snippet-dialect").onchange = showSnippet;
  find("copy-snippet").onclick = () => copy(find("snippet").textContent, said, "The code is");
  find("copy-link").onclick = () => copy(`${location.href.split("#")[0]}#${answer.query}`, said, "The link is");
  find("save-picture").onclick = () => {
    savePicture(pictures, find("save-which").value, find("save-format").value, said);
  };
  addEventListener("hashchange", ({ timeStamp }) => {
    clearTimeout(addressTimer);
    if (addressed() !== answer.query) goTo(addressed(), timeStamp);
  });
  onTheme(() => pictures.recolour(palette(root)));
}

presets = JSON.parse(await python.call("presets"));
find("preset").append(...presets.map(({ id, label }) => new Option(label, id)));
wire();
goTo(addressed(), null);
