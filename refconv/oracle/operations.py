"""The operations that the oracle can judge, and which array plays which part in the plan of each.

All of them are one trilinear form over a plan's triples (see `refconv.oracle.wiring`). A convolution's x, w and y are
the plan's own; a transposed convolution's x stands where the plan has its y, and its y where the plan has its x.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import refconv
from refconv.arithmetic.geometry import Geometry
from refconv.errors import ArgumentError
from refconv.ops import arguments
from refconv.ops.arguments import Call, Options
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = ["FACTORS", "OPERATIONS", "Operation", "operation"]

FACTORS = {"y": ("x", "w"), "dx": ("dy", "w"), "dw": ("dy", "x")}
"""The two arrays whose products each result sums. (db is a sum of dy alone.)"""

_CHECKED: dict[str, tuple[Callable[..., Call], str]] = {
    "conv": (arguments.convolution, "OI*"),
    "pointwise_conv": (arguments.pointwise, "OI*"),
    "depthwise_conv": (arguments.depthwise, "CM*"),
    "conv_transpose": (arguments.transposed, "IO*"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation by its public name, such as ``"conv2d"``: its family and its spatial axes.

    Attributes
    ----------
    name : str
        Such as ``"conv_transpose2d"``.
    family : str
        The name without its rank.
    rank : int
        The number of spatial axes.

    Examples
    --------
    >>> operation("conv_transpose2d").plan((1, 4, 5, 5), (4, 6, 3, 3), stride=2).x_shape
    (1, 6, 11, 11)
    """

    name: str
    family: str
    rank: int

    @property
    def parameters(self) -> tuple[str, ...]:
        """The keyword arguments that a kernel of this operation may take."""
        if self.family == "conv_transpose":
            return ("stride", "padding", "output_padding", "dilation", "groups")
        if self.family == "pointwise_conv":
            return ("stride", "groups")
        if self.family == "depthwise_conv":
            return ("stride", "padding", "dilation", "padding_mode")
        return ("stride", "padding", "dilation", "groups", "padding_mode")

    def call(self, x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None, **options: Any) -> Call:
        """Return the checked call: its plan, and its arrays in canonical order."""
        checked, kernel_layout = _CHECKED[self.family]
        return checked(self.name, self.rank, x, w, b, Options(**{"kernel_layout": kernel_layout, **options}))

    def plan(self, x_shape: tuple[int, ...], w_shape: tuple[int, ...], **options: Any) -> Geometry:
        """Return the plan for arrays of these shapes; no memory is taken for them."""
        empty = (np.broadcast_to(np.int8(0), shape) for shape in (x_shape, w_shape))
        return self.call(*empty, **options).plan

    def y_shape(self, plan: Geometry) -> tuple[int, ...]:
        """Return the shape of the operation's result."""
        return plan.x_shape if self.family == "conv_transpose" else plan.y_shape

    def forward(self, x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None, **options: Any) -> Array:
        """Return refconv's own y."""
        y: Array = getattr(refconv, self.name)(x, w, b, **options)
        return y

    def backward(self, dy: ArrayLike, x: ArrayLike, w: ArrayLike, **options: Any) -> Gradients:
        """Return refconv's own dx, dw and db."""
        gradients: Gradients = getattr(refconv, f"{self.name}_backward")(dy, x, w, **options)
        return gradients

    def role(self, name: str) -> str:
        """Return which of the plan's arrays, "x", "w" or "y", the caller's (or its gradient) stands for.

        Examples
        --------
        >>> operation("conv2d").role("dx"), operation("conv_transpose2d").role("dx")
        ('x', 'y')
        """
        bare = name.removeprefix("d")
        if self.family == "conv_transpose":
            return {"x": "y", "y": "x"}.get(bare, bare)
        return bare


OPERATIONS = {
    f"{family}{rank}d": Operation(f"{family}{rank}d", family, rank) for family in _CHECKED for rank in (1, 2, 3)
}


def operation(name: str) -> Operation:
    """Return the operation of this name.

    Raises
    ------
    ArgumentError
        If there is none.

    Examples
    --------
    >>> operation("depthwise_conv1d").rank
    1
    """
    if name not in OPERATIONS:
        raise ArgumentError("oracle", f"there is no operation {name!r}.", fix=f"Known: {', '.join(OPERATIONS)}.")
    return OPERATIONS[name]
