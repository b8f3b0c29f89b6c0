// The window on its way over the padded input, and the output that fills. Small inputs as planes, large ones as lines.

import { cellSize, grid, hatched, inCell, runs } from "./cells.js";
import { inkOn, tapColour } from "./palette.js";

const TOP = 24;
const GAP = 28;
const PIXEL = 1;
const CUT = 2;

export function height(data, width) {
  return TOP + (data.plane ? Math.min((width - GAP) / 2, 380) : 190) + 4;
}

export function draw(pen, data, view) {
  if (data.plane) drawPlanes(pen, data, view);
  else drawLines(pen, data, view);
}

/** Where the pictures stand: also asked for where a click falls. */
function planes(data, width) {
  const room = Math.min((width - GAP) / 2, 380);
  const cell = Math.min(cellSize(data.cells + data.out, width - GAP), cellSize(Math.max(data.cells, data.out), room));
  const left = Math.max((width - GAP - (data.cells + data.out) * cell) / 2, 0.5);
  return { cell, left, right: left + data.cells * cell + GAP };
}

function ground(pen, data, x, y, cell, colours) {
  const parts = runs(data.pixels);
  for (const [a, r, rows] of parts) {
    for (const [b, c, columns] of parts) {
      const place = [x + c * cell, y + r * cell, columns * cell, rows * cell];
      if (a === PIXEL && b === PIXEL) pen.rect(...place, { fill: colours.empty });
      else if (a !== CUT && b !== CUT) hatched(pen, ...place, colours);
    }
  }
  grid(pen, x, y, data.cells, data.cells, cell, colours);
  for (const [value, first, count] of parts) {
    if (value !== PIXEL) continue;
    const place = [x + first * cell, y + first * cell, count * cell, count * cell];
    pen.rect(...place, { stroke: colours.grey, line: 1.5 });
  }
}

/** The tap behind the p-th read of output i: the p-th, unless the layer is transposed and some taps read nothing. */
function tapOf(data, i, p) {
  return data.taps ? data.taps[i][p] : p;
}

function drawPlanes(pen, data, { width, colours, row, column }) {
  const { cell, left, right } = planes(data, width);
  const caption = { fill: colours.grey, size: 12 };
  pen.text(left, 10, `input ${data.n} × ${data.n}`, caption);
  pen.text(right, 10, `output ${data.out} × ${data.out}`, caption);
  ground(pen, data, left, TOP, cell, colours);

  const [rows, columns] = [data.reads[row] ?? [], data.reads[column] ?? []];
  rows.forEach((r, p) =>
    columns.forEach((c, q) => {
      const [down, across] = [tapOf(data, row, p), tapOf(data, column, q)];
      const fill = tapColour(colours, across);
      const [x, y] = [left + c * cell, TOP + r * cell];
      pen.rect(x, y, cell, cell, { fill, stroke: cell > 4 ? colours.ink : undefined });
      inCell(pen, x, y, cell, `${down},${across}`, inkOn(fill));
    }),
  );

  pen.rect(right, TOP, data.out * cell, data.out * cell, { fill: colours.empty });
  pen.rect(right, TOP, data.shown * cell, row * cell, { fill: colours.soft });
  pen.rect(right, TOP + row * cell, column * cell, cell, { fill: colours.soft });
  grid(pen, right, TOP, data.out, data.out, cell, colours);
  pen.rect(right + column * cell, TOP + row * cell, cell, cell, { fill: colours.output, stroke: colours.ink });
  const mark = { stroke: colours.output, line: 1, dash: [3, 3] };
  const [x, y] = [right + column * cell, TOP + (row + 0.5) * cell];
  if (rows.length && columns.length) {
    const from = left + (columns.at(-1) + 1) * cell;
    pen.line([[from, TOP + (rows[rows.length >> 1] + 0.5) * cell], [x, y]], mark);
  }
}

function drawLines(pen, data, { width, colours, column }) {
  const [inside, tall] = [width - 2, 26];
  const [below, above] = [TOP + 130, TOP];
  const cell = inside / data.cells;
  const unit = inside / data.out;
  pen.text(1, 10, `one line of the input, ${data.n} samples`, { fill: colours.grey, size: 12 });
  for (const [value, first, count] of runs(data.pixels)) {
    const place = [1 + first * cell, above, count * cell, tall];
    if (value === PIXEL) pen.rect(...place, { fill: colours.empty, stroke: colours.grey });
    else if (value !== CUT) hatched(pen, ...place, colours);
  }
  pen.rect(1, below, inside, tall, { fill: colours.empty, stroke: colours.grey });
  pen.rect(1, below, column * unit, tall, { fill: colours.soft });
  const middle = 1 + (column + 0.5) * unit;
  const wide = Math.max(cell, 2);
  (data.reads[column] ?? []).forEach((c, p) => {
    const x = 1 + (c + 0.5) * cell;
    const colour = tapColour(colours, tapOf(data, column, p));
    pen.line([[x, above + tall], [middle, below]], { stroke: colour, line: 1.5 });
    pen.rect(x - wide / 2, above, wide, tall, { fill: colour, stroke: colours.ink, line: 0.5 });
  });
  const mark = Math.max(unit, 2);
  pen.rect(middle - mark / 2, below, mark, tall, { fill: colours.output, stroke: colours.ink });
  pen.text(1, below + tall + 14, `one line of the output, ${data.out} samples`, { fill: colours.grey, size: 12 });
}

/** The output that a point of the picture belongs to, as {row, column}, or null. */
export function hit(data, x, y, width) {
  if (!data.plane) {
    const column = Math.floor((x / width) * data.out);
    return y > TOP + 120 && column < data.shown ? { row: 0, column } : null;
  }
  const { cell, right } = planes(data, width);
  const [row, column] = [Math.floor((y - TOP) / cell), Math.floor((x - right) / cell)];
  const inside = (v) => v >= 0 && v < data.shown;
  return inside(row) && inside(column) ? { row, column } : null;
}
