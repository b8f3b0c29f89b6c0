"""What a layer does to a size, as rules that repeat: `period` input samples more are `rise` output samples more.

That is all that `survive` asks of a rule, besides the size itself and whether the windows divide the input evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.sizes import effective_kernel_size, pooled_output_size, transposed_output_size

__all__ = ["JoinedSize", "Rule", "SameSize", "ScaledSize", "TransposedSize", "WindowSize"]


class Rule(Protocol):
    """What `survive` asks of the rule of a layer with one input."""

    @property
    def period(self) -> int:
        """Input samples after which the rule repeats."""

    @property
    def rise(self) -> int:
        """Output samples that `period` input samples more give."""

    def size(self, n: int, /) -> int:
        """Return the output size; the formula, also where `n` is out of its range."""

    def divides(self, n: int, /) -> bool:
        """Tell whether the windows divide the input evenly, where that is asked for."""

    def problem(self, n: int, /) -> str:
        """Say in words why `n` does not come through; nothing where it does."""


@dataclass(frozen=True, slots=True)
class WindowSize:
    """A convolution or pooling; with `even` its windows must end where the padded input ends.

    Attributes
    ----------
    k, s, d, lo, hi : int
        Taps, stride, dilation, and padding before and after the input.
    ceil_mode : bool
        Whether the last window may hang over the end.
    even : bool
        Whether a rest is refused.

    Examples
    --------
    >>> WindowSize(2, 2).size(7), WindowSize(2, 2, ceil_mode=True).size(7), WindowSize(2, 2, even=True).divides(7)
    (3, 4, False)
    """

    k: int
    s: int = 1
    d: int = 1
    lo: int = 0
    hi: int = 0
    ceil_mode: bool = False
    even: bool = False

    @property
    def period(self) -> int:
        """The stride."""
        return self.s

    @property
    def rise(self) -> int:
        """One window."""
        return 1

    def size(self, n: int) -> int:
        """Return the number of windows."""
        out: int = pooled_output_size(n, self.k, self.s, self.d, self.lo, self.hi, self.ceil_mode)
        return out

    def divides(self, n: int) -> bool:
        """Tell whether no sample is left over, where that is asked for."""
        left: int = (n + self.lo + self.hi - effective_kernel_size(self.k, self.d)) % self.s
        return left == 0 or not self.even

    def problem(self, n: int) -> str:
        """Say why `n` does not come through."""
        windows = f"the windows of {effective_kernel_size(self.k, self.d)} at stride {self.s}"
        if self.size(n) < 1:
            return f"{windows} do not fit"
        return "" if self.divides(n) else f"{windows} leave a rest"


@dataclass(frozen=True, slots=True)
class SameSize:
    """A convolution or pooling with "same" padding: ``ceil(n / s)``; with `even` the stride must divide n.

    Attributes
    ----------
    s : int
        The stride.
    even : bool
        Whether a rest is refused.

    Examples
    --------
    >>> SameSize(2).size(7)
    4
    """

    s: int = 1
    even: bool = False

    @property
    def period(self) -> int:
        """The stride."""
        return self.s

    @property
    def rise(self) -> int:
        """One window."""
        return 1

    def size(self, n: int) -> int:
        """Return the number of windows."""
        out: int = ceil_div(n, self.s)
        return out

    def divides(self, n: int) -> bool:
        """Tell whether the stride divides n, where that is asked for."""
        return n % self.s == 0 or not self.even

    def problem(self, n: int) -> str:
        """Say why `n` does not come through."""
        return "" if self.divides(n) else f"stride {self.s} does not divide it"


@dataclass(frozen=True, slots=True)
class TransposedSize:
    """A transposed convolution; up-sampling by a whole factor is ``k = s = factor``.

    Attributes
    ----------
    k, s, d, lo, hi, a : int
        Taps, stride, dilation, samples cropped at both ends, and output padding.

    Examples
    --------
    >>> TransposedSize(2, 2).size(7)
    14
    """

    k: int
    s: int = 1
    d: int = 1
    lo: int = 0
    hi: int = 0
    a: int = 0

    @property
    def period(self) -> int:
        """One sample."""
        return 1

    @property
    def rise(self) -> int:
        """The stride."""
        return self.s

    def size(self, n: int) -> int:
        """Return the output size."""
        out: int = transposed_output_size(n, self.k, self.s, self.d, self.lo, self.hi, self.a)
        return out

    def divides(self, n: int) -> bool:
        """Nothing is divided."""
        return True

    def problem(self, n: int) -> str:
        """Say why `n` does not come through."""
        return "" if self.size(n) >= 1 else f"the padding {self.lo} + {self.hi} crops all of the output"


@dataclass(frozen=True, slots=True)
class ScaledSize:
    """A resizing by a ratio: ``floor(n * up / down)``; with `even` no fraction may be lost.

    Attributes
    ----------
    up, down : int
        The ratio's numerator and denominator.
    even : bool
        Whether a fraction is refused.

    Examples
    --------
    >>> ScaledSize(3, 2).size(5)
    7
    """

    up: int
    down: int = 1
    even: bool = False

    @property
    def period(self) -> int:
        """The denominator."""
        return self.down

    @property
    def rise(self) -> int:
        """The numerator."""
        return self.up

    def size(self, n: int) -> int:
        """Return the output size."""
        return n * self.up // self.down

    def divides(self, n: int) -> bool:
        """Tell whether no fraction is lost, where that is asked for."""
        return n * self.up % self.down == 0 or not self.even

    def problem(self, n: int) -> str:
        """Say why `n` does not come through."""
        if self.size(n) < 1:
            return f"nothing is left of it at {self.up}/{self.down}"
        return "" if self.divides(n) else f"{self.up}/{self.down} of it is no whole number"


@dataclass(frozen=True, slots=True)
class JoinedSize:
    """Several inputs added or concatenated: all of one size, or with `crop` the others cropped to the first.

    With `centred` as much must be cropped at either end.

    Examples
    --------
    >>> JoinedSize().problem(56, 64)
    'they differ'
    >>> JoinedSize(crop=True, centred=True).problem(56, 64)
    ''
    """

    crop: bool = False
    centred: bool = False

    def size(self, first: int) -> int:
        """Return the size of the first, which is that of the result."""
        return first

    def problem(self, first: int, *others: int) -> str:
        """Say why these sizes cannot be joined."""
        if not self.crop:
            return "" if all(other == first for other in others) else "they differ"
        if any(other < first for other in others):
            return "there is less than what is to be left after the crop"
        odd = self.centred and any((other - first) % 2 for other in others)
        return "an odd number cannot be cropped half at either end" if odd else ""
