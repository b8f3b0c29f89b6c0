"""The three maps that every convolution is made of, with their number types and the caller's layouts.

The form ``sum dy * x * w`` over all triples that meet is linear in each of its three arguments; each map fixes two and
returns the third's gradient::

    correlate   x,  w  ->  y       convolution; and the gradient for x of a transposed one
    adjoint     dy, w  ->  dx      transposed convolution; and the gradient for x
    weights     dy, x  ->  dw      the gradient for w, of both

Gradients of complex operands are those of their conjugates: each map takes one of its operands conjugated on request.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import terms_per_pixel
from refconv.ops import contraction
from refconv.ops.arguments import Call
from refconv.ops.dtypes import Floats, arithmetic_for
from refconv.ops.elements import Array, conjugate, is_integer
from refconv.ops.integers import exact_sum
from refconv.ops.layouts import Layout
from refconv.ops.padding import crop, extended, fold_margins

__all__ = [
    "FIRST",
    "SECOND",
    "Gradients",
    "adjoint",
    "bias_gradient",
    "correlate",
    "depthwise_gradients",
    "gradients",
    "real_like",
    "weights",
]


FIRST, SECOND = 0, 1  # of the two operands of a product


class Gradients(NamedTuple):
    """The gradients of a layer: for its input, its weights and its bias (None where it has none).

    Attributes
    ----------
    dx, dw : ndarray
        As x and w: their shapes and layouts.
    db : ndarray, shape (O,), or None
        As b.
    """

    dx: Array
    dw: Array
    db: Array | None


def gradients(call: Call, upstream: Array, w_layout: Layout | None, *, bias: bool) -> Gradients:
    """Return the gradients of a checked convolution, for dy in canonical order; `w_layout` None keeps dw so too."""
    dx = adjoint(call.op, call.plan, upstream, call.w, None, call.x_layout, conjugated=True)
    dw = weights(call.op, call.plan, upstream, call.x, w_layout or call.w_layout.own, conjugated=SECOND)
    db = bias_gradient(call.op, upstream) if bias else None
    return Gradients(real_like(dx, call.x), real_like(dw, call.w), db)


def depthwise_gradients(call: Call, upstream: Array, *, bias: bool) -> Gradients:
    """Return the gradients of a checked depthwise call, dw with the caller's axes (C, M, ...)."""
    grouped = gradients(call, upstream, None, bias=bias)
    multiplier = call.plan.filters // call.plan.channels
    dw = grouped.dw.reshape(call.plan.channels, multiplier, *call.plan.kernel_size)
    return grouped._replace(dw=np.ascontiguousarray(call.w_layout.leave(dw)))


def correlate(
    op: str, plan: Geometry, x: Array, w: Array, b: Array | None, layout: Layout, *, conjugated: bool = False
) -> Array:
    """Return y, laid out as `layout` says; with `conjugated` for the conjugate of w."""
    arithmetic = arithmetic_for(op, plan.taps, x, w, b)
    y = layout.empty(plan.y_shape, arithmetic.result)
    contraction.forward(x, w, b, plan, arithmetic, y, conjugated=conjugated)
    return layout.leave(y)


@np.errstate(all="ignore")
def adjoint(
    op: str, plan: Geometry, dy: Array, w: Array, b: Array | None, layout: Layout, *, conjugated: bool = False
) -> Array:
    """Return dx (plus b), laid out as `layout` says; with `conjugated` for the conjugate of w."""
    arithmetic = arithmetic_for(op, plan.group_filters * terms_per_pixel(plan), dy, w, b)
    dx = layout.empty(plan.x_shape, arithmetic.result)
    if plan.padding_mode == "zeros":
        contraction.input_gradient(dy, w, b, plan, arithmetic, dx, conjugated=conjugated)
    else:
        around = extended(plan, arithmetic.accumulator)
        part = crop(around, plan)
        contraction.input_gradient(dy, w, None, plan.unpadded(), arithmetic, part, conjugated=conjugated)
        folded = fold_margins(around, plan)
        for n, c in np.ndindex(*plan.x_shape[:2]):  # a plane at a time: no second copy of them all
            dx[n, c] = arithmetic.finish(folded[n, c])
    return layout.leave(dx)


def weights(op: str, plan: Geometry, dy: Array, x: Array, layout: Layout, *, conjugated: int | None = None) -> Array:
    """Return dw, laid out as `layout` says; `conjugated` names the operand that is, dy (FIRST) or x (SECOND)."""
    arithmetic = arithmetic_for(op, plan.batch * product(plan.output_size), dy, x)
    dw = layout.empty(plan.w_shape, arithmetic.result)
    # the engine conjugates dy
    contraction.weight_gradient(conjugate(dy) if conjugated is None else dy, x, plan, arithmetic, dw)
    if conjugated == SECOND and dw.dtype.kind in "cO":
        dw[...] = conjugate(dw)
    return layout.leave(dw)


@np.errstate(all="ignore")
def bias_gradient(op: str, dy: Array) -> Array:
    """Return the sum of dy over the batch and all positions, kept as the number type of dy demands."""
    axes = (0, *range(2, dy.ndim))
    if is_integer(dy):
        return exact_sum(op, dy, axes)
    if dy.dtype == object:
        return np.asarray(dy.sum(axis=axes), dtype=object)
    arithmetic = Floats(dy.dtype)
    return arithmetic.finish(dy.sum(axis=axes, dtype=arithmetic.accumulator))


def real_like(gradient: Array, operand: Array) -> Array:
    """Return the real part where the operand is real: what moves a real number is a real gradient."""
    if gradient.dtype.kind == "c" and operand.dtype.kind != "c":
        return np.ascontiguousarray(gradient.real)
    return gradient
