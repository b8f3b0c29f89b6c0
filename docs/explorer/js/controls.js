// Sliders with their number boxes. Python says which there are, from where to where, and what they mean.

function row({ id }) {
  const box = document.createElement("div");
  box.className = "ex-control";
  box.dataset.control = id;
  box.innerHTML = `
    <label for="control-${id}"></label>
    <input type="range" id="control-${id}" step="1" aria-describedby="help-${id} note-${id}">
    <input type="number" id="number-${id}" step="1" inputmode="text" aria-describedby="note-${id}">
    <p class="ex-note" id="note-${id}"></p>
    <p class="ex-unseen" id="help-${id}"></p>`;
  return box;
}

let pending = null; // the number that is being typed

function fill(box, control, typed, ahead) {
  const [label, range, number] = box.children;
  label.textContent = control.label;
  label.title = control.help;
  box.lastElementChild.textContent = control.help;
  number.setAttribute("aria-label", `${control.label}, typed`);
  for (const input of [range, number]) {
    input.min = control.min;
    input.max = control.max;
  }
  if (ahead) return; // the reader is further than this answer: a slider must not jump back under the finger
  range.value = control.value;
  // What somebody is typing is theirs: the answer for "1" must not be written over the "15" that stands there by now.
  if (number === pending?.input) return;
  if (number !== document.activeElement || !typed) number.value = control.value;
}

/**
 * Show the controls of an answer to those `turned`, while those `ahead` have been turned again. Controls that stay are
 * not even moved: a slider that leaves the page for a moment slips from under the finger that drags it.
 */
export function showControls(parent, controls, turned, ahead) {
  const had = new Map([...parent.children].map((box) => [box.dataset.control, box]));
  const boxes = controls.map((control) => {
    const box = had.get(control.id) ?? row(control);
    fill(box, control, turned.has(control.id), ahead.has(control.id));
    return box;
  });
  for (const box of had.values()) if (!boxes.includes(box)) box.remove();
  boxes.forEach((box, i) => {
    if (parent.children[i] !== box) parent.insertBefore(box, parent.children[i] ?? null);
  });
}

const PAUSE = 250; // milliseconds without a key, after which a typed number is taken for finished

/** Call `turn(id, text, since)` for each step of a slider at once, and for each number once it is typed. */
export function onControls(parent, turn) {
  const tell = (input, since) => turn(input.closest("[data-control]").dataset.control, input.value, since);
  const finish = () => {
    if (!pending) return;
    clearTimeout(pending.timer);
    tell(pending.input, performance.now());
    pending = null;
  };
  parent.addEventListener("input", ({ target, timeStamp, inputType }) => {
    if (pending?.input !== target) finish();
    // On touch, a slider leaves the focus where it was: the number beside it follows even if it has that.
    if (target.type === "range") target.nextElementSibling.value = target.value;
    clearTimeout(pending?.timer);
    pending = null;
    if (target.type === "range" || !inputType) return tell(target, timeStamp); // arrows type nothing: each step counts
    // The 2 on the way to 25 is nobody's wish.
    pending = { input: target, timer: setTimeout(finish, PAUSE) };
  });
  parent.addEventListener("change", finish);
}

/** Explain the control in hand, in one line that is always in the same place. */
export function helpLine(parent, line) {
  const tell = ({ target }) => {
    const box = target.closest?.("[data-control]");
    if (box) line.textContent = box.lastElementChild.textContent;
  };
  parent.addEventListener("focusin", tell);
  parent.addEventListener("pointerover", tell);
}
