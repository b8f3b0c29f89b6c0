"""keras.ops.conv_transpose and its gradients.

What is cropped is what TensorFlow crops for a result of the size that Keras promises, on every backend alike.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import integers, letters
from refconv.arithmetic.sizes import effective_kernel_size, same_transposed_padding
from refconv.dialects.keras_arguments import WORDS, options, rank_of
from refconv.dialects.saying import said_as
from refconv.errors import ArgumentError
from refconv.ops import transposed
from refconv.ops.arguments import Options, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.checks import check_rank
from refconv.ops.elements import Array, check_numeric

__all__ = ["conv_transpose", "conv_transpose_backward"]


def conv_transpose(
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    output_padding: PerAxis | None = None,
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Array:
    """Write each sample, times the kernel, over the outputs it reaches, as `keras.ops.conv_transpose` is documented to.

    Parameters
    ----------
    inputs : array_like, shape (N, ..., C)
        Input; with data_format "channels_first", shape (N, C, ...).
    kernel : array_like, shape (..., O, C)
        One bank of filters per input channel.
    strides : int or one per axis
        Steps between the outputs of neighbouring inputs, in output samples.
    padding : {"valid", "same"}
        That of the convolution whose adjoint this is.
    output_padding : int or one per axis, optional
        Samples more at the end, less than the stride; None is as many as make the sizes below.
    data_format : {"channels_last", "channels_first"}, optional
        The order of inputs' axes; None is "channels_last".
    dilation_rate : int or one per axis
        Distance between the taps, in output samples.

    Returns
    -------
    ndarray, shape (N, ..., O)
        Along each axis ``n*s`` for "same" and ``(n - 1)*s + max(span, s)`` for "valid"; with an output padding a
        ``(n - 1)*s + span % 2 + a`` and ``(n - 1)*s + span + a``.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv_transpose`, in Keras' words.

    Examples
    --------
    >>> import numpy as np
    >>> conv_transpose(np.ones((1, 3, 1)), np.ones((3, 1, 1)), 2, "same").ravel()
    array([1., 1., 2., 1., 2., 1.])
    """
    op = "keras.ops.conv_transpose"
    said = _said(op, inputs, kernel, strides, padding, output_padding, data_format, dilation_rate)
    with said_as(op, WORDS):
        return transposed.conv_transpose(inputs, kernel, None, *said)


def conv_transpose_backward(
    dy: ArrayLike,
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis = 1,
    padding: str = "valid",
    output_padding: PerAxis | None = None,
    data_format: str | None = None,
    dilation_rate: PerAxis = 1,
) -> Gradients:
    """Return the gradients of ``sum(dy * conv_transpose(inputs, kernel, ...))`` for inputs and kernel.

    Parameters
    ----------
    dy : array_like, shape (N, ..., O)
        Gradient for the result of `conv_transpose`.
    inputs, kernel, strides, padding, output_padding, data_format, dilation_rate
        As given to `conv_transpose`.

    Returns
    -------
    Gradients
        ``(dx, dw, None)`` in the layouts of inputs and kernel.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `conv_transpose`, and ShapeError for a dy of the wrong shape.

    Examples
    --------
    >>> import numpy as np
    >>> dy, x, w = np.ones((1, 6, 1)), np.ones((1, 3, 1)), np.ones((3, 1, 1))
    >>> conv_transpose_backward(dy, x, w, 2, "same").dx.ravel()
    array([3., 3., 2.])
    """
    op = "keras.ops.conv_transpose_backward"
    said = _said(op, inputs, kernel, strides, padding, output_padding, data_format, dilation_rate)
    with said_as(op, WORDS):
        return transposed.conv_transpose_backward(dy, inputs, kernel, *said, bias=False)


def _said(
    op: str,
    inputs: ArrayLike,
    kernel: ArrayLike,
    strides: PerAxis,
    padding: str,
    output_padding: PerAxis | None,
    data_format: str | None,
    dilation_rate: PerAxis,
) -> tuple[PerAxis, tuple[tuple[int, int], ...], PerAxis, int, int, str, str]:
    """Return stride, padding, dilation, groups, output padding and both layouts in refconv's words."""
    rank = rank_of(op, inputs)
    said = options(op, rank, strides, padding, data_format, dilation_rate, kernel_layout="*OI")
    shape = check_numeric(op, "kernel", kernel).shape
    check_rank(op, "kernel", shape, "(..., O, C)", rank + 2)
    crops = _crops(op, shape[:rank], said, output_padding)
    return said.stride, crops, said.dilation, 1, 0, said.layout, said.kernel_layout


def _crops(
    op: str, kernel: tuple[int, ...], said: Options, output_padding: PerAxis | None
) -> tuple[tuple[int, int], ...]:
    axes = letters(len(kernel))
    stride, dilation = integers(op, "strides", said.stride, axes), integers(op, "dilation_rate", said.dilation, axes)
    same = said.padding == "same_upper"
    if output_padding is None:
        pairs = zip(kernel, stride, dilation, strict=True)
        return tuple((_inferred_same if same else _inferred_valid)(k, s, d) for k, s, d in pairs)
    extra = integers(op, "output_padding", output_padding, axes, 0)
    _check_extra(op, axes, extra, stride)
    return tuple(
        _same(int(effective_kernel_size(k, d)), a) if same else (0, -a)
        for k, d, a in zip(kernel, dilation, extra, strict=True)
    )


def _inferred_same(k: int, s: int, d: int) -> tuple[int, int]:
    lo, hi = same_transposed_padding(k, s, d)
    return int(lo), int(hi)


def _inferred_valid(k: int, s: int, d: int) -> tuple[int, int]:
    return 0, min(int(effective_kernel_size(k, d)) - s, 0)


def _same(span: int, a: int) -> tuple[int, int]:
    """Return what is cropped for ``(n - 1)*s + span % 2 + a`` outputs: an odd one at the end, never less than none."""
    total = span - span % 2 - a
    lo = max(total // 2, 0)
    return lo, total - lo


def _check_extra(op: str, axes: str, extra: tuple[int, ...], stride: tuple[int, ...]) -> None:
    mended = tuple(min(a, s - 1) for a, s in zip(extra, stride, strict=True))
    if mended != extra:
        raise ArgumentError(
            op,
            "output_padding must be less than the stride.",
            f"output_padding = {extra}, strides = {stride} along ({', '.join(axes)})",
            fix=f"The largest that works is output_padding={mended}.",
            fixes=[{"output_padding": mended}],
        )
