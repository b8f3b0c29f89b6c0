// Which pictures to draw, and when: those in sight at once, the others when they come into sight.

import { CanvasPen } from "./pen.js";
import { spoken } from "./figures.js";
import { PICTURES } from "./sections.js";

export class Pictures {
  constructor(root, colours) {
    this.root = root;
    this.colours = colours;
    this.answer = null;
    this.sharp = window.devicePixelRatio;
    this.place = { row: 0, column: 0 };
    this.views = new Map(PICTURES.map((picture) => [picture.id, this.#view(picture)]));
    const eye = new IntersectionObserver((seen) => this.#looked(seen), { rootMargin: "100px" });
    const ruler = new ResizeObserver((boxes) => this.#measured(boxes));
    for (const view of this.views.values()) {
      eye.observe(view.figure);
      ruler.observe(view.box);
    }
    addEventListener("resize", () => this.#sharpen());
    addEventListener("beforeprint", () => {
      for (const view of this.views.values()) if (view.old) this.#draw(view);
    });
  }

  #view(picture) {
    const figure = this.root.querySelector(`[data-view="${picture.id}"]`);
    const box = figure.querySelector(".ex-canvas");
    const canvas = figure.querySelector("canvas");
    const caption = figure.querySelector("figcaption");
    return { picture, figure, box, canvas, caption, width: 0, height: 0, seen: false, old: true };
  }

  /** Zoomed: pixels of another size want another drawing, also where no width has changed. */
  #sharpen() {
    if (this.sharp === window.devicePixelRatio) return;
    this.sharp = window.devicePixelRatio;
    this.recolour(this.colours);
  }

  #looked(seen) {
    for (const { target, isIntersecting } of seen) {
      const view = this.views.get(target.dataset.view);
      view.seen = isIntersecting;
      if (view.seen && view.old) this.#draw(view);
    }
  }

  #measured(boxes) {
    for (const { target, contentRect } of boxes) {
      const view = this.views.get(target.parentElement.dataset.view);
      if (view.width === contentRect.width) continue;
      view.width = contentRect.width;
      this.#turn(view);
    }
  }

  #turn(view) {
    const { picture, data, box, canvas, width } = view;
    view.old = true;
    canvas.hidden = !data;
    // A picture out of sight is not drawn, but has its room, so that nothing jumps when it comes into sight.
    view.height = data && width ? Math.ceil(picture.height(data, width)) : 0;
    box.style.height = `${view.height}px`;
    if (view.seen) this.#draw(view);
  }

  /** Show another answer. A picture that it has no data for stays as it was, and says so; not if all is `another`. */
  show(answer, another = false) {
    this.answer = answer;
    for (const view of this.views.values()) {
      const { picture, figure, caption, canvas } = view;
      const data = answer.pictures[picture.id];
      if (another) view.data = null;
      figure.classList.toggle("ex-stale", !data);
      if (data) {
        view.data = data;
        view.query = answer.query;
        caption.textContent = [data.title, data.cut].filter(Boolean).join(" ");
        canvas.setAttribute("aria-label", `${data.title} ${spoken(answer.figures, picture.figures ?? "layer")}`);
        this.#turn(view);
      } else {
        const kept = answer.errors.length && view.data;
        const none = answer.errors.length ? "Nothing to draw: a layer does not fit." : "There is nothing to draw here.";
        caption.textContent = kept ? "This is the last setting that fits." : none;
        if (!kept) view.data = null;
        this.#turn(view);
      }
    }
  }

  /** The player stands at another output: only the pictures that show it are drawn again. */
  move(place) {
    this.place = place;
    for (const view of this.views.values()) if (view.picture.moves) this.#turn(view);
  }

  recolour(colours) {
    this.colours = colours;
    for (const view of this.views.values()) this.#turn(view);
  }

  /** What a drawing function is told beside its data. */
  look(width) {
    return { width, colours: this.colours, ...this.place };
  }

  #draw(view) {
    const { picture, data, canvas, width, height } = view;
    if (!width) return;
    view.old = false;
    if (!data) return;
    const sharp = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * sharp), Math.round(height * sharp)];
    if (canvas.width !== across || canvas.height !== down) {
      Object.assign(canvas, { width: across, height: down });
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    const context = canvas.getContext("2d");
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.clearRect(0, 0, width, height);
    picture.draw(new CanvasPen(context, sharp), data, this.look(width));
  }
}
