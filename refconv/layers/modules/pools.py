"""Pooling layers, over windows and over everything; none has parameters."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import flag, integers, letters, paddings
from refconv.errors import ShapeError
from refconv.layers.modules.checks import narrowed, widened
from refconv.layers.modules.layer import Layer, check_input
from refconv.layers.modules.weighted import spelled
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.elements import Array
from refconv.ops.pooling import avg_pool, avg_pool_backward, max_pool, max_pool_backward

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "AvgPoolLayer",
    "GlobalAvgPool",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxPoolLayer",
    "PoolLayer",
]


class PoolLayer(Layer):
    """What both kinds of pooling share: how the windows lie."""

    rank: ClassVar[int]
    names: ClassVar[tuple[str, ...]]

    def __init__(self, kernel_size: PerAxis, stride: PerAxis | None, padding: Padding, ceil_mode: bool) -> None:
        """Check how the windows lie; a stride of None is the kernel size."""
        super().__init__()
        op, axes = self.name, letters(self.rank)
        self.kernel_size = integers(op, "kernel_size", kernel_size, axes, 1)
        self.stride = self.kernel_size if stride is None else integers(op, "stride", stride, axes, 1)
        self.padding = paddings(op, padding, axes)
        self.ceil_mode = flag(op, "ceil_mode", ceil_mode)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of the pooling function."""
        return {name: getattr(self, name) for name in self.names}

    def about(self) -> str:
        """Return the arguments that are not the usual ones."""
        return spelled((), self, ("kernel_size",), bias=False)


class MaxPoolLayer(PoolLayer):
    """The largest sample of each window; `MaxPool1d`, `MaxPool2d` and `MaxPool3d` fix the number of axes.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, ceil_mode
        As for `refconv.max_pool2d`; the stride is the kernel size unless it is given.

    Examples
    --------
    >>> MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4))[0, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """

    names = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(
        self,
        kernel_size: PerAxis,
        stride: PerAxis | None = None,
        padding: Padding = 0,
        *,
        dilation: PerAxis = 1,
        ceil_mode: bool = False,
    ) -> None:
        """Check the arguments."""
        super().__init__(kernel_size, stride, padding, ceil_mode)
        self.dilation = integers(self.name, "dilation", dilation, letters(self.rank), 1)

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the largest of each window, and x."""
        check_input(self.name, x, self.rank)
        return max_pool(x, **self.options), x

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return each dy at its window's largest sample."""
        return max_pool_backward(dy, kept, **self.options)


class AvgPoolLayer(PoolLayer):
    """The average of each window; `AvgPool1d`, `AvgPool2d` and `AvgPool3d` fix the number of axes.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As for `refconv.avg_pool2d`; the stride is the kernel size unless it is given.

    Examples
    --------
    >>> AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4))[0, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """

    names = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")

    def __init__(
        self,
        kernel_size: PerAxis,
        stride: PerAxis | None = None,
        padding: Padding = 0,
        *,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        """Check the arguments."""
        super().__init__(kernel_size, stride, padding, ceil_mode)
        self.count_include_pad = flag(self.name, "count_include_pad", count_include_pad)

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the average of each window, and x, of which only the shape will matter."""
        check_input(self.name, x, self.rank)
        return avg_pool(x, **self.options), x

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return each dy spread evenly over its window."""
        return avg_pool_backward(dy, kept, **self.options)


class MaxPool1d(MaxPoolLayer):
    """The largest sample of each window along one axis.

    Its arguments and arrays are those of `refconv.layers.modules.pools.MaxPoolLayer`.

    Examples
    --------
    >>> MaxPool1d(2)(np.ones((1, 1, 4))).shape
    (1, 1, 2)
    """

    rank = 1


class MaxPool2d(MaxPoolLayer):
    """The largest sample of each window along two axes.

    Its arguments and arrays are those of `refconv.layers.modules.pools.MaxPoolLayer`.

    Examples
    --------
    >>> MaxPool2d(2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    rank = 2


class MaxPool3d(MaxPoolLayer):
    """The largest sample of each window along three axes.

    Its arguments and arrays are those of `refconv.layers.modules.pools.MaxPoolLayer`.

    Examples
    --------
    >>> MaxPool3d(2)(np.ones((1, 1, 4, 4, 4))).shape
    (1, 1, 2, 2, 2)
    """

    rank = 3


class AvgPool1d(AvgPoolLayer):
    """The average of each window along one axis.

    Its arguments and arrays are those of `refconv.layers.modules.pools.AvgPoolLayer`.

    Examples
    --------
    >>> AvgPool1d(2)(np.ones((1, 1, 4))).shape
    (1, 1, 2)
    """

    rank = 1


class AvgPool2d(AvgPoolLayer):
    """The average of each window along two axes.

    Its arguments and arrays are those of `refconv.layers.modules.pools.AvgPoolLayer`.

    Examples
    --------
    >>> AvgPool2d(2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    rank = 2


class AvgPool3d(AvgPoolLayer):
    """The average of each window along three axes.

    Its arguments and arrays are those of `refconv.layers.modules.pools.AvgPoolLayer`.

    Examples
    --------
    >>> AvgPool3d(2)(np.ones((1, 1, 4, 4, 4))).shape
    (1, 1, 2, 2, 2)
    """

    rank = 3


class GlobalAvgPool(Layer):
    """The average of each channel over all positions: (N, C, axes) becomes (N, C).

    Examples
    --------
    >>> GlobalAvgPool()(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """

    def compute(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Return the averages, and x's shape."""
        if x.ndim < 3 or 0 in x.shape[2:]:
            problem = "there are no positions to average over."
            raise ShapeError(self.name, problem, f"x {x.shape}", fix="Give x as (N, C, axes), no axis of size 0.")
        y: Array = widened(x).mean(axis=tuple(range(2, x.ndim)))
        return narrowed(y, x.dtype), x.shape

    def pull(self, kept: tuple[int, ...], dy: Array) -> Array:
        """Return dy spread evenly over all positions."""
        spread = (dy / product(kept[2:])).reshape(*dy.shape, *(1,) * (len(kept) - 2))
        return np.broadcast_to(spread, kept).copy()
