"""Parameters and multiply-accumulates of a convolution, its adjoint and its gradients, and of its separable form.

One MAC is one product added to a sum; FLOP = 2 per MAC. Every window counts all its taps, also those on padding,
as frameworks' counters do, unless only those on real pixels are asked for. The bias is a parameter, and its addition
is counted in `additions`, not as a MAC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from refconv.arithmetic.coverage import taps_on_real_pixels
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import Integer, product
from refconv.errors import ArgumentError

__all__ = [
    "BackwardCost",
    "Cost",
    "backward_cost",
    "convolution_cost",
    "separable_cost",
    "separable_plans",
    "transposed_cost",
]


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


class BackwardCost(NamedTuple):
    """The cost of each gradient; none of them has parameters.

    Attributes
    ----------
    dx, dw, db : Cost
        Of the gradient for the input, for the weights and for the bias.
    """

    dx: Cost
    dw: Cost
    db: Cost


def convolution_cost(plan: Geometry, bias: bool = True, positions: str = "all") -> Cost:
    """Return the cost of one convolution, grouped or not.

    Parameters
    ----------
    plan : Geometry
        Its numbers may be ints or sympy expressions.
    bias : bool
        Whether the layer has one.
    positions : str
        "all" taps of every window, or those on "real" pixels only: a tap that reads zero padding is no MAC then.
        Padding that shows pixels (reflect, replicate, circular) is as real as they are. The kernel size must be a
        number for "real".

    Examples
    --------
    >>> convolution_cost(Geometry(1, 3, 16, (Axis(32, 3, d=2), Axis(32, 3, d=2))))
    Cost(parameters=448, macs=338688, additions=12544)
    >>> plan = Geometry(1, 1, 1, (Axis(5, 3, lo=1, hi=1),))
    >>> convolution_cost(plan).macs, convolution_cost(plan, positions="real").macs
    (15, 13)
    """
    outputs = product(plan.y_shape)
    return Cost(
        parameters=product(plan.w_shape) + (plan.filters if bias else 0),
        macs=_macs(plan, positions),
        additions=outputs if bias else 0,
    )


def _macs(plan: Geometry, positions: str) -> Integer:
    """Return the (window, tap) pairs times the channels that meet in them, for the whole batch."""
    if positions not in ("all", "real"):
        raise ArgumentError("cost", f"positions is {positions!r}.", fix="Take 'all' or 'real'.")
    if positions == "all" or plan.padding_mode != "zeros":
        return product(plan.y_shape) * plan.taps
    inside, _ = taps_on_real_pixels(*plan.axes)
    return plan.batch * plan.filters * plan.group_channels * inside


def transposed_cost(plan: Geometry, bias: bool = True, positions: str = "all") -> Cost:
    """Return the cost of the transposed convolution that is the adjoint of a plan's convolution.

    Each of its inputs, the plan's y, is multiplied by every tap: as many MACs as the convolution itself, whatever
    the stride. Its outputs, the plan's x, get the bias. What is cropped counts for positions "all" only.

    Examples
    --------
    A 2x up-sampling of one channel of 8 samples to 16:

    >>> transposed_cost(Geometry(1, 1, 1, (Axis(16, 2, s=2),)))
    Cost(parameters=3, macs=16, additions=16)
    """
    outputs = product(plan.x_shape)
    return Cost(
        parameters=product(plan.w_shape) + (plan.channels if bias else 0),
        macs=_macs(plan, positions),
        additions=outputs if bias else 0,
    )


def backward_cost(
    plan: Geometry, bias: bool = True, positions: str = "all", *, transposed: bool = False
) -> BackwardCost:
    """Return the cost of the gradients of a convolution, or of the transposed one that is its adjoint.

    The products are those of the forward pass with the three tensors in other roles, ``y = x w``, ``dx = dy w``,
    ``dw = dy x``: dx and dw cost what the forward pass does, with any groups. db adds up all of dy.

    Examples
    --------
    >>> depthwise = Geometry(1, 8, 8, (Axis(9, 3),), groups=8)
    >>> convolution_cost(depthwise).macs, backward_cost(depthwise).dx.macs, backward_cost(depthwise).dw.macs
    (168, 168, 168)
    """
    forward = (transposed_cost if transposed else convolution_cost)(plan, bias, positions)
    product_only = Cost(0, forward.macs)
    return BackwardCost(product_only, product_only, Cost(0, 0, forward.additions))


def separable_plans(dense: Geometry, multiplier: Integer = 1, groups: Integer = 1) -> tuple[Geometry, Geometry]:
    """Return the depthwise and the pointwise plan that stand in for a dense convolution.

    Stride, dilation and padding belong to the depthwise step; the pointwise step only mixes channels, all of them or
    those of each of `groups` ("super-separable").

    Examples
    --------
    >>> depthwise, pointwise = separable_plans(Geometry(1, 8, 16, (Axis(9, 3, d=2),)))
    >>> depthwise.w_shape, pointwise.w_shape, pointwise.y_shape
    ((8, 1, 3), (16, 8, 1), (1, 16, 5))
    """
    middle = dense.channels * multiplier
    depthwise = Geometry(dense.batch, dense.channels, middle, dense.axes, dense.channels, dense.padding_mode)
    pointwise = Geometry(dense.batch, middle, dense.filters, tuple(Axis(n, 1) for n in dense.output_size), groups)
    return depthwise, pointwise


def separable_cost(
    dense: Geometry,
    multiplier: Integer = 1,
    bias: bool = True,
    groups: Integer = 1,
    positions: str = "all",
) -> Cost:
    """Return the cost of the depthwise-separable form of a dense convolution.

    Without biases and with multiplier 1, against the dense one it is ``1/O + 1/(KH KW)`` in MACs and in
    parameters alike; see `refconv.arithmetic.separable` for the rest.

    Examples
    --------
    >>> separable_cost(Geometry(1, 8, 16, (Axis(9, 3, d=2),)), bias=False)
    Cost(parameters=152, macs=760, additions=0)
    """
    depthwise, pointwise = separable_plans(dense, multiplier, groups)
    return convolution_cost(depthwise, bias, positions) + convolution_cost(pointwise, bias, positions)
