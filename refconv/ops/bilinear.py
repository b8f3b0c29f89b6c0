"""The three maps that every convolution is made of, with their number types and the caller's layouts.

The form ``sum dy * x * w`` over all triples that meet is linear in each of its three arguments; each map fixes two and
returns the third's gradient::

    correlate   x,  w  ->  y       convolution; and the gradient for x of a transposed one
    adjoint     dy, w  ->  dx      transposed convolution; and the gradient for x
    weights     dy, x  ->  dw      the gradient for w, of both

None of them conjugates; gradients of complex operands are asked for with conjugated arguments.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import multiplicity
from refconv.ops import contraction
from refconv.ops.arguments import Call
from refconv.ops.dtypes import Array, Floats, arithmetic_for, conjugate, is_integer
from refconv.ops.integers import exact_sum
from refconv.ops.layouts import Layout
from refconv.ops.padding import pad_adjoint

__all__ = ["Gradients", "adjoint", "bias_gradient", "correlate", "gradients", "real_like", "weights"]


class Gradients(NamedTuple):
    """The gradients of a layer: for its input, its weights and its bias (None where it has none)."""

    dx: Array
    dw: Array
    db: Array | None


def gradients(call: Call, upstream: Array, w_layout: Layout | None, *, bias: bool) -> Gradients:
    """Return the gradients of a checked convolution, for dy in canonical order; `w_layout` None keeps dw so too."""
    dx = adjoint(call.op, call.plan, upstream, conjugate(call.w), None, call.x_layout)
    dw = weights(call.op, call.plan, upstream, conjugate(call.x), w_layout or call.w_layout.own)
    db = bias_gradient(call.op, upstream) if bias else None
    return Gradients(real_like(dx, call.x), real_like(dw, call.w), db)


def correlate(op: str, plan: Geometry, x: Array, w: Array, b: Array | None, layout: Layout) -> Array:
    """Return y, laid out as `layout` says."""
    arithmetic = arithmetic_for(op, plan.taps, x, w, b)
    y = layout.empty(plan.y_shape, arithmetic.result)
    contraction.forward(x, w, b, plan, arithmetic, y)
    return layout.leave(y)


def adjoint(op: str, plan: Geometry, dy: Array, w: Array, b: Array | None, layout: Layout) -> Array:
    """Return dx (plus b), laid out as `layout` says."""
    # how many products one pixel can receive: each filter's every tap, wherever padding shows the pixel
    seen = product(multiplicity(axis, plan.padding_mode) for axis in plan.axes)
    arithmetic = arithmetic_for(op, plan.group_filters * product(plan.kernel_size) * seen, dy, w, b)
    dx = layout.empty(plan.x_shape, arithmetic.result)
    if plan.padding_mode == "zeros":
        contraction.input_gradient(dy, w, b, plan, arithmetic, dx)
    else:
        dx_padded = np.empty((*plan.x_shape[:2], *plan.padded_size), arithmetic.accumulator)
        contraction.input_gradient(dy, w, None, plan.unpadded(), arithmetic, dx_padded)
        folded = pad_adjoint(dx_padded, plan)
        for n, c in np.ndindex(*folded.shape[:2]):
            dx[n, c] = arithmetic.finish(folded[n, c])
    return layout.leave(dx)


def weights(op: str, plan: Geometry, dy: Array, x: Array, layout: Layout) -> Array:
    """Return dw, laid out as `layout` says."""
    arithmetic = arithmetic_for(op, plan.batch * product(plan.output_size), dy, x)
    dw = layout.empty(plan.w_shape, arithmetic.result)
    contraction.weight_gradient(dy, x, plan, arithmetic, dw)
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
