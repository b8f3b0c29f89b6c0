"""Convolution layers, ordinary and depthwise: `refconv.conv` with parameters of its own."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import choice, flag, integer, integers, letters, paddings
from refconv.errors import ArgumentError
from refconv.layers.modules.checks import generator, weight_type
from refconv.layers.modules.layer import Layer, Seed, check_input, uniform
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.convolution import conv, conv_backward
from refconv.ops.elements import Array

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvLayer",
    "DepthwiseConv1d",
    "DepthwiseConv2d",
    "DepthwiseConv3d",
    "check_groups",
    "spelled",
]


class ConvLayer(Layer):
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
    weight : ndarray, shape (O, C/G, *kernel_size)
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

    rank: ClassVar[int]
    learnt = ("weight", "bias")

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
        op, axes = self.name, letters(self.rank)
        self.in_channels = integer(op, "in_channels", in_channels, 1)
        self.out_channels = integer(op, "out_channels", out_channels, 1)
        self.kernel_size = integers(op, "kernel_size", kernel_size, axes, 1)
        self.stride = integers(op, "stride", stride, axes, 1)
        self.dilation = integers(op, "dilation", dilation, axes, 1)
        self.padding = paddings(op, padding, axes)
        self.groups = check_groups(op, groups, self.in_channels, self.out_channels)
        self.padding_mode = choice(op, "padding_mode", padding_mode, PADDING_MODES)
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        rng, fan_in, dtype = generator(op, seed), product(shape[1:]), weight_type(op, dtype)
        self.weight = uniform(rng, shape, fan_in, dtype)
        self.bias = uniform(rng, shape[:1], fan_in, dtype) if flag(op, "bias", bias) else None

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `refconv.conv`."""
        names = ("stride", "padding", "dilation", "groups", "padding_mode")
        return {name: getattr(self, name) for name in names}

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the convolution of x, and x."""
        check_input(self.name, x, self.rank, self.in_channels)
        return conv(x, self.weight, self.bias, **self.options), x

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return dx; dw and db are added up."""
        found: Gradients = conv_backward(dy, kept, self.weight, bias=self.bias is not None, **self.options)
        self.accumulate(weight=found.dw, bias=found.db)
        return found.dx

    def about(self) -> str:
        """Return the arguments that are not the usual ones."""
        return spelled((self.in_channels, self.out_channels), self, ("kernel_size",), bias=self.bias is None)


class Conv1d(ConvLayer):
    """A convolution along one axis; the arguments are those of `ConvLayer`.

    Examples
    --------
    >>> Conv1d(2, 4, 3, padding="causal", dilation=8)(np.ones((1, 2, 20))).shape
    (1, 4, 20)
    """

    rank = 1


class Conv2d(ConvLayer):
    """A convolution along two axes; the arguments are those of `ConvLayer`.

    Examples
    --------
    >>> Conv2d(3, 16, 3, dilation=2)
    Conv2d(3, 16, kernel_size=3, dilation=2)
    """

    rank = 2


class Conv3d(ConvLayer):
    """A convolution along three axes; the arguments are those of `ConvLayer`.

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


def check_groups(op: str, groups: Any, in_channels: int, out_channels: int) -> int:
    """Return the groups, and raise unless they divide both numbers of channels.

    Examples
    --------
    >>> check_groups("Conv2d", 2, 4, 6)
    2
    """
    number = integer(op, "groups", groups, 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % number:
            raise ArgumentError(
                op,
                f"{name} does not fall into {number} groups of one size.",
                f"{name} = {channels}, groups = {number}, {channels} mod {number} = {channels % number}",
                fix="Take groups that divide in_channels and out_channels.",
            )
    return number


_USUAL = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "padding_mode": "zeros", "output_padding": 0}


def spelled(first: tuple[Any, ...], layer: Layer, always: tuple[str, ...], *, bias: bool) -> str:
    """Return a layer's arguments as they would be typed; `bias` says whether to say that there is none.

    Examples
    --------
    >>> spelled((), Conv1d(1, 1, 3, stride=2), ("kernel_size",), bias=True)
    'kernel_size=3, stride=2, bias=False'
    """
    names = [*always, *(name for name in _USUAL if hasattr(layer, name))]
    said = {name: _short(getattr(layer, name)) for name in names}
    shown = [f"{name}={value!r}" for name, value in said.items() if value != _USUAL.get(name)]
    return ", ".join([*map(str, first), *shown, *(["bias=False"] if bias else [])])


def _short(value: Any) -> Any:
    """Return one number for all axes, where all have the same."""
    while isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value
