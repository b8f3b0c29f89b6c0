"""A convolution whose groups follow from the shapes, and whose batch may be several axes: TensorFlow's and Keras'."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from numpy.typing import ArrayLike

from refconv.dialects.saying import said_as
from refconv.errors import ShapeError
from refconv.ops import convolution
from refconv.ops.arguments import Options
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array, check_numeric

__all__ = ["WORDS", "convolve", "convolve_backward", "grouped", "merged"]

WORDS = {"x": "input", "w": "filters", "stride": "strides", "dilation": "dilations", "layout": "data_format"}
"""What TensorFlow calls refconv's arguments."""

FORWARD = {1: convolution.conv1d, 2: convolution.conv2d, 3: convolution.conv3d}
BACKWARD = {1: convolution.conv1d_backward, 2: convolution.conv2d_backward, 3: convolution.conv3d_backward}


def convolve(op: str, rank: int, x: ArrayLike, w: ArrayLike, said: Options, words: Mapping[str, str] = WORDS) -> Array:
    """Return a convolution's result; `words` are what the caller calls refconv's arguments.

    Examples
    --------
    >>> import numpy as np
    >>> said = Options(layout="N*C", kernel_layout="*IO")
    >>> convolve("conv1d", 1, np.ones((2, 3, 5, 4)), np.ones((3, 2, 6)), said).shape
    (2, 3, 3, 6)
    """
    with said_as(op, words):
        samples, batch = merged(op, x, rank, words)
        kernel = check_numeric(op, words["w"], w)
        y = FORWARD[rank](samples, kernel, None, *grouped(samples, kernel, rank, said)[:7])
    return y.reshape(*batch, *y.shape[1:])


def convolve_backward(
    op: str,
    rank: int,
    operands: tuple[ArrayLike, ArrayLike, ArrayLike],
    said: Options,
    words: Mapping[str, str] = WORDS,
) -> Gradients:
    """Return the gradients of `convolve` for x and w; the operands are dy, x and w.

    Raises
    ------
    ShapeError
        For a dy of another shape than the result's, all of its batch axes counted.
    ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError
        As `convolve`.

    Examples
    --------
    >>> import numpy as np
    >>> said = Options(layout="N*C", kernel_layout="*IO")
    >>> operands = np.ones((1, 3, 6)), np.ones((1, 5, 4)), np.ones((3, 2, 6))
    >>> convolve_backward("conv1d_backward", 1, operands, said).dw.shape
    (3, 2, 6)
    """
    dy, x, w = operands
    with said_as(op, words):
        samples, batch = merged(op, x, rank, words)
        kernel = check_numeric(op, words["w"], w)
        upstream = check_numeric(op, "dy", dy)
        if len(batch) > 1:
            _check_batch(op, upstream.shape, batch, words["x"])
            upstream = upstream.reshape(prod(batch), *upstream.shape[len(batch) :])
        how = grouped(samples, kernel, rank, said)[:7]
        dx, dw, _ = BACKWARD[rank](upstream, samples, kernel, *how, bias=False)
    return Gradients(dx.reshape(*batch, *dx.shape[1:]), dw, None)


def _check_batch(op: str, shape: tuple[int, ...], batch: tuple[int, ...], name: str) -> None:
    """Raise for a dy with other batch axes than the input's, though there be as many samples."""
    if shape[: len(batch)] != batch:
        raise ShapeError(
            op,
            f"dy has other batch axes than {name}.",
            f"dy.shape = {shape}",
            f"needed: {len(batch)} batch axes of sizes {batch}, then those of one result.",
            fix="Reshape dy to the shape of the result.",
        )


def merged(op: str, x: ArrayLike, rank: int, words: Mapping[str, str] = WORDS) -> tuple[Array, tuple[int, ...]]:
    """Return x with one batch axis, and the axes that became it.

    Examples
    --------
    >>> import numpy as np
    >>> samples, batch = merged("conv1d", np.ones((2, 3, 5, 4)), 1)
    >>> samples.shape, batch
    ((6, 5, 4), (2, 3))
    """
    array = check_numeric(op, words["x"], x)
    if array.ndim <= rank + 2:
        return array, array.shape[:1]
    batch = array.shape[: -rank - 1]
    return array.reshape(prod(batch), *array.shape[-rank - 1 :]), batch


def grouped(x: Array, w: Array, rank: int, said: Options) -> Options:
    """Return the options with the groups that follow from how many channels a filter reads.

    Examples
    --------
    >>> import numpy as np
    >>> grouped(np.ones((1, 5, 6)), np.ones((3, 2, 9)), 1, Options(layout="N*C")).groups
    3
    """
    if x.ndim != rank + 2 or w.ndim != rank + 2:
        return said  # refused by whoever looks at the shapes
    channels = x.shape[-1 if said.layout.endswith("C") else 1]
    groups, rest = divmod(channels, max(w.shape[-2], 1))
    return said._replace(groups=1 if rest else max(groups, 1))
