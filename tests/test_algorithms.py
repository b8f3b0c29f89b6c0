"""Every road is the definition: exactly on integers, within its own bound on floats; what it cannot do it refuses."""

from __future__ import annotations

import math
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from itertools import combinations, product
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.algorithms import (
    ALGORITHMS,
    certified,
    cook_toom,
    costs,
    fft,
    pooling,
    refusals,
    space_to_batch,
    together,
    winograd,
)
from refconv.arithmetic import Axis, Geometry
from refconv.arithmetic.lattice import dilation_phases, residues
from refconv.ops import arguments
from refconv.ops.arguments import Options
from refconv.oracle.compare import compare
from refconv.oracle.truth import truth
from refconv.symbolic import winograd as proven
from tests import bounds, definition
from tests.draw import MODES, Case, draw_convolution, from_rng

ROOT = Path(__file__).parent.parent
ROADS = sorted(ALGORITHMS)
QUICK = [name for name in ROADS if name not in ("direct", "inflated")]  # these two are loops
RANKS = (1, 2, 3)
NAMES = ("dx", "dw", "db")


def draw_large(integer, rank):
    """Return a case with up to 7 taps, more channels, padding wider than the input; every parameter per axis."""
    mode = MODES[integer(0, 3)]
    axes = []
    for _ in range(rank):
        k, s, d, out = integer(1, 8 - rank), integer(1, 3), integer(1, 4), integer(1, 12 // rank)
        lo, hi = integer(-2, 4), integer(-2, 4)
        n = (out - 1) * s + d * (k - 1) + 1 - lo - hi + integer(0, s - 1)
        n += max(-(-(max(lo, hi, 0) + 1 - n) // s), 0) * s
        axes.append((n, k, s, d, lo, hi, (n + lo + hi - d * (k - 1) - 1) // s + 1))
    n, k, s, d, lo, hi, out = zip(*axes, strict=True)
    batch, groups, channels, filters = integer(0, 3), integer(1, 3), integer(1, 4), integer(1, 4)
    options = {"stride": s, "padding": tuple(zip(lo, hi, strict=True)), "dilation": d, "groups": groups}
    return Case(
        (batch, groups * channels, *n),
        (groups * filters, channels, *k),
        (batch, groups * filters, *out),
        options | {"padding_mode": mode},
        integer(0, 2**16),
    )


def plan_of(case):
    x, w = (np.zeros(shape) for shape in (case.x_shape, case.w_shape))
    return arguments.convolution("conv", None, x, w, None, Options(**case.options)).plan


@pytest.mark.parametrize(("road", "rank"), list(product(ROADS, RANKS)))
def test_drawn_cases_are_the_definition(road, rank):
    integer = from_rng(np.random.default_rng(rank))
    for _ in range(30):
        case = draw_convolution(integer, rank)
        x, w, b, dy = case.integers(case.x_shape, case.w_shape, case.w_shape[:1], case.y_shape)
        y = refconv.algorithms.conv(x, w, b, algorithm=road, **case.options)
        assert y.dtype == np.int64
        assert y.shape == case.y_shape
        assert (y == definition.conv(x, w, b, **case.options)).all()
        got = refconv.algorithms.conv_backward(dy, x, w, algorithm=road, **case.options)
        for name, one, other in zip(NAMES, got, definition.conv_backward(dy, x, w, **case.options), strict=True):
            assert one.dtype == np.int64, name
            assert one.shape == other.shape, name
            assert (one == other).all(), name


@pytest.mark.parametrize(("road", "rank"), list(product(QUICK, RANKS)))
def test_larger_kernels_equal_the_engine(road, rank):
    """Which is held to the definition elsewhere: up to 7 taps, 12 channels, and batches of none."""
    integer = from_rng(np.random.default_rng(10 + rank))
    for _ in range(40):
        case = draw_large(integer, rank)
        x, w, b, dy = case.integers(case.x_shape, case.w_shape, case.w_shape[:1], case.y_shape, low=-999, high=999)
        how = {"tile": [integer(1, 6) for _ in range(rank)]} if road == "winograd" and integer(0, 1) else {}
        y = refconv.algorithms.conv(x, w, b, algorithm=road, **case.options, **how)
        assert (y == refconv.conv(x, w, b, **case.options)).all()
        got = refconv.algorithms.conv_backward(dy, x, w, algorithm=road, **case.options, **how)
        for name, one, other in zip(NAMES, got, refconv.conv_backward(dy, x, w, **case.options), strict=True):
            assert one.shape == other.shape, name
            assert (one == other).all(), name


@pytest.mark.parametrize("road", ROADS)
def test_ranks_layouts_and_types_are_the_callers(road):
    rng = np.random.default_rng(0)
    x, w, b = (rng.integers(-3, 4, shape) for shape in ((2, 6, 5, 4), (3, 2, 4, 2), (4,)))
    how = {"layout": "NHWC", "kernel_layout": "HIOW", "dilation": (1, 2), "padding": 1, "groups": 2}
    y = refconv.algorithms.conv2d(x, w, b, algorithm=road, **how)
    assert (y == refconv.conv2d(x, w, b, **how)).all()
    dy = rng.integers(-3, 4, y.shape)
    got = refconv.algorithms.conv2d_backward(dy, x, w, algorithm=road, bias=False, **how)
    want = refconv.conv2d_backward(dy, x, w, bias=False, **how)
    assert (got.dx == want.dx).all()
    assert (got.dw == want.dw).all()
    assert got.db is None
    for dtype in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64, np.complex64, np.int8, bool):
        y = refconv.algorithms.conv2d((x > 0).astype(dtype), (w > 0).astype(dtype), algorithm=road, **how)
        assert y.dtype == refconv.conv2d((x > 0).astype(dtype), (w > 0).astype(dtype), **how).dtype
    four = rng.integers(-9, 10, (1, 1, 3, 2, 3, 2)), rng.integers(-9, 10, (1, 1, 2, 2, 1, 2))
    assert (refconv.algorithms.conv(*four, algorithm=road) == refconv.conv(*four)).all()


@pytest.mark.parametrize("road", ROADS)
def test_integers_of_any_size(road):
    rng = np.random.default_rng(1)
    x, w, dy = (rng.integers(-(2**62), 2**62, shape).astype(object) for shape in ((2, 2, 7), (2, 2, 3), (2, 2, 4)))
    x, dy = x**3, dy**2  # up to 186 bits; w has another number of limbs
    y = refconv.algorithms.conv1d(x, w, stride=2, padding=1, algorithm=road)
    assert (y == definition.conv(x, w, stride=2, padding=1)).all()
    got = refconv.algorithms.conv1d_backward(dy, x, w, stride=2, padding=1, algorithm=road)
    for one, other in zip(got, definition.conv_backward(dy, x, w, stride=2, padding=1), strict=True):
        assert (one == other).all()
    big = np.full((1, 1, 3), 2**62)
    for call in (
        lambda: refconv.algorithms.conv1d(big, big, algorithm=road),
        lambda: refconv.algorithms.conv1d_backward(big[:, :, :1], big, big, algorithm=road),
    ):
        with pytest.raises(refconv.IntegerOverflowError, match="does not fit in int64"):
            call()


@pytest.mark.parametrize("road", [name for name in ROADS if name != "fft"])
def test_fractions_are_exact(road):
    rng = np.random.default_rng(2)
    fractions = np.vectorize(lambda a, b: Fraction(int(a), int(b)), otypes=[object])
    x, w, dy = (
        fractions(rng.integers(-9, 10, shape), rng.integers(1, 9, shape))
        for shape in ((1, 2, 6, 7), (2, 1, 3, 2), (1, 2, 2, 5))
    )
    how = {"stride": (2, 1), "dilation": (1, 2), "groups": 2}
    assert (refconv.algorithms.conv2d(x, w, algorithm=road, **how) == definition.conv(x, w, **how)).all()
    got = refconv.algorithms.conv2d_backward(dy, x, w, algorithm=road, **how)
    for one, other in zip(got, definition.conv_backward(dy, x, w, **how), strict=True):
        assert (one == other).all()


def test_symbols_and_decimals_go_by_winograd():
    x = np.array(sympy.symbols("x:6"), object).reshape(1, 1, 6)
    w = np.array(sympy.symbols("w:3"), object).reshape(1, 1, 3)
    by_tiles = refconv.algorithms.conv1d(x, w, algorithm="winograd").ravel()
    assert [sympy.expand(y) for y in by_tiles] == list(refconv.conv1d(x, w).ravel())
    x, w = (np.array([Decimal(v) for v in values]).reshape(1, 1, -1) for values in (("0.5", "1.5", "2"), ("3", "0.25")))
    assert refconv.algorithms.conv1d(x, w, algorithm="winograd").ravel().tolist() == [Decimal("1.875"), Decimal("5.0")]


# what stride and dilation vanish by


def axes():
    for n, k, s, d in product(range(1, 14), range(1, 5), range(1, 5), range(1, 5)):
        axis = Axis(n, k, s, d)
        if axis.span <= n:
            yield axis


def test_residues_are_all_pairs_of_window_and_tap_once():
    for axis in axes():
        seen = []
        for samples, taps, windows, plain in residues(axis):
            positions, i, m = range(axis.n)[samples], range(axis.out)[windows], range(axis.k)[taps]
            assert (len(positions), len(i), len(m)) == (plain.n, plain.out, plain.k)
            for u, j in product(range(plain.out), range(plain.k)):
                assert positions[plain.read(u, j)] == axis.read(i[u], m[j])
                seen.append((i[u], m[j]))
        assert sorted(seen) == list(product(range(axis.out), range(axis.k)))


def test_dilation_phases_are_all_windows_once_and_share_no_sample():
    for axis in axes():
        grown, plain, phases = dilation_phases(axis)
        assert grown >= axis.n
        windows, samples = [], []
        for place, each in phases:
            positions, i = range(grown)[place], range(plain.out * len(phases))[each]
            assert (len(positions), len(i)) == (plain.n, plain.out)
            windows += i
            samples += positions
            for u, m in product(range(plain.out), range(axis.k)):
                assert positions[plain.read(u, m)] == axis.read(i[u], m)
        assert sorted(windows)[: axis.out] == list(range(axis.out))
        assert len(set(windows)) == len(windows)
        assert len(set(samples)) == len(samples)
        assert plain.d == 1


def test_phases_become_a_batch():
    moved = space_to_batch.batches(Geometry(2, 3, 4, (Axis(20, 3, d=4), Axis(20, 2, s=2, d=4), Axis(9, 3))))
    assert moved.plan.batch == 2 * 4 * 2
    assert [(axis.s, axis.d) for axis in moved.plan.axes] == [(1, 1), (1, 1), (1, 1)]


# winograd


@pytest.mark.parametrize(("m", "r"), list(product(range(1, 9), repeat=2)))
def test_the_matrices_are_those_that_are_proven(m, r):
    ours, theirs = cook_toom.transforms(m, r), proven.cook_toom(m, r)
    assert tuple(ours) == tuple(theirs)
    whole, divisor = ours.whole()
    assert all(entry.denominator == 1 for matrix in whole for row in matrix for entry in row)
    (taps,), inputs = [[3, -5, 2, 7, -1, 4, 6, -8][:r]], list(range(1, m + r))
    y = proven.CookToom(*whole)(taps, inputs)
    assert [each / divisor for each in y] == theirs(taps, inputs)
    assert cook_toom.default_points(m + r) == proven.default_points(m + r)


@given(st.sampled_from(RANKS), st.integers(0, 2**16), st.sampled_from([np.float32, np.float64, np.complex128]))
def test_winograd_stays_within_its_bound(rank, seed, dtype):
    integer = from_rng(np.random.default_rng(seed))
    case = replace(draw_large(integer, rank), seed=seed)
    x, w, b = case.normals(case.x_shape, case.w_shape, case.w_shape[:1], dtype=np.float64)
    if dtype is np.complex128:
        x, w = x + 1j * x[..., ::-1], w - 1j * w[..., ::-1]
    x, w, b = x.astype(dtype), w.astype(dtype), b.astype(np.float32)
    tile = tuple(integer(1, 6) for _ in range(rank))
    plan = plan_of(case)
    got = refconv.algorithms.conv(x, w, b, algorithm="winograd", tile=tile, **case.options)
    assert got.dtype == dtype
    wide = [a.astype(np.clongdouble if dtype is np.complex128 else np.longdouble) for a in (x, w, b.astype(float))]
    exact = refconv.conv(wide[0], wide[1], wide[2].real, **case.options)
    size = winograd.magnitude(np.abs(x), np.abs(w), plan, tile) + np.abs(b).reshape(-1, *(1,) * rank)
    assert (np.abs(got - exact) <= bounds.gamma(winograd.roundings(plan, tile) + 1, dtype) * size).all()


def test_the_magnitude_grows_as_is_proven():
    """All ones is the worst there is for one tile along one axis; the sums of the definition are r."""
    for m, r in product(range(1, 7), range(2, 6)):
        plan = Geometry(1, 1, 1, (Axis(m + r - 1, r),))
        size = winograd.magnitude(np.ones((1, 1, m + r - 1)), np.ones((1, 1, r)), plan, (m,))
        assert size.max() / r == pytest.approx(
            float(proven.growth(proven.cook_toom(m, r))), rel=bounds.gamma(200, float)
        )


def test_larger_tiles_err_more():
    """Why nobody takes F(10, 3): on the same data the error grows by orders of magnitude."""
    rng = np.random.default_rng(5)
    x, w = (rng.standard_normal(shape).astype(np.float32) for shape in ((1, 8, 32, 32), (8, 8, 3, 3)))
    exact = refconv.conv2d(x.astype(float), w.astype(float))
    errors = [
        np.abs(refconv.algorithms.conv2d(x, w, algorithm="winograd", tile=m) - exact).max() for m in (2, 4, 6, 8, 10)
    ]
    assert errors == sorted(errors)
    assert errors[-1] > 100 * errors[0]


def test_default_tiles():
    plan = Geometry(1, 1, 1, (Axis(20, 3), Axis(20, 4), Axis(20, 1)))
    assert [(each.m, each.r, each.needed) for each in winograd.tiles(plan)] == [(4, 3, 5), (2, 4, 9), (1, 1, 20)]
    assert [each.m for each in winograd.tiles(plan, (6, 7, 8))] == [6, 7, 1]


# fft


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex64, np.complex128])
def test_fft_stays_within_its_bound(rank, dtype):
    integer = from_rng(np.random.default_rng(rank))
    for _ in range(25):
        case = draw_large(integer, rank)
        x, w = (a.astype(dtype) for a in case.normals(case.x_shape, case.w_shape))
        if np.dtype(dtype).kind == "c":
            x, w = (x + 1j * x[..., ::-1]).astype(dtype), (w - 1j * w[..., ::-1]).astype(dtype)
        got = refconv.algorithms.conv(x, w, algorithm="fft", **case.options)
        assert got.dtype == dtype
        exact = refconv.conv(x.astype(np.clongdouble), w.astype(np.clongdouble), **case.options)
        sums = refconv.conv(np.abs(x).astype(float), np.abs(w).astype(float), **case.options)
        own = bounds.gamma(6 * w[0].size if w.size else 1, np.longdouble) * sums
        assert (np.abs(got - exact) <= fft.error_bound(np.abs(x), np.abs(w), plan_of(case)) + own).all()


@pytest.mark.parametrize("road", ["fft", "winograd"])
@pytest.mark.parametrize("of", NAMES[:2])
def test_gradients_of_floats_satisfy_the_oracle(road, of):
    integer = from_rng(np.random.default_rng(8))
    for _ in range(25):
        case = draw_large(integer, 2)
        options = case.options | {"stride": 1, "dilation": 1}
        x, w = case.normals(case.x_shape, case.w_shape, dtype=np.float32)
        dy = np.random.default_rng(case.seed).standard_normal(refconv.conv2d(x, w, **options).shape).astype(np.float32)
        got = getattr(refconv.algorithms.conv2d_backward(dy, x, w, algorithm=road, **options), of)
        true = truth("conv2d", x, w, dy=dy, of=of, **options)
        report = compare(got, true, algorithm={"fft": "fft", "winograd": "winograd4"}[road])
        assert report.passed, str(report)


@pytest.mark.parametrize("road", ["shifted", "space_to_batch"])
def test_sums_of_products_stay_within_the_usual_bound(road):
    integer = from_rng(np.random.default_rng(9))
    for rank in (1, 2, 3) * 10:
        case = draw_large(integer, rank)
        x, w = case.normals(case.x_shape, case.w_shape, dtype=np.float32)
        got = refconv.algorithms.conv(x, w, algorithm=road, **case.options)
        exact = refconv.conv(x.astype(float), w.astype(float), **case.options)
        sums = refconv.conv(np.abs(x), np.abs(w), **case.options)
        assert (np.abs(got - exact) <= 2 * bounds.gamma(w[0].size, np.float32) * sums).all()


def test_rounding_is_certified_up_to_the_last_bit():
    """Numbers as large as `room` allows, all of one sign: no error comes near 1/2, nor near what is certified."""
    for n, channels in ((8, 1), (40, 5), (300, 3)):
        plan = Geometry(1, channels, 1, (Axis(n, 5),))
        levels = fft.grid_size(n).bit_length() - 1
        bits = certified.room(levels, channels, (n, 5))
        half = bits // 2
        x, w = np.full((1, channels, n), 2**half - 1.0), np.full((1, channels, 5), 2 ** (bits - half) - 1.0)
        allowed = certified.kappa(levels, channels, 2.0**-53) * channels * math.sqrt(n * 5) * 2.0**bits
        assert 0.05 < allowed < 0.4
        rough = fft.forward(x, w, None, plan)
        exact = definition.conv(x.astype(int), w.astype(int)).astype(float)
        assert np.abs(rough - exact).max() <= fft.error_bound(x, w, plan).max() <= allowed
    assert certified.room(60, 10**9, (2**60, 2**30)) < certified.room(0, 1, (1, 1)) == 49


def test_sums_too_long_to_be_certified_are_refused():
    plan = Geometry(1, 2**27, 1, (Axis(8, 3),))
    assert fft.least_room(plan) < 2 <= fft.least_room(replace(plan, channels=2**20))
    for operands in (
        {"x": np.ones(1, int), "w": np.ones(1, bool)},
        {"x": np.ones(1, object), "dy": np.ones(1, int), "w": np.ones(1)},
    ):
        with pytest.raises(refconv.ArgumentError, match="certified") as caught:
            refusals.check_room("conv1d", "fft", operands, plan)
        assert caught.value.fixes == ({"algorithm": "direct"},)
        refusals.check_room("conv1d", "winograd", operands, plan)
    refusals.check_room("conv1d", "fft", {"x": np.ones(1), "w": np.ones(1, int)}, plan)


def test_limbs_are_cut_as_long_as_there_is_room():
    rng = np.random.default_rng(3)
    for bits, a_bits, b_bits in rng.integers(2, 200, (300, 3)).tolist():
        a, b = certified.cuts(bits, a_bits, b_bits)
        assert min(a, b) >= 1
        assert a + b <= bits
        assert a + b == bits or (a >= a_bits and b >= b_bits)
    values = np.array([0, 1, -1, 2**100 + 12345, -(3**50)], object)
    for length in (1, 5, 26, 52):
        parts = list(certified.limbs(values, certified.largest_bits(values), length))
        assert sum(np.vectorize(int, otypes=[object])(limb) * 2**shift for shift, limb in parts).tolist() == list(
            values
        )
        assert all(abs(limb).max() < 2**length for _, limb in parts)


def test_without_scipy_numpys_transforms_will_do(monkeypatch):
    case = draw_large(from_rng(np.random.default_rng(4)), 2)
    x, w = case.integers((2, *case.x_shape[1:]), case.w_shape)
    want = refconv.conv(x, w, **case.options)
    assert fft._transforms() is not np.fft
    monkeypatch.setitem(sys.modules, "scipy.fft", None)
    monkeypatch.setitem(sys.modules, "scipy", None)
    assert fft._transforms() is np.fft
    assert (refconv.algorithms.conv(x, w, algorithm="fft", **case.options) == want).all()
    complex_x = x * (1 - 2j)
    got = refconv.algorithms.conv(complex_x, w, algorithm="fft", **case.options)
    limit = fft.error_bound(np.abs(complex_x), w.astype(float), plan_of(replace(case, x_shape=x.shape)))
    assert (np.abs(got - want * (1 - 2j)) <= limit).all()


@pytest.mark.parametrize("memory", [1, 5000])
@pytest.mark.parametrize("rank", RANKS)
def test_slices_of_filters_are_all_filters(monkeypatch, memory, rank):
    monkeypatch.setattr(fft, "MEMORY", memory)
    integer = from_rng(np.random.default_rng(30 + rank))
    for _ in range(15):
        case = draw_large(integer, rank)
        x, w, dy = case.integers(case.x_shape, case.w_shape, case.y_shape)
        y = refconv.algorithms.conv(x, w, algorithm="fft", **case.options)
        assert (y == refconv.conv(x, w, **case.options)).all()
        got = refconv.algorithms.conv_backward(dy, x, w, algorithm="fft", **case.options)
        for one, other in zip(got, refconv.conv_backward(dy, x, w, **case.options), strict=True):
            assert (one == other).all()


def test_transforms_of_filters_stay_within_their_memory(monkeypatch):
    monkeypatch.setattr(fft, "MEMORY", 2**20)
    x, w = np.ones((1, 16, 32, 32), np.float32), np.ones((256, 16, 3, 3), np.float32)
    dy = np.ones((1, 256, 30, 30), np.float32)
    refconv.algorithms.conv2d(x[:, :1], w[:1, :1], algorithm="fft")  # what is loaded once is not counted
    grid = 32 * 17 * 8
    for call, result, other in (
        (lambda: refconv.algorithms.conv2d(x, w, algorithm="fft"), dy.nbytes, 16 * grid),
        (lambda: refconv.algorithms.conv2d_backward(dy, x, w, algorithm="fft"), dy.nbytes, 256 * grid),
    ):
        tracemalloc.start()
        call()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # the slices, with a copy for each step of them; the other operand's transform; operands and results, copied
        assert peak < 4 * 2**20 + 2 * other + 4 * (result + x.nbytes + w.nbytes)
        assert 4 * 2**20 + 2 * other + 4 * (result + x.nbytes + w.nbytes) < 256 * 16 * grid


def test_a_bad_fft_is_not_believed(monkeypatch):
    class Bad:
        rfftn = staticmethod(np.fft.rfftn)

        @staticmethod
        def irfftn(*args, **kwargs):
            return np.fft.irfftn(*args, **kwargs) + 0.45

    monkeypatch.setattr(fft, "_transforms", lambda: Bad)
    with pytest.raises(ArithmeticError, match="worse than any should be"):
        refconv.algorithms.conv1d([[[1, 2, 3]]], [[[4, 5]]], algorithm="fft")


def test_objects_that_are_floats_go_by_fft_too():
    x, w = np.array([[[1.0, 2.5, 2.0**70]]], object), np.array([[[2.0, 1j]]], object)
    y = refconv.algorithms.conv1d(x, w, algorithm="fft").ravel()
    limit = certified.kappa(levels=2, terms=1, u=2.0**-53)
    assert abs(y[0] - (2 + 2.5j)) <= limit * abs(2.0**70 + 3j) * abs(2 + 1j)
    y = refconv.algorithms.conv1d([[[1, 2, 4]]], np.array([[[0.5, 0.25]]], object), algorithm="fft")
    assert y.dtype == object
    assert np.abs(y.ravel() - [1, 2]).max() <= limit * math.hypot(1, 2, 4) * math.hypot(0.5, 0.25)
    with pytest.raises(TypeError, match="needs numbers"):
        fft._floats(np.array([Fraction(1, 2)], object))


# refusals

X, W = np.ones((1, 2, 9, 9)), np.ones((2, 2, 3, 3))
FRACTIONS = np.full((1, 2, 9, 9), Fraction(1, 3), object)
LARGE, SIGNS = np.full((1, 1, 8), 3e38, np.float32), np.array([[[1, -1] * 4]], np.float32)


def spoilt(a, value, dtype=float):
    a = a.astype(dtype)
    a.flat[3] = value
    return a


REFUSED = {
    "an infinite x": (
        lambda **fix: refconv.algorithms.conv2d(spoilt(X, np.inf), W, **{"algorithm": "winograd", **fix}),
        refconv.ArgumentError,
        "conv2d: x has an infinite element or NaN, and by the transform it would reach outputs that do not read it.",
    ),
    "a NaN in w": (
        lambda **fix: refconv.algorithms.conv2d(X, spoilt(W, np.nan, np.float32), **{"algorithm": "fft", **fix}),
        refconv.ArgumentError,
        "w has an infinite element or NaN",
    ),
    "an infinite dy": (
        lambda **fix: refconv.algorithms.conv2d_backward(
            spoilt(np.ones((1, 2, 7, 7)), -np.inf, object), X, W, **{"algorithm": "space_to_batch", **fix}
        ),
        refconv.ArgumentError,
        "conv2d_backward: dy has an infinite element or NaN, and by the zeros that fill the phases up",
    ),
    "an infinite bfloat16": (
        lambda **fix: refconv.algorithms.conv2d(
            spoilt(X, np.inf, ml_dtypes.bfloat16), W, **{"algorithm": "inflated", **fix}
        ),
        refconv.ArgumentError,
        "by the zeros between the taps",
    ),
    "fractions by fft": (
        lambda **fix: refconv.algorithms.conv2d(FRACTIONS, W, **{"algorithm": "fft", **fix}),
        refconv.DTypeError,
        "x has elements of type Fraction, which no FFT can take.",
    ),
    "ints among floats by fft": (
        lambda **fix: refconv.algorithms.conv1d(
            np.array([[[2**70 + 1, 0.5, 3]]], object), np.ones((1, 1, 1), int), **{"algorithm": "fft", **fix}
        ),
        refconv.DTypeError,
        "conv1d: x has ints among its floats, and an FFT would round them to floats too.",
    ),
    "a decimal NaN": (
        lambda **fix: refconv.algorithms.conv2d(
            X.astype(int), spoilt(W.astype(int), Decimal("NaN"), object), **{"algorithm": "winograd", **fix}
        ),
        refconv.ArgumentError,
        "w has an infinite element or NaN",
    ),
    "too large for fft": (
        lambda **fix: refconv.algorithms.conv1d(LARGE, np.ones((1, 1, 1), np.float32), **{"algorithm": "fft", **fix}),
        refconv.ArgumentError,
        "conv1d: the numbers are so large that the transform overflows.\n  Take algorithm='direct'.",
    ),
    "too large for winograd": (
        lambda **fix: refconv.algorithms.conv1d(
            LARGE / 2, np.full((1, 1, 3), 0.5, np.float32), **{"algorithm": "winograd", **fix}
        ),
        refconv.ArgumentError,
        "the transform overflows",
    ),
    "an infinite x and a tile": (
        lambda **fix: refconv.algorithms.conv2d(spoilt(X, np.inf), W, **{"algorithm": "winograd", "tile": 2, **fix}),
        refconv.ArgumentError,
        "x has an infinite element or NaN",
    ),
    "too large for a tile": (
        lambda **fix: refconv.algorithms.conv1d(
            LARGE / 2, np.full((1, 1, 3), 0.5, np.float32), **{"algorithm": "winograd", "tile": 6, **fix}
        ),
        refconv.ArgumentError,
        "the transform overflows",
    ),
    "objects too large for winograd": (
        lambda **fix: refconv.algorithms.conv1d(
            np.full((1, 1, 8), 1e308, object), np.full((1, 1, 3), 0.25, object), **{"algorithm": "winograd", **fix}
        ),
        refconv.ArgumentError,
        "the transform overflows",
    ),
    "dx too large for fft": (
        lambda **fix: refconv.algorithms.conv1d_backward(
            LARGE, np.zeros((1, 1, 8), np.float32), np.ones((1, 1, 1), np.float32), **{"algorithm": "fft", **fix}
        ),
        refconv.ArgumentError,
        "conv1d_backward: the numbers are so large",
    ),
    "dw too large for fft": (
        lambda **fix: refconv.algorithms.conv1d_backward(
            np.ones((1, 1, 8), np.float32),
            -LARGE * SIGNS,
            np.zeros((1, 1, 1), np.float32),
            **{"algorithm": "fft", **fix},
        ),
        refconv.ArgumentError,
        "conv1d_backward: the numbers are so large",
    ),
    "a tile for another": (
        lambda **fix: refconv.algorithms.conv2d(X, W, **{"algorithm": "shifted", "tile": 2, **fix}),
        refconv.ArgumentError,
        "tile=2 means something for algorithm='winograd' only",
    ),
    "a tile of none": (
        lambda **fix: refconv.algorithms.conv2d(X, W, **{"algorithm": "winograd", "tile": 0, **fix}),
        refconv.ArgumentError,
        "tile must be at least 1, but it is 0.",
    ),
    "a tile too long": (
        lambda **fix: refconv.algorithms.conv2d(X, W, **{"algorithm": "winograd", "tile": (2, 15), **fix}),
        refconv.ArgumentError,
        "along W.\n  outputs of a tile = 15, taps = 3  ->  15 + 3 - 1 = 17 points, more than 16\n  Take tile=(2, 14)",
    ),
    "too many taps": (
        lambda **fix: refconv.algorithms.conv1d(
            np.ones((1, 1, 20)), np.ones((1, 1, 17)), **{"algorithm": "winograd", **fix}
        ),
        refconv.ArgumentError,
        "Take algorithm='fft', to which the size of the kernel does not matter.",
    ),
    "many taps and a default tile": (
        lambda **fix: refconv.algorithms.conv1d(
            np.ones((1, 1, 20)), np.ones((1, 1, 16)), **{"algorithm": "winograd", **fix}
        ),
        refconv.ArgumentError,
        "Take tile=(1,) or less",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_road_cannot_do_it_refuses_with_a_way_out(what):
    call, kind, text = REFUSED[what]
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    assert caught.value.fixes
    for fix in caught.value.fixes:
        call(**fix)


@pytest.mark.parametrize("road", ["fft", "winograd"])
def test_following_the_fixes_ends(road):
    """With fractions and many taps "fft" sent its caller to "winograd", and that back."""
    x, w = np.full((1, 1, 20), Fraction(1, 3), object), np.full((1, 1, 17), Fraction(3, 2), object)
    waiting, seen, results = [{"algorithm": road}], [], []
    while waiting:
        how = waiting.pop()
        assert how not in seen
        seen.append(how)
        try:
            results.append(refconv.algorithms.conv1d(x, w, **how))
        except refconv.RefconvError as error:
            waiting += [how | fix for fix in error.fixes]
    assert [y.ravel().tolist() for y in results] == [[Fraction(17, 2)] * 4]


@pytest.mark.parametrize("road", refusals.TRANSFORMS)
def test_a_bias_may_be_what_it_likes(road):
    x, w = np.ones((1, 3, 6)), np.ones((3, 3, 3))
    y = refconv.algorithms.conv1d(x, w, np.array([np.nan, np.inf, 1]), algorithm=road)
    assert np.isnan(y[:, 0]).all()
    assert (y[:, 1] == np.inf).all()
    assert np.isfinite(y[:, 2]).all()
    dy = np.array([3e38, 3e38], np.float32).reshape(2, 1, 1)  # db alone overflows
    got = refconv.algorithms.conv1d_backward(dy, dy * 0, dy[:1] * 0, algorithm=road)
    assert got.db == [np.inf]


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_decimals_without_a_value_are_seen(value):
    for e, refused in ((Decimal(value), True), (Decimal(1), False), (sympy.nan, True), (sympy.Symbol("a"), False)):
        operands = {"x": np.array([1, e], object)}
        if refused:
            with pytest.raises(refconv.ArgumentError, match="x has an infinite element or NaN"):
                refusals.check_finite("conv1d", "winograd", operands)
        else:
            refusals.check_finite("conv1d", "winograd", operands)


def test_long_kernels_go_where_a_stride_cuts_them():
    rng = np.random.default_rng(6)
    x, w = rng.integers(-9, 10, (1, 1, 60)), rng.integers(-9, 10, (1, 1, 28))
    assert (refconv.algorithms.conv1d(x, w, stride=2, algorithm="winograd") == refconv.conv1d(x, w, stride=2)).all()


# mended


@pytest.mark.parametrize("road", ROADS)
def test_real_gradients_beside_complex_operands(road):
    rng = np.random.default_rng(7)
    # none of them is larger than all products together, by a tile's growth; there are at most 20 roundings
    growth = max(proven.growth(proven.cook_toom(*size)) * size[1] for size in ((4, 3), (3, 4)))
    relative = {
        "fft": certified.kappa(levels=3, terms=1, u=2.0**-53),
        "winograd": bounds.gamma(20, complex) * float(growth),
    }
    for complex_one in range(3):
        arrays = [rng.integers(-4, 5, shape).astype(float) for shape in ((1, 1, 4), (1, 1, 6), (1, 1, 3))]
        arrays[complex_one] = arrays[complex_one] * (1 + 2j)
        got = refconv.algorithms.conv1d_backward(*arrays, algorithm=road)
        for one, other in zip(got, refconv.conv1d_backward(*arrays), strict=True):
            assert one.dtype == other.dtype
            limit = relative.get(road, 0) * max(np.abs(a).sum() * np.abs(c).sum() for a, c in combinations(arrays, 2))
            assert np.abs(one - other).max() <= limit


def test_the_largest_is_the_first_nan():
    plan = Geometry(1, 1, 1, (Axis(3, 3),))
    for values, place in (((1, np.nan, 3), 1), ((np.nan, 1, 2), 0), ((1, 3, 3), 1), ((2, np.nan, np.nan), 1)):
        x = np.array(values, float).reshape(1, 1, 3)
        assert pooling.largest(x, plan) == {(0, 0, 0): (0, 0, place)}


# costs


class Counted:
    """A number that counts the products of two of its kind."""

    done = 0

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Counted(self.value + getattr(other, "value", other))

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Counted):
            Counted.done += 1
        return Counted(self.value * getattr(other, "value", other))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return Counted(self.value / other)


@pytest.mark.parametrize("road", [name for name in ROADS if name != "fft"])
def test_products_are_as_many_as_are_counted(road):
    integer = from_rng(np.random.default_rng(20))
    for rank in (1, 2, 3) * 6:
        case = draw_large(integer, rank) if road not in ("direct", "inflated") else draw_convolution(integer, rank)
        w = np.full(case.w_shape, Counted(1), object)
        plan = plan_of(case)
        zero = Counted(0)
        padded = np.full((*case.x_shape[:2], *plan.padded_size), zero, object)
        Counted.done = 0
        _run_counted(road, padded, w, plan, zero)
        assert Counted.done == costs.road_cost(road, plan).products, (road, case)


def _run_counted(road, x_padded, w, plan, zero):
    """Run a road on a padded input; every zero it makes for itself is a number like others, and counts."""
    original = np.zeros

    def zeros(shape, dtype=float):
        return np.full(shape, zero, object) if dtype == object else original(shape, dtype)

    def zeros_like(a):
        return zeros(a.shape, a.dtype)

    patched = pytest.MonkeyPatch()
    with patched.context() as within:
        within.setattr(np, "zeros", zeros)
        within.setattr(np, "zeros_like", zeros_like)
        ALGORITHMS[road].forward(x_padded, w, None, plan.unpadded())


def test_published_counts_of_a_tile():
    """Lavin and Gray, arXiv:1509.09308: F(2x2, 3x3) takes 32 and 24 additions and 16 products."""
    tile = [(2, 3), (2, 3)]
    assert costs.transform_cost("BT", tile) == (0, 0, 32)
    assert costs.transform_cost("AT", tile) == (0, 0, 24)
    plan = Geometry(1, 1, 1, (Axis(4, 3), Axis(4, 3)))
    assert costs.road_cost("winograd", plan, (2, 2)).products == 16
    assert costs.road_cost("direct", plan).products == 36


def test_symbols_cost_what_numbers_do():
    N, C, O, q = sympy.symbols("N C O q", positive=True, integer=True)
    for road, s, d in product(ROADS, (1, 2), (1, 2, 3)):
        for k in (1, 3, 5):
            size = 60 * q + 1  # such that nothing is rounded
            symbolic = Geometry(N, C, O, (Axis(size + d * (k - 1), k, s, d),) * 2)
            values = {N: 2, C: 3, O: 5, q: 2}
            numbers = Geometry(2, 3, 5, (Axis(121 + d * (k - 1), k, s, d),) * 2)
            if road == "fft":
                continue
            got = [sympy.sympify(each).subs(values) for each in costs.road_cost(road, symbolic)]
            assert [int(each) for each in got] == list(costs.road_cost(road, numbers)), (road, s, d, k)
    L = sympy.Symbol("L", positive=True, integer=True)
    symbolic = costs.road_cost("fft", Geometry(N, C, O, (Axis(L, 3),) * 2))
    got = [sympy.simplify(sympy.sympify(each).subs({N: 2, C: 3, O: 5, L: 64})) for each in symbolic]
    assert got == list(costs.road_cost("fft", Geometry(2, 3, 5, (Axis(64, 3),) * 2)))
    with pytest.raises(refconv.ArgumentError, match="algorithm is 'laplace'"):
        costs.road_cost("laplace", Geometry(1, 1, 1, (Axis(4, 3),)))


def test_together():
    assert together.grown(np.ones((1, 1, 2, 1), int), (2, 3)).tolist() == [[[[1, 0, 0], [1, 0, 0]]]]
    assert together.bias_gradient(np.zeros((0, 2, 3), object)).tolist() == [0, 0]


def test_the_page_has_the_formulas_that_are_counted():
    found = spec_from_file_location("benchmarks_algorithms", ROOT / "benchmarks" / "algorithms.py")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    page = (ROOT / "docs" / "algorithms.md").read_text(encoding="utf-8")
    assert module.counted() in page
    for name, (x_shape, filters, k, how) in module.LAYERS.items():
        plan, options = module.planned(x_shape, filters, k, how)
        assert (
            plan
            == arguments.convolution(
                "conv2d", 2, np.zeros(plan.x_shape), np.zeros(plan.w_shape), None, Options(**options)
            ).plan
        )
        cells = " | ".join(module.numbers(costs.road_cost("fft", plan), plan))
        assert f"| {name} | fft | {cells} |" in page
    for m in (2, 4, 6):
        assert f"| m = {m} | {m + 2} | {float(proven.growth(proven.cook_toom(m, 3))):.4g} |" in page


def test_scipy_is_loaded_by_fft_alone():
    script = (
        "import sys, refconv\n"
        "for road in sorted(refconv.algorithms.ALGORITHMS, key='fft'.__eq__):\n"
        "    assert not {'scipy', 'sympy'} & {*sys.modules}, road\n"
        "    assert refconv.algorithms.conv1d([[[1, 2]]], [[[3, 4]]], algorithm=road).item() == 11\n"
        "assert 'scipy.fft' in sys.modules and 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
