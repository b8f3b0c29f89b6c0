// What is wanted: a whole setting as `query`, or `turns` of controls, each [control, text], and the drag they belong to.

const STACK = ["add", "remove", "move"]; // each time counts: "add" twice is two layers
const OTHERS = ["at", ...STACK]; // after these the controls belong to another layer

/** The controls that a wish turns; none where there is no wish. */
export const turned = (wish) => new Set((wish?.turns ?? []).map(([control]) => control));

/** Whether what is wanted is another stack, or another layer of it. */
export const another = ({ query, turns }) => query !== undefined || turns.some(([control]) => OTHERS.includes(control));

/** One wish of two that wait. */
export function join(older, newer) {
  if (newer.query !== undefined) return newer; // a whole new setting: what was turned before is gone
  const [[control]] = newer.turns;
  const again = older.turns.at(-1)?.[0] === control && !STACK.includes(control); // a slider's last place counts
  const turns = [...(again ? older.turns.slice(0, -1) : older.turns), ...newer.turns];
  return { ...older, turns, hold: older.hold === newer.hold ? newer.hold : null };
}

/** A typed value that Python would not take: it answers for the nearest, but the reader asked for no such thing. */
export function refused({ controls, errors }, { turns }) {
  return turns.some(([control, text]) => {
    const found = controls.find(({ id }) => id === control);
    return found && errors.some((error) => error.control === control) && String(found.value) !== text.trim();
  });
}
