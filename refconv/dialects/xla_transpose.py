"""jax.lax.conv_transpose: the general convolution of a dilated lhs, and what its words for padding mean there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice, flag
from refconv.arithmetic.sizes import full_padding, same_transposed_padding
from refconv.dialects.xla_calls import checked_call, operands, ungrouped
from refconv.dialects.xla_general import GeneralCall, backward, forward
from refconv.dialects.xla_numbers import ConvDimensionNumbers, DimensionNumbers, numbers_for
from refconv.dialects.xla_window import dilated, one_each, pairs, window_for
from refconv.errors import ArgumentError
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = ["conv_transpose", "conv_transpose_backward", "transposed_call", "turned_kernel"]

LAYOUTS = {
    2: ("NC", "IO", "NC"),
    3: ("NHC", "HIO", "NHC"),
    4: ("NHWC", "HWIO", "NHWC"),
    5: ("NHWDC", "HWDIO", "NHWDC"),
}
"""What jax.lax.conv_transpose takes the arrays for, by their number of axes, where nobody says: TensorFlow's order."""


def conv_transpose(
    lhs: ArrayLike,
    rhs: ArrayLike,
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: DimensionNumbers = None,
    transpose_kernel: bool = False,
    precision: Any = None,
    preferred_element_type: Any = None,
    use_consistent_padding: bool = False,
) -> Array:
    r"""Return what jax.lax.conv_transpose returns: the convolution of an lhs with ``strides - 1`` zeros to a sample.

    Parameters
    ----------
    lhs, rhs : array_like
        Of the same number of axes; by default (N, H, W, C) and (H, W, I, O), as in TensorFlow.
    strides : sequence of int
        Distance between the samples of lhs among the zeros, along each spatial axis.
    padding : {"SAME", "VALID"} or sequence of (lo, hi)
        The words mean the convolution of which this is the adjoint, for ``n * strides`` outputs, or for those that its
        windows wrote (never fewer than ``n * strides``). Numbers pad the dilated lhs itself, unless
        `use_consistent_padding`: then they too mean the other convolution, as PyTorch's.
    rhs_dilation : sequence of int, optional
        Distance between the taps.
    dimension_numbers : three strings or ConvDimensionNumbers, optional
        Which axis is which; needed for more than 3 spatial axes.
    transpose_kernel : bool
        Reverse the taps and exchange I and O: the adjoint of a convolution with the rhs as it is, as in Keras.
    precision, preferred_element_type
        As for `conv_general_dilated`.
    use_consistent_padding : bool
        What numbers for the padding mean.

    Returns
    -------
    ndarray
        In the order of axes that `dimension_numbers` say.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_general_dilated`; ArgumentError for any other word.

    See Also
    --------
    conv_transpose_backward : its gradients.
    refconv.conv_transpose2d : the adjoint of convolution, without the products with zeros.

    Examples
    --------
    >>> lhs, rhs = np.array([1, 2]).reshape(1, 2, 1), np.array([1, 10, 100]).reshape(3, 1, 1)
    >>> conv_transpose(lhs, rhs, (2,), "VALID").ravel()
    array([100,  10, 201,  20,   2])
    """
    said = strides, padding, rhs_dilation
    types = precision, preferred_element_type
    kind = transpose_kernel, use_consistent_padding
    return forward(transposed_call("jax.lax.conv_transpose", lhs, rhs, said, dimension_numbers, kind, types))


