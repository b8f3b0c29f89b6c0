"""Draw calls in TensorFlow's own words: each goes to `tf.nn` and to our dialect unchanged.

Strides, dilations and window sizes are an int, one per spatial axis or one per axis of the array, as it falls.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from refconv.arithmetic.sizes import effective_kernel_size, output_size, same_padding
from tests.draw import Integer

LAST = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
FIRST = {1: "NCW", 2: "NCHW", 3: "NCDHW"}

CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
DEPTHWISE = ("depthwise_conv2d", "separable_conv2d")
TRANSPOSED = ("conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
ATROUS = ("atrous_conv2d", "atrous_conv2d_transpose")
POOLS = ("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d")
KINDS = (*CONVOLUTIONS, *DEPTHWISE, *TRANSPOSED, *ATROUS, *POOLS)


@dataclass(frozen=True)
class Drawn:
    """One call: the function's name, its operands' shapes, its other arguments, and what its results sum.

    `terms` counts the products in one element of y and of dx; `plain` and `gradients` say whether TensorFlow's CPU
    kernels, without its compiler, have the call and its gradients.
    """

    kind: str
    shapes: tuple[tuple[int, ...], ...]
    words: dict[str, Any]
    terms: tuple[int, int]
    plain: bool = True
    gradients: bool = True
    seed: int = field(default=0)


@dataclass(frozen=True)
class Along:
    """One spatial axis: sizes before and after, kernel, stride, dilation, explicit padding."""

    n: int
    k: int
    s: int
    d: int
    lo: int
    hi: int
    out: int


def draw(kind: str, integer: Integer, *, compiled: bool = False) -> Drawn:
    """Return a call of `kind`; with `compiled`, also what only TensorFlow's compiler can do on a CPU."""
    family = (
        _convolution if kind in CONVOLUTIONS
        else _depthwise if kind in DEPTHWISE
        else _transposed if kind in TRANSPOSED
        else _atrous if kind in ATROUS
        else _pool
    )  # fmt: skip
    drawn = family(kind, integer, compiled)
    return replace(drawn, seed=integer(0, 2**16))


def _rank(kind: str) -> int:
    return int(next(letter for letter in kind if letter in "123"))


def along(integer: Integer, padding: str, most: int, s: int, d: int) -> Along:
    """Return an axis of a convolution: a kernel, and an input in which it fits."""
    k = integer(1, 3)
    span = int(effective_kernel_size(k, d))
    if padding == "SAME":
        n = integer(1, 2 * most + 1)
        lo, hi = same_padding(n, k, s, d)
    else:
        lo, hi = (integer(0, 3), integer(0, 3)) if padding == "EXPLICIT" else (0, 0)
        n = max(span - lo - hi, 1) + integer(0, most)
    return Along(n, k, s, d, lo, hi, int(output_size(n, k, s, d, lo, hi)))


def off_centre(axis: Along) -> bool:
    """Return whether "SAME" leaves samples at the end: TensorFlow's float64 kernel of conv3d then starts later."""
    return axis.n > (axis.out - 1) * axis.s + effective_kernel_size(axis.k, axis.d)


def _axes(integer: Integer, rank: int, padding: str, *, strided: bool, dilated: bool, equal: bool) -> list[Along]:
    most = (6, 4, 2)[rank - 1]
    stride = [integer(1, 3) if strided else 1 for _ in range(rank)]
    stride = [stride[0]] * rank if equal else stride
    dilation = [integer(1, 3) if dilated else 1 for _ in range(rank)]
    return [along(integer, padding, most, s, d) for s, d in zip(stride, dilation, strict=True)]


def said(integer: Integer, values: list[int], order: str, form: int | None = None) -> Any:
    """Return one int per axis in one of the forms that TensorFlow takes."""
    form = integer(0, 2) if form is None else form
    if form == 0 and len(set(values)) == 1:
        return values[0]
    return values if form <= 1 and len(values) > 1 else whole(values, order, 1)


def whole(values: list[Any], order: str, still: Any) -> list[Any]:
    """Return one entry for every axis of an array, `still` along the batch and the channels."""
    following = iter(values)
    return [still if letter in "NC" else next(following) for letter in order]


def _order(integer: Integer, rank: int, compiled: bool) -> str:
    return FIRST[rank] if compiled and integer(0, 1) else LAST[rank]


def _padding(integer: Integer, rank: int, explicit: bool) -> str:
    return ("SAME", "VALID", "EXPLICIT")[integer(0, 2 if explicit and rank == 2 else 1)]


def _undisputed(rank: int, padding: str, dilated: bool) -> str:
    """In a graph, TensorFlow sizes a dilated conv3d along one axis by the dilation of another, unless it is "SAME"."""
    return "SAME" if rank == 3 and dilated else padding


def _pads(axes: list[Along], padding: str, order: str) -> Any:
    return whole([[a.lo, a.hi] for a in axes], order, [0, 0]) if padding == "EXPLICIT" else padding


def shape(order: str, batch: int, channels: int, sizes: list[int]) -> tuple[int, ...]:
    following = iter(sizes)
    return tuple({"N": batch, "C": channels}.get(letter) or next(following) for letter in order)


