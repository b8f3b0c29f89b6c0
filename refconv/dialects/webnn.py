"""WebNN: what MLGraphBuilder's convolutions and poolings compute, by the W3C's specification.

The methods' names are Python's here (`conv_transpose2d` for ``convTranspose2d``), their options the specification's,
as a dictionary. There are two spatial axes and no gradients. The specification's operands are float32 and float16;
here any type of refconv's will do. https://www.w3.org/TR/webnn/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import integer
from refconv.arithmetic.sizes import transposed_output_size
from refconv.dialects.saying import said_as
from refconv.dialects.webnn_options import INPUT_LAYOUTS, layout, numbers, padding_pairs, read_options, whole
from refconv.dialects.webnn_pool import average_pool2d, l2_pool2d, max_pool2d
from refconv.errors import ArgumentError
from refconv.ops import convolution, transposed
from refconv.ops.elements import Array, check_numeric

__all__ = [
    "CONV2D_OPTIONS",
    "CONV_TRANSPOSE2D_OPTIONS",
    "average_pool2d",
    "conv2d",
    "conv_transpose2d",
    "l2_pool2d",
    "max_pool2d",
]

CONV2D_OPTIONS = ("padding", "strides", "dilations", "groups", "inputLayout", "filterLayout", "bias")
CONV_TRANSPOSE2D_OPTIONS = (*CONV2D_OPTIONS, "outputPadding", "outputSizes")
_FILTERS = ("oihw", "hwio", "ohwi", "ihwo")
_TRANSPOSED_FILTERS = ("iohw", "hwoi", "ohwi")
_WORDS = {"stride": "strides", "dilation": "dilations", "groups": "groups", "x": "input", "w": "filter", "b": "bias"}


def conv2d(input: ArrayLike, filter: ArrayLike, options: Mapping[str, Any] | None = None) -> Array:  # noqa: A002
    """Convolve as ``MLGraphBuilder.conv2d(input, filter, options)`` does.

    Parameters
    ----------
    input : array_like, shape (N, C, H, W) or (N, H, W, C)
        In the order that `inputLayout` says.
    filter : array_like, shape (O, C/groups, KH, KW)
        In the order that `filterLayout` says.
    options : dict, optional
        ``padding`` [top, bottom, left, right], ``strides`` and ``dilations`` [height, width], ``groups``,
        ``inputLayout`` "nchw" or "nhwc", ``filterLayout`` "oihw", "hwio", "ohwi" or "ihwo", ``bias`` of shape (O,).

    Returns
    -------
    ndarray, shape (N, O, OH, OW) or (N, OH, OW, O)
        As `refconv.conv2d`.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an unknown option, a list of another length, a padding below 0, a stride or dilation below 1.
    ShapeError, DTypeError, IntegerOverflowError
        As `refconv.conv2d`.

    Examples
    --------
    >>> import numpy as np
    >>> image, filters = np.ones((1, 5, 6, 2)), np.ones((4, 3, 3, 2))
    >>> how = {"inputLayout": "nhwc", "filterLayout": "ohwi", "padding": [0, 1, 2, 0], "strides": [2, 1]}
    >>> conv2d(image, filters, how).shape
    (1, 2, 6, 4)
    """
    op = "webnn.conv2d"
    given = read_options(op, options, CONV2D_OPTIONS)
    # read out here, for their errors are in WebNN's words already
    how: dict[str, Any] = {
        "stride": whole(op, given, "strides"),
        "padding": padding_pairs(op, given),
        "dilation": whole(op, given, "dilations"),
        "groups": integer(op, "groups", given.get("groups", 1), 1),
        "layout": layout(op, given, "inputLayout", INPUT_LAYOUTS),
        "kernel_layout": layout(op, given, "filterLayout", _FILTERS),
    }
    with said_as(op, _WORDS):
        return convolution.conv2d(input, filter, given.get("bias"), **how)


def conv_transpose2d(input: ArrayLike, filter: ArrayLike, options: Mapping[str, Any] | None = None) -> Array:  # noqa: A002
    """Convolve, transposed, as ``MLGraphBuilder.convTranspose2d(input, filter, options)`` does.

    Parameters
    ----------
    input : array_like, shape (N, C, H, W) or (N, H, W, C)
        In the order that `inputLayout` says.
    filter : array_like, shape (C, O/groups, KH, KW)
        In the order that `filterLayout` says.
    options : dict, optional
        ``padding`` [top, bottom, left, right], cropped from the output; ``strides``, ``dilations``, ``outputPadding``
        (less than the strides) and ``outputSizes`` [height, width], which makes `outputPadding` be ignored; ``groups``;
        ``inputLayout`` "nchw" or "nhwc"; ``filterLayout`` "iohw", "hwoi" or "ohwi"; ``bias`` of shape (O,).

    Returns
    -------
    ndarray, shape (N, O, OH, OW) or (N, OH, OW, O)
        As `refconv.conv_transpose2d`.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        As `conv2d`, and for an output padding or output size that the strides do not allow.
    ShapeError, DTypeError, IntegerOverflowError
        As `refconv.conv_transpose2d`.

    Examples
    --------
    >>> import numpy as np
    >>> image, filters = np.ones((1, 2, 4, 4)), np.ones((2, 3, 3, 3))
    >>> conv_transpose2d(image, filters, {"strides": [2, 2], "padding": [1, 1, 1, 1], "outputSizes": [7, 8]}).shape
    (1, 3, 7, 8)
    """
    op = "webnn.conv_transpose2d"
    input, filter = check_numeric(op, "input", input), check_numeric(op, "filter", filter)  # noqa: A001
    given = read_options(op, options, CONV_TRANSPOSE2D_OPTIONS)
    strides, dilations = whole(op, given, "strides"), whole(op, given, "dilations")
    padding = padding_pairs(op, given)
    orders = layout(op, given, "inputLayout", INPUT_LAYOUTS), layout(op, given, "filterLayout", _TRANSPOSED_FILTERS)
    extra = numbers(op, "outputPadding", given.get("outputPadding", (0, 0)), 2, 0)
    if "outputSizes" in given:
        sizes = numbers(op, "outputSizes", given["outputSizes"], 2, 1)
        extra = _extra(op, sizes, _smallest(input, filter, orders, strides, dilations, padding), strides)
    else:
        _check_below(op, extra, strides)
    with said_as(op, _WORDS | {"output_padding": "outputPadding"}):
        return transposed.conv_transpose2d(
            input,
            filter,
            given.get("bias"),
            stride=strides,
            padding=padding,
            dilation=dilations,
            groups=integer(op, "groups", given.get("groups", 1), 1),
            output_padding=extra,
            layout=orders[0],
            kernel_layout=orders[1],
        )


def _smallest(
    image: Array,
    kernel: Array,
    orders: tuple[str, str],
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: Sequence[tuple[int, int]],
) -> list[int] | None:
    """Return the output's height and width without output padding; None for what refconv will refuse.

    That is arrays that do not go together, and padding that crops the whole output, whatever its size.
    """
    shapes = [image.shape, kernel.shape]
    if any(len(shape) != 4 or product(shape[1:]) == 0 for shape in shapes):
        return None
    (n, k) = ([shape[order.index(axis)] for axis in "HW"] for shape, order in zip(shapes, orders, strict=True))
    smallest = [
        transposed_output_size(n[a], k[a], strides[a], dilations[a], *padding[a])  # height, then width
        for a in range(2)
    ]
    return smallest if all(least + s > 1 for least, s in zip(smallest, strides, strict=True)) else None


def _extra(op: str, sizes: Sequence[int], smallest: list[int] | None, strides: Sequence[int]) -> tuple[int, ...]:
    """Return the output padding that the sizes asked for amount to."""
    if smallest is None:
        return (0, 0)
    for name, size, least, s in zip(("height", "width"), sizes, smallest, strides, strict=True):
        if not least <= size < least + s:
            raise ArgumentError(
                op,
                f"outputSizes has a {name} that no input of this size comes from.",
                f"{name} = {size}, needed: {least} <= {name} < {least} + {s}, the stride",
                fix=f"Use {name}s from {max(least, 1)} to {least + s - 1}.",
            )
    return tuple(size - least for size, least in zip(sizes, smallest, strict=True))


def _check_below(op: str, extra: Sequence[int], strides: Sequence[int]) -> None:
    """Raise for an output padding that is not less than the stride, whatever the dilation."""
    if any(a >= s for a, s in zip(extra, strides, strict=True)):
        fitting = [min(a, s - 1) for a, s in zip(extra, strides, strict=True)]
        raise ArgumentError(
            op,
            "outputPadding must be less than the stride along both axes.",
            f"outputPadding = {list(extra)}, strides = {list(strides)}",
            fix=f"The nearest that is allowed is outputPadding={fitting}.",
            fixes=[{"outputPadding": fitting}],
        )
