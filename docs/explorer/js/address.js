// The settings in the page's address: each of them is a link, and "back" leads to the ones before a preset.

/** The query in the address; a broken escape in it is Python's to name, like everything else in it. */
export const addressed = () => location.hash.slice(1);

let timer;

/** Write the settings into the address. Browsers refuse that, or skip it, where a drag does so too often: once more. */
export function address(query, push = false) {
  clearTimeout(timer);
  const write = push && addressed() !== query ? "pushState" : "replaceState";
  const again = () => { timer = setTimeout(() => address(query), 2000); };
  try {
    history[write](null, "", `#${query}`);
  } catch {
    return again();
  }
  if (addressed() !== query) again();
}

/** Call `follow(query, since)` when the reader goes to another address of this page. */
export function onAddress(follow) {
  addEventListener("hashchange", ({ newURL, timeStamp }) => {
    clearTimeout(timer);
    // Not `addressed()`: an answer that came before this event has written its own there.
    follow(new URL(newURL).hash.slice(1), timeStamp);
  });
}
