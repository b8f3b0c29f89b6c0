// The page's end of the worker: calls that return promises, and a queue of one for the sliders.

/** A Python that is starting; `onprogress`, `onready` and `onfailed` tell how it fares. */
export class Python {
  constructor({ onprogress, onready, onfailed }) {
    this.waiting = new Map();
    this.next = 0;
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.worker.onerror = () => onfailed("worker.js could not be started.");
    this.worker.onmessage = ({ data }) => {
      if (data.progress) onprogress(data.progress);
      else if (data.ready) onready();
      else if (data.failed) onfailed(data.failed);
      else this.#settle(data);
    };
  }

  #settle({ id, value, problem }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (problem === undefined) resolve(value);
    else reject(new Error(problem));
  }

  /** Call a function of the Python module `explorer`; its arguments and its answer are strings. */
  call(name, ...args) {
    const id = this.next++;
    this.worker.postMessage({ id, call: name, args });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  stop() {
    this.worker.terminate();
  }
}

/**
 * Ask for one thing at a time, and join what is wanted meanwhile: a slider that is dragged sends more than can be
 * answered, and the reader wants to see where it is now, not where it was.
 *
 * `ask(wanted)` returns a promise; `show` gets its answer, what was wanted, the time of the oldest wish in it, and
 * what is wanted by now, or null; `join(older, newer)` makes one wish of two; `failed` gets what neither can help.
 */
export function latest({ ask, show, join, failed }) {
  let busy = false;
  let next = null;

  async function run() {
    busy = true;
    while (next) {
      const { wanted, since } = next;
      next = null;
      try {
        const answer = await ask(wanted);
        await show(answer, wanted, since, next?.wanted ?? null);
      } catch (problem) {
        failed(problem); // and the next wish is heard as ever
      }
    }
    busy = false;
  }

  return (wanted, since) => {
    next = next ? { wanted: join(next.wanted, wanted), since: next.since } : { wanted, since };
    if (!busy) run();
  };
}
