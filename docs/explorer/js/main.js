// The page: one query, one answer. A control turns the query, Python answers it, everything is shown from the answer.

import { address, addressed, onAddress } from "./address.js";
import { helpLine, onControls, showControls } from "./controls.js";
import { copy, fillWhich, savePicture } from "./export.js";
import { announcer, showFigures } from "./figures.js";
import { Hand } from "./hand.js";
import { onLayers, showButtons, showKind, showLayers } from "./layers.js";
import { showMessages } from "./messages.js";
import { onTheme, palette } from "./palette.js";
import { Pictures } from "./pictures.js";
import { Player } from "./player.js";
import { latest } from "./python.js";
import { layOut } from "./sections.js";
import { snippets } from "./snippet.js";
import { startPython } from "./start.js";
import { another, join, refused, turned } from "./wishes.js";

const root = document.getElementById("explorer");
const find = (id) => root.querySelector(`#${id}`);
const said = (words) => { find("done").textContent = words; };

layOut(find("pictures"));
fillWhich(find("save-which"));
const pictures = new Pictures(root, palette(root));
const player = new Player(root, { onmove: (place) => pictures.move(place) });
const hand = new Hand(find("panel"), root.querySelectorAll(".ex-top, .ex-stack"), root.querySelectorAll(".ex-take"));
const tell = (errors) => showMessages(find("panel"), find("messages"), errors, hand);
const announce = announcer(find("spoken"));
let answer = null;
let held = null; // the hold that was asked for last, and where it began
let presets = [];

const python = await startPython(root);
const writeSnippet = snippets(python, find("snippet"));
const showSnippet = () => writeSnippet(answer.query, find("snippet-dialect").value);

/** Resolves after the browser has painted what was drawn so far: a task behind the next frame. */
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

const want = latest({
  ask: async ({ query, turns, hold }) => {
    // A drag is one turn from where it began: what it ends with does not depend on what it came by.
    const from = query ?? (hold && hold === held?.hold ? held.from : answer.query);
    held = { hold, from };
    return JSON.parse(await python.call("change", from, JSON.stringify(turns)));
  },
  show,
  join,
  failed: (problem) => {
    const message = `explorer: this page could not show that. ${problem.message}`;
    tell([{ control: null, layer: null, message }]);
  },
});

async function show(next, wanted, since, ahead) {
  if (answer && refused(next, wanted)) {
    tell(next.errors);
    return;
  }
  hand.steadily(() => draw(next, wanted, ahead));
  root.dataset.query = answer.query;
  root.dataset.drawn = Number(root.dataset.drawn) + 1;
  root.dataset.state = "ready";
  await painted();
  if (since === null) await painted(); // the first time the pictures learn their width only with that frame
  performance.measure(since === null ? "refconv:first-answer" : "refconv:slider", { start: since ?? 0 });
}

function draw(next, wanted, ahead) {
  answer = next;
  find("starting").hidden = true;
  find("bench").hidden = false;
  showControls(find("controls"), answer.controls, turned(wanted), turned(ahead));
  showLayers(find("layers"), answer);
  showKind(find("kind"), answer, turned(ahead).has("kind"));
  showButtons(root, answer);
  tell(answer.errors);
  showFigures(root, answer.figures);
  // While a slider moves, pictures of the last setting that fits may stay; another stack, or another layer, has none.
  const anew = another(wanted);
  player.show(answer.pictures.windows, wanted.query !== undefined, anew);
  pictures.place = player.place;
  pictures.show(answer, anew);
  announce(answer.figures, answer.errors);
  if (ahead?.query === undefined) showPreset(); // else another is chosen by now
  address(answer.query, wanted.push);
  showSnippet();
}

function showPreset() {
  const preset = presets.find(({ query }) => query === answer.query);
  find("preset").value = preset?.id ?? "";
  // A preset that is left leaves its room: nothing below moves when a slider is first turned.
  if (preset) find("preset-says").textContent = preset.says;
  find("preset-says").style.visibility = preset ? "" : "hidden";
}

const turn = (control, text, since) => want({ turns: [[control, text]], hold: hand.of(control) }, since);
const goTo = (query, since, push = false) => want({ query, turns: [], push }, since);

function wire() {
  onControls(find("controls"), turn);
  onLayers(root, turn);
  helpLine(find("controls"), find("help"));
  find("preset").onchange = ({ target, timeStamp }) => {
    const preset = presets.find(({ id }) => id === target.value);
    if (!preset) return showPreset(); // their own settings are what stands there already
    goTo(preset.query, timeStamp, true); // "back" returns to the reader's own settings
  };
  find("snippet-dialect").onchange = showSnippet;
  find("copy-snippet").onclick = () => copy(find("snippet").textContent, said, "The code is");
  find("copy-link").onclick = () => copy(`${location.href.split("#")[0]}#${answer.query}`, said, "The link is");
  find("save-picture").onclick = () => {
    savePicture(pictures, find("save-which").value, find("save-format").value, said);
  };
  onAddress(goTo);
  onTheme(() => pictures.recolour(palette(root)));
}

presets = JSON.parse(await python.call("presets"));
find("preset").append(...presets.map(({ id, label }) => new Option(label, id)));
wire();
goTo(addressed(), null);
