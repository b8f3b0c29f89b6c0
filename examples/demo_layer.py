"""The layer of the demo, run forward and backward, and the other roads that must give the same integers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import refconv
from refconv.algorithms import direct
from refconv.arithmetic import Geometry, separable_plans
from refconv.arithmetic.plan import convolution_axes

Integers = NDArray[Any]

CHANNELS = ("red", "green", "blue")
# Two kernels for every channel, Sobel's: how much brighter it gets from left to right, and from top to bottom.
KERNELS = {
    "left to right": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "top to bottom": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
}
# Four ways to mix the six results: (red, green, blue) of the first kernel, then of the second.
# The eye sees about 3 parts of brightness in red, 6 in green, 1 in blue.
MIXTURES = {
    "upright edges": [(3, 6, 1), (0, 0, 0)],
    "level edges": [(0, 0, 0), (3, 6, 1)],
    "diagonal edges": [(3, 6, 1), (3, 6, 1)],
    "red against green": [(1, -1, 0), (1, -1, 0)],
}


class Weights(NamedTuple):
    """What the layer holds, in the order of `refconv.separable_conv2d`."""

    depthwise: Integers
    pointwise: Integers
    b_depthwise: Integers
    b_pointwise: Integers


W = Weights(
    depthwise=np.array([list(KERNELS.values())] * len(CHANNELS)),
    # (O, kernel, channel) -> (O, channel, kernel) -> (O, C*M, 1, 1): output c*M + m of the depthwise step is input here
    pointwise=np.array(list(MIXTURES.values())).swapaxes(1, 2).reshape(len(MIXTURES), -1, 1, 1),
    # not zero, so that the checks see what a bias does; far too small to see in the picture
    b_depthwise=np.arange(1, len(CHANNELS) * len(KERNELS) + 1),
    b_pointwise=np.arange(1, len(MIXTURES) + 1),
)
MULTIPLIER = len(KERNELS)
KERNEL = W.depthwise.shape[2:]
OP = "separable_conv2d"


def dense_plan(size: tuple[int, ...], dilation: int, filters: int = len(MIXTURES), padding: Any = "same") -> Geometry:
    """Return the plan of the dense convolution that the layer stands in for; refconv's own error if it has none."""
    axes = convolution_axes(OP, size, KERNEL, 1, padding, dilation)
    return Geometry(1, len(CHANNELS), filters, axes)


class Result(NamedTuple):
    """The output, and the gradients of half the sum of its squares (so that dy is y itself)."""

    y: Integers
    dx: Integers
    dw_depthwise: Integers
    dw_pointwise: Integers
    db_depthwise: Integers
    db_pointwise: Integers


def forward(x: Integers, dilation: int) -> Integers:
    """Return y, by refconv."""
    return refconv.separable_conv2d(x, *W, padding="same", dilation=dilation)


def backward(y: Integers, x: Integers, dilation: int) -> Result:
    """Return the gradients beside y, by refconv."""
    weights = (W.depthwise, W.pointwise, W.b_depthwise)
    gradients = refconv.separable_conv2d_backward(y, x, *weights, padding="same", dilation=dilation)
    dx, dw_depthwise, dw_pointwise, db_depthwise, db_pointwise = gradients
    assert db_depthwise is not None
    assert db_pointwise is not None
    return Result(y, dx, dw_depthwise, dw_pointwise, db_depthwise, db_pointwise)


def busiest_window(y: Integers, plan: Geometry) -> tuple[int, int]:
    """Return where the channels of y, each on its own scale, answer most: best where no padding is read."""
    strength = np.sum([abs(channel) / max(abs(channel).max(), 1) for channel in y[0]], axis=0)
    whole = [np.isin(np.arange(axis.out), list(axis.rim), invert=True) for axis in plan.axes]
    inside = np.outer(*whole)
    i, j = np.unravel_index(int((strength * (inside if inside.any() else 1)).argmax()), strength.shape)
    return int(i), int(j)


def by_loops(x: Integers, dy: Integers, dilation: int) -> Result:
    """Return everything by the loops of the definition, in Python's own integers."""
    first, second = separable_plans(dense_plan(x.shape[2:], dilation), MULTIPLIER)
    x, dy, *weights = (array.astype(object) for array in (x, dy, *W))
    w_depthwise, w_pointwise, b_depthwise, b_pointwise = weights
    w_grouped = w_depthwise.reshape(first.w_shape)
    middle = direct.forward(x, w_grouped, b_depthwise, first)
    y = direct.forward(middle, w_pointwise, b_pointwise, second)
    dmiddle, dw_pointwise, db_pointwise = direct.gradients(dy, middle, w_pointwise, second)
    dx, dw_grouped, db_depthwise = direct.gradients(dmiddle, x, w_grouped, first)
    return Result(y, dx, dw_grouped.reshape(w_depthwise.shape), dw_pointwise, db_depthwise, db_pointwise)


def by_dense_kernel(x: Integers, dy: Integers, dilation: int) -> Result:
    """Return everything by one dense convolution (as one matrix product) whose kernel is both steps in one."""
    mixing = W.pointwise.reshape(-1, len(CHANNELS), MULTIPLIER)
    w = np.einsum("ocm,cmij->ocij", mixing, W.depthwise)
    b = W.b_pointwise + np.einsum("ocm,cm->o", mixing, W.b_depthwise.reshape(mixing.shape[1:]))
    roads = refconv.algorithms
    y = roads.conv2d(x, w, b, padding="same", dilation=dilation, algorithm="im2col")
    dx, dw, db = roads.conv2d_backward(dy, x, w, padding="same", dilation=dilation, algorithm="im2col")
    assert db is not None
    # the chain rule through the two lines that made w and b
    dw_pointwise = np.einsum("ocij,cmij->ocm", dw, W.depthwise).reshape(W.pointwise.shape[:2])
    dw_pointwise += np.outer(db, W.b_depthwise)
    return Result(
        y,
        dx,
        np.einsum("ocij,ocm->cmij", dw, mixing),
        dw_pointwise.reshape(W.pointwise.shape),
        np.einsum("o,ocm->cm", db, mixing).ravel(),
        db,
    )
