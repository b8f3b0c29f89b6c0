"""Transposed convolution layers: `refconv.conv_transpose` with parameters of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.per_axis import integers, letters
from refconv.layers.modules.layer import Seed
from refconv.layers.modules.weighted import WeightedLayer
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.transposed import conv_transpose, conv_transpose_backward

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "ConvTransposeLayer"]


class ConvTransposeLayer(WeightedLayer):
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
    weight : ndarray, shape (C, O/G, KH, KW)
        For two axes.
    bias : ndarray, shape (O,), or None

    Examples
    --------
    >>> ConvTranspose2d(4, 2, 4, stride=2, padding=1, seed=0)(np.ones((1, 4, 5, 5))).shape
    (1, 2, 10, 10)
    """

    operation = (conv_transpose, conv_transpose_backward)
    own_option = "output_padding"

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
        self.place(in_channels, out_channels, kernel_size, stride, padding, dilation, groups)
        self.output_padding = integers(self.name, "output_padding", output_padding, letters(self.rank), 0)
        self.draw(self.in_channels, self.out_channels // self.groups, bias, seed, dtype)


class ConvTranspose1d(ConvTransposeLayer):
    """A transposed convolution along one axis.

    Its arguments and arrays are those of `refconv.layers.modules.transposed.ConvTransposeLayer`.

    Examples
    --------
    >>> ConvTranspose1d(1, 1, 3, stride=2)(np.ones((1, 1, 4))).shape
    (1, 1, 9)
    """

    rank = 1


class ConvTranspose2d(ConvTransposeLayer):
    """A transposed convolution along two axes.

    Its arguments and arrays are those of `refconv.layers.modules.transposed.ConvTransposeLayer`.

    Examples
    --------
    >>> ConvTranspose2d(8, 4, 2, stride=2)
    ConvTranspose2d(8, 4, kernel_size=2, stride=2)
    """

    rank = 2


class ConvTranspose3d(ConvTransposeLayer):
    """A transposed convolution along three axes.

    Its arguments and arrays are those of `refconv.layers.modules.transposed.ConvTransposeLayer`.

    Examples
    --------
    >>> ConvTranspose3d(1, 1, 2, stride=2)(np.ones((1, 1, 2, 2, 2))).shape
    (1, 1, 4, 4, 4)
    """

    rank = 3
