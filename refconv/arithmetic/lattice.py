r"""A strided and dilated axis as several plain ones: where stride, dilation, or both vanish.

Tap m of window i reads padded position ``i s + m d``. With ``g = gcd(s, d)`` write ``i = v + (d/g) u`` and
``m = t + (s/g) j``:

.. math:: i s + m d = (v s + t d) + \mathrm{lcm}(s, d) (u + j)

For fixed v and t that is a convolution without stride or dilation, over every lcm(s, d)-th sample. If only the windows
are split, ``i s + m d = v s + d (u s/g + m)``: no dilation is left, and stride ``s/g``.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.sizes import read_position, transposed_output_size

__all__ = ["Phase", "Residue", "dilation_phases", "residues"]


class Residue(NamedTuple):
    """A plain convolution hidden in an axis: which padded samples it reads, with which taps, for which windows."""

    samples: slice
    taps: slice
    windows: slice
    axis: Axis


class Phase(NamedTuple):
    """One of an axis' dilation phases: the samples that it reads, of an input grown to hold them, and its windows."""

    samples: slice
    windows: slice


def residues(axis: Axis) -> list[Residue]:
    """Return the plain axes, with stride and dilation 1, that make up an axis: no two share a tap of a window.

    Examples
    --------
    >>> for samples, taps, windows, plain in residues(Axis(n=9, k=3, s=2)):
    ...     print(samples, taps, windows, plain)
    slice(0, 9, 2) slice(0, 3, 2) slice(0, 4, 1) Axis(n=5, k=2, s=1, d=1, lo=0, hi=0)
    slice(1, 8, 2) slice(1, 3, 2) slice(0, 4, 1) Axis(n=4, k=1, s=1, d=1, lo=0, hi=0)
    """
    g = gcd(axis.s, axis.d)
    every, apart = axis.d // g, axis.s // g
    found = []
    for v in range(min(every, axis.out)):
        for t in range(min(apart, axis.k)):
            out, k = ceil_div(axis.out - v, every), ceil_div(axis.k - t, apart)
            plain = Axis(transposed_output_size(out, k), k)
            samples = _comb(read_position(v, t, axis.s, axis.d), plain.n, axis.s * every)
            found.append(Residue(samples, slice(t, axis.k, apart), slice(v, axis.out, every), plain))
    return found


def dilation_phases(axis: Axis) -> tuple[int, Axis, list[Phase]]:
    """Return how far the padded input is to be grown, the undilated axis of each phase, and the phases.

    All phases are made equally long: those that have a window less get one that is not the axis' own, hence the growth.
    A window of that kind begins at `Axis.out` or beyond.

    Examples
    --------
    >>> grown, plain, phases = dilation_phases(Axis(n=8, k=3, d=2))
    >>> grown, plain, phases[1]
    (8, Axis(n=4, k=3, s=1, d=1, lo=0, hi=0), Phase(samples=slice(1, 8, 2), windows=slice(1, None, 2)))
    """
    g = gcd(axis.s, axis.d)
    every, stride = axis.d // g, axis.s // g
    out = ceil_div(axis.out, every)
    plain = Axis(transposed_output_size(out, axis.k, stride), axis.k, stride)
    phases = [
        Phase(_comb(read_position(v, 0, axis.s, axis.d), plain.n, axis.d), slice(v, None, every))
        for v in range(min(every, axis.out))
    ]
    return max(axis.padded, phases[-1].samples.stop), plain, phases


def _comb(start: int, count: int, step: int) -> slice:
    """Return the slice of `count` positions from `start` on, `step` apart."""
    return slice(start, read_position(count - 1, 0, step, 1, -start) + 1, step)
