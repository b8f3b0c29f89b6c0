"""What several roads share: a bias put on, its gradient, zeros at the end, and the plain convolutions on a lattice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.lattice import residues
from refconv.ops.elements import Array

__all__ = ["Part", "bias_gradient", "grown", "parts", "with_bias"]


class Part(NamedTuple):
    """A convolution without padding, stride and dilation that is a part of another: what it has of each axis.

    Attributes
    ----------
    samples, taps, windows : tuple of slice
        What it has of each axis of the padded x, of w and of y.
    plan : Geometry
        The plain convolution that it is.
    """

    samples: tuple[slice, ...]
    taps: tuple[slice, ...]
    windows: tuple[slice, ...]
    plan: Geometry

    def indices(self) -> tuple[Any, Any, Any]:
        """Return where the part lies in the padded x, in w and in y, as indices of arrays."""
        return (..., *self.samples), (..., *self.taps), (..., *self.windows)


def parts(plan: Geometry) -> Iterator[Part]:
    """Yield the plain convolutions that a plan's is made of; its results are the sums of theirs.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> for part in parts(Geometry(1, 1, 1, (Axis(n=5, k=2, d=2),))):
    ...     print(part.samples, part.windows, part.plan.w_shape)
    (slice(0, 5, 2),) (slice(0, 3, 2),) (1, 1, 2)
    (slice(1, 4, 2),) (slice(1, 3, 2),) (1, 1, 2)
    """
    for along in product(*map(residues, plan.unpadded().axes)):
        samples, taps, windows, axes = zip(*along, strict=True)
        yield Part(samples, taps, windows, Geometry(plan.batch, plan.channels, plan.filters, axes, plan.groups))


def with_bias(y: Array, b: Array | None) -> Array:
    """Return y plus the bias of its channel.

    Examples
    --------
    >>> with_bias(np.zeros((1, 2, 1)), np.array([3.0, 4.0]))[0, :, 0]
    array([3., 4.])
    """
    return y if b is None else y + b.reshape(-1, *(1,) * (y.ndim - 2))


def bias_gradient(dy: Array) -> Array:
    """Return the sum of dy over the batch and all positions.

    Examples
    --------
    >>> bias_gradient(np.ones((2, 1, 3), int))
    array([6])
    """
    return np.asarray(dy.sum(axis=(0, *range(2, dy.ndim))), dy.dtype)


def grown(a: Array, size: Sequence[int]) -> Array:
    """Return an array with zeros after its samples, up to a spatial size.

    Examples
    --------
    >>> grown(np.ones((1, 1, 2), int), (3,))
    array([[[1, 1, 0]]])
    """
    larger: Any = np.zeros((*a.shape[:2], *size), a.dtype)
    larger[:, :, *map(slice, a.shape[2:])] = a
    filled: Array = larger
    return filled
