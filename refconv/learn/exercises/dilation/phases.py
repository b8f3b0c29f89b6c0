"""Dilation without gaps: every d-th sample is a signal of its own (space to batch)."""

from __future__ import annotations

from itertools import product

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "conv_by_phases"]


def conv_by_phases(x: Array, w: Array, d: int) -> Array:
    """Convolve each of the d phases without gaps, and put the outputs back where they belong."""
    channels, n = x.shape
    k = w.shape[1]
    y = np.zeros((channels, n - d * (k - 1)), x.dtype)
    for phase in range(d):
        for c in range(channels):
            y[c, phase::d] = np.correlate(x[c, phase::d], w[c], mode="valid")
    return y


def _cases() -> list[Call]:
    rng = np.random.default_rng(4)
    drawn = [(c, k, d, n) for c, k, d, n in product((1, 2), (1, 2, 3), (1, 2, 3), range(2, 12)) if n >= d * k]
    return [call(rng.integers(1, 6, (c, n)), rng.integers(1, 6, (c, k)), d) for c, k, d, n in sorted(drawn, key=sum)]


def _phases(x: Array, w: Array, d: int) -> list[Array]:
    """Return the outputs of each phase."""
    return [conv_by_phases(x[:, phase::d], w, 1) for phase in range(d)]


EXERCISE = Exercise(
    name="dilation-by-phases",
    chapter=4,
    title="Dilate without gaps",
    task="Samples 0, d, 2d, ... are *phase* 0 of a signal, samples 1, d+1, 2d+1, ... are phase 1, and so on. A "
    "kernel of dilation `d` never mixes two phases. Write `conv_by_phases(x, w, d)` for `x` of shape `(C, n)` and "
    "`w` of shape `(C, k)`, where channel `c` has the kernel `w[c]`: convolve each phase without gaps and put the "
    "outputs back in place. Every phase has at least `k` samples. Return what the dilated depthwise convolution "
    "gives, without padding: shape `(C, n - d*(k - 1))`, all in order.",
    right=conv_by_phases,
    cases=_cases,
    ask=call(np.array([[1, 2, 3, 4, 5]]), np.array([[1, 10]]), 2),
    misconceptions=(
        Misconception(
            "leaves the phases side by side",
            "You put the outputs of one phase after those of another. They belong where their windows begin: outputs "
            "of phase p go to p, p + d, p + 2d and so on.",
            lambda x, w, d: np.concatenate(_phases(x, w, d), axis=1),
        ),
        Misconception(
            "keeps one phase only",
            "You took phase 0 alone. That is a dilated convolution with stride d: the windows that begin on the "
            "other phases are missing.",
            lambda x, w, d: _phases(x, w, d)[0],
        ),
        Misconception(
            "cuts into blocks",
            "You cut the signal into d blocks of neighbours. A phase takes every d-th sample: x[phase::d].",
            lambda x, w, d: np.concatenate([conv_by_phases(b, w, 1) for b in np.array_split(x, d, axis=1)], axis=1),
        ),
        Misconception(
            "flips the kernel",
            "You flipped each phase's kernel, as np.convolve does. np.correlate does what a network's convolution "
            "does.",
            lambda x, w, d: conv_by_phases(x, w[:, ::-1], d),
        ),
        Misconception(
            "makes the phases equally long",
            "You cut the signal to a multiple of d, so that all phases are equally long, and lost the outputs at the "
            "end. Phases may differ by one sample; who wants them equal fills up with zeros and drops what they give.",
            lambda x, w, d: conv_by_phases(x[:, : x.shape[1] // d * d], w, d),
        ),
        Misconception(
            "uses one kernel for all channels",
            "You convolved every channel with w[0]. In a depthwise layer each channel has its own kernel: channel c "
            "has w[c].",
            lambda x, w, d: conv_by_phases(x, w[:1].repeat(len(x), axis=0), d),
        ),
    ),
    hints=(
        "Which samples does output 0 read, for d = 2 and k = 3? And output 1, and output 2?",
        "x[c, phase::d] is a phase. Its outputs go to y[c, phase::d].",
    ),
)
