"""The steps of a convolution, one function each: these are right, and a broken kernel replaces one of them.

Along one axis: size n, kernel k, stride s, dilation d, padding lo and hi, output padding a; window i, tap m,
position q.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

NOTHING = -1  # the position of a sample that is not there: a zero of the padding


class Axis(NamedTuple):
    """The numbers of one axis; n is the size of what the windows read."""

    n: int
    k: int
    s: int = 1
    d: int = 1
    lo: int = 0
    hi: int = 0
    a: int = 0

    @property
    def span(self):
        return self.d * (self.k - 1) + 1


@dataclass(frozen=True)
class Call:
    """What the caller said, every parameter per axis; an entry of `padding` is a pair or a word."""

    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[Any, ...]
    dilation: tuple[int, ...]
    groups: int = 1
    mode: str = "zeros"
    output_padding: tuple[int, ...] = ()
    transposed: bool = False

    def axis(self, index, lo=0, hi=0):
        """Return the numbers of one axis; n is x's size."""
        n, k = self.x_shape[2 + index], self.w_shape[2 + index]
        a = self.output_padding[index] if self.transposed else 0
        return Axis(n, k, self.stride[index], self.dilation[index], lo, hi, a)


def call_of(x, w, stride, padding, dilation, groups=1, mode="zeros", output_padding=0, transposed=False):
    rank = x.ndim - 2
    numbers = (each(stride, rank), each_padding(padding, rank), each(dilation, rank))
    return Call(x.shape, w.shape, *numbers, groups, mode, each(output_padding, rank), transposed)


def each(number, rank):
    return (number,) * rank if isinstance(number, int | np.integer) else tuple(number)


def each_padding(padding, rank):
    entries = (padding,) * rank if isinstance(padding, int | str | np.integer) else padding
    return tuple((p, p) if isinstance(p, int | np.integer) else p if isinstance(p, str) else tuple(p) for p in entries)


def check(call):
    """Refuse what has no meaning."""
    if min(*call.stride, *call.dilation, call.groups) < 1:
        raise ValueError("stride, dilation and groups must be at least 1")


def numbers(call):
    """The call as the kernel understands it."""
    return call


def word(said, index, call):
    """The padding (lo, hi) that a word means along an axis."""
    if said == "valid":
        return 0, 0
    return same(call, index, call.axis(index), lower=said == "same_lower")


def same(call, index, axis, lower):
    if call.transposed:  # the result has n * s samples
        total = axis.span - axis.s
        lo, hi = split(max(total, 0), lower)
        return lo, hi + min(total, 0)
    outputs = -(-axis.n // axis.s)
    return split(max((outputs - 1) * axis.s + axis.span - axis.n, 0), lower)


def split(total, lower):
    """An odd one goes to the end, or with `lower` to the beginning."""
    small = total // 2
    return (total - small, small) if lower else (small, total - small)


def pads(given, call):
    """The padding as it is applied."""
    return given


def size(axis):
    """The number of windows."""
    return (axis.n + axis.lo + axis.hi - axis.span) // axis.s + 1


def size_transposed(axis):
    """The size of a transposed convolution's result; here n is x's size."""
    return (axis.n - 1) * axis.s + axis.span - axis.lo - axis.hi + axis.a


def read(i, m, axis):
    """The position that tap m of window i reads."""
    return i * axis.s + m * axis.d - axis.lo


def source(q, n, mode):
    """The sample that is seen at position q."""
    if 0 <= q < n:
        return q
    if mode == "reflect":
        return -q if q < 0 else 2 * (n - 1) - q
    if mode == "replicate":
        return 0 if q < 0 else n - 1
    return q % n if mode == "circular" else NOTHING


def operands(x, w):
    """The values that are multiplied."""
    return x, w


def channels(filters, per_group, groups):
    """Row o: the channels that filter o meets."""
    group = np.arange(filters) // (filters // groups)
    return group[:, None] * per_group + np.arange(per_group)


def rows(filters, groups):
    """The filter that each output channel uses."""
    return np.arange(filters)


def bias(b, groups):
    """The bias of each output channel."""
    return b


def product(windows, weights):
    """Sum over channels and taps: (N, c, outs and taps in turn) times (c, taps)."""
    taps = range(3, windows.ndim, 2)
    return np.tensordot(windows, weights, axes=((1, *taps), range(weights.ndim)))


def result(y, x):
    """The result in x's type; integers stay exact."""
    return y.astype(np.int64 if x.dtype.kind in "iu" else x.dtype)


@dataclass(frozen=True)
class Steps:
    """All steps together."""

    check: Callable[..., Any] = check
    numbers: Callable[..., Any] = numbers
    word: Callable[..., Any] = word
    pads: Callable[..., Any] = pads
    size: Callable[..., Any] = size
    size_transposed: Callable[..., Any] = size_transposed
    read: Callable[..., Any] = read
    source: Callable[..., Any] = source
    operands: Callable[..., Any] = operands
    channels: Callable[..., Any] = channels
    rows: Callable[..., Any] = rows
    bias: Callable[..., Any] = bias
    product: Callable[..., Any] = product
    result: Callable[..., Any] = result

    def understood(self, call):
        """Return the call as the kernel takes it, and its axes with their padding."""
        self.check(call)
        call = self.numbers(call)
        entries = enumerate(call.padding)
        given = tuple(self.word(p, a, call) if isinstance(p, str) else p for a, p in entries)
        return call, [call.axis(a, *pair) for a, pair in enumerate(self.pads(given, call))]

    def table(self, axis, outputs, mode="zeros"):
        """Return the samples that the taps of each window read along one axis: shape (outputs, k)."""
        windows, taps = range(outputs), range(axis.k)
        return np.array([[self.source(self.read(i, m, axis), axis.n, mode) for m in taps] for i in windows])


RIGHT_STEPS = Steps()
