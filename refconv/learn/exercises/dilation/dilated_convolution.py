"""A dilated convolution along one axis, with stride and a padding for each side."""

from __future__ import annotations

from itertools import product

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "dilated_conv"]


def dilated_conv(x: Array, w: Array, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Array:
    """Sum over the taps: window i, tap m reads sample i*s + m*d of the padded input."""
    padded = np.concatenate([np.zeros(lo, x.dtype), x, np.zeros(hi, x.dtype)])
    span = d * (len(w) - 1) + 1
    y = np.zeros((len(padded) - span) // s + 1, x.dtype)
    for i in range(len(y)):
        for m in range(len(w)):
            y[i] += padded[i * s + m * d] * w[m]
    return y


def _cases() -> list[Call]:
    rng = np.random.default_rng(4)
    drawn = product(range(1, 4), range(1, 4), range(1, 4), (0, 2), (0, 1))
    calls = []
    for number, (k, s, d, lo, hi) in enumerate(drawn):
        n = max(d + 1, s) * (k - 1) + 1 + number % 4
        x, w = rng.integers(1, 6, n), rng.integers(1, 6, k)
        calls.append(call(x, w, s, d, lo, hi))
    return sorted(calls, key=lambda each: (len(each.args[0]) + len(each.args[1]), sum(each.args[2:])))


def _undilated_size(x: Array, w: Array, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Array:
    padded = np.pad(x, (lo, hi))
    out = (len(padded) - len(w)) // s + 1
    return np.array([sum(padded[i * s + m * d] * w[m] for m in range(len(w))) for i in range(out)])


def _one_phase(x: Array, w: Array, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> Array:
    return dilated_conv(np.pad(x, (lo, hi))[::d], w, s)


EXERCISE = Exercise(
    name="dilated-convolution",
    chapter=4,
    title="Convolve with gaps",
    task="Write `dilated_conv(x, w, s=1, d=1, lo=0, hi=0)` for two one-dimensional arrays. Put `lo` zeros before `x` "
    "and `hi` after it. Window `i` begins at padded sample `i*s`, its taps are `d` samples apart, and the output is "
    "the sum of sample times tap, `w[0]` first. Return one output for each window that lies inside the padded input.",
    right=dilated_conv,
    cases=_cases,
    ask=call(np.array([1, 2, 3, 4, 5]), np.array([1, 10]), 1, 3),
    misconceptions=(
        Misconception(
            "flips the kernel",
            "You read the taps from the last to the first. That is a convolution in the mathematicians' sense; here, "
            "as in every network, w[0] meets the first sample of the window.",
            lambda x, w, s=1, d=1, lo=0, hi=0: dilated_conv(x, w[::-1], s, d, lo, hi),
        ),
        Misconception(
            "exchanges stride and dilation",
            "Your windows are d apart and your taps s apart. The stride moves the window, the dilation spreads its "
            "taps.",
            lambda x, w, s=1, d=1, lo=0, hi=0: dilated_conv(x, w, d, s, lo, hi),
        ),
        Misconception(
            "keeps one phase only",
            "You convolved every d-th sample. That gives the windows that begin at multiples of d; the samples in "
            "between begin windows too.",
            _one_phase,
        ),
        Misconception(
            "sizes the output without the dilation",
            "You counted the windows of a kernel that spans k samples. A dilated one spans d*(k - 1) + 1, so fewer "
            "fit; the last ones read beyond the end.",
            _undilated_size,
        ),
        Misconception(
            "puts d zeros into each gap",
            "Your taps are d + 1 apart. Taps that are d apart have d - 1 samples between them.",
            lambda x, w, s=1, d=1, lo=0, hi=0: dilated_conv(x, w, s, d + 1, lo, hi),
        ),
        Misconception(
            "ignores the dilation",
            "Your taps are neighbours. Kernels shipped with this bug, and their gradient checks passed: the "
            "backward pass ignored the dilation as well.",
            lambda x, w, s=1, d=1, lo=0, hi=0: dilated_conv(x, w, s, 1, lo, hi),
        ),
        Misconception(
            "exchanges the two paddings",
            "You put hi zeros before x and lo after it. Where both sides are padded alike nobody sees it; here they "
            "differ.",
            lambda x, w, s=1, d=1, lo=0, hi=0: dilated_conv(x, w, s, d, hi, lo),
        ),
        Misconception(
            "pads both sides with lo",
            "You put lo zeros on either side. The end has a padding of its own, hi.",
            lambda x, w, s=1, d=1, lo=0, hi=0: dilated_conv(x, w, s, d, lo, lo),
        ),
    ),
    hints=(
        "Pad first. Then window i, tap m reads one sample of the padded array: which?",
        "It reads sample i*s + m*d. The last window must still have its last tap, m = k - 1, on the array.",
    ),
)
