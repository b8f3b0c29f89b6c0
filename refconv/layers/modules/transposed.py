"""Transposed convolution layers: `refconv.conv_transpose` with parameters of its own."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import flag, integer, integers, letters, paddings
from refconv.layers.modules.checks import generator, weight_type
from refconv.layers.modules.convs import check_groups, spelled
from refconv.layers.modules.layer import Layer, Seed, check_input, uniform
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array
from refconv.ops.transposed import conv_transpose, conv_transpose_backward

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "ConvTransposeLayer"]


class ConvTransposeLayer(Layer):
    """A transposed convolution of `rank` axes; `ConvTranspose1d`, `2d` and `3d` fix the rank.

    Parameters
    ----------
    in_channels, out_channels : int
        C and O.
    kernel_size, stride, dilation : int or one per axis
        In output samples.
    padding : int, one per axis, a (lo, hi) pair per axis, or a word
        What is cropped from the output, as for `refconv.conv_transpose2d`.
    output_padding, groups, bias, dilation
        By name only: PyTorch and `refconv.conv_transpose2d` have them in different orders.
    seed, dtype
        As for `ConvLayer`.

    Attributes
    ----------
    weight : ndarray, shape (C, O/G, *kernel_size)
    bias : ndarray, shape (O,), or None

    Examples
    --------
    >>> ConvTranspose2d(4, 2, 4, stride=2, padding=1, seed=0)(np.ones((1, 4, 5, 5))).shape
    (1, 2, 10, 10)
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
        *,
        output_padding: PerAxis = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: PerAxis = 1,
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
        self.output_padding = integers(op, "output_padding", output_padding, axes, 0)
        self.groups = check_groups(op, groups, self.in_channels, self.out_channels)
        shape = (self.in_channels, self.out_channels // self.groups, *self.kernel_size)
        rng, fan_in, dtype = generator(op, seed), product(shape[1:]), weight_type(op, dtype)
        self.weight = uniform(rng, shape, fan_in, dtype)
        self.bias = uniform(rng, (self.out_channels,), fan_in, dtype) if flag(op, "bias", bias) else None

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `refconv.conv_transpose`."""
        names = ("stride", "padding", "dilation", "groups", "output_padding")
        return {name: getattr(self, name) for name in names}

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the transposed convolution of x, and x."""
        check_input(self.name, x, self.rank, self.in_channels)
        return conv_transpose(x, self.weight, self.bias, **self.options), x

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return dx, an ordinary convolution of dy; dw and db are added up."""
        found: Gradients = conv_transpose_backward(dy, kept, self.weight, bias=self.bias is not None, **self.options)
        self.accumulate(weight=found.dw, bias=found.db)
        return found.dx

    def about(self) -> str:
        """Return the arguments that are not the usual ones."""
        return spelled((self.in_channels, self.out_channels), self, ("kernel_size",), bias=self.bias is None)


class ConvTranspose1d(ConvTransposeLayer):
    """A transposed convolution along one axis; the arguments are those of `ConvTransposeLayer`.

    Examples
    --------
    >>> ConvTranspose1d(1, 1, 3, stride=2)(np.ones((1, 1, 4))).shape
    (1, 1, 9)
    """

    rank = 1


class ConvTranspose2d(ConvTransposeLayer):
    """A transposed convolution along two axes; the arguments are those of `ConvTransposeLayer`.

    Examples
    --------
    >>> ConvTranspose2d(8, 4, 2, stride=2)
    ConvTranspose2d(8, 4, kernel_size=2, stride=2)
    """

    rank = 2


class ConvTranspose3d(ConvTransposeLayer):
    """A transposed convolution along three axes; the arguments are those of `ConvTransposeLayer`.

    Examples
    --------
    >>> ConvTranspose3d(1, 1, 2, stride=2)(np.ones((1, 1, 2, 2, 2))).shape
    (1, 1, 4, 4, 4)
    """

    rank = 3
