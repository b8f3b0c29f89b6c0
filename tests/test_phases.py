"""A strided axis by its phases: what they say about taps, windows and pixels is what `Axis.read` says."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refconv.arithmetic import Axis
from refconv.arithmetic.phases import (
    adjoint_phases,
    places_inside,
    read_span,
    stuffed_inside,
    tap_runs,
    unstrided,
)


def small_axes():
    """Yield every axis of small numbers that has a window."""
    for k, s, d, out in product(range(1, 5), range(1, 5), range(1, 5), range(1, 4)):
        for lo, hi, rest in product(range(-1, 3), range(-1, 3), range(0, s, 2)):
            n = (out - 1) * s + d * (k - 1) + 1 - lo - hi + rest
            if n >= 1:
                yield Axis(n, k, s, d, lo, hi)


SMALL = list(small_axes())


@st.composite
def axes(draw, most=12):
    """Draw an axis: its windows first, its size from them."""
    k, s, d, out = (draw(st.integers(1, most)) for _ in range(4))
    lo, hi = draw(st.integers(-most, 2 * most)), draw(st.integers(-most, 2 * most))
    n = (out - 1) * s + d * (k - 1) + 1 - lo - hi + draw(st.integers(0, s - 1))
    return Axis(n + max(-((n - 1) // s), 0) * s, k, s, d, lo, hi)  # larger in whole strides, nothing thrown away


def check_tap_runs(axis):
    seen = []
    runs = tap_runs(axis)
    for run in runs:
        taps = range(axis.k)[run.taps]
        assert run.k == len(taps) > 0
        assert 0 <= run.phase < axis.s
        seen += taps
        for i, (number, m) in product((0, 1, axis.out - 1), enumerate(taps)):
            place, phase = divmod(axis.read(i, m) + axis.lo, axis.s)
            assert (phase, place) == (run.phase, i + run.shift + number * run.step)
    assert sorted(seen) == list(range(axis.k))
    assert len({run.phase for run in runs}) == len(runs)


def check_adjoint_phases(axis):
    """Every meeting of a pixel, a window and a tap is in exactly one phase, and nothing else is."""
    met, pixels = [], []
    for phase in adjoint_phases(axis):
        along = phase.axis
        ours, taps = range(axis.n)[phase.pixels], range(axis.k)[phase.taps]
        assert (along.n, along.s, along.out, along.k) == (axis.out, 1, len(ours), len(taps))
        pixels += ours
        for (t, pixel), (j, m) in product(enumerate(ours), enumerate(taps)):
            window = along.read(t, j)
            if 0 <= window < axis.out:
                met.append((pixel, window, m))
    there = [(axis.read(i, m), i, m) for i, m in product(range(axis.out), range(axis.k))]
    there = [meeting for meeting in there if 0 <= meeting[0] < axis.n]
    assert sorted(met) == sorted(there)
    assert len(set(pixels)) == len(pixels)
    residues = {m * axis.d % axis.s for m in range(axis.k)}
    read = [p for p in range(axis.n) if (p + axis.lo) % axis.s in residues]
    assert sorted(pixels) == read
    assert {pixel for pixel, _, _ in there} <= set(pixels)


def check_adjoint_values(axis):
    """The phases as convolutions of dy are the loop over windows and taps."""
    dy, w = [3 * i * i - 7 * i + 2 for i in range(axis.out)], [5 * m - 4 for m in range(axis.k)]
    want, got = [0] * axis.n, [0] * axis.n
    for i, m in product(range(axis.out), range(axis.k)):
        if 0 <= axis.read(i, m) < axis.n:
            want[axis.read(i, m)] += dy[i] * w[m]
    for phase in adjoint_phases(axis):
        kernel = w[phase.taps]
        for t, pixel in enumerate(range(axis.n)[phase.pixels]):
            reads = ((phase.axis.read(t, j), weight) for j, weight in enumerate(kernel))
            got[pixel] = sum(dy[i] * weight for i, weight in reads if 0 <= i < axis.out)
    assert got == want


def check_unstrided(axis):
    walked = unstrided(axis)
    assert (walked.n, walked.k, walked.s, walked.d, walked.lo) == (axis.n, axis.k, 1, axis.d, axis.lo)
    assert walked.out == (axis.out - 1) * axis.s + 1
    for i, m in product((0, axis.out - 1), range(axis.k)):
        assert walked.read(i * axis.s, m) == axis.read(i, m)


@pytest.mark.parametrize("check", [check_tap_runs, check_adjoint_phases, check_adjoint_values, check_unstrided])
def test_every_small_axis(check):
    assert len(SMALL) > 2000
    for axis in SMALL:
        check(axis)


@given(axes())
def test_any_axis(axis):
    check_tap_runs(axis)
    check_adjoint_phases(axis)
    check_adjoint_values(axis)
    check_unstrided(axis)


@given(axes(most=10**15))
def test_numbers_may_be_huge(axis):
    """A stride or dilation of any size costs no more than the taps do."""
    one = Axis(axis.n, 3, axis.s, axis.d, axis.lo, axis.n + 2 * axis.d)
    check_tap_runs(one)
    check_unstrided(one)


def inside(axis, span, phase=0, s=1):
    """Return the places of a phase of a span that lie on the input, by looking at each."""
    positions = enumerate(range(span.start + phase, span.stop, s))
    return [(t, q - axis.lo) for t, q in positions if 0 <= q - axis.lo < axis.n]


def pairs(slices):
    here, there = (range(cut.start, cut.stop, cut.step or 1) for cut in slices)
    assert min(here.start, here.stop, there.start, there.stop) >= 0  # negative ones would count from the end
    return list(zip(here, there, strict=True))


def test_every_small_place():
    for n, lo, start, length in product(range(1, 5), range(-2, 3), range(6), range(1, 7)):
        axis, span = Axis(n, 1, lo=lo, hi=9), slice(start, start + length)
        assert pairs(places_inside(axis, span)) == inside(axis, span)
        for s in range(1, 5):
            stuffed = [(t, q // s) for t, q in inside(axis, span) if q % s == 0]
            assert pairs(stuffed_inside(axis, span, s)) == stuffed
            for phase in range(s):
                assert pairs(places_inside(axis, span, phase, s)) == inside(axis, span, phase, s)


@given(axes(), st.data())
def test_any_place(axis, data):
    first = data.draw(st.integers(0, axis.out - 1))
    windows = slice(first, data.draw(st.integers(first + 1, axis.out)))
    tap = data.draw(st.integers(0, axis.k - 1))
    taps = slice(tap, data.draw(st.integers(tap + 1, axis.k)))
    span = read_span(axis, windows, taps)
    read = [axis.read(i, m) + axis.lo for i in range(axis.out)[windows] for m in range(axis.k)[taps]]
    assert (span.start, span.stop, span.step) == (min(read), max(read) + 1, None)
    phase, every = data.draw(st.integers(0, axis.s - 1)), data.draw(st.integers(1, 5))
    assert pairs(places_inside(axis, span)) == inside(axis, span)
    assert pairs(places_inside(axis, span, phase, axis.s)) == inside(axis, span, phase, axis.s)
    stuffed = [(t, q // every) for t, q in inside(axis, span) if q % every == 0]
    assert pairs(stuffed_inside(axis, span, every)) == stuffed
