// A hand on a slider, or on the arrows of a number: while it is there, nothing may push them from under it.

export class Hand {
  /** Watch the inputs in `panel`; what stands there, and `above` it, keeps its height while one of them is held. */
  constructor(panel, above) {
    Object.assign(this, { panel, above, input: null, hold: null, waiting: null });
    panel.addEventListener("pointerdown", (event) => this.#take(event));
    addEventListener("pointerup", () => this.#release());
    addEventListener("pointercancel", () => this.#cancel());
  }

  /** The hold that a turn of this control belongs to, or null: one drag is one turn, whatever it comes by. */
  of(control) {
    return this.input?.closest("[data-control]").dataset.control === control ? this.hold : null;
  }

  /** Whether more or fewer lines in `box` would push what is held. */
  below(box) {
    if (!this.input || box.contains(this.input)) return false;
    return Boolean(box.compareDocumentPosition(this.input) & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  #take({ target, button }) {
    if (button || !target.matches("[data-control] input")) return;
    this.#release();
    Object.assign(this, { input: target, before: target.value, hold: {} });
    const tall = (box) => `${box.getBoundingClientRect().height}px`;
    for (const box of this.panel.children) box.style.minHeight = tall(box); // else the panel's own scroll would clamp
    for (const box of this.above) Object.assign(box.style, { height: tall(box), overflow: "hidden" });
  }

  #release() {
    if (!this.input) return;
    for (const box of this.panel.children) box.style.minHeight = "";
    for (const box of this.above) Object.assign(box.style, { height: "", overflow: "" });
    const { waiting } = this;
    Object.assign(this, { input: null, hold: null, waiting: null });
    waiting?.();
  }

  /** The finger scrolls the page, and touched a slider on its way: that was no wish. */
  #cancel() {
    const { input, before } = this;
    if (input?.type === "range" && input.value !== before) {
      input.value = before;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.#release();
  }
}
