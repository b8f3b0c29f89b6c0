// To take away: the link, the code, a picture as SVG or PNG, drawn again by the pen that fits.

import { CanvasPen, SvgPen } from "./pen.js";
import { PICTURES } from "./sections.js";

const MARGIN = 24;
const FOOT = 22;
const LINE = 15;

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

const WORDS = 120; // characters of the settings on a line of the foot
const AREA = 16e6; // pixels; the smallest limit that browsers set to a canvas

/** One picture, or all that belong to the settings shown, on a sheet with title and settings. */
function sheet(pictures, which, width) {
  const { query } = pictures.answer;
  const chosen = PICTURES.filter(({ id }) => {
    const view = pictures.views.get(id);
    return view.data && (which === id || (which === "all" && view.query === query));
  });
  // A picture that stayed from an earlier setting is saved with that one.
  const settings = chosen.length === 1 ? pictures.views.get(chosen[0].id).query : query;
  const foot = `refconv explorer: ${settings}`.match(new RegExp(`.{1,${WORDS}}`, "g"));
  const parts = chosen.map((picture) => {
    const { data } = pictures.views.get(picture.id);
    return { picture, data, height: Math.ceil(picture.height(data, width)) };
  });
  const height = parts.reduce((sum, part) => sum + part.height + 36, MARGIN + FOOT + (foot.length - 1) * LINE);
  return { parts, foot, width: width + 2 * MARGIN, height };
}

function paint(pen, pictures, { parts, foot, width, height }) {
  const look = pictures.look(width - 2 * MARGIN);
  pen.rect(0, 0, width, height, { fill: look.colours.paper });
  let y = MARGIN;
  for (const { picture, data, height: tall } of parts) {
    pen.text(MARGIN, y, picture.title, { fill: look.colours.ink, size: 15, weight: 700 });
    picture.draw(new Shifted(pen, MARGIN, y + 16), data, look);
    y += tall + 36;
  }
  foot.forEach((words, i) => {
    const line = height - FOOT / 2 - (foot.length - 1 - i) * LINE;
    pen.text(MARGIN, line, words, { fill: look.colours.grey, size: 11 });
  });
}

async function png(pictures, plan) {
  const canvas = document.createElement("canvas");
  const sharp = Math.min(2, Math.sqrt(AREA / (plan.width * plan.height)));
  Object.assign(canvas, { width: Math.floor(plan.width * sharp), height: Math.floor(plan.height * sharp) });
  const context = canvas.getContext("2d");
  context.scale(sharp, sharp);
  paint(new CanvasPen(context, sharp), pictures, plan);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

function svg(pictures, plan) {
  const pen = new SvgPen();
  paint(pen, pictures, plan);
  const title = plan.parts.map(({ data }) => data.title).join(" ");
  return new Blob([pen.file(plan.width, plan.height, title)], { type: "image/svg+xml" });
}

/** Save what is shown, and say where that cannot be; `which` is a picture's id, or "all". */
export async function savePicture(pictures, which, format, said, width = 860) {
  const plan = sheet(pictures, which, width);
  if (!plan.parts.length) return said("There is no such picture for these settings: a layer does not fit.");
  const blob = format === "png" ? await png(pictures, plan) : svg(pictures, plan);
  if (!blob) return said("The picture could not be saved: it is too large for this browser. SVG has no such limit.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `refconv-${which}.${format}`;
  link.hidden = true;
  document.body.append(link); // not every browser follows a link that stands nowhere
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

export function fillWhich(select) {
  select.append(...PICTURES.map(({ id, title }) => new Option(title, id)), new Option("All of them", "all"));
}
