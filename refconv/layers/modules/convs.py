"""Convolution layers, ordinary and depthwise: `refconv.conv` with parameters of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import choice, integer
from refconv.layers.modules.layer import Seed
from refconv.layers.modules.weighted import WeightedLayer
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.convolution import conv, conv_backward

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvLayer",
    "DepthwiseConv1d",
    "DepthwiseConv2d",
    "DepthwiseConv3d",
]


class ConvLayer(WeightedLayer):
    """A convolution of `rank` axes; `Conv1d`, `Conv2d` and `Conv3d` fix the rank.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, dilation : int or one per axis
        In input samples.
    padding : int, one per axis, a (lo, hi) pair per axis, or a word
        As for `refconv.conv2d`: "same", "causal", "full", "valid" too.
    groups : int
        G; it divides both numbers of channels.
    bias : bool
        Whether each filter has one.
    padding_mode : str
        zeros, reflect, replicate or circular.
    seed : int, Generator or None
        For the first weights. Give the layers of a model one Generator, or a seed each.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    weight : ndarray, shape (O, C/G, KH, KW)
        For two axes.
    bias : ndarray, shape (O,), or None

    Notes
    -----
    Names and shapes of the arrays are those of PyTorch's layer, and the first weights come from the same distribution:
    evenly between plus and minus the square root of one over ``C/G`` times the taps.

    Examples
    --------
    >>> layer = Conv2d(3, 16, 3, padding="same", dilation=(1, 2), seed=0)
    >>> layer(np.ones((1, 3, 8, 8))).shape, {name: array.shape for name, array in layer.parameters().items()}
    ((1, 16, 8, 8), {'weight': (16, 3, 3, 3), 'bias': (16,)})
    """

    operation = (conv, conv_backward)
    own_option = "padding_mode"

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        stride: PerAxis = 1,
        padding: Padding = 0,
        dilation: PerAxis = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        seed: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        """Check the arguments, and draw the first weights."""
        super().__init__()
        self.place(in_channels, out_channels, kernel_size, stride, padding, dilation, groups)
        self.padding_mode = choice(self.name, "padding_mode", padding_mode, PADDING_MODES)
        self.draw(self.out_channels, self.in_channels // self.groups, bias, seed, dtype)


class Conv1d(ConvLayer):
    """A convolution along one axis.

    Its arguments and arrays are those of `refconv.layers.modules.convs.ConvLayer`.

    Examples
    --------
    >>> Conv1d(2, 4, 3, padding="causal", dilation=8)(np.ones((1, 2, 20))).shape
    (1, 4, 20)
    """

    rank = 1


class Conv2d(ConvLayer):
    """A convolution along two axes.

    Its arguments and arrays are those of `refconv.layers.modules.convs.ConvLayer`.

    Examples
    --------
    >>> Conv2d(3, 16, 3, dilation=2)
    Conv2d(3, 16, kernel_size=3, dilation=2)
    """

    rank = 2


class Conv3d(ConvLayer):
    """A convolution along three axes.

    Its arguments and arrays are those of `refconv.layers.modules.convs.ConvLayer`.

    Examples
    --------
    >>> Conv3d(1, 2, 3, stride=2, padding=1)(np.ones((1, 1, 6, 6, 6))).shape
    (1, 2, 3, 3, 3)
    """

    rank = 3


class _Depthwise(ConvLayer):
    def __init__(
        self,
        in_channels: int,
        kernel_size: PerAxis,
        stride: PerAxis = 1,
        padding: Padding = 0,
        dilation: PerAxis = 1,
        *,
        multiplier: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        seed: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        """Make the convolution whose groups are the channels."""
        channels = integer(self.name, "in_channels", in_channels, 1)
        filters = channels * integer(self.name, "multiplier", multiplier, 1)
        how = (stride, padding, dilation, channels, bias, padding_mode)
        super().__init__(channels, filters, kernel_size, *how, seed=seed, dtype=dtype)


class DepthwiseConv1d(_Depthwise):
    """Each channel convolved with `multiplier` filters of its own, along one axis.

    The weight is PyTorch's, of shape (C * multiplier, 1, K): output channel ``c * multiplier + m`` is of channel c.

    Parameters
    ----------
    in_channels : int
        C.
    kernel_size, stride, padding, dilation, bias, padding_mode, seed, dtype
        As for `refconv.layers.modules.convs.ConvLayer`.
    multiplier : int
        Filters for each channel.

    Examples
    --------
    >>> DepthwiseConv1d(3, 5, multiplier=2, seed=0).weight.shape
    (6, 1, 5)
    """

    rank = 1


class DepthwiseConv2d(_Depthwise):
    """Each channel convolved with `multiplier` filters of its own, along two axes; as `DepthwiseConv1d`.

    Examples
    --------
    >>> DepthwiseConv2d(3, 3, padding=2, dilation=2)(np.ones((1, 3, 8, 8))).shape
    (1, 3, 8, 8)
    """

    rank = 2


class DepthwiseConv3d(_Depthwise):
    """Each channel convolved with `multiplier` filters of its own, along three axes; as `DepthwiseConv1d`.

    Examples
    --------
    >>> DepthwiseConv3d(2, 3)(np.ones((1, 2, 4, 4, 4))).shape
    (1, 2, 2, 2, 2)
    """

    rank = 3
