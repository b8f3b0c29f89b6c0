// The stack: one button per layer, in the order of the data; the chosen one is what the sliders turn.

const size = (shape) => shape.join(" × ");

const INPUT = '<li><span class="ex-input"><span>input</span><small></small></span></li>';
const LAYER = '<li><button type="button"><span></span><small></small></button></li>';

function fill(button, layer, chosen) {
  button.setAttribute("aria-pressed", String(chosen));
  button.classList.toggle("ex-wrong", layer.error);
  button.firstChild.textContent = layer.label;
  button.lastChild.textContent = layer.shape ? size(layer.shape) : "does not fit";
}

/** Buttons that stay are not replaced: a click that an answer comes in the midst of would be lost. */
export function showLayers(parent, { state, layers }) {
  if (!parent.children.length) parent.innerHTML = INPUT;
  parent.querySelector(".ex-input small").textContent = size([state.c, state.n, state.n]);
  const focused = parent.contains(document.activeElement);
  const had = [...parent.querySelectorAll("button")];
  for (const gone of had.slice(layers.length)) gone.parentElement.remove();
  layers.forEach((layer, i) => {
    if (!had[i]) parent.insertAdjacentHTML("beforeend", LAYER);
    const button = had[i] ?? parent.lastElementChild.firstChild;
    button.dataset.layer = i;
    fill(button, layer, i === state.at);
  });
  if (focused && !parent.contains(document.activeElement)) parent.querySelector(`[data-layer="${state.at}"]`)?.focus();
}

/** Fill the list of kinds once, then choose the kind of the chosen layer, unless another is chosen by now. */
export function showKind(select, { state, kinds }, ahead) {
  if (!select.options.length) select.append(...kinds.map(({ id, label }) => new Option(label, id)));
  if (!ahead) select.value = state.layers[state.at]?.kind ?? "";
}

/** Let the buttons of the stack call `turn(control, text)`. */
export function onLayers(root, turn) {
  const press = (id, control, text) => {
    root.querySelector(id).addEventListener("click", (event) => turn(control, text, event.timeStamp));
  };
  root.querySelector("#layers").addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-layer]");
    if (chosen) turn("at", chosen.dataset.layer, event.timeStamp);
  });
  root.querySelector("#kind").addEventListener("change", (event) => turn("kind", event.target.value, event.timeStamp));
  press("#layer-add", "add", "");
  press("#layer-remove", "remove", "");
  press("#layer-earlier", "move", "-1");
  press("#layer-later", "move", "1");
}

export function showButtons(root, { state, layers, limits }) {
  root.querySelector("#layer-add").disabled = layers.length >= limits.layers;
  root.querySelector("#layer-remove").disabled = layers.length <= 1;
  root.querySelector("#layer-earlier").disabled = state.at <= 0;
  root.querySelector("#layer-later").disabled = state.at >= layers.length - 1;
  // A button that switches itself off would take the focus with it.
  if (document.activeElement?.disabled) root.querySelector(`[data-layer="${state.at}"]`)?.focus();
}
