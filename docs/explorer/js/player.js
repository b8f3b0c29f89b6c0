// The window's way over the input: play, pause, step, by buttons, by the slider, by keys, by a click on an output.

import { hit } from "./draw_windows.js";

const WHOLE_WAY = 14000; // milliseconds for all outputs, where there are many
const SLOWEST = 450; // milliseconds for one output, where there are few
const PAUSED = 1000; // milliseconds between two frames of a page that is in sight: never as many
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Player {
  constructor(root, { onmove }) {
    this.root = root;
    this.onmove = onmove;
    this.data = null;
    this.at = 0;
    this.playing = false;
    this.button = root.querySelector("#play");
    this.slider = root.querySelector("#place");
    this.reads = root.querySelector("#reads");
    this.box = root.querySelector("#player");
    this.canvas = root.querySelector("#picture-windows");
    this.button.onclick = () => this.play(!this.playing);
    root.querySelector("#back").onclick = () => this.step(-1);
    root.querySelector("#step").onclick = () => this.step(1);
    this.slider.onpointerdown = () => this.play(false); // else the thumb would run on under the hand
    this.slider.oninput = () => this.go(Number(this.slider.value));
    this.canvas.tabIndex = 0;
    this.canvas.onkeydown = (event) => this.#key(event);
    this.canvas.onclick = (event) => this.#click(event);
  }

  get total() {
    if (!this.data) return 0;
    return this.data.plane ? this.data.shown ** 2 : this.data.shown;
  }

  get place() {
    if (!this.data?.plane) return { row: 0, column: this.at };
    return { row: Math.floor(this.at / this.data.shown), column: this.at % this.data.shown };
  }

  /** Other data: stay at the same output where there is one; begin in the middle, where a picture tells most. */
  show(data, fresh = false, another = fresh) {
    if (!data) {
      this.play(false);
      if (another) this.data = null;
    }
    for (const each of [this.box, this.reads]) each.hidden = !(data ?? this.data);
    if (!data) return;
    const before = this.data && !fresh && { ...this.place, plane: this.data.plane };
    const { total, at } = this;
    this.data = data;
    const fit = (v) => Math.max(Math.min(v, data.shown - 1), 0);
    const middle = data.shown >> 1;
    const { row, column } = before && before.plane === data.plane ? before : { row: middle, column: middle };
    this.at = data.plane ? fit(row) * data.shown + fit(column) : fit(column);
    this.slider.max = Math.max(this.total - 1, 0);
    this.#told();
    // More or fewer outputs have another pace: the way goes on from here, and does not leap.
    if (this.playing && (total !== this.total || at !== this.at)) this.#run();
  }

  go(at) {
    this.play(false);
    this.#move(at);
  }

  step(by) {
    this.go(this.at + by);
  }

  #move(at) {
    if (!this.total) return;
    this.at = ((at % this.total) + this.total) % this.total; // a step of ten may be more than the whole way
    this.#told();
    this.onmove(this.place);
  }

  play(on) {
    if (this.playing === on) return;
    this.playing = on;
    this.button.textContent = on ? "Pause" : "Play";
    if (!on) return;
    if (this.at === this.total - 1) this.#move(0);
    this.#run();
  }

  #run() {
    this.run = null; // a step that waits for the next frame, too, would reckon from where it began
    requestAnimationFrame((now) => this.#frame(now, this.at));
  }

  #frame(began, from) {
    const mine = {};
    this.run = mine;
    let last = began;
    const step = (now) => {
      if (!this.playing || this.run !== mine) return;
      // Nobody saw what passed while the page was hidden, or stood still: the way goes on from where it was.
      if (now - last > PAUSED) return this.#frame(now, this.at);
      last = now;
      const each = Math.min(SLOWEST, WHOLE_WAY / this.total);
      // Who wishes for little motion gets few, wide steps instead of a quick sweep.
      const leap = still.matches ? Math.ceil(SLOWEST / each) : 1;
      const at = from + leap * Math.floor((now - began) / each / leap);
      if (at >= this.total) {
        this.#move(this.total - 1);
        return this.play(false);
      }
      if (at !== this.at) this.#move(at);
      requestAnimationFrame(step);
    };
    step(began);
  }

  #told() {
    const { row, column } = this.place;
    this.slider.value = this.at;
    const output = this.data.plane ? `Output (${row}, ${column})` : `Output ${column}`;
    this.slider.setAttribute("aria-valuetext", output);
    const named = (i) => (this.data.reads[i] ?? []).map((cell) => cell + this.data.first).join(", ");
    const lines = this.data.plane ? `rows ${named(row)} and columns ${named(column)}` : named(column);
    const some = (this.data.reads[column] ?? []).length && (!this.data.plane || (this.data.reads[row] ?? []).length);
    this.reads.textContent = some ? `${output} reads ${lines}.` : `${output} reads nothing.`;
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own, such as Alt and left for back
    const across = this.data?.plane ? this.data.shown : 10;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across };
    if (event.key === " ") event.repeat || this.play(!this.playing);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.total - 1);
    else if (event.key in steps) this.step(steps[event.key]);
    else return;
    event.preventDefault();
  }

  #click(event) {
    if (!this.data) return;
    const box = this.canvas.getBoundingClientRect();
    const found = hit(this.data, event.clientX - box.left, event.clientY - box.top, box.width);
    if (found) this.go(this.data.plane ? found.row * this.data.shown + found.column : found.column);
  }
}
