// The same convolution as a matrix, twice: Toeplitz (outputs x inputs) and im2col (taps x outputs).

import { cellSize, grid, hatched, inCell } from "./cells.js";
import { between, inkOn, tapColour } from "./palette.js";

const LEFT = 20;
const TOP = 22;
const TALL = 330;

const square = (data, width) => Math.min(cellSize(data.columns, width - LEFT - 2), cellSize(data.rows, TALL));

export const toeplitz = {
  height: (data, width) => TOP + Math.max(data.rows * square(data, width), 70) + 4,

  draw(pen, data, { width, colours, column }) {
    const cell = square(data, width);
    const label = { fill: colours.grey, size: 12 };
    pen.text(LEFT, 10, "inputs →", label);
    pen.text(8, TOP + 2, "outputs →", { ...label, turn: 90 });
    pen.rect(LEFT, TOP, data.columns * cell, data.rows * cell, { fill: colours.empty });
    grid(pen, LEFT, TOP, data.rows, data.columns, cell, colours);
    for (const [r, c, m] of data.entries) {
      const fill = tapColour(colours, m);
      const [x, y] = [LEFT + c * cell, TOP + r * cell];
      pen.rect(x, y, cell, cell, { fill, stroke: cell > 5 ? colours.line : undefined });
      inCell(pen, x, y, cell, m, inkOn(fill));
    }
    if (column < data.rows) {
      pen.rect(LEFT, TOP + column * cell, data.columns * cell, cell, { stroke: colours.ink, line: 2 });
    }
  },
};

/** Its cells are flat, so that a kernel of three taps does not make giants. */
function flat(data, width) {
  const wide = cellSize(data.columns, width - LEFT - 2, 40);
  return { wide, tall: Math.max(Math.min(26, (TALL - 60) / data.rows), 4) };
}

export const im2col = {
  height: (data) => TOP + data.rows * flat(data, 1000).tall + 6,

  draw(pen, data, { width, colours, column }) {
    const { wide, tall } = flat(data, width);
    const label = { fill: colours.grey, size: 12 };
    const inside = width < 520 ? "" : " (in each cell: the input sample copied there; hatched: none)";
    pen.text(LEFT, 10, `outputs →${inside}`, label);
    pen.text(8, TOP + 2, "taps", { ...label, turn: 90 });
    data.cells.forEach((line, m) => {
      const [colour, y] = [tapColour(colours, m), TOP + m * tall];
      const fill = between(colours.paper, colour, 0.75);
      line.forEach((position, c) => {
        const x = LEFT + c * wide;
        if (position === null) hatched(pen, x, y, wide, tall, colours);
        else pen.rect(x, y, wide, tall, { fill });
        if (wide > 4) pen.rect(x, y, wide, tall, { stroke: colours.line });
        // No number where nothing is read: a 0 would be taken for sample 0.
        if (position !== null && wide >= 18 && tall >= 14) {
          const size = Math.min(11, (wide * 1.5) / String(position).length);
          pen.text(x + wide / 2, y + tall / 2, String(position), { fill: inkOn(fill), size, align: "center" });
        }
      });
    });
    if (column < data.columns) {
      const place = [LEFT + column * wide, TOP, wide, data.rows * tall];
      pen.rect(...place, { stroke: colours.ink, line: 2 });
    }
  },
};
