// Python beside the page: pyodide in a worker, so that sliders never wait for it.
// It answers {id, call, args} with {id, value} or {id, problem}, and tells how far its start has come.

const HERE = import.meta.url;
const PYODIDE = new URL("../../vendor/pyodide/", HERE).href;
const HOUSE = new URL("../refconv.zip", HERE).href;
const FOLDER = "/refconv-house";

const plainFetch = self.fetch.bind(self);
const LARGEST = "pyodide.asm.wasm"; // until its length is known, so is no share of the whole
const progress = { loaded: 0, total: 0, counted: true, known: false };

function told(step) {
  self.postMessage({ progress: { ...progress, step } });
}

/** Count a copy of the bytes as they come; the answer itself goes on untouched, so that the browser may cache it. */
async function count(body) {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    progress.loaded += value.length;
    told("fetch");
  }
}

/** Say at once that a file is missing: pyodide does not pass every such failure on, and would wait for ever. */
function missing(name, why) {
  const problem = `${name} could not be fetched${why}.`;
  self.postMessage({ failed: problem });
  return new Error(problem);
}

/** Fetch as ever, but count the bytes, and let a missing file say its own name. */
self.fetch = async (what, how) => {
  const url = what instanceof Request ? what.url : String(what);
  const name = url.split("/").pop();
  let answer;
  try {
    answer = await plainFetch(what, how);
  } catch {
    throw missing(name, "");
  }
  if (!answer.ok) throw missing(name, `: the server says ${answer.status}`);
  const size = Number(answer.headers.get("content-length"));
  // A compressed answer tells its compressed length, and we see the other: then only bytes are told, no share.
  if (!size || answer.headers.get("content-encoding")) progress.counted = false;
  progress.total += size;
  if (name === LARGEST) progress.known = true;
  // A copy that breaks off breaks off with its original, which is the one to say so.
  if (answer.body) count(answer.clone().body).catch(() => {});
  return answer;
};

async function start() {
  told("fetch");
  const house = self.fetch(HOUSE).then((answer) => answer.arrayBuffer());
  house.catch(() => {}); // it is awaited below; until then a failure is not an unhandled one
  let loadPyodide;
  try {
    ({ loadPyodide } = await import(`${PYODIDE}pyodide.mjs`));
  } catch {
    throw new Error("pyodide.mjs could not be fetched.");
  }
  const python = await loadPyodide({ indexURL: PYODIDE });
  told("import");
  python.unpackArchive(await house, "zip", { extractDir: FOLDER });
  python.runPython(`import sys; sys.path.insert(0, "${FOLDER}")`);
  return python.pyimport("explorer");
}

const ready = start();
ready.then(
  () => self.postMessage({ ready: true }),
  (problem) => self.postMessage({ failed: String(problem.message ?? problem) }),
);

self.onmessage = async ({ data: { id, call, args } }) => {
  try {
    const explorer = await ready;
    self.postMessage({ id, value: explorer[call](...args) });
  } catch (problem) {
    self.postMessage({ id, problem: String(problem.message ?? problem) });
  }
};
