"""What the oracle catches, and whom it accuses wrongly.

    .venv/bin/python benchmarks/oracle_power.py
    .venv/bin/python benchmarks/oracle_power.py --runs 100 --json

Section "power": ten float32 kernels with one defect each, on random data alone, at K = 144 (16 channels) and K = 4608
(512 channels), judged by the policy "statistical". Section "alarms": honest kernels, on fresh data in every run.
A "tap" is a position of the kernel with all its channels. A single product
may be arbitrarily small, and is then lost without a trace: what share is caught is told apart from the ten. "suite":
the same ten defects, as kernels, through the whole default suite. "truth": against fractions. "museum" and "right":
whether broken kernels are named, and right ones left in peace. "speed": of a check and an identification.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for name in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{name}_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np  # noqa: E402

from benchmarks import oracle_power_sections as sections  # noqa: E402
from benchmarks.oracle_power_defective import DEFECTIVE  # noqa: E402
from benchmarks.oracle_power_kernels import DATA, DEFECTS, HONEST, Layer, has_torch, layer, onednn, without  # noqa: E402
from refconv.oracle import check  # noqa: E402
from refconv.oracle.compare import Comparison, compare  # noqa: E402
from refconv.oracle.truth import Truth  # noqa: E402

CHANNELS = {144: 16, 4608: 512}
"""Of x, by K: 3x3 taps each."""

ZERO_TO_ONE = "uniform(0,1)"


def judge(y: np.ndarray, true: Truth, a: Layer) -> Comparison:
    """Return the verdict of the policy "statistical"."""
    return compare(y.reshape(true.value.shape), true, policy="statistical", signs=a.signs)


def power(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return which defects are caught, on layers of 8 filters and 32x32 pixels."""
    table: dict[str, dict[str, bool]] = {}
    products: dict[str, float] = {}
    started = time.monotonic()
    for number, (k, channels) in enumerate(CHANNELS.items()):
        for which, data in enumerate(DATA):
            a = layer(np.random.default_rng([arguments.seed, number, which]), data, channels, 8, 32)
            true = a.truth()
            products[f"{data}, K={k}"] = lost_products(
                a, true, np.random.default_rng([arguments.seed, 2, number, which])
            )
            for defect, kernel in DEFECTS.items():
                table.setdefault(defect, {})[f"{data}, K={k}"] = not judge(kernel(a), true, a).passed
            progress(f"power: {data}, K={k}")
    main = [caught for row in table.values() for column, caught in row.items() if not column.startswith(ZERO_TO_ONE)]
    extra = [caught for row in table.values() for column, caught in row.items() if column.startswith(ZERO_TO_ONE)]
    return {
        "caught": sum(main),
        "of": len(main),
        f"caught on {ZERO_TO_ONE}": sum(extra),
        f"of on {ZERO_TO_ONE}": len(extra),
        "table": table,
        "single products lost, share caught": products,
        "seconds": round(time.monotonic() - started, 1),
    }


def lost_products(a: Layer, true: Truth, rng: np.random.Generator, count: int = 50) -> float:
    """Return the share that is caught when one product of one element, any of them, is lost: some are near zero."""
    caught = 0
    for _ in range(count):
        side = a.x.shape[-1]
        row, column = rng.integers(1, side - 1, 2)
        y = without(a, int(rng.integers(len(a.rows))), int(row * side + column), int(rng.integers(len(a.columns))))
        caught += not judge(y, true, a).passed
    return caught / count


def alarms(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return how often an honest kernel is accused, over all kernels, data and K in turn."""
    kernels = dict(HONEST)
    if has_torch():
        kernels["oneDNN (torch)"] = onednn
    # a run is one kernel on one layer; long sums get fewer filters, so that a run stays near 20 ms
    settings = [(k, data, kernel) for k in CHANNELS for data in DATA for kernel in kernels]
    runs: dict[str, int] = {}
    accused: dict[str, int] = {}
    nearest: dict[str, float] = {}
    examples: list[str] = []
    started = time.monotonic()
    for run in range(arguments.runs):
        k, data, kernel = settings[run % len(settings)]
        rng = np.random.default_rng([arguments.seed, 1, run])
        a = layer(rng, data, CHANNELS[k], 4 if k < 1000 else 2, 14)
        true = a.truth()
        verdict = judge(kernels[kernel](a), true, a)
        key = f"{kernel}, K={k}"
        runs[key] = runs.get(key, 0) + 1
        accused[key] = accused.get(key, 0) + (not verdict.passed)
        for trial in verdict.trials:
            nearest[trial.name] = max(nearest.get(trial.name, 0.0), trial.figure / trial.limit)
        if not verdict.passed:
            examples.append(f"run {run}: {data}, {key}: {'; '.join(verdict.reasons)}")
        if run % 200 == 0:
            progress(f"alarms: {run} of {arguments.runs} runs, {sum(accused.values())} accused")
    return {
        "runs": arguments.runs,
        "accused": sum(accused.values()),
        "by kernel": {key: {"runs": runs[key], "accused": accused[key]} for key in runs},
        "largest figure over its limit": {name: round(figure, 3) for name, figure in nearest.items()},
        "examples": examples[:10],
        "seconds": round(time.monotonic() - started, 1),
    }


def suite(_: argparse.Namespace) -> dict[str, Any]:
    """Return which of the ten defects the default suite catches, and what it says of them."""
    said = {}
    for name, kernel in DEFECTIVE.items():
        progress(f"suite: {name}")
        report = check(kernel, shrink=False)
        said[name] = "MISSED" if report.passed else "; ".join(cause.sentence for cause in report.diagnosis)
    return {"caught": sum(sentence != "MISSED" for sentence in said.values()), "of": len(said), "said": said}


SECTIONS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "power": power,
    "alarms": alarms,
    "suite": suite,
    **{
        name: lambda arguments, section=section: section(arguments, progress)
        for name, section in (
            ("truth", sections.exactness),
            ("museum", sections.museum),
            ("right", sections.right),
            ("speed", sections.speed),
        )
    },
}


def progress(text: str) -> None:
    """Show a line on the terminal, in place."""
    sys.stderr.write(f"\r{text:<79}")
    sys.stderr.flush()


def lines(figures: dict[str, Any]) -> list[str]:
    """Return all figures as text."""
    found: list[str] = []
    if "power" in figures:
        table = figures["power"]["table"]
        columns = list(next(iter(table.values())))
        found.append("caught".ljust(30) + "".join(column.rjust(22) for column in columns))
        for defect, row in table.items():
            found.append(defect.ljust(30) + "".join(("yes" if row[column] else "NO").rjust(22) for column in columns))
    for section, values in figures.items():
        rest = {key: value for key, value in values.items() if key != "table"}
        found.append(f"{section}: {json.dumps(rest, indent=2)}")
    return found


def main(argv: list[str] | None = None) -> int:
    """Run the sections asked for, and print their figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000, help="of honest kernels")
    parser.add_argument("--draws", type=int, default=2_000, help="of truths held against fractions")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--section", choices=sorted(SECTIONS), action="append", help="only this one; may be repeated")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON, and nothing else")
    arguments = parser.parse_args(argv)
    figures = {section: SECTIONS[section](arguments) for section in arguments.section or SECTIONS}
    progress("")
    sys.stderr.write("\r")
    text = json.dumps(figures, indent=2) if arguments.json else "\n".join(lines(figures))
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
