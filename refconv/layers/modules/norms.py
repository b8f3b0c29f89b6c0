"""Batch normalisation, with its running statistics."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from refconv.arithmetic.per_axis import flag, integer, real
from refconv.errors import ShapeError
from refconv.layers.modules.checks import narrowed, real_arrays, weight_type, widened
from refconv.layers.modules.layer import Layer, check_input
from refconv.ops.elements import Array, is_half

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "BatchNormLayer"]


class _Kept(NamedTuple):
    """What the gradient needs; `moving` says whether the statistics follow x."""

    x_hat: Array
    scale: Array
    moving: bool


class BatchNormLayer(Layer):
    r"""Each channel shifted and scaled to mean 0 and variance 1 over batch and positions, then by what is learnt.

    .. math:: y = w\, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + b

    In training the statistics are the batch's, the variance divided by the number of samples; in use they are the
    running ones. Running statistics move by `momentum` of the way to each batch's; the variance that they
    move to is divided by the number of samples less one, as in PyTorch.

    Parameters
    ----------
    channels : int
        C.
    epsilon : float
        What is added to the variance.
    momentum : float or None
        How far the running statistics move with each batch; None takes the mean of all batches so far.
    affine : bool
        Whether a scale and a shift are learnt.
    dtype : dtype
        Of parameters and statistics.

    Attributes
    ----------
    weight, bias : ndarray, shape (C,), or None
    running_mean, running_var : ndarray, shape (C,)
    num_batches_tracked : ndarray, shape ()

    Examples
    --------
    >>> norm = BatchNorm1d(1)
    >>> norm(np.array([[[1.0, 3.0]]])).round(3), norm.running_mean, norm.running_var
    (array([[[-1.,  1.]]]), array([0.2]), array([1.1]))
    """

    axes: ClassVar[tuple[int, ...]]
    """How many axes x may have behind its channels."""
    learnt = ("weight", "bias")
    statistics = ("running_mean", "running_var", "num_batches_tracked")

    def __init__(
        self,
        channels: int,
        epsilon: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        *,
        dtype: DTypeLike = np.float64,
    ) -> None:
        """Begin with what changes nothing."""
        super().__init__()
        self.channels = integer(self.name, "channels", channels, 1)
        real(self.name, "epsilon", epsilon, 0, fix="Take a small number, such as 1e-5.")
        if momentum is not None:
            fix = "Take a number from 0 to 1, the part of the new batch."
            real(self.name, "momentum", momentum, 0, 1, fix=fix)
        dtype = weight_type(self.name, dtype)
        self.epsilon, self.momentum = epsilon, momentum
        learns = flag(self.name, "affine", affine)
        self.weight = np.ones(self.channels, dtype) if learns else None
        self.bias = np.zeros(self.channels, dtype) if learns else None
        self.running_mean = np.zeros(self.channels, dtype)
        self.running_var = np.ones(self.channels, dtype)
        self.num_batches_tracked = np.zeros((), np.int64)

    def compute(self, x: Array) -> tuple[Array, _Kept]:
        """Return the normalised x, and in training move the running statistics."""
        wanted = x.ndim - 2 if x.ndim - 2 in self.axes else self.axes[-1]
        check_input(self.name, x, wanted, self.channels, "channels")
        real_arrays(self.name, x=x)
        given, x = x.dtype, widened(x)
        if self.training:
            mean, var = self._of_the_batch(x)
        else:
            mean, var = self._along(self.running_mean, x), self._along(self.running_var, x)
        scale = 1 / np.sqrt(var + self.epsilon)
        x_hat = (x - mean) * scale
        y = x_hat if self.weight is None else x_hat * self._along(self.weight, x)
        y = y if self.bias is None else y + self._along(self.bias, x)
        if is_half(given):
            y = y.astype(np.result_type(given, self.running_mean), copy=False)
        return y, _Kept(x_hat, scale, self.training)

    def pull(self, kept: _Kept, dy: Array) -> Array:
        """Return dx: in training x moves its own mean and variance, and what that does is taken off."""
        axes, given, dy = (0, *range(2, dy.ndim)), dy.dtype, widened(dy)
        along = (dy * kept.x_hat).sum(axis=axes, keepdims=True)
        total = dy.sum(axis=axes, keepdims=True)
        scale = kept.scale
        if self.weight is not None:
            self.accumulate(weight=along.ravel(), bias=total.ravel())
            scale = scale * self._along(self.weight, dy)
        samples = dy.size // self.channels
        own = (total / samples + kept.x_hat * (along / samples)) if kept.moving else 0
        dx: Array = scale * (dy - own)
        return narrowed(dx, given)

    def about(self) -> str:
        """Return the arguments."""
        return f"{self.channels}, epsilon={self.epsilon}, momentum={self.momentum}"

    def _of_the_batch(self, x: Array) -> tuple[Array, Array]:
        axes = (0, *range(2, x.ndim))
        samples = x.size // self.channels
        if samples < 2:
            raise ShapeError(
                self.name,
                "a batch's variance needs two samples of each channel.",
                f"x {x.shape}: {samples} of each",
                fix="Train with larger batches, or call eval() to normalise by the running statistics.",
            )
        mean = x.mean(axis=axes, keepdims=True)
        var = x.var(axis=axes, keepdims=True)
        self.num_batches_tracked += 1
        part = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean += part * (mean.ravel() - self.running_mean)
        self.running_var += part * (var.ravel() * (samples / (samples - 1)) - self.running_var)
        return mean, var

    @staticmethod
    def _along(array: Any, x: Array) -> Array:
        """Return one number per channel, laid along x's channels."""
        laid: Array = array.reshape(-1, *(1,) * (x.ndim - 2))
        return laid


class BatchNorm1d(BatchNormLayer):
    """Batch normalisation of (N, C) or (N, C, W).

    Its arguments and arrays are those of `refconv.layers.modules.norms.BatchNormLayer`.

    Examples
    --------
    >>> BatchNorm1d(3).eval()(np.zeros((1, 3))).shape
    (1, 3)
    """

    axes = (0, 1)


class BatchNorm2d(BatchNormLayer):
    """Batch normalisation of (N, C, H, W).

    Its arguments and arrays are those of `refconv.layers.modules.norms.BatchNormLayer`.

    Examples
    --------
    >>> bool(abs(BatchNorm2d(3)(np.random.default_rng(0).random((4, 3, 5, 5))).mean()) < 1e-12)
    True
    """

    axes = (2,)


class BatchNorm3d(BatchNormLayer):
    """Batch normalisation of (N, C, D, H, W).

    Its arguments and arrays are those of `refconv.layers.modules.norms.BatchNormLayer`.

    Examples
    --------
    >>> BatchNorm3d(2)(np.random.default_rng(0).random((1, 2, 2, 2, 2))).shape
    (1, 2, 2, 2, 2)
    """

    axes = (3,)
