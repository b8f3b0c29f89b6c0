"""Each operation by its definition, from the arguments a caller gives: what the fast roads are held equal to."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.algorithms import direct
from refconv.algorithms import pooling as pooling_definition
from refconv.arithmetic.integers import product
from refconv.ops import arguments
from refconv.ops.arguments import Options


def python(a: Any) -> np.ndarray:
    """Return an array of Python's own numbers."""
    return np.asarray(a).astype(object)


def conv(x, w, b=None, **options):
    call = arguments.convolution("conv", None, x, w, b, Options(**options))
    return direct.forward(python(call.x), python(call.w), None if b is None else python(b), call.plan)


def conv_backward(dy, x, w, **options):
    call = arguments.convolution("conv", None, x, w, None, Options(**options))
    return direct.gradients(python(dy), python(call.x), python(call.w), call.plan)


def conv_transpose(x, w, b=None, **options):
    call = arguments.transposed("conv_transpose", None, x, w, b, Options(**options, kernel_layout="IO*"))
    return direct.transposed(python(call.x), python(call.w), None if b is None else python(b), call.plan)


def conv_transpose_backward(dy, x, w, **options):
    """Return dx, dw, db: the same triples, with x where the plan has y and dy where it has x."""
    call = arguments.transposed("conv_transpose", None, x, w, None, Options(**options, kernel_layout="IO*"))
    dy, x, w = python(dy), python(x), python(w)
    dx, dw = np.zeros(x.shape, object), np.zeros(w.shape, object)
    for ix, iy, iw in direct.terms(call.plan):
        if iy is not None:
            dx[ix] += dy[iy] * w[iw]
            dw[iw] += dy[iy] * x[ix]
    return dx, dw, dy.sum(axis=(0, *range(2, dy.ndim)))


def depthwise(w):
    """Return a (C, M, ...) kernel as that of the grouped convolution it stands for, and the groups."""
    w = np.asarray(w)
    return w.reshape(product(w.shape[:2]), 1, *w.shape[2:]), w.shape[0]


def _pooling(x, options):
    how = (
        options.get("stride"),
        options.get("padding", 0),
        options.get("dilation", 1),
        options.get("ceil_mode", False),
    )
    return arguments.pooling("pool", None, x, options["kernel_size"], how, "NC*")


def max_pool(x, **options):
    call = _pooling(x, options)
    return np.array([x[at] for at in pooling_definition.largest(x, call.plan).values()]).reshape(call.plan.y_shape)


def max_pool_backward(dy, x, **options):
    call = _pooling(x, options)
    dx = np.zeros(x.shape, object)
    for out, at in pooling_definition.largest(x, call.plan).items():
        dx[at] += python(dy)[out]
    return dx


def avg_pool(x, count_include_pad=True, **options):
    call = _pooling(x, options)
    windows = pooling_definition.average(call.plan, call.asked, count_include_pad=count_include_pad)
    return np.array([sum(x[at] for at in seen) / count for seen, count in windows.values()], object).reshape(
        call.plan.y_shape
    )


def avg_pool_backward(dy, x, count_include_pad=True, **options):
    call = _pooling(x, options)
    dx = np.zeros(x.shape, object)
    windows = pooling_definition.average(call.plan, call.asked, count_include_pad=count_include_pad)
    for out, (seen, count) in windows.items():
        for at in seen:
            dx[at] += dy[out] / count
    return dx
