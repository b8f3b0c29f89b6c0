r"""XLA's convolution, in the words of jax.lax and of StableHLO.

Along each axis, with samples of lhs e apart (`lhs_dilation`) and taps of rhs d apart (`rhs_dilation`),

.. math:: out[i] = \sum_{m} z[i s + m d - lo]\; rhs[m], \qquad z[q] = lhs[q / e] \text{ where } e \text{ divides } q,
          \text{ else } 0

so that negative padding crops samples and zeros alike. See `conv_general_dilated`; its gradients, and everything else
here, are written in terms of it. Arrays go in and come out in the caller's order of axes, by `dimension_numbers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import entries
from refconv.dialects.xla_calls import general_call
from refconv.dialects.xla_general import backward, forward
from refconv.dialects.xla_numbers import ConvDimensionNumbers, DimensionNumbers, numbers_for
from refconv.dialects.xla_patches import conv_general_dilated_patches
from refconv.dialects.xla_shorthands import (
    conv,
    conv_backward,
    conv_with_general_padding,
    conv_with_general_padding_backward,
)
from refconv.dialects.xla_stablehlo import stablehlo_convolution
from refconv.dialects.xla_transpose import conv_transpose, conv_transpose_backward
from refconv.errors import ArgumentTypeError
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = [
    "ConvDimensionNumbers",
    "conv",
    "conv_backward",
    "conv_dimension_numbers",
    "conv_general_dilated",
    "conv_general_dilated_backward",
    "conv_general_dilated_patches",
    "conv_transpose",
    "conv_transpose_backward",
    "conv_with_general_padding",
    "conv_with_general_padding_backward",
    "stablehlo_convolution",
]

PerAxis: TypeAlias = Sequence[int]
Padding: TypeAlias = str | Sequence[tuple[int, int]]


def conv_general_dilated(
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: PerAxis,
    padding: Padding,
    lhs_dilation: PerAxis | None = None,
    rhs_dilation: PerAxis | None = None,
    dimension_numbers: DimensionNumbers = None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision: Any = None,
    preferred_element_type: Any = None,
    window_reversal: Sequence[bool] | None = None,
) -> Array:
    r"""Return what jax.lax.conv_general_dilated returns, by StableHLO's definition of ``convolution``.

    Parameters
    ----------
    lhs, rhs : array_like
        Of the same number of axes: two, and one for each spatial axis, of which there may be none.
    window_strides : sequence of int
        Steps between windows, in samples of the dilated lhs.
    padding : {"SAME", "SAME_LOWER", "VALID"} or sequence of (lo, hi)
        Samples added before and after the *dilated* lhs; negative ones crop it, zeros between samples included. The
        words take no dilated lhs.
    lhs_dilation, rhs_dilation : sequence of int, optional
        Distance between the samples of lhs, which get zeros between them, and between the taps of rhs.
    dimension_numbers : three strings or ConvDimensionNumbers, optional
        Which axis is which, such as ("NHWC", "HWIO", "NHWC"); by default ("NCHW", "OIHW", "NCHW"). Whatever has one
        entry for each spatial axis counts these in the order of rhs.
    feature_group_count : int
        Groups of features that do not see each other.
    batch_group_count : int
        Groups of the batch: the outputs' features fall into as many groups, and each reads its own part of the batch.
    precision : optional
        Read, and without effect: it allows other devices to round more.
    preferred_element_type : dtype, optional
        The result's type, at least as wide as the operands'.
    window_reversal : sequence of bool, optional
        Along which axes the window is read backwards: StableHLO's, jax.lax has no such argument.

    Returns
    -------
    ndarray
        In the order of axes that `dimension_numbers` say. Along each spatial axis as many outputs as windows fit, which
        may be none. Its type is ``np.result_type(lhs, rhs)``, and for integers int64, exactly.

    Raises
    ------
    ShapeError
        For ranks, features, batches and groups that do not go together, and padding that crops more than there is.
    ArgumentError, ArgumentTypeError
        For an argument out of range or of the wrong type.
    DTypeError
        For arrays that do not hold numbers, and a preferred type that JAX does not allow for them.
    IntegerOverflowError
        For an exact integer result outside int64, or outside the type asked for.

    Notes
    -----
    Cost: a dilated lhs is multiplied zeros and all. JAX wraps integers round and wants equal types of both operands;
    here integers are exact and types may be mixed.

    See Also
    --------
    conv_general_dilated_backward : its gradients.
    refconv.conv : the same without a dilated lhs and batch groups.

    Examples
    --------
    >>> import numpy as np
    >>> lhs, rhs = np.arange(1, 6).reshape(1, 1, 5), np.ones((1, 1, 2), int)
    >>> conv_general_dilated(lhs, rhs, (1,), [(-1, 2)], lhs_dilation=(2,), rhs_dilation=(3,)).ravel()
    array([3, 2, 4, 3, 5, 4, 0])
    """
    op = "jax.lax.conv_general_dilated"
    said = window_strides, padding, lhs_dilation, rhs_dilation, window_reversal
    groups, types = (feature_group_count, batch_group_count), (precision, preferred_element_type)
    return forward(general_call(op, lhs, rhs, said, dimension_numbers, groups, types))


def conv_general_dilated_backward(
    dy: ArrayLike,
    lhs: ArrayLike,
    rhs: ArrayLike,
    window_strides: PerAxis,
    padding: Padding,
    lhs_dilation: PerAxis | None = None,
    rhs_dilation: PerAxis | None = None,
    dimension_numbers: DimensionNumbers = None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision: Any = None,
    preferred_element_type: Any = None,
    window_reversal: Sequence[bool] | None = None,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv_general_dilated(lhs, rhs, ...))``: what jax.vjp makes of dy.

    Parameters
    ----------
    dy : array_like
        Gradient for the result, of exactly its shape.
    lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation, dimension_numbers, feature_group_count
        As given to `conv_general_dilated`.
    batch_group_count, precision, preferred_element_type, window_reversal
        As given to `conv_general_dilated`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)``, of the shapes of lhs and rhs and in their order of axes. Complex operands enter
        unconjugated, as in JAX; the gradient of a real one is real.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_general_dilated`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> lhs, rhs = np.arange(1, 6).reshape(1, 1, 5), np.ones((1, 1, 2), int)
    >>> dy = np.ones((1, 1, 7), int)
    >>> dx, dw, _ = conv_general_dilated_backward(dy, lhs, rhs, (1,), [(-1, 2)], (2,), (3,))
    >>> dx.ravel(), dw.ravel()
    (array([0, 1, 2, 2, 1]), array([ 9, 12]))
    """
    op = "jax.lax.conv_general_dilated_backward"
    said = window_strides, padding, lhs_dilation, rhs_dilation, window_reversal
    groups, types = (feature_group_count, batch_group_count), (precision, preferred_element_type)
    return backward(general_call(op, lhs, rhs, said, dimension_numbers, groups, types), dy)


