"""Draw calls in Keras' own words: each goes to `keras.ops` and to our dialect unchanged."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

from refconv.arithmetic.sizes import effective_kernel_size
from tests.draw import Integer
from tests.drawn_tensorflow import FIRST, LAST, Along, Drawn, along, off_centre, shape

KINDS = ("conv", "depthwise_conv", "separable_conv", "conv_transpose", "max_pool", "average_pool")
GROUPED = 12  # one convolution in so many: Keras compiles them one by one


def draw(kind: str, integer: Integer) -> Drawn:
    """Return a call of `kind`; `plain` says whether TensorFlow's CPU kernels have it without a compiler."""
    family = {"conv": _conv, "conv_transpose": _transposed, "max_pool": _pool, "average_pool": _pool}
    return replace(family.get(kind, _depthwise)(kind, integer), seed=integer(0, 2**16))


def _padding(integer: Integer) -> str:
    return ("valid", "same")[integer(0, 1)]


def _axes(integer: Integer, padding: str, stride: list[int], dilation: list[int]) -> list[Along]:
    most = (6, 4, 2)[len(stride) - 1]
    return [along(integer, padding.upper(), most, s, d) for s, d in zip(stride, dilation, strict=True)]


def _several(integer: Integer, values: list[int]) -> Any:
    return values[0] if len(set(values)) == 1 and integer(0, 1) else tuple(values)


def _conv(kind: str, integer: Integer) -> Drawn:
    """Stride or dilation: with TensorFlow below it, Keras has no convolution with both."""
    rank, padding, dilated = integer(1, 3), _padding(integer), integer(0, 1)
    stride = [1 if dilated else integer(1, 3) for _ in range(rank)]
    axes = _axes(integer, padding, stride, [integer(1, 3) if dilated else 1 for _ in range(rank)])
    groups = integer(2, 3) if integer(1, GROUPED) == 1 else 1
    reads, filters = integer(1, 2), integer(1, 2)
    taps = prod(a.k for a in axes)
    words = {
        "strides": _several(integer, stride),
        "padding": padding,
        "data_format": (None, "channels_last")[integer(0, 1)],
        "dilation_rate": _several(integer, [a.d for a in axes]),
    }
    shapes = (
        shape(LAST[rank], integer(1, 2), groups * reads, [a.n for a in axes]),
        (*(a.k for a in axes), reads, groups * filters),
    )
    plain = rank < 3 or groups > 1 or padding == "valid" or not any(map(off_centre, axes))
    return Drawn(kind, shapes, words, (taps * reads, taps * filters), plain)


def _depthwise(kind: str, integer: Integer) -> Drawn:
    """Stride and dilation together: Keras takes such a call apart itself."""
    rank, padding, s = integer(1, 2), _padding(integer), integer(1, 3)
    axes = _axes(integer, padding, [s] * rank, [integer(1, 3) for _ in range(rank)])
    channels, multiplier, filters = integer(1, 3), integer(1, 2), integer(1, 3)
    first = integer(0, 1) == 1
    words = {
        "strides": _several(integer, [s] * rank),
        "padding": padding,
        "data_format": "channels_first" if first else None,
        "dilation_rate": _several(integer, [a.d for a in axes]),
    }
    taps, kernel = prod(a.k for a in axes), [a.k for a in axes]
    x_shape = shape((FIRST if first else LAST)[rank], integer(1, 2), channels, [a.n for a in axes])
    shapes = (x_shape, (*kernel, channels, multiplier))
    if kind == "depthwise_conv":
        return Drawn(kind, shapes, words, (taps, taps * multiplier))
    middle = channels * multiplier
    mixing = (*[1] * rank, middle, filters)
    return Drawn(kind, (*shapes, mixing), words, (taps + middle, taps * multiplier + filters))


def _transposed(kind: str, integer: Integer) -> Drawn:
    rank, padding = integer(1, 3), _padding(integer)
    axes = [(integer(1, 4), integer(1, 3), integer(1, 3)) for _ in range(rank)]  # n, k, s
    given = integer(0, 1) == 1
    extra = [integer(0, s - 1) for _, _, s in axes]
    channels, filters, first = integer(1, 3), integer(1, 3), False
    words = {
        "strides": _several(integer, [s for _, _, s in axes]),
        "padding": padding,
        "output_padding": _several(integer, extra) if given else None,
        "data_format": "channels_first" if first else None,
    }
    kernel = [k for _, k, _ in axes]
    shapes = (shape(LAST[rank], integer(1, 2), channels, [n for n, _, _ in axes]), (*kernel, filters, channels))
    # TensorFlow asks for a convolution that leads back from the size that Keras' documentation gives
    back = padding == "valid" or not given or all(1 <= k % 2 + a <= s for (_, k, s), a in zip(axes, extra, strict=True))
    spans = [int(effective_kernel_size(k, 1)) for k in kernel]
    more = [k % 2 + a if given else s for (_, k, s), a in zip(axes, extra, strict=True)]
    disputed = rank == 3 and padding == "same" and any(m > span for m, span in zip(more, spans, strict=True))
    taps = prod(kernel)
    return Drawn(kind, shapes, words, (taps * channels, taps * filters), back, not disputed)


def _pool(kind: str, integer: Integer) -> Drawn:
    rank, padding, first = integer(1, 3), _padding(integer), integer(0, 1) == 1
    axes = []
    for _ in range(rank):
        k, s = integer(1, 3), integer(1, 3)
        axes.append((integer(1, 5) if padding == "same" else k + integer(0, 4), k, s))
    default = integer(0, 3) == 0
    words = {
        "pool_size": _several(integer, [k for _, k, _ in axes]),
        "strides": None if default else _several(integer, [s for _, _, s in axes]),
        "padding": padding,
        "data_format": "channels_first" if first else "channels_last",
    }
    taps = prod(k for _, k, _ in axes)
    x_shape = shape((FIRST if first else LAST)[rank], integer(1, 2), integer(1, 3), [n for n, _, _ in axes])
    return Drawn(kind, (x_shape,), words, (taps, taps))
