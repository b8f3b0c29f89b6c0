"""Dilation as zeros in the kernel."""

from __future__ import annotations

from itertools import product

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "inflate"]


def inflate(w: Array, d: tuple[int, int]) -> Array:
    """Make room for the span along each axis, and put the taps d apart."""
    *channels, kh, kw = w.shape
    dh, dw = d
    filled = np.zeros((*channels, dh * (kh - 1) + 1, dw * (kw - 1) + 1), w.dtype)
    filled[..., ::dh, ::dw] = w
    return filled


def _cases() -> list[Call]:
    rng = np.random.default_rng(4)
    drawn = sorted(product((1, 2), range(1, 4), range(1, 4), range(1, 4), range(1, 4)), key=sum)
    return [call(rng.integers(1, 10, (o, 2, kh, kw)), (dh, dw)) for o, kh, kw, dh, dw in drawn]


def _every_tap_followed(w: Array, d: tuple[int, int]) -> Array:
    return np.kron(w, np.eye(1, d[0] * d[1], dtype=w.dtype).reshape(1, 1, *d))


def _repeated(w: Array, d: tuple[int, int]) -> Array:
    return w.repeat(d[0], axis=2).repeat(d[1], axis=3)


EXERCISE = Exercise(
    name="inflated-kernel",
    chapter=4,
    title="Fill the kernel with zeros",
    task="Write `inflate(w, d)`: from the kernel `w` of shape `(O, C, KH, KW)` make the larger kernel that does with "
    "dilation 1 what `w` does with dilation `d = (dh, dw)`. It begins and ends with a tap of `w`: nothing but what "
    "lies between two taps is filled with zeros.",
    right=inflate,
    cases=_cases,
    ask=call(np.array([[[[1, 2, 3]]]]), (1, 2)),
    misconceptions=(
        Misconception(
            "puts d zeros into each gap",
            "You put d zeros between two taps, so that they are d + 1 apart. There are d - 1, and none for d = 1.",
            lambda w, d: inflate(w, (d[0] + 1, d[1] + 1)),
        ),
        Misconception(
            "puts zeros after the last tap",
            "You put d - 1 zeros after every tap, the last one too: size k*d. The results would be right, but the "
            "window would need samples that no tap reads, and too few of them would fit.",
            _every_tap_followed,
        ),
        Misconception(
            "repeats the taps",
            "You repeated each tap instead of filling in zeros. That is a larger kernel that reads every sample; "
            "dilation reads samples d apart and leaves out those between.",
            _repeated,
        ),
        Misconception(
            "exchanges the axes",
            "You used dh along the width and dw along the height. Pairs are given as the axes are: height first.",
            lambda w, d: inflate(w, (d[1], d[0])),
        ),
        Misconception(
            "fills the last axis only",
            "You spread the taps along the width and left the height alone. Each axis has a dilation of its own.",
            lambda w, d: inflate(w, (1, d[1])),
        ),
        Misconception(
            "inserts zeros in place of taps",
            "You kept the size of w and kept every d-th tap. The kernel keeps all its taps; it gets larger.",
            lambda w, d: w * (np.arange(w.shape[2]) % d[0] == 0)[:, None] * (np.arange(w.shape[3]) % d[1] == 0),
        ),
    ),
    hints=(
        "Along one axis [1, 2, 3] with d = 2 becomes [1, 0, 2, 0, 3]. How long is that for any k and d?",
        (
            "Make an array of zeros of size d*(k - 1) + 1 along each axis, and write w into every d-th place: a slice "
            "with a step does it."
        ),
    ),
)
