// How often each sample is read, and which samples nothing reads: by one layer, by the stack, inside one field.

const STRIP = 86;
const GAP = 30;

const STRIPS = [
  { part: "layer", words: "the chosen layer: taps that read each input sample" },
  { part: "stack", words: "the stack: paths from each pixel to all outputs" },
  { part: "field", words: "the first output's field: paths from each sample" },
];

/** The strips there is something to say in: a stack of one layer would say the same twice. */
function present(data) {
  const twice = data.layer && data.stack && String(data.layer.counts) === String(data.stack.counts);
  return STRIPS.filter(({ part }) => data[part] && !(twice && part === "stack"));
}

export function height(data) {
  return present(data).length * (STRIP + GAP) + 4;
}

export function draw(pen, data, { width, colours }) {
  present(data).forEach(({ part, words }, i) => {
    drawStrip(pen, data[part].counts, words, i * (STRIP + GAP), width, colours);
  });
}

function drawStrip(pen, counts, words, top, width, colours) {
  const floor = top + STRIP;
  const unit = (width - 4) / counts.length;
  const most = Math.max(...counts, 1);
  const holes = counts.filter((count) => !count).length;
  const wide = Math.max(unit - (unit > 4 ? 1 : 0), 0.8);
  const [bars, gaps] = [[], []];
  counts.forEach((count, p) => {
    const tall = Math.max((count / most) * (STRIP - 26), 1.5);
    // A hole is marked below the line, in its own colour: it is seen in grey print too.
    if (count) bars.push([2 + p * unit, floor - tall, wide, tall]);
    else gaps.push([2 + p * unit, floor + 2, wide, 7]);
  });
  pen.rects(bars, { fill: colours.count });
  pen.rects(gaps, { fill: colours.hole });
  pen.line([[2, floor], [width - 2, floor]], { stroke: colours.grey });
  pen.text(2, top + 10, words, { fill: colours.ink, size: width < 420 ? 10.5 : 12 });
  const told = holes ? `${holes} of ${counts.length} never read` : `all ${counts.length} are read`;
  pen.text(2, floor + 19, `most: ${most.toLocaleString("en")}`, { fill: colours.grey, size: 11 });
  pen.text(width - 2, floor + 19, told, { fill: holes ? colours.alarm : colours.grey, size: 11, align: "right" });
}
