"""Depthwise-separable layers: a depthwise convolution, and a pointwise one that mixes the channels."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.per_axis import integer
from refconv.layers.modules.checks import generator
from refconv.layers.modules.convs import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvLayer,
    DepthwiseConv1d,
    DepthwiseConv2d,
    DepthwiseConv3d,
)
from refconv.layers.modules.layer import Layer, Seed, check_input
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.elements import Array

__all__ = [
    "DepthwiseSeparableConv1d",
    "DepthwiseSeparableConv2d",
    "DepthwiseSeparableConv3d",
    "DepthwiseSeparableDilatedConv2d",
    "SeparableLayer",
]

_STEPS: dict[int, tuple[type[Any], type[ConvLayer]]] = {
    1: (DepthwiseConv1d, Conv1d),
    2: (DepthwiseConv2d, Conv2d),
    3: (DepthwiseConv3d, Conv3d),
}


class SeparableLayer(Layer):
    """A depthwise-separable convolution of `rank` axes; the classes below fix the rank.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, padding, dilation, padding_mode
        Of the depthwise step, as for `ConvLayer`.
    multiplier : int
        M, the depth multiplier: filters for each channel. The pointwise step mixes C * M channels.
    pointwise_groups : int
        Groups of the pointwise step; above 1 the layer is super-separable (arXiv:1706.03059).
    bias : bool
        Whether both steps have one.
    seed, dtype
        As for `ConvLayer`.

    Attributes
    ----------
    depthwise, pointwise : Layer
        The two steps, by whose names the arrays go: ``depthwise.weight``, ``pointwise.bias``.

    Examples
    --------
    >>> layer = DepthwiseSeparableConv2d(3, 16, 3, padding="same", dilation=2, seed=0)
    >>> {name: array.shape for name, array in layer.parameters().items()}
    {'depthwise.weight': (3, 1, 3, 3), 'depthwise.bias': (3,), 'pointwise.weight': (16, 3, 1, 1),
     'pointwise.bias': (16,)}
    """

    rank: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        stride: PerAxis = 1,
        padding: Padding = 0,
        dilation: PerAxis = 1,
        *,
        multiplier: int = 1,
        pointwise_groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        seed: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        """Make the two steps."""
        super().__init__()
        depthwise, pointwise = _STEPS[self.rank]
        rng = generator(self.name, seed)
        middle = integer(self.name, "in_channels", in_channels, 1) * integer(self.name, "multiplier", multiplier, 1)
        shared: dict[str, Any] = {"bias": bias, "seed": rng, "dtype": dtype}
        how: dict[str, Any] = {"multiplier": multiplier, "padding_mode": padding_mode, **shared}
        self.depthwise: ConvLayer = depthwise(in_channels, kernel_size, stride, padding, dilation, **how)
        self.pointwise = pointwise(middle, out_channels, 1, groups=pointwise_groups, **shared)

    def compute(self, x: Array) -> tuple[Array, None]:
        """Return both steps of x; each keeps what it needs."""
        check_input(self.name, x, self.rank, self.depthwise.in_channels)
        return self.pointwise(self.depthwise(x)), None

    def pull(self, kept: None, dy: Array) -> Array:
        """Return dx: back through the pointwise step, then through the depthwise one."""
        return self.depthwise.backward(self.pointwise.backward(dy))


class DepthwiseSeparableConv1d(SeparableLayer):
    """A depthwise-separable convolution along one axis.

    Its arguments and arrays are those of `refconv.layers.modules.separable.SeparableLayer`.

    Examples
    --------
    >>> DepthwiseSeparableConv1d(4, 8, 3, padding="causal", dilation=4)(np.ones((1, 4, 20))).shape
    (1, 8, 20)
    """

    rank = 1


class DepthwiseSeparableConv2d(SeparableLayer):
    """A depthwise-separable convolution along two axes.

    Its arguments and arrays are those of `refconv.layers.modules.separable.SeparableLayer`.

    Examples
    --------
    >>> DepthwiseSeparableConv2d(4, 8, 3, multiplier=2, pointwise_groups=2).pointwise.weight.shape
    (8, 4, 1, 1)
    """

    rank = 2


class DepthwiseSeparableConv3d(SeparableLayer):
    """A depthwise-separable convolution along three axes.

    Its arguments and arrays are those of `refconv.layers.modules.separable.SeparableLayer`.

    Examples
    --------
    >>> DepthwiseSeparableConv3d(2, 4, 3)(np.ones((1, 2, 4, 4, 4))).shape
    (1, 4, 2, 2, 2)
    """

    rank = 3


class DepthwiseSeparableDilatedConv2d(DepthwiseSeparableConv2d):
    """The layer that notebook 08 is about: separable, dilated, and with padding 0 unless it is given.

    Examples
    --------
    >>> DepthwiseSeparableDilatedConv2d(3, 64, 3, dilation=2)(np.ones((1, 3, 10, 10))).shape
    (1, 64, 6, 6)
    >>> DepthwiseSeparableDilatedConv2d(3, 64, 3, dilation=2, padding=2)(np.ones((1, 3, 10, 10))).shape
    (1, 64, 10, 10)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        dilation: PerAxis = 1,
        padding: Padding = 0,
        *,
        seed: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        """Make the two steps; dilation stands before padding here, as in the layer's source."""
        super().__init__(in_channels, out_channels, kernel_size, 1, padding, dilation, seed=seed, dtype=dtype)