def conv_dimension_numbers(
    lhs_shape: Sequence[int], rhs_shape: Sequence[int], dimension_numbers: DimensionNumbers
) -> ConvDimensionNumbers:
    """Return what jax.lax.conv_dimension_numbers returns: None or three strings as ConvDimensionNumbers.

    Parameters
    ----------
    lhs_shape, rhs_shape : sequence of int
        The arrays' shapes; only how many axes they have matters.
    dimension_numbers : None, three strings or ConvDimensionNumbers
        What is to be read.

    Returns
    -------
    ConvDimensionNumbers
        The spatial axes of all three in the order of rhs.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError
        For unequal ranks, for axes missing or named twice, and for anything else.

    Examples
    --------
    >>> conv_dimension_numbers((1, 5, 3), (2, 3, 4), ("NWC", "WIO", "NWC"))
    ConvDimensionNumbers(lhs_spec=(0, 2, 1), rhs_spec=(2, 1, 0), out_spec=(0, 2, 1))
    """
    op = "jax.lax.conv_dimension_numbers"
    for name, shape in (("lhs_shape", lhs_shape), ("rhs_shape", rhs_shape)):
        if entries(shape) is None:
            raise ArgumentTypeError(
                op, f"{name} must be a sequence of ints, but it is {shape!r}.", fix="Pass the array's shape."
            )
    return numbers_for(op, lhs_shape, rhs_shape, dimension_numbers)[0]
