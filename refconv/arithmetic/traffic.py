"""What a convolution moves between memory and arithmetic: elements read and written, and FLOPs per byte.

The lower bound, "ideal", moves each tensor once. The road over im2col also writes the matrix of all windows, with
``C/G KH KW`` numbers for each window and group, and reads it again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import Integer, product, ratio
from refconv.errors import ArgumentError

__all__ = ["GradientTraffic", "Traffic", "convolution_traffic", "gradient_traffic", "intensity"]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Elements moved, of activations (and of their matrix of windows) and of parameters; layers add up with ``+``.

    Attributes
    ----------
    activations_read, activations_written : int
        Elements of x, y and their gradients, and of the matrix of windows where there is one.
    parameters_read, parameters_written : int
        Elements of w, b and their gradients.

    Examples
    --------
    >>> moved = Traffic(activations_read=10, activations_written=4, parameters_read=6)
    >>> moved.read, moved.written, moved.bytes(4)
    (16, 4, 80)
    """

    activations_read: Integer = 0
    activations_written: Integer = 0
    parameters_read: Integer = 0
    parameters_written: Integer = 0

    @property
    def read(self) -> Integer:
        """All elements read."""
        return self.activations_read + self.parameters_read

    @property
    def written(self) -> Integer:
        """All elements written; of parameters these are their gradients."""
        return self.activations_written + self.parameters_written

    def bytes(self, element_size: Integer = 4) -> Integer:
        """Return the bytes read and written, for elements of so many bytes."""
        return (self.read + self.written) * element_size

    def __add__(self, other: Traffic) -> Traffic:
        """Return the traffic of both."""
        return Traffic(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class GradientTraffic(NamedTuple):
    """The traffic of each gradient.

    Attributes
    ----------
    dx, dw, db : Traffic
        Of the gradient for the input, for the weights and for the bias.
    """

    dx: Traffic
    dw: Traffic
    db: Traffic


def _windows(plan: Geometry, road: str) -> Integer:
    """Return the size of the matrix of all windows, 0 where the road does without."""
    if road not in ("ideal", "im2col"):
        raise ArgumentError("traffic", f"road is {road!r}.", fix="Take 'ideal' or 'im2col'.")
    if road == "ideal":
        return 0
    return plan.batch * product(plan.output_size) * plan.groups * plan.taps


def _bias(plan: Geometry, bias: bool, transposed: bool) -> Integer:
    if not bias:
        return 0
    return plan.channels if transposed else plan.filters


def convolution_traffic(plan: Geometry, bias: bool = True, road: str = "ideal", *, transposed: bool = False) -> Traffic:
    """Return what the forward pass of a convolution moves.

    Parameters
    ----------
    plan : Geometry
        Its numbers may be ints or sympy expressions.
    bias : bool
        Whether the layer has one.
    road : str
        "ideal" or "im2col".
    transposed : bool
        Whether the layer is the adjoint of the plan: it reads the plan's y and writes its x.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> plan = Geometry(1, 4, 8, (Axis(10, 3),))
    >>> convolution_traffic(plan, bias=False)
    Traffic(activations_read=40, activations_written=64, parameters_read=96, parameters_written=0)
    >>> convolution_traffic(plan, bias=False, road="im2col")
    Traffic(activations_read=136, activations_written=160, parameters_read=96, parameters_written=0)
    """
    ends = product(plan.x_shape), product(plan.y_shape)
    read, written = reversed(ends) if transposed else ends
    windows = _windows(plan, road)
    return Traffic(read + windows, written + windows, product(plan.w_shape) + _bias(plan, bias, transposed))


def gradient_traffic(
    plan: Geometry, bias: bool = True, road: str = "ideal", *, transposed: bool = False
) -> GradientTraffic:
    """Return what each gradient of a convolution moves.

    dx reads dy and w, dw reads x and dy, db reads dy; each writes itself. Over im2col dx writes and reads the matrix
    of all windows' gradients, and dw that of all windows.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> gradient_traffic(Geometry(1, 4, 8, (Axis(10, 3),))).dw
    Traffic(activations_read=104, activations_written=0, parameters_read=0, parameters_written=96)
    """
    ends = product(plan.x_shape), product(plan.y_shape)
    x, y = reversed(ends) if transposed else ends
    w, b, windows = product(plan.w_shape), _bias(plan, bias, transposed), _windows(plan, road)
    return GradientTraffic(
        dx=Traffic(y + windows, x + windows, w),
        dw=Traffic(x + y + windows, windows, parameters_written=w),
        db=Traffic(y, parameters_written=b) if bias else Traffic(),
    )


def intensity(flops: Integer, moved: Integer) -> Integer:
    """Return the arithmetic intensity, FLOPs per byte: a Fraction, or an expression.

    Examples
    --------
    >>> intensity(30, 40)
    Fraction(3, 4)
    """
    return ratio(flops, moved)
