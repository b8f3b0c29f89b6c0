r"""Where a tap reads, and the output sizes that follow from it. The one source of index arithmetic.

Window `i`, tap `m` reads input position ``i*s + m*d - lo``. Everything else in this file asks which windows
then lie inside the padded input. R1-R15 are the relationships of Dumoulin & Visin (arXiv:1603.07285); each is
a case of one function here:

======================  ==============================  ==================================================
function                relationship                    when
======================  ==============================  ==================================================
output_size             R1, R2, R5, R6                  d = 1 (R1, R2: s = 1; R1, R5: no padding)
output_size             R3 ("half"), R4 ("full")        s = 1, d = 1, lo = hi = k//2 (k odd), or k - 1
output_size             R15                             any d, lo = hi
pooled_output_size      R7                              no padding, ceil_mode=False
transposed_output_size  R8, R9, R10, R11                s = 1 (R8: no padding; R10: half; R11: full)
transposed_output_size  R12, R13, R14                   any s (R14: output padding a)
======================  ==============================  ==================================================

All of them take ints or sympy expressions. None of them checks its arguments: that is done once, where a caller
speaks (`refconv.arithmetic.per_axis`).
"""

from __future__ import annotations

from refconv.arithmetic.integers import Integer, ceil_div, floor_div, maximum, minimum

__all__ = [
    "causal_padding",
    "effective_kernel_size",
    "full_padding",
    "halves",
    "output_size",
    "pooled_output_size",
    "read_position",
    "same_padding",
    "same_transposed_padding",
    "transposed_output_size",
]


def effective_kernel_size(k: Integer, d: Integer = 1) -> Integer:
    """Return the span of a kernel: from its first tap to its last, inclusive.

    Examples
    --------
    >>> effective_kernel_size(3, d=2)
    5
    """
    return d * (k - 1) + 1


def read_position(i: Integer, m: Integer, s: Integer = 1, d: Integer = 1, lo: Integer = 0) -> Integer:
    """Return the input position that tap `m` of window `i` reads; below 0 and from `n` on it is padding.

    Examples
    --------
    >>> [read_position(i=1, m=m, s=2, d=3, lo=1) for m in range(3)]
    [1, 4, 7]
    """
    return i * s + m * d - lo


def output_size(n: Integer, k: Integer, s: Integer = 1, d: Integer = 1, lo: Integer = 0, hi: Integer = 0) -> Integer:
    """Return the number of windows that fit in the padded input (R15, with one padding per side).

    The last window must fit: ``(out - 1)*s + span <= n + lo + hi``.

    Examples
    --------
    >>> output_size(32, 3, d=2)
    28
    >>> output_size(7, 3, s=2, lo=1, hi=1)
    4
    """
    return floor_div(n + lo + hi - effective_kernel_size(k, d), s) + 1


def transposed_output_size(
    n: Integer,
    k: Integer,
    s: Integer = 1,
    d: Integer = 1,
    lo: Integer = 0,
    hi: Integer = 0,
    a: Integer = 0,
) -> Integer:
    """Return the output size of a transposed convolution (R14, with dilation and one padding per side).

    Examples
    --------
    >>> transposed_output_size(4, 3, s=2, lo=1, hi=1, a=1)
    8
    """
    return (n - 1) * s + effective_kernel_size(k, d) - lo - hi + a


def pooled_output_size(
    n: Integer,
    k: Integer,
    s: Integer = 1,
    d: Integer = 1,
    lo: Integer = 0,
    hi: Integer = 0,
    ceil_mode: bool = False,
) -> Integer:
    """Return the output size of a pooling.

    With `ceil_mode` a last window may hang over the end, but it must start on the input or the padding before
    it, so at most ``ceil((n + lo) / s)`` windows remain.

    Examples
    --------
    >>> pooled_output_size(6, 3, s=2), pooled_output_size(6, 3, s=2, ceil_mode=True)
    (2, 3)
    """
    if not ceil_mode:
        return output_size(n, k, s, d, lo, hi)
    hanging = ceil_div(n + lo + hi - effective_kernel_size(k, d), s) + 1
    return minimum(hanging, ceil_div(n + lo, s))


def same_padding(
    n: Integer, k: Integer, s: Integer = 1, d: Integer = 1, lower: bool = False
) -> tuple[Integer, Integer]:
    """Return the padding ``(lo, hi)`` for which the output size is ``ceil(n / s)``.

    An odd one goes to the end, or with `lower` to the beginning. Where stride exceeds the span no padding is
    needed, and none is taken away.

    Examples
    --------
    >>> same_padding(5, 3, s=2), same_padding(6, 3, s=2), same_padding(6, 3, s=2, lower=True)
    ((1, 1), (0, 1), (1, 0))
    """
    spare = effective_kernel_size(k, d) - s
    total = ceil_div(n, s) * s - n + spare
    if not (isinstance(spare, int) and spare >= 0):  # else it is never negative, and a symbol's formula stays short
        total = maximum(total, 0)
    return halves(total, lower)


def same_transposed_padding(k: Integer, s: Integer = 1, d: Integer = 1, lower: bool = False) -> tuple[Integer, Integer]:
    """Return the padding ``(lo, hi)`` for which a transposed convolution gives ``n * s``.

    Of the input sizes that "same" takes to n, ``n*s`` is the largest; its padding is ``span - s``. Where the
    stride exceeds the span that is negative: zeros that no window wrote, all of them at the end.

    Examples
    --------
    >>> same_transposed_padding(3, s=2), same_transposed_padding(1, s=3)
    ((0, 1), (0, -2))
    """
    total = effective_kernel_size(k, d) - s
    lo, hi = halves(maximum(total, 0), lower)
    return lo, hi + minimum(total, 0)


def halves(total: Integer, lower: bool = False) -> tuple[Integer, Integer]:
    """Return padding as ``(lo, hi)``, the odd one at the end, or with `lower` at the beginning.

    Examples
    --------
    >>> halves(5), halves(5, lower=True), halves(-1)
    ((2, 3), (3, 2), (-1, 0))
    """
    small = floor_div(total, 2)
    return (total - small, small) if lower else (small, total - small)


def full_padding(k: Integer, d: Integer = 1) -> tuple[Integer, Integer]:
    """Return the padding for which every window that touches the input counts (R4).

    Examples
    --------
    >>> full_padding(3, d=2)
    (4, 4)
    """
    return effective_kernel_size(k, d) - 1, effective_kernel_size(k, d) - 1


def causal_padding(k: Integer, d: Integer = 1) -> tuple[Integer, Integer]:
    """Return the padding for which window `i` (at stride 1) reads nothing after input position `i`.

    Examples
    --------
    >>> causal_padding(2, d=4)
    (4, 0)
    """
    return effective_kernel_size(k, d) - 1, 0
