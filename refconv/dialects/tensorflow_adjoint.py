"""A transposed convolution whose caller says the shape of the result: TensorFlow's, and Keras'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.per_axis import entries, integer, integers, letters, paddings, resolve
from refconv.arithmetic.sizes import transposed_output_size
from refconv.dialects.saying import said_as
from refconv.dialects.tensorflow_arguments import spatial
from refconv.dialects.tensorflow_calls import WORDS
from refconv.errors import ArgumentError, ShapeError
from refconv.ops import transposed
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.checks import check_rank
from refconv.ops.elements import Array, check_numeric

__all__ = ["transpose", "transpose_backward"]

OWN = {"output_shape": "output_shape"}  # so that fixes of it are kept
FORWARD = {1: transposed.conv_transpose1d, 2: transposed.conv_transpose2d, 3: transposed.conv_transpose3d}
BACKWARD = {
    1: transposed.conv_transpose1d_backward,
    2: transposed.conv_transpose2d_backward,
    3: transposed.conv_transpose3d_backward,
}


def transpose(
    op: str,
    operands: tuple[ArrayLike, ArrayLike],
    output_shape: Sequence[int],
    said: Options,
    words: Mapping[str, str] = WORDS,
) -> Array:
    """Return the adjoint of the convolution that `said` describes, from x's shape to `output_shape`.

    Parameters
    ----------
    op : str
        What was called, for messages.
    operands : tuple of array_like
        x and w, laid out as `said` has it.
    output_shape : sequence of int
        The result's shape.
    said : Options
        The convolution's: from the result to x.
    words : mapping, optional
        What the caller calls refconv's arguments.

    Raises
    ------
    ShapeError
        Where the convolution takes `output_shape` to something else than x's shape.
    ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `refconv.conv_transpose2d`.

    Examples
    --------
    >>> import numpy as np
    >>> said = Options((2,), "same_upper", layout="NWC", kernel_layout="*OI")
    >>> transpose("conv1d_transpose", (np.ones((1, 3, 1)), np.ones((3, 1, 1))), [1, 5, 1], said).ravel()
    array([1., 2., 1., 2., 1.])
    """
    with said_as(op, {**words, **OWN}):
        x, w, how = _planned(op, operands, output_shape, said, words)
        return FORWARD[x.ndim - 2](x, w, None, *_cropped(how))


def transpose_backward(
    op: str,
    operands: tuple[ArrayLike, ArrayLike, ArrayLike],
    output_shape: Sequence[int],
    said: Options,
    words: Mapping[str, str] = WORDS,
) -> Gradients:
    """Return the gradients of `transpose` for x and w; the operands are dy, x and w.

    Examples
    --------
    >>> import numpy as np
    >>> said = Options((2,), "same_upper", layout="NWC", kernel_layout="*OI")
    >>> operands = np.ones((1, 5, 1)), np.ones((1, 3, 1)), np.ones((3, 1, 1))
    >>> transpose_backward("conv1d_transpose_backward", operands, [1, 5, 1], said).dx.ravel()
    array([2., 3., 2.])
    """
    with said_as(op, {**words, **OWN}):
        x, w, how = _planned(op, operands[1:], output_shape, said, words)
        return BACKWARD[x.ndim - 2](operands[0], x, w, *_cropped(how), bias=False)


def _cropped(how: Options) -> tuple[PerAxis, Padding, PerAxis, int, int, str, str]:
    return how.stride, how.padding, how.dilation, 1, 0, how.layout, how.kernel_layout


def _planned(
    op: str,
    operands: tuple[ArrayLike, ArrayLike],
    output_shape: Sequence[int],
    said: Options,
    words: Mapping[str, str],
) -> tuple[Array, Array, Options]:
    """Return x, w and the options, with the padding that crops the result to `output_shape`."""
    x, w = (check_numeric(op, words[name], operand) for name, operand in zip("xw", operands, strict=True))
    order = said.layout
    check_rank(op, words["x"], x.shape, "(" + ", ".join(order) + ")", len(order))
    check_rank(op, words["w"], w.shape, "(..., O, C)", len(order))
    _check_taps(op, w.shape, words["w"])
    wanted = _shape(op, output_shape, order)
    _check_ends(op, (x.shape[0], w.shape[-2]), wanted, order, words["w"])
    axes = _axes(op, spatial(wanted, order), w.shape, said)
    sizes = spatial(x.shape, order)
    if [axis.out for axis in axes] != sizes:
        raise _elsewhere(op, axes, sizes, wanted, said)
    crops = tuple((axis.lo, _whole(axis, n) - axis.n) for axis, n in zip(axes, sizes, strict=True))
    return x, w, said._replace(padding=crops)


def _check_taps(op: str, shape: tuple[int, ...], name: str) -> None:
    """Raise for a kernel without a tap, from whose windows no shape follows."""
    if 0 in shape[:-2]:
        raise ShapeError(
            op,
            f"{name} has size 0 along a spatial axis.",
            f"{name}.shape = {shape}",
            fix="Give at least one tap along each.",
        )


def _axes(op: str, sizes: list[int], kernel: tuple[int, ...], said: Options) -> list[Axis]:
    """Return the axes of the convolution that leads from the result to x."""
    names = letters(len(sizes), op)
    per_axis = (sizes, kernel, integers(op, "strides", said.stride, names), integers(op, "", said.dilation, names))
    words = paddings(op, said.padding, names)
    axes = []
    for entry, (n, k, s, d) in zip(words, zip(*per_axis, strict=False), strict=True):
        lo, hi = resolve(entry, n, k, s, d)
        axes.append(Axis(n, k, s, d, lo, hi))
    return axes


def _whole(axis: Axis, n: int) -> int:
    """Return how much n inputs write, without what is cropped before it."""
    return int(transposed_output_size(n, axis.k, axis.s, axis.d, axis.lo))


def _shape(op: str, output_shape: Sequence[int], order: str) -> list[int]:
    listed = entries(output_shape)
    if listed is None or len(listed) != len(order):
        raise ArgumentError(
            op, f"output_shape is {output_shape!r}.", fix=f"Give one size for each axis of {order}, batch and all."
        )
    return [
        integer(op, "an entry of output_shape", size, 0 if axis == "N" else 1)
        for axis, size in zip(order, listed, strict=True)
    ]


def _check_ends(op: str, ends: tuple[int, int], wanted: list[int], order: str, kernel: str) -> None:
    """Raise unless the batch is x's, and the channels are the filters'."""
    needed = dict(zip("NC", ends, strict=True))
    mended = [needed.get(axis, size) for axis, size in zip(order, wanted, strict=True)]
    if mended != wanted:
        raise ShapeError(
            op,
            f"output_shape has another batch than the input, or other channels than {kernel}.",
            f"output_shape = {wanted}, in the order {order}",
            f"needed: N = {ends[0]}, C = {ends[1]}.",
            fix=f"Write output_shape={mended}.",
            fixes=[{"output_shape": mended}],
        )


def _elsewhere(op: str, axes: list[Axis], sizes: list[int], wanted: list[int], said: Options) -> ShapeError:
    """Return the error for a shape that the convolution does not take to x's, with the nearest that it does."""
    right = []
    for axis, n in zip(axes, sizes, strict=True):
        least = (n - 1) * axis.s + 1 if said.padding == "same_upper" else _whole(axis, n) - axis.hi
        right.append(min(max(axis.n, least), least + axis.s - 1))
    mended = iter(right)
    shape = [size if axis in "NC" else next(mended) for axis, size in zip(said.layout, wanted, strict=True)]
    return ShapeError(
        op,
        "the convolution does not lead from output_shape to the input.",
        f"output_shape = {wanted}  ->  {[max(axis.out, 0) for axis in axes]} windows along the spatial axes",
        f"needed: {sizes}, as the input has.",
        fix=f"The nearest that does is output_shape={shape}.",
        fixes=[{"output_shape": shape}] if min(right) > 0 else None,
    )
