// To take away: the link, the code, a picture as SVG or PNG, drawn again by the pen that fits.

import { CanvasPen, SvgPen } from "./pen.js";
import { PICTURES } from "./sections.js";

const MARGIN = 24;
const FOOT = 22;

/** Copy a text, and say that it is done; where the clipboard is closed to pages, say that instead. */
export async function copy(text, said, what) {
  try {
    await navigator.clipboard.writeText(text);
    said(`${what} copied.`);
  } catch {
    said(`${what} could not be copied: this browser lets no page write to the clipboard.`);
  }
}

class Shifted {
  constructor(pen, x, y) {
    this.rect = (a, b, ...rest) => pen.rect(a + x, b + y, ...rest);
    this.text = (a, b, ...rest) => pen.text(a + x, b + y, ...rest);
    this.line = (points, how) => pen.line(points.map(([a, b]) => [a + x, b + y]), how);
    this.rects = (parts, how) => pen.rects(parts.map(([a, b, ...rest]) => [a + x, b + y, ...rest]), how);
    this.lines = (parts, how) => pen.lines(parts.map(([a, b, c, d]) => [a + x, b + y, c + x, d + y]), how);
  }
}

/** One picture, or all below each other, on a sheet with title and settings. */
function sheet(pictures, which, width) {
  const chosen = PICTURES.filter(({ id }) => (which === "all" || which === id) && pictures.views.get(id).data);
  const parts = chosen.map((picture) => {
    const { data } = pictures.views.get(picture.id);
    return { picture, data, height: Math.ceil(picture.height(data, width)) };
  });
  const height = parts.reduce((sum, part) => sum + part.height + 36, MARGIN + FOOT);
  return { parts, width: width + 2 * MARGIN, height };
}

function paint(pen, pictures, { parts, width, height }) {
  const look = pictures.look(width - 2 * MARGIN);
  pen.rect(0, 0, width, height, { fill: look.colours.paper });
  let y = MARGIN;
  for (const { picture, data, height: tall } of parts) {
    pen.text(MARGIN, y, picture.title, { fill: look.colours.ink, size: 15, weight: 700 });
    picture.draw(new Shifted(pen, MARGIN, y + 16), data, look);
    y += tall + 36;
  }
  const settings = `refconv explorer: ${pictures.answer.query}`;
  pen.text(MARGIN, height - FOOT / 2, settings, { fill: look.colours.grey, size: 11 });
}

async function png(pictures, plan) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: plan.width * 2, height: plan.height * 2 });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  paint(new CanvasPen(context, 2), pictures, plan);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function svg(pictures, plan) {
  const pen = new SvgPen();
  paint(pen, pictures, plan);
  const title = plan.parts.map(({ data }) => data.title).join(" ");
  return new Blob([pen.file(plan.width, plan.height, title)], { type: "image/svg+xml" });
}

/** Save what is shown; `which` is a picture's id, or "all". */
export async function savePicture(pictures, which, format, width = 860) {
  const plan = sheet(pictures, which, width);
  const blob = format === "png" ? await png(pictures, plan) : svg(pictures, plan);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `refconv-${which}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function fillWhich(select) {
  select.append(...PICTURES.map(({ id, title }) => new Option(title, id)), new Option("All of them", "all"));
}
