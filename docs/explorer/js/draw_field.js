// What one output sees: every link of every layer, from the output at the top down to the pixels it reads.

import { between } from "./palette.js";

const ROW = 52;
const CELL = 9;
const BARS = 64;
const HEAT = 220;

function parts(data, width) {
  const beside = data.plane && width >= 620;
  const fan = beside ? width - HEAT - 34 : width;
  const tall = (data.levels.length - 1) * ROW + 18 + CELL + 20 + BARS + 18;
  return { beside, fan, tall };
}

export function height(data, width) {
  const { beside, tall } = parts(data, width);
  if (!data.plane) return tall;
  return beside ? Math.max(tall, HEAT + 44) : tall + HEAT + 50;
}

export function draw(pen, data, view) {
  const { width, colours } = view;
  const { beside, fan, tall } = parts(data, width);
  drawFan(pen, data, fan, colours);
  drawCounts(pen, data, fan, tall - BARS - 18, colours);
  if (data.plane) drawHeat(pen, data, beside ? fan + 32 : 1, beside ? 18 : tall + 26, colours);
}

function drawFan(pen, data, fan, colours) {
  const top = data.levels.length - 1;
  const place = (level, position) => (level.n === 1 ? fan / 2 : 4 + ((position + 0.5) / level.n) * (fan - 8));
  const y = (l) => 18 + (top - l) * ROW;
  data.levels.forEach((level, l) => {
    if (!l) return;
    const below = data.levels[l - 1];
    const segments = level.links.map(([a, b]) => [place(level, a), y(l) + CELL, place(below, b), y(l - 1)]);
    pen.lines(segments, { stroke: colours.tap, line: segments.length > 300 ? 0.6 : 1.2 });
  });
  data.levels.forEach((level, l) => {
    const cell = (fan - 8) / level.n;
    const wide = Math.min(Math.max(cell - 1, 1), CELL * 2);
    const ground = Math.min(cell - 1, CELL * 2);
    const at = (p) => [place(level, p) - wide / 2, y(l), wide, CELL];
    if (ground >= 1.5) pen.rects(Array.from({ length: level.n }, (_, p) => at(p)), { fill: colours.padding });
    else pen.rect(4, y(l), fan - 8, CELL, { fill: colours.padding });
    pen.rects(level.read.map(at), { fill: l === top ? colours.output : colours.tap });
    const words = `${level.label} · ${level.n}`;
    const room = words.length * 6 + 4; // about: letters need a ground where links pass behind them
    pen.rect(fan - 2 - room, y(l) - 14, room, 13, { fill: colours.paper });
    pen.text(fan - 4, y(l) - 8, words, { fill: colours.grey, size: 11, align: "right" });
  });
}

function drawCounts(pen, data, fan, top, colours) {
  const unit = (fan - 8) / data.counts.length;
  const floor = top + BARS;
  const wide = Math.max(unit - (unit > 4 ? 1 : 0), 0.8);
  const bars = data.counts.map((count, p) => {
    const tall = count && Math.max((count / data.most) * (BARS - 16), 1.5);
    return [4 + p * unit, floor - tall, wide, tall];
  });
  pen.rects(bars.filter(([, , , tall]) => tall), { fill: colours.count });
  pen.line([[4, floor], [fan - 4, floor]], { stroke: colours.grey });
  const words = `paths from each input sample, ${data.most.toLocaleString("en")} at most`;
  pen.text(4, floor + 11, words, { fill: colours.grey, size: 11 });
}

function drawHeat(pen, data, left, top, colours) {
  const n = data.counts.length;
  const cell = HEAT / n;
  pen.text(left, top - 8, "the plane, shaded by the square root", { fill: colours.grey, size: 11 });
  pen.rect(left, top, HEAT, HEAT, { fill: colours.empty });
  for (const [y, down] of data.counts.entries()) {
    if (!down) continue;
    for (const [x, across] of data.counts.entries()) {
      if (!across) continue;
      // The square root keeps the rim of the field in sight: there are few paths there, but there are some.
      const share = Math.sqrt((down / data.most) * (across / data.most));
      const fill = between(colours.empty, colours.count, 0.15 + 0.85 * share);
      pen.rect(left + x * cell, top + y * cell, cell, cell, { fill });
    }
  }
  pen.rect(left, top, HEAT, HEAT, { stroke: colours.grey });
}
