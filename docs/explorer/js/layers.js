// The stack: one button per layer, in the order of the data; the chosen one is what the sliders turn.

const size = (shape) => shape.join(" × ");

function button(layer, i, chosen) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.layer = i;
  made.setAttribute("aria-pressed", String(chosen));
  made.classList.toggle("ex-wrong", layer.error);
  const label = document.createElement("span");
  label.textContent = layer.label;
  const shape = document.createElement("small");
  shape.textContent = layer.shape ? size(layer.shape) : "does not fit";
  made.append(label, shape);
  return made;
}

function item(content) {
  const made = document.createElement("li");
  made.append(content);
  return made;
}

export function showLayers(parent, { state, layers }) {
  const input = document.createElement("span");
  input.className = "ex-input";
  input.innerHTML = "<span>input</span><small></small>";
  input.lastChild.textContent = size([state.c, state.n, state.n]);
  const focused = parent.contains(document.activeElement);
  parent.replaceChildren(item(input), ...layers.map((layer, i) => item(button(layer, i, i === state.at))));
  if (focused) parent.querySelector(`[data-layer="${state.at}"]`)?.focus();
}

/** Fill the list of kinds once, then choose the kind of the chosen layer. */
export function showKind(select, { state, kinds }) {
  if (!select.options.length) select.append(...kinds.map(({ id, label }) => new Option(label, id)));
  select.value = state.layers[state.at]?.kind ?? "";
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
