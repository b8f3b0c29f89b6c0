// A start that takes seconds and says so: the bytes that have come, then Python's own start; a failure with a retry.

import { Python } from "./python.js";

const FETCHING = 85; // per cent of the bar that are bytes; Python's start takes the rest

const mega = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function showProgress(root, { step, loaded, total, counted, known }) {
  const [bar, words] = [root.querySelector("#progress"), root.querySelector("#progress-text")];
  const measured = counted && known;
  const share = step === "import" ? 95 : measured ? (loaded / total) * FETCHING : null;
  const text = measured ? `${mega(loaded)} of ${mega(total)}` : mega(loaded);
  const fetching = measured && loaded === total ? "Python is here and starts …" : `Fetching Python: ${text}`;
  const said = step === "import" ? "Starting refconv …" : fetching;
  words.textContent = loaded ? said : "Fetching Python …";
  bar.setAttribute("aria-valuetext", words.textContent);
  if (share === null) bar.removeAttribute("aria-valuenow");
  else bar.setAttribute("aria-valuenow", Math.round(share));
  root.querySelector("#progress-bar").style.width = `${share ?? 40}%`;
}

/** Start Python as often as the reader asks for it; resolves once it stands. */
export function startPython(root) {
  const [starting, failure] = [root.querySelector("#starting"), root.querySelector("#failure")];
  return new Promise((resolve) => {
    const attempt = () => {
      root.dataset.state = "loading";
      failure.hidden = true;
      starting.hidden = false;
      const python = new Python({
        onprogress: (progress) => showProgress(root, progress),
        onready: () => {
          // Whatever fails from now on fails for a page that holds this Python: it begins anew as a whole.
          root.querySelector("#retry").onclick = () => location.reload();
          resolve(python);
        },
        onfailed: (why) => {
          python.stop();
          root.dataset.state = "failed";
          starting.hidden = true;
          failure.hidden = false;
          root.querySelector("#failure-why").textContent = why;
        },
      });
    };
    root.querySelector("#retry").onclick = attempt;
    attempt();
  });
}
