"""A dilated convolution in two dimensions: groups, and every parameter per axis and per side."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call
from refconv.ops.elements import Array

__all__ = ["EXERCISE", "conv2d"]

Pair = tuple[int, int]


def conv2d(x: Array, w: Array, stride: Pair, dilation: Pair, padding: tuple[Pair, Pair], groups: int) -> Array:
    """Add up one shifted image per tap; group g of the filters reads group g of the channels."""
    (sh, sw), (dh, dw) = stride, dilation
    filters, channels, kh, kw = w.shape
    padded = np.pad(x, ((0, 0), *padding))
    oh = (padded.shape[1] - dh * (kh - 1) - 1) // sh + 1
    ow = (padded.shape[2] - dw * (kw - 1) - 1) // sw + 1
    y = np.zeros((filters, oh, ow), x.dtype)
    for o in range(filters):
        first = o // (filters // groups) * channels
        for c in range(channels):
            for p in range(kh):
                for q in range(kw):
                    seen = padded[first + c, p * dh :: sh, q * dw :: sw]
                    y[o] += w[o, c, p, q] * seen[:oh, :ow]
    return y


SHAPES = (  # C/G, O/G, groups, (kh, kw), stride, dilation, padding
    (1, 1, 1, (1, 2), (1, 1), (1, 1), ((0, 0), (0, 0))),
    (1, 1, 1, (2, 1), (2, 1), (1, 1), ((0, 1), (0, 0))),
    (2, 1, 2, (1, 2), (1, 1), (1, 2), ((0, 0), (0, 1))),
    (1, 2, 2, (2, 2), (1, 1), (2, 1), ((0, 0), (1, 1))),
    (1, 1, 3, (2, 2), (1, 2), (1, 2), ((1, 0), (0, 2))),
    (2, 2, 2, (2, 3), (2, 1), (2, 1), ((1, 1), (2, 0))),
    (2, 3, 2, (3, 2), (1, 2), (1, 3), ((2, 0), (0, 1))),
    (1, 2, 4, (3, 3), (2, 1), (2, 3), ((1, 2), (3, 2))),
)


def _cases() -> list[Call]:
    rng, calls = np.random.default_rng(4), []
    for number, (channels, filters, groups, k, stride, dilation, padding) in enumerate(SHAPES):
        size = [max(3, max(dilation) * (m - 1) + 1) + number % 3 for m in k]
        x, w = rng.integers(1, 6, (channels * groups, *size)), rng.integers(1, 6, (filters * groups, channels, *k))
        calls.append(call(x, w, stride, dilation, padding, groups))
    return calls


def _dealt_out(x: Array, w: Array, stride: Pair, dilation: Pair, padding: tuple[Pair, Pair], groups: int) -> Array:
    """Deal the channels out to the groups one by one, as cards are."""
    order = np.arange(len(x)).reshape(-1, groups).T.ravel()
    return conv2d(x[order], w, stride, dilation, padding, groups)


def _first_group(x: Array, w: Array, stride: Pair, dilation: Pair, padding: tuple[Pair, Pair], groups: int) -> Array:
    return conv2d(x[: len(x) // groups], w, stride, dilation, padding, 1)


def _dealt_filters(x: Array, w: Array, stride: Pair, dilation: Pair, padding: tuple[Pair, Pair], groups: int) -> Array:
    """Take filter o for group o % groups."""
    order = np.arange(len(w)).reshape(-1, groups).T.ravel()
    y = np.empty_like(found := conv2d(x, w[order], stride, dilation, padding, groups))
    y[order] = found
    return y


EXERCISE = Exercise(
    name="dilated-grouped-conv2d",
    chapter=4,
    title="All at once: two axes, two sides, groups",
    task="Write `conv2d(x, w, stride, dilation, padding, groups)` for one image `x` of shape `(C, H, W)` and `w` of "
    "shape `(O, C/G, KH, KW)`. `stride` and `dilation` are pairs, height first; `padding` is `((top, bottom), (left, "
    "right))`, zeros. With `groups = G` the first `O/G` filters read the first `C/G` channels, the next ones the "
    "next, and so on. The kernel is not flipped. Return shape `(O, OH, OW)`, one output for each window inside the "
    "padded image.",
    right=conv2d,
    cases=_cases,
    ask=call(
        np.arange(1, 7).reshape(2, 1, 3), np.array([[[[1, 1]]], [[[1, 10]]]]), (1, 1), (1, 2), ((0, 0), (0, 0)), 2
    ),
    misconceptions=(
        Misconception(
            "exchanges the axes of the dilation",
            "You used the first dilation along the width. Pairs are given as the axes are: height first.",
            lambda x, w, stride, dilation, padding, groups: conv2d(x, w, stride, dilation[::-1], padding, groups),
        ),
        Misconception(
            "exchanges the axes of the stride",
            "You used the first stride along the width. Pairs are given as the axes are: height first.",
            lambda x, w, stride, dilation, padding, groups: conv2d(x, w, stride[::-1], dilation, padding, groups),
        ),
        Misconception(
            "pads the last axis first",
            "You took the first pair for left and right, in the order of PyTorch's functional pad. Here the first "
            "pair is (top, bottom).",
            lambda x, w, stride, dilation, padding, groups: conv2d(x, w, stride, dilation, padding[::-1], groups),
        ),
        Misconception(
            "takes beginnings before ends",
            "You took the four numbers as top, left, bottom, right: ONNX's order. Here they come as a pair for each "
            "axis, ((top, bottom), (left, right)).",
            lambda x, w, stride, dilation, padding, groups: conv2d(
                x, w, stride, dilation, ((padding[0][0], padding[1][0]), (padding[0][1], padding[1][1])), groups
            ),
        ),
        Misconception(
            "deals the channels out",
            "You gave group g the channels g, g + G, g + 2G and so on. Groups are blocks of neighbours: the first "
            "C/G channels, the next C/G, and so on.",
            _dealt_out,
        ),
        Misconception(
            "deals the filters out",
            "You put filter o into group o % G. Groups are blocks of neighbours: the first O/G filters belong to the "
            "first group.",
            _dealt_filters,
        ),
        Misconception(
            "reads the first group's channels everywhere",
            "All your filters read the first C/G channels. Filter o belongs to group o // (O/G), whose channels "
            "begin at that times C/G.",
            _first_group,
        ),
        Misconception(
            "flips the kernel",
            "You turned the kernel by 180 degrees, as scipy.signal.convolve2d does. In a network w[..., 0, 0] meets "
            "the first pixel of the window.",
            lambda x, w, stride, dilation, padding, groups: conv2d(
                x, w[:, :, ::-1, ::-1], stride, dilation, padding, groups
            ),
        ),
        Misconception(
            "ignores the dilation",
            "Your taps are neighbours. A depthwise layer of TensorFlow once did this without a word.",
            lambda x, w, stride, dilation, padding, groups: conv2d(x, w, stride, (1, 1), padding, groups),
        ),
    ),
    hints=(
        (
            "Begin with one filter and one channel. For each tap (p, q) there is one slice of the padded image, with a "
            "step."
        ),
        "Tap (p, q) reads rows p*dh, p*dh + sh, ... of the padded image: a slice that begins at p*dh and has step sh.",
        "Filter o belongs to group o // (O/G); the first channel of that group is that times C/G.",
    ),
)
