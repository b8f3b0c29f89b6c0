// What cannot be, in refconv's own words: in full below the controls, in a line beside the one it is about.

/** A message in short: what is wrong, without the name of the layer that found it, and what to do. */
function brief(message) {
  const lines = message.split("\n");
  const what = lines[0].replace(/^[^:]{1,40}: /, "");
  return lines.length > 1 ? `${what} ${lines.at(-1).trim()}` : what;
}

/** Show what is wrong; notes that would push what the hand holds wait until it lets go. */
export function showMessages(panel, list, errors, hand) {
  const paragraphs = errors.map(({ message, control }) => {
    const line = document.createElement("p");
    line.dataset.error = control ?? "";
    line.textContent = message;
    return line;
  });
  const same = list.textContent === paragraphs.map((line) => line.textContent).join("");
  if (!same) list.replaceChildren(...paragraphs); // an equal message is not spoken again

  for (const box of panel.querySelectorAll("[data-control]")) {
    const found = errors.find(({ control }) => control === box.dataset.control);
    if (!hand.pushedBy(box)) box.querySelector(".ex-note").textContent = found ? brief(found.message) : "";
    for (const input of box.querySelectorAll("input")) input.setAttribute("aria-invalid", String(Boolean(found)));
  }
  if (hand.input) hand.waiting = () => showMessages(panel, list, errors, hand);
}
