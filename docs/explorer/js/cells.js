// Strokes that several pictures share: rows of cells, the hatching of padding, numbers that fit.

/** The side of a cell: a share of the room, at most `largest`. */
export function cellSize(count, room, largest = 40) {
  return Math.min(room / Math.max(count, 1), largest);
}

/** Equal neighbours as runs: [value, first, how many]. */
export function runs(values) {
  const found = [];
  for (const [i, value] of values.entries()) {
    const last = found.at(-1);
    if (last && last[0] === value) last[2] += 1;
    else found.push([value, i, 1]);
  }
  return found;
}

/** A rectangle of padding: hatched, so that it is told from pixels without colour too. */
export function hatched(pen, x, y, width, height, colours) {
  pen.rect(x, y, width, height, { fill: colours.padding });
  const step = 6;
  const segments = [];
  for (let t = step; t < width + height; t += step) {
    const [x1, y1] = t < height ? [0, t] : [t - height, height];
    const [x2, y2] = t < width ? [t, 0] : [width, t - width];
    segments.push([x + x1, y + y1, x + x2, y + y2]);
  }
  pen.lines(segments, { stroke: colours.hatch, line: 0.7 });
}

/** The lines of a grid of rows x columns cells; none where they would cover the cells. */
export function grid(pen, x, y, rows, columns, cell, colours) {
  if (cell < 4) return pen.rect(x, y, columns * cell, rows * cell, { stroke: colours.line });
  const segments = [];
  for (let c = 0; c <= columns; c++) segments.push([x + c * cell, y, x + c * cell, y + rows * cell]);
  for (let r = 0; r <= rows; r++) segments.push([x, y + r * cell, x + columns * cell, y + r * cell]);
  pen.lines(segments, { stroke: colours.line, line: 1 });
}

/** A number in the middle of a cell, where there is room for it. */
export function inCell(pen, x, y, cell, words, fill) {
  const size = Math.min(13, cell * 0.5, (cell * 1.5) / String(words).length);
  if (size >= 8) pen.text(x + cell / 2, y + cell / 2, String(words), { fill, size, align: "center" });
}

/** 1234567 as 1.23 M: for the end of a bar, where the exact number stands in the list beside it. */
export function brief(value) {
  for (const [unit, size] of [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]]) {
    if (value >= size) return `${Number((value / size).toPrecision(3))} ${unit}`;
  }
  return String(value);
}
