"""One formula turned round: the input sizes that give an output size, and the paddings that do.

The output size grows by one every `s` samples, so what gives one output size is always an interval of length `s`.
The intervals are closed, and take ints or sympy expressions.
"""

from __future__ import annotations

from refconv.arithmetic.integers import Integer, ceil_div, maximum
from refconv.arithmetic.sizes import effective_kernel_size, transposed_output_size

__all__ = [
    "input_interval",
    "input_sizes",
    "pooled_input_interval",
    "preserving_padding",
    "symmetric_paddings",
    "total_padding",
    "transposed_input_size",
]


def input_interval(
    out: Integer, k: Integer, s: Integer = 1, d: Integer = 1, lo: Integer = 0, hi: Integer = 0
) -> tuple[Integer, Integer]:
    """Return the smallest and the largest `n` whose output size is `out` (R15 turned round).

    The smallest is the transposed convolution's output size (R14 without output padding); it may be less than 1.

    Examples
    --------
    >>> input_interval(112, 7, s=2, lo=3, hi=3)
    (223, 224)
    """
    first = transposed_output_size(out, k, s, d, lo, hi)
    return first, first + s - 1


def input_sizes(out: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0) -> range:
    """Return the input sizes, 1 or more, whose output size is `out`.

    Examples
    --------
    >>> input_sizes(1, 3, s=3, lo=1, hi=1)
    range(1, 4)
    >>> len(input_sizes(1, 3, lo=2, hi=2))
    0
    """
    first, last = input_interval(out, k, s, d, lo, hi)
    return range(max(first, 1), max(last + 1, 1))


def pooled_input_interval(
    out: Integer,
    k: Integer,
    s: Integer = 1,
    d: Integer = 1,
    lo: Integer = 0,
    hi: Integer = 0,
    ceil_mode: bool = False,
) -> tuple[Integer, Integer]:
    """Return the smallest and the largest `n` whose pooled output size is `out`.

    With `ceil_mode` and its rule about windows that start in the padding at the end, as `pooled_output_size` has it.

    Examples
    --------
    >>> pooled_input_interval(3, 3, s=2), pooled_input_interval(3, 3, s=2, ceil_mode=True)
    ((7, 8), (6, 7))
    """
    if not ceil_mode:
        return input_interval(out, k, s, d, lo, hi)
    return _least_pooled(out, k, s, d, lo, hi), _least_pooled(out + 1, k, s, d, lo, hi) - 1


def _least_pooled(out: Integer, k: Integer, s: Integer, d: Integer, lo: Integer, hi: Integer) -> Integer:
    """Return the least n with at least `out` windows: one sample hangs over, and the last window starts in time."""
    one_over = transposed_output_size(out - 1, k, s, d, lo, hi) + 1
    return maximum(one_over, transposed_output_size(out, 1, s, lo=lo))


def transposed_input_size(out: int, k: int, s: int = 1, d: int = 1, lo: int = 0, hi: int = 0, a: int = 0) -> int | None:
    """Return the one input size for which a transposed convolution gives `out`, or None.

    Examples
    --------
    >>> transposed_input_size(8, 3, s=2, lo=1, hi=1, a=1), transposed_input_size(9, 3, s=2, lo=1, hi=1, a=1)
    (4, None)
    """
    steps, left = divmod(out - transposed_output_size(1, k, s, d, lo, hi, a), s)
    return steps + 1 if left == 0 and steps >= 0 else None


def total_padding(n: Integer, out: Integer, k: Integer, s: Integer = 1, d: Integer = 1) -> tuple[Integer, Integer]:
    """Return the least and the greatest ``lo + hi`` for which `n` gives `out`.

    Examples
    --------
    >>> total_padding(224, 112, 7, s=2)
    (5, 6)
    """
    first = transposed_output_size(out, k, s, d) - n
    return first, first + s - 1


def symmetric_paddings(n: int, out: int, k: int, s: int = 1, d: int = 1) -> range:
    """Return every `p` for which padding both sides by `p` takes `n` to `out`; negative ones crop.

    At stride 1 there is one or none: none exists just if ``n + d*(k - 1) - out`` is odd, so that to keep n none exists
    just if ``d*(k - 1)`` is odd. At stride 2 or more there always is one, but it serves two sizes at most if it is
    to keep n; `refconv.symbolic.conditions` states and proves both.

    Examples
    --------
    >>> symmetric_paddings(9, 9, k=3, d=2), symmetric_paddings(9, 9, k=2), symmetric_paddings(9, 9, k=2, s=2)
    (range(2, 3), range(1, 1), range(5, 6))
    """
    first, last = total_padding(n, out, k, s, d)
    return range(ceil_div(first, 2), last // 2 + 1)


def preserving_padding(k: Integer, d: Integer = 1) -> Integer:
    """Return the one ``lo + hi`` that gives ``ceil(n / s)`` for every `n`, at every stride: ``d*(k - 1)``.

    At stride 1 that keeps n. "same" padding in the sense of TensorFlow gets along with less at some sizes, but then
    depends on n.

    Examples
    --------
    >>> preserving_padding(3, d=2)
    4
    """
    return effective_kernel_size(k, d) - 1
