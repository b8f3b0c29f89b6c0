"""What training makes small: a number, and its gradient for the scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.layers.activations import probabilities
from refconv.layers.modules.checks import narrowed, real_arrays, widened
from refconv.ops.elements import Array, check_numeric

__all__ = ["CrossEntropy", "Loss", "MeanSquaredError", "softmax"]


def softmax(scores: ArrayLike, axis: int = 1) -> Array:
    """Return probabilities: exponentials over their sum along an axis, the classes'.

    Examples
    --------
    >>> softmax([[0.0, 0.0, np.log(2.0)]]).round(3)
    array([[0.25, 0.25, 0.5 ]])
    """
    given = check_numeric("softmax", "scores", scores)
    real_arrays("softmax", scores=given)
    along = integer("softmax", "axis", axis)
    if not -given.ndim <= along < given.ndim or not given.shape[along]:
        problem = f"scores have no classes along axis {axis}."
        raise ShapeError("softmax", problem, f"scores {given.shape}", fix="Give axis, and a class at least.")
    return probabilities(given, axis)


class Loss:
    """A mean over samples: `forward` returns it, `backward` its gradient for the scores given last."""

    def __init__(self) -> None:
        """Begin with nothing to go back from."""
        self._gradient: Array | None = None

    def forward(self, scores: ArrayLike, labels: ArrayLike) -> float:
        """Return the mean, and keep what `backward` returns."""
        raise NotImplementedError

    def __call__(self, scores: ArrayLike, labels: ArrayLike) -> float:
        """Return `forward` of both."""
        return self.forward(scores, labels)

    def backward(self) -> Array:
        """Return the gradient of the last `forward` for its scores."""
        if self._gradient is None:
            problem = "backward was called before forward."
            raise ArgumentError(type(self).__name__, problem, fix="Call forward(scores, labels) first.")
        return self._gradient

    def hits(self, scores: Array, labels: Array) -> tuple[int, int]:
        """Return how many samples are right, and of how many; (0, 0) where right and wrong mean nothing."""
        return 0, 0

    def weight(self, labels: Array) -> int:
        """Return how many samples the mean is over."""
        return int(labels.size)


class CrossEntropy(Loss):
    r"""Mean of ``-log(probability of the label)``, the probabilities being the softmax of the scores.

    .. math:: -\frac{1}{M} \sum_{i} \log \frac{e^{z_{i, t_i}}}{\sum_k e^{z_{i, k}}}, \qquad
              dz_{i, k} = \frac{1}{M} (p_{i, k} - [k = t_i])

    Parameters
    ----------
    ignore_index : int
        A label that counts for nothing: its scores get no gradient, and M leaves it out.

    Notes
    -----
    Scores have shape (N, K) or (N, K, axes), labels (N,) or (N, axes): a class from 0 to K - 1 for each position. Where
    every label is ignored the mean is over nothing, and raises; PyTorch returns NaN.

    Examples
    --------
    >>> loss = CrossEntropy()
    >>> round(loss(np.zeros((1, 4)), np.array([2])), 4), loss.backward()  # log(4)
    (1.3863, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """

    def __init__(self, ignore_index: int = -100) -> None:
        """Keep which label is left out."""
        super().__init__()
        self.ignore_index = integer("CrossEntropy", "ignore_index", ignore_index)

    def forward(self, scores: ArrayLike, labels: ArrayLike) -> float:
        """Return the mean over all positions whose label counts."""
        given = check_numeric("CrossEntropy", "scores", scores)
        real_arrays("CrossEntropy", scores=given)
        z = widened(given)
        t = self._checked(z, labels)
        counts = t != self.ignore_index
        total = int(counts.sum())
        if not total:
            problem = "no label counts, so that there is no mean."
            raise ArgumentError("CrossEntropy", problem, f"ignore_index = {self.ignore_index}", fix="Leave this out.")
        chosen = np.expand_dims(np.where(counts, t, 0), 1)
        shifted = z - z.max(axis=1, keepdims=True)  # so that no exponential overflows
        powers = np.exp(shifted)
        sums = powers.sum(axis=1, keepdims=True)
        lost = (np.log(sums) - np.take_along_axis(shifted, chosen, 1))[:, 0]
        gradient = powers / sums
        np.put_along_axis(gradient, chosen, np.take_along_axis(gradient, chosen, 1) - 1, 1)
        gradient = gradient * np.expand_dims(counts, 1) / total
        self._gradient = narrowed(gradient, given.dtype)
        return float(lost.sum(where=counts, dtype=np.float64) / total)

    def hits(self, scores: Array, labels: Array) -> tuple[int, int]:
        """Return at how many positions the label has the largest score, and how many count."""
        counts = labels != self.ignore_index
        return int(((scores.argmax(axis=1) == labels) & counts).sum()), int(counts.sum())

    def weight(self, labels: Array) -> int:
        """Return how many labels count."""
        return int((labels != self.ignore_index).sum())

    def _checked(self, z: Array, labels: ArrayLike) -> Array:
        t = check_numeric("CrossEntropy", "labels", labels)
        if t.dtype.kind not in "iu":
            problem = f"labels are numbers of classes, but these are {t.dtype}."
            raise ArgumentTypeError("CrossEntropy", problem, fix="Give whole numbers: labels.astype(int).")
        if z.ndim < 2 or t.shape != (z.shape[0], *z.shape[2:]):
            wanted = (z.shape[:1] + z.shape[2:]) if z.ndim > 1 else "none"
            raise ShapeError(
                "CrossEntropy",
                "each sample and position needs one label.",
                f"scores {z.shape} (N, K, axes)  ->  labels {wanted} (N, axes)",
                f"labels {t.shape}",
                fix="Give classes, not one-hot vectors, in the shape of the scores without axis 1.",
            )
        wrong = t[((t < 0) | (t >= z.shape[1])) & (t != self.ignore_index)]
        if wrong.size:
            raise ArgumentError(
                "CrossEntropy",
                f"label {int(wrong[0])} is no class: scores has {z.shape[1]} of them.",
                f"needed: 0 <= label <= {z.shape[1] - 1}, or ignore_index = {self.ignore_index}",
                fix="Number the classes from 0, or let the last layer have more channels.",
            )
        return t


class MeanSquaredError(Loss):
    """Mean of the squared differences.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss(np.array([1.0, 3.0]), np.array([1.0, 1.0])), loss.backward()
    (2.0, array([0., 2.]))
    """

    def forward(self, scores: ArrayLike, labels: ArrayLike) -> float:
        """Return the mean over all numbers."""
        z, t = (check_numeric("MeanSquaredError", *each) for each in (("scores", scores), ("labels", labels)))
        if z.shape != t.shape or not z.size:
            problem = "scores and labels must have one shape, and a number in it."
            raise ShapeError("MeanSquaredError", problem, f"scores {z.shape}, labels {t.shape}", fix="Reshape one.")
        real_arrays("MeanSquaredError", scores=z, labels=t)
        given = z.dtype
        z = z.astype(np.float64) if given.kind in "biu" else widened(z)
        difference: Any = z - t.astype(z.dtype, copy=False)
        gradient = difference * (2 / z.size)
        self._gradient = narrowed(gradient, given)
        return float(np.mean(difference * difference, dtype=np.float64))
