"""Hold many drawn cases against the definition, exactly, and against PyTorch, within the derived bound.

    make sweep ARGS="--seed 1 --cases 20000"
    .venv/bin/python tests/sweep.py --torch --cases 2000

The tests draw a few hundred of these in every run; this draws as many as asked for. A case is a forward pass and all
gradients; each is drawn by `tests.draw` from its own seed, which is printed if it fails.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np  # noqa: E402

from tests import draw, test_definition  # noqa: E402

OPERATIONS = {
    # operation: the recipe, its check, and the ranks it is drawn in
    "conv": (draw.draw_convolution, "check_convolution", (1, 2, 3)),
    "conv_transpose": (draw.draw_transposed, "check_transposed", (1, 2, 3)),
    "depthwise_conv": (draw.draw_convolution, "check_depthwise", (1, 2, 3)),
    "separable_conv": (draw.draw_convolution, "check_separable", (1, 2, 3)),
    "pool": (draw.draw_pooling, "check_pooling", (1, 2, 3)),
}


def run(checks, cases: int, seed: int, *, quiet: bool) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Return how many cases of each operation agreed, and what did not."""
    counts: dict[str, dict[str, int]] = {}
    failures: list[str] = []
    for name, (recipe, check, ranks) in OPERATIONS.items():
        for rank in ranks:
            # 2-d convolution is what most kernels are: it gets all the cases, the others a quarter each
            wanted = cases if (name, rank) == ("conv", 2) else max(cases // 4, 1)
            key = f"{name}{rank}d"
            started, agreed = time.monotonic(), 0
            for number in range(wanted):
                rng = np.random.default_rng([seed, rank, number])
                case = recipe(draw.from_rng(rng), rank)
                try:
                    getattr(checks, check)(case)
                    agreed += 1
                except Exception as error:  # noqa: BLE001 - whatever went wrong is this case's result
                    failures.append(f"{key} seed {[seed, rank, number]}: {type(error).__name__} {error} {case}")
                if not quiet and time.monotonic() - started > 2:
                    print(f"\r{key}: {number + 1} of {wanted}", end="", file=sys.stderr, flush=True)
                    started = time.monotonic()
            counts[key] = {"agreed": agreed, "drawn": wanted}
            if not quiet:
                print(f"\r{key}: {agreed} of {wanted} agree      ", flush=True)
    return counts, failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--cases", type=int, default=2000, help="cases of conv2d; a quarter as many of the others")
    parser.add_argument("--torch", action="store_true", help="against PyTorch instead of the definition")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON, and nothing else")
    arguments = parser.parse_args()
    if arguments.torch:
        from tests import against_torch as checks
    else:
        checks = test_definition
    counts, failures = run(checks, arguments.cases, arguments.seed, quiet=arguments.json)
    if arguments.json:
        print(json.dumps({"seed": arguments.seed, "counts": counts, "failures": failures}, indent=2))
    for failure in failures[:10]:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted")
