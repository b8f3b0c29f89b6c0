r"""A strided axis as `s` unstrided ones, its phases: for reading windows as contiguous runs, and for the adjoint.

Padded position q belongs to phase ``q mod s``, at place ``q // s``. Tap m of window i reads ``i s + m d``, hence

.. math:: \text{phase } (m d) \bmod s, \quad \text{place } i + \lfloor m d / s \rfloor:

whatever the stride, within its phase a tap walks on by one from window to window. With ``g = gcd(s, d)``, taps
``s/g`` apart share a phase, ``d/g`` places from each other: a phase sees an unstrided kernel of dilation ``d/g``.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import ceil_div

__all__ = [
    "AdjointPhase",
    "TapRun",
    "adjoint_phases",
    "phase_count",
    "places_inside",
    "read_span",
    "stuffed_inside",
    "tap_runs",
    "unstrided",
]


class TapRun(NamedTuple):
    """The taps that read one phase: `k` of them, the first at place `shift` for window 0, then every `step`."""

    phase: int
    taps: slice
    k: int
    shift: int
    step: int


class AdjointPhase(NamedTuple):
    """The pixels of one phase as the outputs of an unstrided convolution over dy; `taps` picks its kernel from w."""

    pixels: slice
    taps: slice
    axis: Axis


def read_span(axis: Axis, windows: slice, taps: slice) -> slice:
    """Return the padded positions from the first to the last that these windows read with these taps.

    Examples
    --------
    >>> read_span(Axis(9, 3, s=2, d=2), windows=slice(1, 3), taps=slice(0, 3))
    slice(2, 9, None)
    """
    first = windows.start * axis.s + taps.start * axis.d
    last = (windows.stop - 1) * axis.s + (taps.stop - 1) * axis.d
    return slice(first, last + 1)


def phase_count(axis: Axis) -> int:
    """Return how many phases some tap reads.

    Examples
    --------
    >>> phase_count(Axis(9, k=3, s=2)), phase_count(Axis(9, k=3, s=2, d=2)), phase_count(Axis(9, k=1, s=3))
    (2, 1, 1)
    """
    return int(min(axis.s // gcd(axis.s, axis.d), axis.k))


def tap_runs(axis: Axis) -> list[TapRun]:
    """Return the axis' taps, those of one phase together.

    Examples
    --------
    >>> [(run.phase, run.taps, run.shift, run.step) for run in tap_runs(Axis(9, k=3, s=2))]
    [(0, slice(0, 3, 2), 0, 1), (1, slice(1, 3, 2), 0, 1)]
    """
    g = gcd(axis.s, axis.d)
    apart = axis.s // g
    runs = []
    for m in range(phase_count(axis)):
        k = ceil_div(axis.k - m, apart)
        place, phase = divmod(m * axis.d, axis.s)
        runs.append(TapRun(phase, slice(m, axis.k, apart), k, place, axis.d // g))
    return runs


def places_inside(axis: Axis, span: slice, phase: int = 0, s: int = 1) -> tuple[slice, slice]:
    """Return which places of a phase of a span of padded positions lie on the input, and where in the input that is.

    Place t is padded position ``span.start + phase + s*t``; with the defaults, simply the span's t-th.

    Examples
    --------
    >>> axis = Axis(n=7, k=3, s=2, lo=1, hi=1)
    >>> places_inside(axis, slice(0, 9)), places_inside(axis, slice(0, 9), phase=1, s=2)
    ((slice(1, 8, None), slice(0, 7, 1)), (slice(0, 4, None), slice(0, 7, 2)))
    """
    start = span.start + phase - axis.lo  # the input position of place 0
    first = max(ceil_div(-start, s), 0)
    last = (min(span.stop - axis.lo, axis.n) - 1 - start) // s
    if first > last:
        return slice(0, 0), slice(0, 0)
    return slice(first, last + 1), slice(start + first * s, start + last * s + 1, s)


def stuffed_inside(axis: Axis, span: slice, every: int) -> tuple[slice, slice]:
    """Return the same for an input that stands for one with ``every - 1`` zeros after each sample.

    The axis is that of the input with its zeros; the second slice counts samples.

    Examples
    --------
    >>> stuffed_inside(Axis(n=7, k=3, lo=1, hi=1), slice(0, 9), every=2)
    (slice(1, 8, 2), slice(0, 4, None))
    """
    here, there = places_inside(axis, span)
    first, last = ceil_div(there.start, every), (there.stop - 1) // every
    if here.start == here.stop or first > last:
        return slice(0, 0), slice(0, 0)
    shift = here.start - there.start
    return slice(first * every + shift, last * every + shift + 1, every), slice(first, last + 1)


def unstrided(axis: Axis) -> Axis:
    """Return the axis with stride 1 and no more windows than to the last one of the strided axis.

    Examples
    --------
    >>> unstrided(Axis(n=8, k=3, s=2)), unstrided(Axis(n=8, k=3, s=2)).out
    (Axis(n=8, k=3, s=1, d=1, lo=0, hi=-1), 5)
    """
    return Axis(axis.n, axis.k, 1, axis.d, axis.lo, (axis.out - 1) * axis.s + axis.span - axis.n - axis.lo)


def adjoint_phases(axis: Axis) -> list[AdjointPhase]:
    r"""Return the pixels that some tap reads, phase by phase, each as the outputs of an unstrided convolution over dy.

    Pixel ``p = p0 + s t`` hears of window i through tap ``m = m0 + j s/g`` if ``p + lo = i s + m d``, that is
    ``i = t + (p0 + lo - m0 d)/s - j d/g``: with j counted from the last tap back, a convolution.

    Examples
    --------
    >>> for pixels, taps, axis in adjoint_phases(Axis(n=7, k=3, s=2)):
    ...     print(pixels, taps, axis)
    slice(0, 7, 2) slice(2, None, -2) Axis(n=3, k=2, s=1, d=1, lo=1, hi=1)
    slice(1, 7, 2) slice(1, None, -2) Axis(n=3, k=1, s=1, d=1, lo=0, hi=0)
    """
    phases = []
    for run in tap_runs(axis):
        p0 = (run.phase - axis.lo) % axis.s
        if p0 >= axis.n:
            continue
        back = (run.k - 1) * run.step
        lo = back - ((p0 + axis.lo) // axis.s - run.shift)
        hi = ceil_div(axis.n - p0, axis.s) - axis.out - lo + back
        last = run.taps.start + (run.k - 1) * run.taps.step
        before = run.taps.start - run.taps.step
        taps = slice(last, before if before >= 0 else None, -run.taps.step)
        pixels = slice(p0, axis.n, axis.s)
        phases.append(AdjointPhase(pixels, taps, Axis(axis.out, run.k, 1, run.step, lo, hi)))
    return phases
