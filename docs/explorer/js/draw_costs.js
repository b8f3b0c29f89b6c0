// Costs as bars: each layer as it is, made dense, made depthwise separable. MACs and parameters side by side.

import { brief } from "./cells.js";

const BAR = 12;
const HEAD = 22;
const KINDS = [
  { part: null, words: "as it is", colour: "output" },
  { part: "dense", words: "dense", colour: "tap" },
  { part: "separable", words: "separable", colour: "count" },
];

/** The rows of the chart: every layer, and the sum where there is more than one. */
function rows(data) {
  const sum = { label: "all layers", ...data.total };
  return data.layers.length > 1 ? [...data.layers, sum] : data.layers;
}

const bars = (row) => KINDS.map(({ part, colour }) => ({ colour, cost: part ? row[part] : row })).filter((b) => b.cost);
const tallOf = (row) => 20 + bars(row).length * BAR + 8;
const block = (data) => HEAD + rows(data).reduce((sum, row) => sum + tallOf(row), 0) + 4;

export function height(data, width) {
  return 24 + block(data) * (width >= 560 ? 1 : 2);
}

export function draw(pen, data, { width, colours }) {
  let x = 2;
  for (const { words, colour } of KINDS) {
    pen.rect(x, 4, 12, 12, { fill: colours[colour], stroke: colours.grey });
    pen.text(x + 18, 10, words, { fill: colours.ink, size: 12 });
    x += 36 + words.length * 7;
  }
  if (width >= 560) {
    drawBlock(pen, data, "macs", "MACs", 0, 24, (width - 32) / 2, colours);
    drawBlock(pen, data, "parameters", "parameters", (width + 32) / 2, 24, (width - 32) / 2, colours);
  } else {
    drawBlock(pen, data, "macs", "MACs", 0, 24, width, colours);
    drawBlock(pen, data, "parameters", "parameters", 0, 24 + block(data), width, colours);
  }
}

function drawBlock(pen, data, what, title, left, top, width, colours) {
  const all = rows(data);
  const most = Math.max(...all.flatMap((row) => bars(row).map(({ cost }) => cost[what])), 1);
  const room = width - 66;
  pen.text(left + 2, top + 11, title, { fill: colours.ink, size: 13, weight: 700 });
  let y = top + HEAD;
  all.forEach((row, i) => {
    const chosen = i === data.at && all.length > 1;
    const how = chosen ? { fill: colours.ink, weight: 700 } : { fill: colours.grey };
    pen.text(left + 2, y + 10, row.label, { ...how, size: 12 });
    y += 20;
    for (const { colour, cost } of bars(row)) {
      const long = Math.max((cost[what] / most) * room, cost[what] ? 1 : 0);
      pen.rect(left + 2, y + 1, long, BAR - 2, { fill: colours[colour] });
      pen.text(left + long + 8, y + BAR / 2, brief(cost[what]), { fill: colours.ink, size: 11 });
      y += BAR;
    }
    y += 8;
  });
}
