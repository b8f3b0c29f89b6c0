"""How long the reasons take: proofs, receptive fields, costs, derivations and the commands. `make reasons`.

Prints the best of several runs for each, beside what is asked for; exits 1 where one takes longer.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from sympy import Eq

from refconv.arithmetic import output_size, pooled_output_size, same_padding, transposed_output_size
from refconv.networks import network, network_cost, network_support, receptive_fields
from refconv.symbolic import prove, symbol

RUNS = 5
BUILD = Path(__file__).parent.parent / "docs" / "build_derivations.py"
N, K, S, T, D, P, A = (symbol(name) for name in ("n", "k", "s", "t", "d", "p", "a"))

IDENTITIES = {
    "two strides of 2 are one of 4": ["floor((floor((n - 1)/2) + 1 - 1)/2) + 1 == floor((n - 1)/4) + 1"],
    "a ceiling as a floor": ["ceil(h/2) == floor((h - 1)/2) + 1"],
    "3x3 s2 p1 is 2x2 s2 ceil_mode": [
        Eq(output_size(N, 3, 2, lo=1, hi=1), pooled_output_size(N, 2, 2, ceil_mode=True))
    ],
    "remainder": ["n - 2*floor(n/2) == n mod 2"],
    "two halves": ["floor(n/2) + floor((n + 1)/2) == n"],
    "strides s and t are one of s*t": [Eq(output_size(output_size(N, 1, S), 1, T), output_size(N, 1, S * T))],
    "same padding gives ceil(n/s)": [Eq(output_size(N, K, S, D, *same_padding(N, K, S, D)), -(-N // S))],
    "there and back by a transposed": [
        Eq(output_size(transposed_output_size(N, K, S, D, P, P, A), K, S, D, P, P), N),
        "a < s",
    ],
    "(false) twice the half": ["2*floor(n/2) == n"],
    "(false) ceil is floor": ["ceil(n/s) == floor(n/s)"],
}
COMMANDS = ("size 224 --kernel 3", "rf resnet50", "rf resnet152", "cost resnet50", "cost mobilenet_v1 --table")


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def measured() -> list[tuple[str, float, float]]:
    """Return what was measured, how long it took, and how long it may take."""
    rows = [(f"prove: {name}", best(partial(prove, *claim)), 1.0) for name, claim in IDENTITIES.items()]
    deep = network("resnet152")
    rows.append(("receptive fields of ResNet-152", best(lambda: receptive_fields(deep)), 1.0))
    rows.append(("exact support of one of its outputs", best(lambda: network_support(deep, "layer3.35.add")), 1.0))
    rows.append(("cost of ResNet-152", best(lambda: network_cost(deep, backward=True)), 1.0))
    rows.append(("all derivations again", best(lambda: python(str(BUILD), "--check"), 1), 120))
    commands = [(f"refconv {words}", best(partial(python, "-m", "refconv", *words.split()), 10)) for words in COMMANDS]
    return [*rows, *((name, took, 0.150) for name, took in commands)]


def python(*words: str) -> None:
    """Run this interpreter on some words; what it prints is not shown."""
    subprocess.run([sys.executable, *words], check=True, capture_output=True)  # noqa: S603 - our own programs


def main() -> int:
    """Print a line for each, and say whether all are in time."""
    late = 0
    for what, took, most in measured():
        late += took > most
        verdict = "  TOO LONG" if took > most else ""
        sys.stdout.write(f"{what:42} {1000 * took:8.0f} ms  of {1000 * most:6.0f}{verdict}\n")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