def _convolution(kind: str, integer: Integer, compiled: bool) -> Drawn:
    rank = _rank(kind)
    order, padding = _order(integer, rank, compiled), _padding(integer, rank, explicit=True)
    bare = rank == 3 and not compiled
    dilated = not bare and integer(0, 1) == 1
    padding = _undisputed(rank, padding, dilated)
    axes = _axes(integer, rank, padding, strided=True, dilated=dilated, equal=False)
    groups = 1 if bare else integer(1, 3)
    reads, filters, batch = integer(1, 2), integer(1, 2), integer(1, 2)
    form = 2 if rank == 3 else None  # conv3d takes lists of five
    stride = "stride" if rank == 1 else "strides"
    words = {
        stride: said(integer, [a.s for a in axes], order, form),
        "padding": _pads(axes, padding, order),
        "data_format": order,
        "dilations": said(integer, [a.d for a in axes], order, form),
    }
    taps = prod(a.k for a in axes)
    easy = groups == 1 and all(a.d == 1 for a in axes)
    return Drawn(
        kind,
        (
            shape(order, batch, groups * reads, [a.n for a in axes]),
            (*(a.k for a in axes), reads, groups * filters),
        ),
        words,
        (taps * reads, taps * filters),
        plain=order == LAST[rank] and (rank < 3 or (easy and not (padding == "SAME" and any(map(off_centre, axes))))),
        gradients=order == LAST[rank] and easy,
    )


def _depthwise(kind: str, integer: Integer, compiled: bool) -> Drawn:
    order, padding = _order(integer, 2, compiled), _padding(integer, 2, explicit=True)
    dilated = integer(0, 1) == 1
    axes = _axes(integer, 2, padding, strided=not dilated, dilated=dilated, equal=not compiled)
    channels, multiplier, filters = integer(1, 3), integer(1, 2), integer(1, 3)
    words = {
        "strides": said(integer, [a.s for a in axes], order, 2),
        "padding": _pads(axes, padding, order),
        "data_format": order,
        "dilations": [a.d for a in axes],
    }
    taps, middle = prod(a.k for a in axes), channels * multiplier
    kernel = (*(a.k for a in axes), channels, multiplier)
    x_shape = shape(order, integer(1, 2), channels, [a.n for a in axes])
    plain = order == "NHWC" and len({a.s for a in axes}) == 1
    if kind == "depthwise_conv2d":
        return Drawn(kind, (x_shape, kernel), words, (taps, taps * multiplier), plain, plain)
    mixing = (1, 1, middle, filters)
    return Drawn(kind, (x_shape, kernel, mixing), words, (taps + middle, taps * multiplier + filters), plain, plain)


def _transposed(kind: str, integer: Integer, compiled: bool) -> Drawn:
    rank = _rank(kind)
    order, padding = _order(integer, rank, compiled), _padding(integer, rank, explicit=True)
    dilated = compiled and integer(0, 1) == 1
    padding = _undisputed(rank, padding, dilated)
    axes = _axes(integer, rank, padding, strided=True, dilated=dilated, equal=False)
    batch, channels, filters = integer(1, 2), integer(1, 3), integer(1, 3)
    words = {
        "output_shape": list(shape(order, batch, filters, [a.n for a in axes])),
        "strides": said(integer, [a.s for a in axes], order),
        "padding": _pads(axes, padding, order),
        "data_format": order,
        "dilations": said(integer, [a.d for a in axes], order),
    }
    taps = prod(a.k for a in axes)
    shapes = (
        shape(order, batch, channels, [a.out for a in axes]),
        (*(a.k for a in axes), filters, channels),
    )
    plain = order == LAST[rank] and all(a.d == 1 for a in axes)
    disputed = rank == 3 and padding == "SAME" and any(map(off_centre, axes))  # dx is conv3d's business
    return Drawn(kind, shapes, words, (taps * channels, taps * filters), plain, plain and not disputed)


def _atrous(kind: str, integer: Integer, compiled: bool) -> Drawn:
    padding, rate = _padding(integer, 2, explicit=False), integer(1, 3)
    axes = [along(integer, padding, 4, 1, rate) for _ in range(2)]
    batch, channels, filters = integer(1, 2), integer(1, 3), integer(1, 3)
    here, there, kernel = [a.n for a in axes], [a.out for a in axes], [a.k for a in axes]
    words: dict[str, Any] = {"rate": rate, "padding": padding}
    taps = prod(kernel)
    terms = (taps * channels, taps * filters)
    if kind == "atrous_conv2d":
        return Drawn(kind, ((batch, *here, channels), (*kernel, channels, filters)), words, terms)
    words = {"output_shape": [batch, *here, filters], **words}
    return Drawn(kind, ((batch, *there, channels), (*kernel, filters, channels)), words, terms)


def _pool(kind: str, integer: Integer, compiled: bool) -> Drawn:
    rank = _rank(kind)
    order = _order(integer, rank, compiled)
    explicit = kind.startswith("max") and rank < 3 and not compiled and integer(0, 2) == 0
    padding = "EXPLICIT" if explicit else _padding(integer, rank, explicit=False)
    axes = []
    for _ in range(rank):
        k, s = integer(1, 3), integer(1, 3)
        lo, hi = (integer(0, k - 1), integer(0, k - 1)) if explicit else (0, 0)
        n = integer(1, 5) if padding == "SAME" else max(k - lo - hi, 1) + integer(0, 4)
        axes.append(Along(n, k, s, 1, lo, hi, 0))
    words = {
        "ksize": said(integer, [a.k for a in axes], order),
        "strides": said(integer, [a.s for a in axes], order),
        "padding": _pads(axes, padding, order),
        "data_format": order,
    }
    taps = prod(a.k for a in axes)
    shapes = (shape(order, integer(1, 2), integer(1, 3), [a.n for a in axes]),)
    plain = order == LAST[rank]
    return Drawn(kind, shapes, words, (taps, taps), plain, plain)
