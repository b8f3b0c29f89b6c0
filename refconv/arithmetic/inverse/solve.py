"""All kernels, strides, dilations and paddings that lead from one size to another: exact and complete.

For given `n`, `out`, `k`, `s` and `d` the paddings that work are an interval, so none of them is tried in vain: the
searches take about as long as there are kernels, strides and solutions, however many paddings are allowed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.inverse.inputs import total_padding
from refconv.arithmetic.sizes import effective_kernel_size, transposed_output_size
from refconv.errors import ArgumentError

__all__ = [
    "Choices",
    "Solution",
    "iter_output_size",
    "iter_transposed_size",
    "solve_output_size",
    "solve_transposed_size",
]

Choices: TypeAlias = int | Iterable[int]
"""What a parameter may be: an int for a given one, several ints (best a range) for one that is asked for."""


class Solution(NamedTuple):
    """The parameters of one convolution, or with output padding `a` of one transposed convolution.

    Attributes
    ----------
    k, s, d : int
        Taps, stride and dilation.
    lo, hi : int
        Padding before and after the input.
    a : int
        Output padding.

    Examples
    --------
    >>> Solution(k=3, s=2, lo=1, hi=1)
    Solution(k=3, s=2, d=1, lo=1, hi=1, a=0)
    """

    k: int
    s: int = 1
    d: int = 1
    lo: int = 0
    hi: int = 0
    a: int = 0


def solve_output_size(
    n: int,
    out: int,
    kernels: Choices,
    strides: Choices = 1,
    dilations: Choices = 1,
    paddings: Choices = 0,
    ends: Choices | None = None,
) -> list[Solution]:
    """Return every convolution among those allowed that takes size `n` to size `out`, sorted.

    Parameters
    ----------
    n, out : int
        Input and output size, in samples.
    kernels, strides, dilations : int or iterable of int
        What each may be: at least 1.
    paddings : int or iterable of int
        What the padding on both sides may be, or with `ends` that at the beginning; negative padding crops.
    ends : int or iterable of int, optional
        What the padding at the end may be, if it may differ from that at the beginning.

    Returns
    -------
    list of Solution
        Sorted by k, s, d, lo, hi. All of them, and only such.

    Raises
    ------
    ArgumentError
        Where a size, kernel, stride or dilation is less than 1.

    Examples
    --------
    What takes 224 to 112 with padding of at most 3?

    >>> for solution in solve_output_size(224, 112, kernels=(3, 5, 7), strides=2, paddings=range(4)):
    ...     print(solution)
    Solution(k=3, s=2, d=1, lo=1, hi=1, a=0)
    Solution(k=5, s=2, d=1, lo=2, hi=2, a=0)
    Solution(k=7, s=2, d=1, lo=3, hi=3, a=0)
    """
    return list(iter_output_size(n, out, kernels, strides, dilations, paddings, ends))


def iter_output_size(
    n: int,
    out: int,
    kernels: Choices,
    strides: Choices = 1,
    dilations: Choices = 1,
    paddings: Choices = 0,
    ends: Choices | None = None,
) -> Iterator[Solution]:
    """Yield what `solve_output_size` returns, in the same order, one at a time.

    Examples
    --------
    >>> next(iter_output_size(224, 112, range(1, 10**9), range(1, 10**9), range(1, 10**9), range(10**9)))
    Solution(k=1, s=2, d=1, lo=0, hi=0, a=0)
    """
    _check_sizes("solve_output_size", n, out)
    k, s, d, lo, hi = _allowed("solve_output_size", kernels, strides, dilations, paddings, ends)
    return _convolutions(n, out, k, s, d, lo, None if ends is None else hi)


def _convolutions(
    n: int,
    out: int,
    kernels: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    paddings: Sequence[int],
    ends: Sequence[int] | None,
) -> Iterator[Solution]:
    others = paddings if ends is None else ends
    if not paddings or not others:
        return
    least, most = paddings[0] + others[0], paddings[-1] + others[-1]
    for k in kernels:
        for s in strides:
            widest = -total_padding(n, out, 1, s)[0] + most + 1  # the largest span that so much padding can hold
            if widest < 1:
                break  # and a larger stride asks for more
            narrowest = -total_padding(n, out, 1, s)[1] + least + 1
            for d in _with_span(dilations, k, narrowest, widest):
                first, last = total_padding(n, out, k, s, d)
                for lo, hi in _sides(first, last, paddings, ends):
                    yield Solution(k, s, d, lo, hi)


def solve_transposed_size(
    n: int,
    out: int,
    kernels: Choices,
    strides: Choices = 1,
    dilations: Choices = 1,
    paddings: Choices = 0,
    ends: Choices | None = None,
    output_paddings: Choices = 0,
) -> list[Solution]:
    """Return every transposed convolution among those allowed that takes size `n` to size `out`, sorted.

    Parameters
    ----------
    n, out, kernels, strides, dilations, paddings, ends
        As for `solve_output_size`; here padding crops the output.
    output_paddings : int or iterable of int
        What the output padding may be: at least 0. Only those less than the stride or the dilation count.

    Returns
    -------
    list of Solution
        Sorted by k, s, d, lo, hi, a. All of them, and only such.

    Raises
    ------
    ArgumentError
        Where a size, kernel, stride or dilation is less than 1, or output padding less than 0.

    Examples
    --------
    >>> solve_transposed_size(4, 8, kernels=(2, 3, 4), strides=2, paddings=range(3), output_paddings=range(2))
    [Solution(k=2, s=2, d=1, lo=0, hi=0, a=0), Solution(k=3, s=2, d=1, lo=1, hi=1, a=1),
     Solution(k=4, s=2, d=1, lo=1, hi=1, a=0)]
    """
    return list(iter_transposed_size(n, out, kernels, strides, dilations, paddings, ends, output_paddings))


def iter_transposed_size(
    n: int,
    out: int,
    kernels: Choices,
    strides: Choices = 1,
    dilations: Choices = 1,
    paddings: Choices = 0,
    ends: Choices | None = None,
    output_paddings: Choices = 0,
) -> Iterator[Solution]:
    """Yield what `solve_transposed_size` returns, in the same order, one at a time.

    Examples
    --------
    >>> next(iter_transposed_size(7, 14, range(1, 10**6), 2, range(1, 10**6), range(10**6)))
    Solution(k=2, s=2, d=1, lo=0, hi=0, a=0)
    """
    op = "solve_transposed_size"
    _check_sizes(op, n, out)
    k, s, d, lo, hi = _allowed(op, kernels, strides, dilations, paddings, ends)
    extra = _choices(op, "output_paddings", output_paddings, 0)
    return _transposed(n, out, k, s, d, lo, None if ends is None else hi, extra)


def _transposed(
    n: int,
    out: int,
    kernels: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    paddings: Sequence[int],
    ends: Sequence[int] | None,
    extra: Sequence[int],
) -> Iterator[Solution]:
    others = paddings if ends is None else ends
    if not paddings or not others or not extra:
        return
    least, most = paddings[0] + others[0] - extra[-1], paddings[-1] + others[-1] - extra[0]

    def enough(k: int, s: int, d: int) -> bool:
        # output padding must be less than stride or dilation, so what is needed of it asks for a large one
        needed = paddings[0] + others[0] + out - transposed_output_size(n, k, s, d)
        return bool(max(s, d) > max(needed, extra[0]))

    for k in kernels:
        for s in strides:
            bare = transposed_output_size(n, 1, s) - out - 1  # what is too much, before the span is added
            if bare + 1 > most:
                break  # and a larger stride gives more
            spans = _with_span(dilations, k, least - bare, most - bare)
            for d in spans[bisect_left(spans, True, key=partial(enough, k, s)) :]:
                small = _between(extra, 0, max(s, d) - 1)
                too_much = transposed_output_size(n, k, s, d) - out
                for lo, hi in _sides(too_much + small[0], too_much + small[-1], paddings, ends):
                    for a in _between(small, lo + hi - too_much, lo + hi - too_much):
                        yield Solution(k, s, d, lo, hi, a)


def _with_span(dilations: Sequence[int], k: int, narrowest: int, widest: int) -> Sequence[int]:
    """Return the dilations whose span lies within the bounds."""
    if k == 1:
        return dilations if narrowest <= 1 <= widest else ()
    step = effective_kernel_size(k) - 1
    return _between(dilations, ceil_div(narrowest - 1, step), (widest - 1) // step)


def _sides(first: int, last: int, paddings: Sequence[int], ends: Sequence[int] | None) -> Iterator[tuple[int, int]]:
    """Yield (lo, hi) with a sum in ``first .. last``."""
    if ends is None:
        for p in _between(paddings, ceil_div(first, 2), last // 2):
            yield p, p
        return
    for lo in _between(paddings, first - ends[-1], last - ends[0]):
        for hi in _between(ends, first - lo, last - lo):
            yield lo, hi


def _between(ordered: Sequence[int], first: int, last: int) -> Sequence[int]:
    # a slice of a range is a range: nothing is written out
    return ordered[bisect_left(ordered, first) : bisect_right(ordered, last)]


def _check_sizes(op: str, n: int, out: int) -> None:
    for name, size in (("n", n), ("out", out)):
        if size < 1:
            raise ArgumentError(op, f"{name} is {size}.", f"needed: {name} >= 1.")


def _allowed(
    op: str, kernels: Choices, strides: Choices, dilations: Choices, paddings: Choices, ends: Choices | None
) -> tuple[Sequence[int], ...]:
    return (
        _choices(op, "kernels", kernels, 1),
        _choices(op, "strides", strides, 1),
        _choices(op, "dilations", dilations, 1),
        _choices(op, "paddings", paddings),
        _choices(op, "ends", () if ends is None else ends),
    )


def _choices(op: str, name: str, value: Choices, least: int | None = None) -> Sequence[int]:
    """Return the choices in order, each once; a range stays a range."""
    ordered: Sequence[int]
    if isinstance(value, range):
        ordered = value if value.step > 0 else value[::-1]
    elif isinstance(value, int):
        ordered = (value,)
    else:
        ordered = tuple(sorted(set(value)))
    if ordered and least is not None and ordered[0] < least:
        raise ArgumentError(op, f"{name} holds {ordered[0]}.", f"needed: at least {least}.")
    return ordered
