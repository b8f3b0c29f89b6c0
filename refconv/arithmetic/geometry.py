"""The frozen plan of one convolution: plain numbers (or symbols), no arrays.

`Axis` answers every question about one spatial axis, `Geometry` puts axes, channels and groups together.
Positions here are *padded* positions, ``0 .. padded-1``, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from refconv.arithmetic.integers import Integer, ceil_div, product
from refconv.arithmetic.sizes import (
    effective_kernel_size,
    output_size,
    read_position,
    transposed_output_size,
)

__all__ = ["Axis", "Geometry", "transposed_axis"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One spatial axis: input size `n`, kernel size `k`, stride `s`, dilation `d`, padding `lo` and `hi`.

    Examples
    --------
    >>> axis = Axis(n=7, k=3, s=2, d=2, lo=1, hi=1)
    >>> axis.span, axis.padded, axis.out
    (5, 9, 3)
    """

    n: Integer
    k: Integer
    s: Integer = 1
    d: Integer = 1
    lo: Integer = 0
    hi: Integer = 0

    @property
    def span(self) -> Integer:
        """The effective kernel size."""
        return effective_kernel_size(self.k, self.d)

    @property
    def padded(self) -> Integer:
        """The size of the padded input."""
        return self.n + self.lo + self.hi

    @property
    def margins(self) -> Iterator[int]:
        """The input positions that positive padding adds, in order: those before 0, and those from n on."""
        return chain(range(-self.lo, 0), range(self.n, self.n + self.hi))

    @property
    def out(self) -> Integer:
        """The number of windows."""
        return output_size(self.n, self.k, self.s, self.d, self.lo, self.hi)

    def read(self, i: Integer, m: Integer) -> Integer:
        """Return the *input* position that tap `m` of window `i` reads.

        Examples
        --------
        >>> Axis(n=7, k=3, s=2, d=2, lo=1).read(1, 0)
        1
        """
        return read_position(i, m, self.s, self.d, self.lo)

    def landing(self, m: int, start: int, stop: int, among: slice | None = None) -> tuple[slice, slice]:
        """Return the windows whose tap `m` reads in ``start .. stop-1``, and what they read there.

        The second slice counts from `start`, so that ``part[positions]`` belongs to ``y[windows]`` for
        ``part = padded_input[start:stop]``. Both are empty where no window qualifies; with `among` only those windows
        are asked.

        Examples
        --------
        >>> Axis(n=7, k=3, s=2).landing(m=1, start=2, stop=7)
        (slice(1, 3, None), slice(1, 4, 2))
        """
        asked = among or slice(0, self.out)
        first = max(ceil_div(start - m * self.d, self.s), asked.start)
        last = min((stop - 1 - m * self.d) // self.s, asked.stop - 1)
        if first > last:
            return slice(0, 0), slice(0, 0)
        here, there = (read_position(i, m, self.s, self.d, start) for i in (first, last))
        return slice(first, last + 1), slice(here, there + 1, self.s)

    def reach(self, i: int, start: int, stop: int, taps: slice) -> tuple[slice, slice]:
        """Return the taps of window `i`, among `taps`, that read in ``start .. stop-1``, and what they read there.

        The same as `landing` with window and tap, stride and dilation changing places.

        Examples
        --------
        >>> Axis(n=7, k=3, d=2).reach(i=1, start=2, stop=7, taps=slice(0, 3))
        (slice(1, 3, None), slice(1, 4, 2))
        """
        first = max(ceil_div(start - i * self.s, self.d), taps.start)
        last = min((stop - 1 - i * self.s) // self.d, taps.stop - 1)
        if first > last:
            return slice(0, 0), slice(0, 0)
        here, there = (read_position(i, m, self.s, self.d, start) for m in (first, last))
        return slice(first, last + 1), slice(here, there + 1, self.d)

    def taps_inside(self, i: int, start: int, stop: int) -> int:
        """Return how many taps of window `i` read in ``start .. stop-1``.

        Examples
        --------
        >>> [Axis(n=4, k=3, lo=1, hi=1).taps_inside(i, 1, 5) for i in range(4)]
        [2, 3, 3, 2]
        """
        taps, _ = self.reach(i, start, stop, slice(0, self.k))
        return int(taps.stop - taps.start)

    @property
    def rim(self) -> Iterator[int]:
        """The windows that do not lie wholly on the input: the only ones with a tap on padding."""
        first_inside = max(ceil_div(self.lo, self.s), 0)
        last_inside = min((self.lo + self.n - self.span) // self.s, self.out - 1)
        if first_inside > last_inside:
            return iter(range(self.out))
        return chain(range(first_inside), range(last_inside + 1, self.out))

    def readers(self, taps: slice, start: int, stop: int) -> slice:
        """Return the smallest range of windows that holds ``landing(m, start, stop)`` for all m in `taps`.

        Examples
        --------
        >>> Axis(n=7, k=3).readers(slice(0, 3), start=3, stop=5)
        slice(1, 5, None)
        """
        first = max(ceil_div(start - (taps.stop - 1) * self.d, self.s), 0)
        last = min((stop - 1 - taps.start * self.d) // self.s, self.out - 1)
        return slice(first, max(last + 1, first))


def transposed_axis(
    n: Integer,
    k: Integer,
    s: Integer = 1,
    d: Integer = 1,
    lo: Integer = 0,
    hi: Integer = 0,
    a: Integer = 0,
) -> Axis:
    """Return the axis whose windows are the `n` inputs of a transposed convolution.

    Its `n` is the transposed convolution's output size, its `out` is the given `n`. Output padding `a` needs no
    room of its own: `a` more outputs at the end are `a` fewer cropped there, ``hi - a``.

    Examples
    --------
    >>> axis = transposed_axis(4, k=3, s=2, lo=1, hi=1, a=1)
    >>> axis.n, axis.out, axis.hi
    (8, 4, 0)
    """
    return Axis(transposed_output_size(n, k, s, d, lo, hi, a), k, s, d, lo, hi - a)


@dataclass(frozen=True, slots=True)
class Geometry:
    """One convolution: batch size N, channels C, filters O, its axes, groups and padding mode.

    A transposed convolution has the geometry of the convolution whose adjoint it is: its *output* is this
    plan's x. See `transposed_axis`.

    Attributes
    ----------
    batch, channels, filters : int
        N, C and O.
    axes : tuple of Axis
        The spatial axes, the outermost first.
    groups : int
        G; it divides C and O.
    padding_mode : str
        One of `PADDING_MODES`.

    Examples
    --------
    >>> plan = Geometry(1, 4, 6, (Axis(5, 3), Axis(7, 3, s=2)), groups=2)
    >>> plan.x_shape, plan.w_shape, plan.y_shape, plan.taps
    ((1, 4, 5, 7), (6, 2, 3, 3), (1, 6, 3, 3), 18)
    """

    batch: Integer
    channels: Integer
    filters: Integer
    axes: tuple[Axis, ...]
    groups: Integer = 1
    padding_mode: str = "zeros"

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.axes)

    @property
    def size(self) -> tuple[Integer, ...]:
        """The spatial size of x."""
        return tuple(axis.n for axis in self.axes)

    @property
    def padded_size(self) -> tuple[Integer, ...]:
        """The spatial size of the padded x."""
        return tuple(axis.padded for axis in self.axes)

    @property
    def kernel_size(self) -> tuple[Integer, ...]:
        """The kernel size along each axis."""
        return tuple(axis.k for axis in self.axes)

    @property
    def output_size(self) -> tuple[Integer, ...]:
        """The spatial size of y."""
        return tuple(axis.out for axis in self.axes)

    @property
    def group_channels(self) -> Integer:
        """The input channels that one filter reads, C/G."""
        return self.channels // self.groups

    @property
    def group_filters(self) -> Integer:
        """The filters of one group, O/G."""
        return self.filters // self.groups

    @property
    def taps(self) -> Integer:
        """The products summed into one output: K = C/G times the kernel's positions."""
        return self.group_channels * product(self.kernel_size)

    @property
    def x_shape(self) -> tuple[Integer, ...]:
        """The shape of x: N, C and the axes."""
        return (self.batch, self.channels, *self.size)

    @property
    def w_shape(self) -> tuple[Integer, ...]:
        """The shape of w: O, C/G and the axes."""
        return (self.filters, self.group_channels, *self.kernel_size)

    @property
    def y_shape(self) -> tuple[Integer, ...]:
        """The shape of y: N, O and the axes."""
        return (self.batch, self.filters, *self.output_size)

    def in_padded(self, area: tuple[slice, ...]) -> tuple[slice, ...]:
        """Return where an area of the input lies in the padded input.

        Examples
        --------
        >>> Geometry(1, 1, 1, (Axis(7, 3, lo=2),)).in_padded((slice(3, 5),))
        (slice(5, 7, None),)
        """
        along = zip(self.axes, area, strict=True)
        return tuple(slice(axis.lo + part.start, axis.lo + part.stop) for axis, part in along)

    def readers(self, taps: tuple[slice, ...], area: tuple[slice, ...]) -> tuple[slice, ...]:
        """Return, along each axis, the windows that may read any of an area of the padded input with any of the taps.

        Examples
        --------
        >>> Geometry(1, 1, 1, (Axis(7, 3),)).readers((slice(0, 3),), (slice(3, 5),))
        (slice(1, 5, None),)
        """
        along = zip(self.axes, taps, area, strict=True)
        return tuple(axis.readers(cut, part.start, part.stop) for axis, cut, part in along)

    def unpadded(self) -> Geometry:
        """Return the same plan for an x that has been padded already."""
        axes = tuple(replace(axis, n=axis.padded, lo=0, hi=0) for axis in self.axes)
        return replace(self, axes=axes, padding_mode="zeros")
