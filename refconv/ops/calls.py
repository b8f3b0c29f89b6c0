"""Checked calls: a plan, and arrays that fit it. `refconv.ops.arguments` makes them, or raises."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.ops.elements import Array
from refconv.ops.layouts import Layout

__all__ = ["Call", "Windows"]

NO_ARRAY = np.empty(0)


@dataclass(frozen=True, slots=True)
class Call:
    """A checked call: its plan, and its arrays as views in canonical order.

    For a transposed convolution the plan is that of its adjoint: x has the plan's y_shape.
    """

    op: str
    plan: Geometry
    x: Array
    w: Array
    b: Array | None
    x_layout: Layout
    w_layout: Layout

    def bare(self) -> Call:
        """Return the call without its arrays."""
        return Call(self.op, self.plan, NO_ARRAY, NO_ARRAY, None, self.x_layout, self.w_layout)

    def on(self, x: Array, w: Array, b: Array | None) -> Call:
        """Return the same call of other arrays, in the caller's order and of the same shapes and number types."""
        kernel = self.w_layout.enter(w)
        if kernel.shape[0] != self.plan.filters:  # depthwise: the caller has (C, M, ...), the plan (C*M, 1, ...)
            kernel = kernel.reshape(self.plan.w_shape)
        return Call(self.op, self.plan, self.x_layout.enter(x), kernel, b, self.x_layout, self.w_layout)


@dataclass(frozen=True, slots=True)
class Windows:
    """A checked call of an operation on windows alone: no weights, every channel by itself.

    `asked` holds the axes before ceil_mode stretched them.
    """

    op: str
    plan: Geometry
    x: Array
    x_layout: Layout
    asked: tuple[Axis, ...] = field(default=())

    def bare(self) -> Windows:
        """Return the call without its array."""
        return Windows(self.op, self.plan, NO_ARRAY, self.x_layout, self.asked)

    def on(self, x: Array) -> Windows:
        """Return the same call of another array, in the caller's order and of the same shape and number type."""
        return Windows(self.op, self.plan, self.x_layout.enter(x), self.x_layout, self.asked)
