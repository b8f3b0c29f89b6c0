"""Identification: what a kernel reads that nobody can look into."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "measure"]


def measure(kernel: Any) -> tuple[int, int, int]:
    """Give x a code in each place, and w a single one: the output tells which place was read."""
    x = np.arange(1.0, 41)  # the code of position p is p + 1; padding reads 0
    first, second = kernel(x, np.array([1.0, 0.0])), kernel(x, np.array([0.0, 1.0]))
    i = next(i for i in range(len(first)) if first[i] > 0)  # the first window that starts on x itself
    stride = first[i + 1] - first[i]
    dilation = second[i] - first[i]
    padding = i * stride - (first[i] - 1)
    return int(stride), int(dilation), int(padding)


def _kernel(s: int, d: int, lo: int) -> Callable[[Any, Any], Any]:
    def kernel(x: Any, w: Any) -> Any:
        padded = np.pad(np.asarray(x, dtype=float), (lo, 0))
        size = (len(padded) - d * (len(w) - 1) - 1) // s + 1
        return sum(w[m] * padded[m * d :][: (size - 1) * s + 1 : s] for m in range(len(w)))

    kernel.__name__ = f"kernel_{s}_{d}_{lo}"
    return kernel


def _read(kernel: Any) -> tuple[Any, Any]:
    x = np.arange(1.0, 41)
    return kernel(x, np.array([1.0, 0.0])), kernel(x, np.array([0.0, 1.0]))


def _at_output_0(kernel: Any) -> tuple[int, int, int]:
    first, second = _read(kernel)
    return int(first[1] - first[0]), int(second[0] - first[0]), int(1 - first[0])


def _exchanged(kernel: Any) -> tuple[int, int, int]:
    s, d, lo = measure(kernel)
    return d, s, lo


def _windows(kernel: Any) -> tuple[int, int, int]:
    s, d, _ = measure(kernel)
    return s, d, int((_read(kernel)[0] == 0).sum())


def _backwards(kernel: Any) -> tuple[int, int, int]:
    s, d, lo = measure(kernel)
    return s, d, -lo


def _codes(kernel: Any) -> tuple[int, int, int]:
    s, d, lo = measure(kernel)
    return s, d, lo - 1


def _span(kernel: Any) -> tuple[int, int, int]:
    s, d, lo = measure(kernel)
    return s, d + 1, lo


@cache
def _cases() -> list[Call]:
    drawn = product((1, 2, 3), (1, 2, 3, 5), (0, 1, 2, 3, 4))
    return [call(_kernel(*each)) for each in sorted(drawn, key=sum)]


EXERCISE = Exercise(
    name="measure",
    chapter=13,
    title="Measure a kernel that you cannot see",
    task="`kernel(x, w)` is a convolution in one dimension, without flipping, for any 1-d x and w. Its stride, "
    "dilation and padding before x (at most 4) are fixed inside of it, and you cannot look. Write `measure(kernel)`, "
    "which finds them out by calling it, and returns `(stride, dilation, padding)`.",
    right=measure,
    cases=_cases,
    ask=call(_kernel(2, 3, 1)),
    misconceptions=(
        Misconception(
            "looks at output 0",
            "You took all from the first window. Where there is padding, its first tap reads a zero of it, which is no "
            "code: look for the first window that starts on x itself.",
            _at_output_0,
        ),
        Misconception(
            "exchanges stride and dilation",
            "From one window to the next the same tap moves by the stride. Within a window the next tap is the "
            "dilation away.",
            _exchanged,
        ),
        Misconception(
            "counts windows for padding",
            "You counted the windows whose first tap reads padding. They are a stride apart, so that is padding / "
            "stride, rounded up.",
            _windows,
        ),
        Misconception(
            "has the padding's sign turned around",
            "Window 0 starts at -padding. From i * stride - padding = position it follows that padding is i * stride - "
            "position.",
            _backwards,
        ),
        Misconception(
            "takes codes for positions",
            "Your codes begin at 1, so that padding's 0 is none of them. The position is the code minus 1.",
            _codes,
        ),
        Misconception(
            "measures what two taps span",
            "You counted both taps in. The dilation is the distance from one to the next, so that 1 means neighbours.",
            _span,
        ),
    ),
    hints=(
        "With w = [1, 0] each output shows the sample that the first tap reads. Which x tells you where it is?",
        "x = 1, 2, 3, ...: then zero means padding. Compare two outputs of w = [1, 0], and one with w = [0, 1].",
        "Window i, tap m reads position i * stride + m * dilation - padding.",
    ),
)
