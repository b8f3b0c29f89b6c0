// Two pens with the same strokes: one draws on a canvas, fast; one writes SVG, sharp at any size.
// A picture is drawn once, with either; that is why what is saved is what is seen.

const FONT = '"DejaVu Sans", "Segoe UI", system-ui, -apple-system, sans-serif';

export class CanvasPen {
  /** `sharp`: pixels of the canvas per unit. Edges are laid on whole ones: cells stay crisp, without seams. */
  constructor(context, sharp = 1) {
    this.context = context;
    this.snap = (v) => Math.round(v * sharp) / sharp;
    this.half = 0.5 / sharp;
  }

  rect(x, y, width, height, { fill, stroke, line = 1, dash } = {}) {
    const pen = this.context;
    const [left, top] = [this.snap(x), this.snap(y)];
    const [wide, tall] = [this.snap(x + width) - left, this.snap(y + height) - top];
    if (fill) {
      pen.fillStyle = fill;
      pen.fillRect(left, top, wide || Math.min(width, 1), tall || Math.min(height, 1));
    }
    if (stroke) {
      pen.strokeStyle = stroke;
      pen.lineWidth = line;
      pen.setLineDash(dash ?? []);
      pen.strokeRect(left + this.half, top + this.half, wide, tall);
    }
  }

  line(points, { stroke, line = 1, dash } = {}) {
    const pen = this.context;
    pen.beginPath();
    points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.strokeStyle = stroke;
    pen.lineWidth = line;
    pen.setLineDash(dash ?? []);
    pen.stroke();
  }

  /** Many cells of one colour, each [x, y, width, height], in one stroke. */
  rects(places, { fill }) {
    const pen = this.context;
    pen.beginPath();
    for (const [x, y, width, height] of places) {
      const [left, top] = [this.snap(x), this.snap(y)];
      const [wide, tall] = [this.snap(x + width) - left, this.snap(y + height) - top];
      pen.rect(left, top, wide || Math.min(width, 1), tall || Math.min(height, 1));
    }
    pen.fillStyle = fill;
    pen.fill();
  }

  /** Many separate lines, each [x1, y1, x2, y2], in one stroke; upright and level ones are laid on whole pixels. */
  lines(segments, { stroke, line = 1 } = {}) {
    const pen = this.context;
    const crisp = (v) => this.snap(v) + this.half;
    pen.beginPath();
    for (const [x1, y1, x2, y2] of segments) {
      const [across, down] = [y1 === y2, x1 === x2];
      pen.moveTo(down ? crisp(x1) : x1, across ? crisp(y1) : y1);
      pen.lineTo(down ? crisp(x2) : x2, across ? crisp(y2) : y2);
    }
    pen.strokeStyle = stroke;
    pen.lineWidth = line;
    pen.setLineDash([]);
    pen.stroke();
  }

  text(x, y, words, { fill, size = 12, align = "left", weight = 400, turn = 0 } = {}) {
    const pen = this.context;
    pen.font = `${weight} ${size}px ${FONT}`;
    pen.fillStyle = fill;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    if (!turn) return pen.fillText(words, x, y);
    pen.save();
    pen.translate(x, y);
    pen.rotate((turn * Math.PI) / 180);
    pen.fillText(words, 0, 0);
    pen.restore();
  }
}

const ANCHOR = { left: "start", center: "middle", right: "end" };
const escaped = (words) => words.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const short = (value) => Number(value.toFixed(2));

export class SvgPen {
  constructor() {
    this.parts = [];
  }

  rect(x, y, width, height, { fill = "none", stroke, line = 1, dash } = {}) {
    const place = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
    this.parts.push(`<rect ${place} fill="${fill}"${this.#stroke(stroke, line, dash)}/>`);
  }

  rects(places, { fill }) {
    const cell = ([x, y, width, height]) =>
      `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${-short(width)}z`;
    if (places.length) this.parts.push(`<path d="${places.map(cell).join("")}" fill="${fill}"/>`);
  }

  line(points, { stroke, line = 1, dash } = {}) {
    const path = points.map(([x, y]) => `${short(x)},${short(y)}`).join(" ");
    this.parts.push(`<polyline points="${path}" fill="none"${this.#stroke(stroke, line, dash)}/>`);
  }

  lines(segments, { stroke, line = 1 } = {}) {
    const path = segments.map(([x1, y1, x2, y2]) => `M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}`).join("");
    if (path) this.parts.push(`<path d="${path}" fill="none"${this.#stroke(stroke, line)}/>`);
  }

  text(x, y, words, { fill, size = 12, align = "left", weight = 400, turn = 0 } = {}) {
    const place = `x="${short(x)}" y="${short(y)}"`;
    const turned = turn ? ` transform="rotate(${turn} ${short(x)} ${short(y)})"` : "";
    const font = `font-family='${FONT}' font-size="${size}" font-weight="${weight}"`;
    const how = `fill="${fill}" text-anchor="${ANCHOR[align]}" dominant-baseline="central" ${font}${turned}`;
    this.parts.push(`<text ${place} ${how}>${escaped(String(words))}</text>`);
  }

  #stroke(stroke, line, dash) {
    if (!stroke) return "";
    return ` stroke="${stroke}" stroke-width="${line}"${dash ? ` stroke-dasharray="${dash.join(" ")}"` : ""}`;
  }

  /** All strokes so far as one SVG file, with its text for those who cannot see it. */
  file(width, height, title) {
    const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
    const frame = `xmlns="http://www.w3.org/2000/svg" ${size}`;
    return `<svg ${frame} role="img"><title>${escaped(title)}</title>\n${this.parts.join("\n")}\n</svg>\n`;
  }
}
