"""StableHLO's convolution, with its attributes' names and its rule for windows that do not fit: there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice, entries
from refconv.dialects.xla_calls import checked_call, operands
from refconv.dialects.xla_general import forward
from refconv.dialects.xla_numbers import assembly_numbers, numbers_for
from refconv.dialects.xla_window import pairs, window_for
from refconv.errors import ArgumentTypeError
from refconv.ops.elements import Array

__all__ = ["stablehlo_convolution"]

OP = "stablehlo.convolution"
PRECISIONS = ("DEFAULT", "HIGH", "HIGHEST")


def stablehlo_convolution(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: Sequence[int] | None = None,
    padding: Sequence[tuple[int, int]] | None = None,
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    window_reversal: Sequence[bool] | None = None,
    dimension_numbers: str | None = None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision_config: Sequence[str] | None = None,
) -> Array:
    r"""Return what StableHLO's ``convolution`` returns, its attributes written as in a program's text.

    Parameters
    ----------
    lhs, rhs : array_like
        Of the same number of axes: two, and one for each spatial axis.
    window_strides, lhs_dilation, rhs_dilation : sequence of int, optional
        One for each spatial axis; 1 by default.
    padding : sequence of (lo, hi), optional
        One pair for each spatial axis; negative numbers crop the dilated lhs. None by default.
    window_reversal : sequence of bool, optional
        Along which axes the window is read backwards.
    dimension_numbers : str, optional
        Such as ``"[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]"``; by default both leading axes come first.
    feature_group_count, batch_group_count : int
        Groups of lhs' features, or of its batch; of the output features at any rate.
    precision_config : pair of str, optional
        Read, and without effect: nothing is rounded that needs not be.

    Returns
    -------
    ndarray
        Its spatial sizes ``floor((padded - span) / stride) + 1``, or 0 where the window does not fit in the padded lhs
        or nothing is left of this.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_general_dilated`.

    See Also
    --------
    conv_general_dilated : the same in JAX's words, with gradients.

    Examples
    --------
    >>> import numpy as np
    >>> lhs = np.arange(1, 5).reshape(1, 4, 1)
    >>> stablehlo_convolution(
    ...     lhs,
    ...     [[[1]], [[10]]],
    ...     lhs_dilation=[2],
    ...     padding=[(0, 1)],
    ...     window_reversal=[True],
    ...     dimension_numbers="[b, 0, f]x[0, i, o]->[b, 0, f]",
    ... ).ravel()
    array([10,  2, 20,  3, 30,  4, 40])
    """
    a, b = operands(OP, lhs, rhs)
    numbers, names = numbers_for(OP, a.shape, b.shape, None)
    rank = len(names)
    if dimension_numbers is not None:
        numbers = assembly_numbers(OP, dimension_numbers, rank)
    sizes = [a.shape[axis] for axis in numbers.lhs_spec[2:]], [b.shape[axis] for axis in numbers.rhs_spec[2:]]
    strides = (1,) * rank if window_strides is None else window_strides
    around = ((0, 0),) * rank if padding is None else pairs(OP, padding, names)
    window = window_for(OP, names, sizes, (strides, around, lhs_dilation, rhs_dilation, window_reversal))
    if precision_config is not None:
        _check_precision(precision_config)
    counts = feature_group_count, batch_group_count
    return forward(checked_call(OP, (a, b), numbers, window, counts, cropped_away=True))


def _check_precision(value: Any) -> None:
    """Raise unless this is one word for each operand."""
    listed = entries(value)
    if listed is None or len(listed) != 2 or not all(isinstance(one, str) for one in listed):
        raise ArgumentTypeError(
            OP,
            f"precision_config must be a pair of words, one for each operand, but it is {value!r}.",
            fix=f"Write two of {', '.join(map(repr, PRECISIONS))}, or leave it out.",
            fixes=[{"precision_config": None}],
        )
    for one in listed:
        choice(OP, "precision_config", one.upper(), PRECISIONS)
