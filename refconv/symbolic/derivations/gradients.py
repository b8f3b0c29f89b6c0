"""What the three gradients share: the trilinear form of one axis, in plain numbers."""

from __future__ import annotations

from collections.abc import Sequence

from refconv.arithmetic import Axis

__all__ = ["RANGES", "SEE_ALSO", "correlate", "of_input", "of_weights"]

RANGES = {
    "n": range(1, 8),
    "k": range(1, 5),
    "s": range(1, 4),
    "d": range(1, 4),
    "lo": range(-1, 3),
    "hi": range(-1, 3),
}

SEE_ALSO = "The page [Gradients](../gradients.md) reads all three off one sum."


def correlate(x: Sequence[int], w: Sequence[int], axis: Axis) -> list[int]:
    """Return the convolution of x with w along an axis, by the definition.

    Examples
    --------
    >>> correlate([1, 2, 3], [1, 10], Axis(3, 2))
    [21, 32]
    """
    return [sum(w[m] * x[q] for m in range(axis.k) if 0 <= (q := axis.read(i, m)) < axis.n) for i in range(axis.out)]


def of_input(dy: Sequence[int], w: Sequence[int], axis: Axis) -> list[int]:
    """Return the gradient for x: what each x[q] is multiplied with.

    Examples
    --------
    >>> of_input([1, 100], [1, 10], Axis(3, 2))
    [1, 110, 1000]
    """
    dx = [0] * axis.n
    for i in range(axis.out):
        for m in range(axis.k):
            if 0 <= (q := axis.read(i, m)) < axis.n:
                dx[q] += dy[i] * w[m]
    return dx


def of_weights(dy: Sequence[int], x: Sequence[int], axis: Axis) -> list[int]:
    """Return the gradient for w: what each w[m] is multiplied with.

    Examples
    --------
    >>> of_weights([1, 100], [1, 2, 3], Axis(3, 2))
    [201, 302]
    """
    dw = [0] * axis.k
    for i in range(axis.out):
        for m in range(axis.k):
            if 0 <= (q := axis.read(i, m)) < axis.n:
                dw[m] += dy[i] * x[q]
    return dw
