"""Parameters and multiply-accumulates of a convolution, and of its separable form.

One MAC is one product added to a sum; FLOP = 2 per MAC. Every window counts all its taps, also those on padding,
as frameworks' counters do. The bias is a parameter, and its addition is counted in `additions`, not as a MAC.
"""

from __future__ import annotations

from dataclasses import dataclass

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import Integer, product

__all__ = ["Cost", "convolution_cost", "separable_cost", "separable_plans"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a layer costs; layers add up with ``+``.

    Attributes
    ----------
    parameters : int
        Weights, and biases where the layer has them.
    macs : int
        Multiply-accumulates of one forward pass over the whole batch.
    additions : int
        Bias additions of the same pass.

    Examples
    --------
    >>> Cost(10, 100) + Cost(1, 10, additions=5)
    Cost(parameters=11, macs=110, additions=5)
    """

    parameters: Integer
    macs: Integer
    additions: Integer = 0

    @property
    def flops(self) -> Integer:
        """Two per MAC, and one per bias addition."""
        return 2 * self.macs + self.additions

    def __add__(self, other: Cost) -> Cost:
        """Return the cost of both."""
        return Cost(self.parameters + other.parameters, self.macs + other.macs, self.additions + other.additions)


def convolution_cost(plan: Geometry, bias: bool = True) -> Cost:
    """Return the cost of one convolution, grouped or not.

    Parameters
    ----------
    plan : Geometry
        Its numbers may be ints or sympy expressions.
    bias : bool
        Whether the layer has one.

    Examples
    --------
    >>> convolution_cost(Geometry(1, 3, 16, (Axis(32, 3, d=2), Axis(32, 3, d=2))))
    Cost(parameters=448, macs=338688, additions=12544)
    """
    outputs = product(plan.y_shape)
    return Cost(
        parameters=product(plan.w_shape) + (plan.filters if bias else 0),
        macs=outputs * plan.taps,
        additions=outputs if bias else 0,
    )


def separable_plans(dense: Geometry, multiplier: Integer = 1) -> tuple[Geometry, Geometry]:
    """Return the depthwise and the pointwise plan that stand in for a dense convolution.

    Stride, dilation and padding belong to the depthwise step; the pointwise step only mixes channels.

    Examples
    --------
    >>> depthwise, pointwise = separable_plans(Geometry(1, 8, 16, (Axis(9, 3, d=2),)))
    >>> depthwise.w_shape, pointwise.w_shape, pointwise.y_shape
    ((8, 1, 3), (16, 8, 1), (1, 16, 5))
    """
    middle = dense.channels * multiplier
    depthwise = Geometry(dense.batch, dense.channels, middle, dense.axes, dense.channels, dense.padding_mode)
    pointwise = Geometry(dense.batch, middle, dense.filters, tuple(Axis(n, 1) for n in dense.output_size))
    return depthwise, pointwise


def separable_cost(dense: Geometry, multiplier: Integer = 1, bias: bool = True) -> Cost:
    """Return the cost of the depthwise-separable form of a dense convolution.

    Without biases and with multiplier 1, against the dense one it is ``1/O + 1/(KH KW)`` in MACs and in
    parameters alike.

    Examples
    --------
    >>> separable_cost(Geometry(1, 8, 16, (Axis(9, 3, d=2),)), bias=False)
    Cost(parameters=152, macs=760, additions=0)
    """
    depthwise, pointwise = separable_plans(dense, multiplier)
    return convolution_cost(depthwise, bias) + convolution_cost(pointwise, bias)
