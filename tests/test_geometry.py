"""The plan answers every question about an axis as enumeration does."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given

from refconv.arithmetic import Axis, Geometry, multiplicity, source_position, transposed_axis
from tests.draw import cases, draw_convolution

AXES = [
    Axis(n, k, s, d, lo, hi)
    for n, k, s, d, lo, hi in product(range(1, 6), range(1, 4), range(1, 4), range(1, 3), range(-1, 3), range(-1, 3))
    if d * (k - 1) + 1 <= n + lo + hi
]


def test_landing_finds_the_windows_whose_tap_reads_in_a_range():
    for axis in AXES[::7]:
        for m, start in product(range(axis.k), range(-2, axis.padded)):
            for stop in range(start + 1, axis.padded + 3):
                windows, positions = axis.landing(m, start, stop)
                reads = {i: i * axis.s + m * axis.d for i in range(axis.out)}
                expected = [i for i, at in reads.items() if start <= at < stop]
                assert list(range(axis.out))[windows] == expected
                assert list(range(start, stop))[positions] == [reads[i] for i in expected]


def test_readers_hold_every_landing():
    for axis in AXES[::11]:
        for start in range(-1, axis.padded):
            for stop in range(start + 1, axis.padded + 2):
                for first in range(axis.k):
                    for last in range(first + 1, axis.k + 1):
                        readers = axis.readers(slice(first, last), start, stop)
                        hit = set()
                        for m in range(first, last):
                            hit |= set(range(axis.out)[axis.landing(m, start, stop)[0]])
                        held = set(range(readers.start, readers.stop))
                        assert hit <= held <= set(range(axis.out))
                        # the smallest range: its ends are needed, or could be by a tap at either end
                        if hit and first + 1 == last:
                            assert (min(hit), max(hit)) == (readers.start, readers.stop - 1)


def test_reach_finds_the_taps_that_read_in_a_range():
    for axis in AXES[::7]:
        for i, start in product(range(axis.out), range(-2, axis.padded)):
            for stop in range(start + 1, axis.padded + 3):
                for among in (slice(0, axis.k), slice(axis.k // 2, axis.k)):
                    taps, positions = axis.reach(i, start, stop, among)
                    reads = {m: i * axis.s + m * axis.d for m in range(axis.k)[among]}
                    expected = [m for m, at in reads.items() if start <= at < stop]
                    assert list(range(axis.k))[taps] == expected
                    assert list(range(start, stop))[positions] == [reads[m] for m in expected]


def test_landing_among_some_windows():
    for axis in AXES[::13]:
        for first in range(axis.out):
            among = slice(first, axis.out - first % 2)
            whole, part = axis.landing(0, 0, axis.padded), axis.landing(0, 0, axis.padded, among)
            assert list(range(axis.out))[part[0]] == [
                i for i in range(axis.out)[whole[0]] if among.start <= i < among.stop
            ]


def test_taps_inside_counts_reads_and_the_rim_has_every_window_on_padding():
    for axis in AXES:
        for start, stop in ((0, axis.padded), (axis.lo, axis.lo + axis.n)):
            for i in range(axis.out):
                reads = [i * axis.s + m * axis.d for m in range(axis.k)]
                assert axis.taps_inside(i, start, stop) == sum(start <= at < stop for at in reads)
        on_padding = [i for i in range(axis.out) if i * axis.s < axis.lo or i * axis.s + axis.span > axis.lo + axis.n]
        assert list(axis.rim) == on_padding


def test_reads_are_input_positions():
    for axis in [*AXES[::5], Axis(3, 1, lo=-4, hi=3), Axis(3, 1, lo=5, hi=-4)]:
        positions = list(range(-axis.lo, axis.n + axis.hi))
        added = list(range(-axis.lo, 0)) + [axis.n + q for q in range(axis.hi)]
        assert list(axis.margins) == added
        for i, m in product(range(axis.out), range(axis.k)):
            assert axis.read(i, m) == positions[i * axis.s + m * axis.d]


def test_transposed_axis_has_the_given_size_as_its_windows():
    for n, k, s, d, lo, hi in product(range(1, 4), range(1, 4), range(1, 4), range(1, 4), range(-1, 2), range(-1, 2)):
        for a in range(max(s, d)):
            axis = transposed_axis(n, k, s, d, lo, hi, a)
            assert axis.out == n
            assert axis.n == (n - 1) * s + d * (k - 1) + 1 - lo - hi + a
            assert (axis.k, axis.s, axis.d, axis.lo) == (k, s, d, lo)


def test_transposed_axis_defaults_to_plain():
    assert transposed_axis(4, 3) == Axis(6, 3)
    assert Axis(6, 3) == Axis(6, 3, 1, 1, 0, 0)


def test_geometry_derives_its_shapes():
    plan = Geometry(2, 6, 9, (Axis(7, 3, 2, 2, 1, 0), Axis(5, 2)), groups=3, padding_mode="reflect")
    assert plan.rank == 2
    assert plan.size == (7, 5)
    assert plan.padded_size == (8, 5)
    assert plan.kernel_size == (3, 2)
    assert plan.output_size == (2, 4)
    assert (plan.group_channels, plan.group_filters, plan.taps) == (2, 3, 12)
    assert plan.x_shape == (2, 6, 7, 5)
    assert plan.w_shape == (9, 2, 3, 2)
    assert plan.y_shape == (2, 9, 2, 4)
    assert plan.readers((slice(0, 3), slice(1, 2)), (slice(5, 6), slice(2, 4))) == (slice(1, 2), slice(1, 3))
    bare = plan.unpadded()
    assert bare.padding_mode == "zeros"
    assert bare.size == bare.padded_size == (8, 5)
    assert bare.output_size == plan.output_size


def test_geometry_is_frozen_and_takes_symbols():
    n, c = sympy.symbols("n c", integer=True, positive=True)
    plan = Geometry(1, c, c, (Axis(n, 3, lo=1, hi=1),), groups=c)
    assert plan.y_shape == (1, c, n)
    assert plan.taps == 3
    with pytest.raises(AttributeError):
        plan.groups = 2


@given(cases(draw_convolution))
def test_source_positions_are_numpy_pads(case):
    """The map behind each padding mode is that of `numpy.pad`, an implementation of its own."""
    mode = case.options["padding_mode"]
    numpy_mode = {"zeros": "constant", "replicate": "edge", "circular": "wrap"}.get(mode, mode)
    for n, (lo, hi) in zip(case.x_shape[2:], case.options["padding"], strict=True):
        want = np.pad(np.arange(1, n + 1), (max(lo, 0), max(hi, 0)), mode=numpy_mode)
        want = want[max(-lo, 0) : len(want) - max(-hi, 0)]
        got = [source_position(q, n, mode) for q in range(-lo, n + hi)]
        assert [0 if source is None else source + 1 for source in got] == list(want)
        counts = np.bincount([source for source in got if source is not None], minlength=1)
        bound = multiplicity(Axis(n, 1, lo=lo, hi=hi), mode)
        assert max(counts.max(), 1) <= bound
        if min(lo, hi) >= 0:
            assert bound == counts.max()


def test_source_position_by_hand():
    assert [source_position(q, 3, "zeros") for q in range(-1, 5)] == [None, 0, 1, 2, None, None]
    assert [source_position(q, 3, "reflect") for q in range(-2, 5)] == [2, 1, 0, 1, 2, 1, 0]
    assert [source_position(q, 3, "replicate") for q in range(-2, 5)] == [0, 0, 0, 1, 2, 2, 2]
    assert [source_position(q, 3, "circular") for q in range(-4, 5)] == [2, 0, 1, 2, 0, 1, 2, 0, 1]
    assert source_position(-1, 3) is None
    assert multiplicity(Axis(3, 1, lo=-3, hi=5)) == 1
    assert multiplicity(Axis(1, 1, lo=2, hi=5), "replicate") == 8