def conv_transpose_backward(
    dy: ArrayLike,
    lhs: ArrayLike,
    rhs: ArrayLike,
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: DimensionNumbers = None,
    transpose_kernel: bool = False,
    precision: Any = None,
    preferred_element_type: Any = None,
    use_consistent_padding: bool = False,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv_transpose(lhs, rhs, ...))`` for lhs and rhs.

    Parameters
    ----------
    dy : array_like
        Gradient for the result, of exactly its shape.
    lhs, rhs, strides, padding, rhs_dilation, dimension_numbers, transpose_kernel, precision, preferred_element_type
        As given to `conv_transpose`.
    use_consistent_padding : bool
        As given to `conv_transpose`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)``, of the shapes of lhs and rhs; complex operands enter unconjugated, as in JAX.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_transpose`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> lhs, rhs = np.array([1, 2]).reshape(1, 2, 1), np.array([1, 10, 100]).reshape(3, 1, 1)
    >>> dx, dw, _ = conv_transpose_backward(np.ones((1, 5, 1), int), lhs, rhs, (2,), "VALID")
    >>> dx.ravel(), dw.ravel()
    (array([111, 111]), array([3, 3, 3]))
    """
    op = "jax.lax.conv_transpose_backward"
    said = strides, padding, rhs_dilation
    types = precision, preferred_element_type
    kind = transpose_kernel, use_consistent_padding
    call = transposed_call(op, lhs, rhs, said, dimension_numbers, kind, types)
    found = backward(call, dy)
    return found._replace(dw=np.ascontiguousarray(turned_kernel(found.dw, call.numbers))) if transpose_kernel else found


def transposed_call(
    op: str,
    lhs: ArrayLike,
    rhs: ArrayLike,
    said: tuple[Any, Any, Any],
    numbers: DimensionNumbers = None,
    kind: tuple[bool, bool] = (False, False),
    types: tuple[Any, Any] = (None, None),
) -> GeneralCall:
    """Return the general call that a transposed convolution is.

    Parameters
    ----------
    op : str
        What was called.
    lhs, rhs, numbers
        As the caller gave them.
    said, kind, types : tuple
        strides, padding and rhs_dilation; transpose_kernel and use_consistent_padding; precision and
        preferred_element_type.

    Examples
    --------
    >>> transposed_call("conv", np.ones((1, 4, 2)), np.ones((3, 2, 5)), ((2,), "SAME", None)).out_shape
    (1, 5, 8)
    """
    transpose_kernel, consistent = kind
    a, b = operands(op, lhs, rhs)
    if numbers is None and a.ndim == b.ndim and a.ndim > max(LAYOUTS):
        raise ArgumentError(
            op,
            f"dimension_numbers must be given for {a.ndim - 2} spatial axes.",
            fix="Write three strings, or ConvDimensionNumbers; there is a default for up to 3 spatial axes.",
        )
    read, names = numbers_for(op, a.shape, b.shape, LAYOUTS.get(a.ndim) if numbers is None else numbers)
    if flag(op, "transpose_kernel", transpose_kernel):
        b = turned_kernel(b, read)
    strides, padding, rhs_dilation = said
    steps = one_each(op, "strides", strides, names, optional=False)
    apart = one_each(op, "rhs_dilation", rhs_dilation, names)
    spans = [dilated(b.shape[axis], d) for axis, d in zip(read.rhs_spec[2:], apart, strict=True)]
    around = _around(op, padding, names, spans, steps, flag(op, "use_consistent_padding", consistent))
    window = window_for(op, names, ((), ()), ((1,) * len(names), around, steps, apart, None))
    with ungrouped(op):
        return checked_call(op, (a, b), read, window, types=types)


def turned_kernel(rhs: Array, numbers: ConvDimensionNumbers) -> Array:
    """Return a kernel with its taps reversed and its input and output features exchanged; twice is as before.

    Examples
    --------
    >>> turned_kernel(np.array([[[1, 2, 3]]]), ConvDimensionNumbers((0, 1, 2), (0, 1, 2), (0, 1, 2)))
    array([[[3, 2, 1]]])
    """
    outputs, inputs, *spatial = numbers.rhs_spec
    turned: Array = np.flip(rhs, tuple(spatial))
    return turned.swapaxes(outputs, inputs)


def _around(
    op: str, padding: Any, names: str, spans: Sequence[int], strides: Sequence[int], consistent: bool
) -> tuple[tuple[int, int], ...]:
    """Return the padding of the dilated lhs: what is said, or what makes this a so padded convolution's adjoint."""
    if not isinstance(padding, str):
        said = pairs(op, padding, names)
        if not consistent:
            return said
    else:
        choice(op, "padding", padding, ("VALID", "SAME"))
        said = tuple(same_transposed_padding(span, s) for span, s in zip(spans, strides, strict=True))
        if padding == "VALID":  # only what no window wrote, where the stride exceeds the span
            said = tuple((0, min(hi, 0)) for _, hi in said)
    reach = map(full_padding, spans)
    return tuple((a - lo, b - hi) for (a, b), (lo, hi) in zip(reach, said, strict=True))
