"""Layers of a few lines: ReLU, Linear, Flatten, Dropout, Upsample."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import flag, integer, real
from refconv.errors import ArgumentError, ShapeError
from refconv.layers.modules.checks import generator, real_arrays, weight_type, widened
from refconv.layers.modules.layer import Layer, Seed, check_input, uniform
from refconv.ops.elements import Array

__all__ = ["Dropout", "Flatten", "Linear", "ReLU", "Upsample"]


class ReLU(Layer):
    """What is above 0; the rest becomes 0, and its gradient too.

    Examples
    --------
    >>> relu = ReLU()
    >>> relu(np.array([-1.0, 0.0, 2.0])), relu.backward(np.array([5.0, 5.0, 5.0]))
    (array([0., 0., 2.]), array([0., 0., 5.]))
    """

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the larger of x and 0, and where x is above 0."""
        real_arrays(self.name, x=x)
        return np.maximum(x, 0), x > 0

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return dy where x was above 0."""
        return dy * kept


class Linear(Layer):
    """``x @ weight.T + bias`` for x of shape (N, in_features).

    Parameters
    ----------
    in_features, out_features : int
        Numbers per sample.
    bias : bool
        Whether one is added.
    seed, dtype
        As for `ConvLayer`.

    Attributes
    ----------
    weight : ndarray, shape (out_features, in_features)
    bias : ndarray, shape (out_features,), or None

    Examples
    --------
    >>> Linear(12, 10, seed=0)(np.ones((2, 12))).shape
    (2, 10)
    """

    learnt = ("weight", "bias")

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        seed: Seed = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        """Draw the first weights, as PyTorch does."""
        super().__init__()
        self.in_features = integer(self.name, "in_features", in_features, 1)
        self.out_features = integer(self.name, "out_features", out_features, 1)
        rng, dtype = generator(self.name, seed), weight_type(self.name, dtype)
        self.weight = uniform(rng, (self.out_features, self.in_features), self.in_features, dtype)
        learns = flag(self.name, "bias", bias)
        self.bias = uniform(rng, (self.out_features,), self.in_features, dtype) if learns else None

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the products, and x."""
        check_input(self.name, x, 0, self.in_features, "in_features")
        y = x @ self.weight.T
        return (y if self.bias is None else y + self.bias), x

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return ``dy @ weight``; dw is the outer products of dy and x, summed."""
        self.accumulate(weight=dy.T @ kept, bias=None if self.bias is None else widened(dy).sum(axis=0))
        return dy @ self.weight

    def about(self) -> str:
        """Return the arguments."""
        return f"{self.in_features}, {self.out_features}" + ("" if self.bias is not None else ", bias=False")


class Flatten(Layer):
    """All numbers of a sample in a row, channels first.

    Examples
    --------
    >>> Flatten()(np.ones((2, 3, 4, 4))).shape
    (2, 48)
    """

    def compute(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Return x with one axis behind the batch, and its shape."""
        if x.ndim < 2:
            raise ShapeError(self.name, f"x has {x.ndim} axes.", f"x {x.shape}", fix="Give x with a batch: (N, C, ...)")
        return x.reshape(len(x), product(x.shape[1:])), x.shape

    def pull(self, kept: tuple[int, ...], dy: Array) -> Array:
        """Return dy in x's shape."""
        return dy.reshape(kept)


class Dropout(Layer):
    """In training each number is left out with probability p, and the others are divided by ``1 - p``.

    Examples
    --------
    >>> Dropout(0.5).eval()(np.ones(3)), set(Dropout(0.5, seed=0)(np.ones(100)).tolist()) == {0.0, 2.0}
    (array([1., 1., 1.]), True)
    """

    def __init__(self, p: float = 0.5, *, seed: Seed = None) -> None:
        """Keep p, and where chance comes from."""
        super().__init__()
        fix = "Take a probability from 0 on, below 1."
        if real(self.name, "p", p, 0, 1, fix=fix) == 1:
            raise ArgumentError(self.name, f"p is {p}.", fix=fix)
        self.p, self._rng = p, generator(self.name, seed)

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return what is left of x, and what it was multiplied by."""
        if self.training and self.p:
            factor = (self._rng.random(x.shape) >= self.p).astype(x.dtype) / (1 - self.p)
        else:
            factor = np.ones((), x.dtype)
        return x * factor, factor

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return dy, of what was left."""
        return dy * kept

    def about(self) -> str:
        """Return the probability."""
        return f"p={self.p}"


class Upsample(Layer):
    """Each sample repeated `scale` times along every axis: the nearest one.

    Examples
    --------
    >>> up = Upsample(2)
    >>> up(np.array([[[1.0, 2.0]]])), up.backward(np.array([[[1.0, 2.0, 3.0, 4.0]]]))
    (array([[[1., 1., 2., 2.]]]), array([[[3., 7.]]]))
    """

    def __init__(self, scale: int) -> None:
        """Keep the scale."""
        super().__init__()
        self.scale = integer(self.name, "scale", scale, 1)

    def compute(self, x: Array) -> tuple[Array, tuple[int, ...]]:
        """Return x repeated, and its shape."""
        if x.ndim < 3:
            raise ShapeError(
                self.name, "there are no positions to repeat.", f"x {x.shape}", fix="Give x as (N, C, axes)."
            )
        y = x
        for axis in range(2, x.ndim):
            y = y.repeat(self.scale, axis)
        return y, x.shape

    def pull(self, kept: tuple[int, ...], dy: Array) -> Array:
        """Return the sum over all copies of each sample."""
        apart = [side for size in kept[2:] for side in (size, self.scale)]
        dx: Array = widened(dy).reshape(*kept[:2], *apart).sum(axis=tuple(range(3, 2 * len(kept) - 2, 2)))
        return dx.astype(dy.dtype, copy=False) if dy.dtype.kind not in "biu" else dx

    def about(self) -> str:
        """Return the scale."""
        return f"scale={self.scale}"
