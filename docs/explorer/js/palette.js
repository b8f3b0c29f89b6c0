// The colours of the pictures, read from style.css so that the theme is decided in one place.

const NAMES = [
  ...["paper", "ink", "grey", "line", "empty", "padding", "hatch"],
  ...["tap", "output", "hole", "soft", "count", "alarm"],
];
const TAPS = 7;

/** The colours that hold now: one per name above, and `taps`, one per tap in turn. */
export function palette(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--ex-${name}`).trim();
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(name)]));
  colours.taps = Array.from({ length: TAPS }, (_, m) => read(`tap-${m}`));
  return colours;
}

/** The colour of tap m, the same in every picture. */
export function tapColour(colours, m) {
  return colours.taps[m % TAPS];
}

function luminance(hex) {
  const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
  const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white, whichever can be read on this colour (WCAG's contrast). */
export function inkOn(hex) {
  const light = luminance(hex);
  return (light + 0.05) ** 2 > 0.05 * 1.05 ? "#000000" : "#ffffff";
}

/** A colour between two others: 0 is the first, 1 the second. */
export function between(from, to, share) {
  const mix = (i) => {
    const a = parseInt(from.slice(i, i + 2), 16);
    const b = parseInt(to.slice(i, i + 2), 16);
    return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
  };
  return `#${mix(1)}${mix(3)}${mix(5)}`;
}

/** Call back whenever the theme changes: furo's switch, or the system's wish. */
export function onTheme(callback) {
  new MutationObserver(callback).observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
