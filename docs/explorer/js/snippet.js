// Code to take home.

/** A function that writes the code for `query` into `place`: code is read, not watched, and waits until the hand rests. */
export function snippets(python, place, wait = 150) {
  let timer;
  return (query, dialect) => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      place.textContent = await python.call("snippet", query, dialect);
    }, wait);
  };
}
