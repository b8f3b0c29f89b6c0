// The kernel in its span: which of the cells between its first and last tap are taps, and which are gaps.

import { cellSize, grid, inCell } from "./cells.js";
import { inkOn, tapColour } from "./palette.js";

const LABEL = 22;

export function height(data, width) {
  return Math.min(width, 260) + LABEL;
}

export function draw(pen, data, { width, colours }) {
  const { span, positions } = data;
  const side = Math.min(width, 260) - 2;
  const cell = cellSize(span, side, 48);
  const left = (width - span * cell) / 2;
  pen.rect(left, 1, span * cell, span * cell, { fill: colours.empty });
  grid(pen, left, 1, span, span, cell, colours);
  positions.forEach((r, p) =>
    positions.forEach((c, q) => {
      const fill = tapColour(colours, q);
      const [x, y] = [left + c * cell, 1 + r * cell];
      pen.rect(x, y, cell, cell, { fill, stroke: cell > 4 ? colours.grey : undefined });
      inCell(pen, x, y, cell, `${p},${q}`, inkOn(fill));
    }),
  );
  const words = `${positions.length} × ${positions.length} taps in ${span} × ${span}`;
  pen.text(width / 2, span * cell + 14, words, { fill: colours.grey, size: 12, align: "center" });
}
