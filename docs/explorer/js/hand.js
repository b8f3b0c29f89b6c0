// A hand on a slider, or on the arrows of a number: while it is there, nothing may push them from under it.

export class Hand {
  /**
   * Watch the inputs in `panel`. While one of them is held, what stands `above` keeps its height, and what stands in the
   * panel or `below` gets no lower.
   */
  constructor(panel, above, below) {
    this.below = [...panel.children, ...below];
    Object.assign(this, { panel, above, input: null, hold: null, waiting: null });
    const mine = (act) => ({ pointerId }) => pointerId === this.pointer && act(); // not that of a second finger
    panel.addEventListener("pointerdown", (event) => this.#take(event));
    // A menu under the right button ends a drag, and keeps its pointerup to itself.
    panel.addEventListener("lostpointercapture", mine(() => this.#release()));
    addEventListener("pointerup", mine(() => this.#release()));
    addEventListener("pointercancel", mine(() => this.#cancel()));
  }

  /** The hold that a turn of this control belongs to, or null: one drag is one turn, whatever it comes by. */
  of(control) {
    return this.input?.closest("[data-control]").dataset.control === control ? this.hold : null;
  }

  /** Whether more or fewer lines in `box` would push what is held. */
  pushedBy(box) {
    if (!this.input || box.contains(this.input)) return false;
    return Boolean(box.compareDocumentPosition(this.input) & Node.DOCUMENT_POSITION_FOLLOWING);
  }

  /** Change the page; where that moves what is held, as near the end of the page, the page is scrolled after it. */
  steadily(change) {
    const { input, panel } = this;
    if (!input) return change();
    const end = () => panel.parentElement.getBoundingClientRect().bottom;
    const top = () => input.getBoundingClientRect().top;
    const scroll = (by) => Math.round(by) && scrollBy({ top: Math.round(by), behavior: "instant" });
    const [wasEnd, wasTop] = [end(), top()];
    change();
    if (!input.isConnected) return;
    if (top() > wasTop) scroll(end() - wasEnd); // the panel hung on that end, which went away from it
    scroll(top() - wasTop);
  }

  #take({ target, button, isPrimary, pointerId }) {
    if (button || !isPrimary || !target.matches("[data-control] input")) return;
    this.#release();
    Object.assign(this, { input: target, before: target.value, hold: {}, pointer: pointerId });
    const tall = (box) => `${box.getBoundingClientRect().height}px`;
    for (const box of this.below) box.style.minHeight = tall(box); // else a scroll to the end would clamp
    for (const box of this.above) Object.assign(box.style, { height: tall(box), overflow: "hidden" });
  }

  #release() {
    if (!this.input) return;
    for (const box of this.below) box.style.minHeight = "";
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
