"""All roads lead to the definition, on however many threads and whoever chooses."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import ml_dtypes
import numpy as np
import pytest

import refconv
from refconv.arithmetic import Axis, Geometry, output_size
from refconv.ops import bands, contraction, roads, scattered, shifted, threads
from refconv.ops.dtypes import Floats, Objects, arithmetic_for
from refconv.ops.engine import ROADS, engine
from refconv.ops.sums import by_group
from tests import definition
from tests.draw import Case, draw_convolution, draw_transposed, from_rng
from tests.test_definition import check_convolution, check_depthwise, check_transposed
from tests.test_tiles import forget

DOUBLE = Floats(np.dtype(float))
EVERY_ROAD_AND_COUNT = pytest.mark.parametrize(("road", "count"), list(product(ROADS, (1, 2, 3))))
SHARED_OUT = pytest.mark.usefixtures("_small_pieces")


@pytest.fixture
def _small_pieces(monkeypatch):
    """Share out what is not worth it, so that more than one thread is at work."""
    monkeypatch.setattr(threads, "PIECE_AT_LEAST", 1)
    forget()
    yield
    forget()


def restrided(case: Case, stride: int) -> Case:
    """Return the case with another stride along the last axis."""
    options = case.options | {"stride": (*case.options["stride"][:-1], stride)}
    n, k, d, (lo, hi) = case.x_shape[-1], case.w_shape[-1], options["dilation"][-1], options["padding"][-1]
    return replace(case, y_shape=(*case.y_shape[:-1], output_size(n, k, stride, d, lo, hi)), options=options)


@SHARED_OUT
@EVERY_ROAD_AND_COUNT
def test_convolution_by_every_road(road, count):
    integer = from_rng(np.random.default_rng(0))
    with engine(road=road, threads=count):
        for _ in range(25):
            check_convolution(draw_convolution(integer))


@SHARED_OUT
@EVERY_ROAD_AND_COUNT
def test_transposed_convolution_by_every_road(road, count):
    integer = from_rng(np.random.default_rng(1))
    with engine(road=road, threads=count):
        for _ in range(15):
            check_transposed(draw_transposed(integer))


@SHARED_OUT
@EVERY_ROAD_AND_COUNT
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_depthwise_convolution_by_every_road(road, count, stride):
    integer = from_rng(np.random.default_rng(2))
    with engine(road=road, threads=count):
        for _ in range(6):
            check_depthwise(restrided(draw_convolution(integer), stride), integer(1, 3))


@SHARED_OUT
@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_both_ways_to_walk_a_stride(in_place, rank, monkeypatch):
    """By its phases, and with every sum computed and some used (for dx: with zeros between the samples of dy)."""
    sizes_of, seen = shifted.sizes_of, set()

    def one_way(plan, width, count, **how):
        sizes = sizes_of(plan, width, count, **how)
        left_alone = how.get("in_place", False) or how.get("stuffed", 1) > 1
        if left_alone is not in_place or sizes is None:
            return None
        seen.add((sizes.every > 1, sizes.stuffed > 1))
        return sizes

    monkeypatch.setattr(shifted, "sizes_of", one_way)
    integer = from_rng(np.random.default_rng(rank))
    with engine(road="shifted"):
        for stride in (2, 3) * 8:
            case = restrided(draw_convolution(integer, rank), stride)
            check_convolution(case)
            check_depthwise(case)
    assert seen == ({(True, False), (False, True)} if in_place else {(False, False)})


@pytest.mark.parametrize("road", [None, *ROADS])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_weight_that_is_not_finite_leaves_dx_one_road(road, value, monkeypatch):
    taken, scatter = [], contraction.scatter
    monkeypatch.setattr(contraction, "scatter", lambda *a: (taken.append(1), scatter(*a)))
    rng = np.random.default_rng(0)
    x, w = (rng.integers(-9, 10, shape).astype(float) for shape in ((1, 2, 6, 6), (3, 2, 3, 3)))
    w[1, 1, 0, 2] = value
    dy = rng.integers(1, 9, (1, 3, 3, 3)).astype(float)
    options = {"stride": 2, "padding": 1}
    with engine(road=road):
        dx = refconv.conv2d_backward(dy, x, w, **options).dx
        assert taken == [1]
        for finite in (True, False):
            choice = roads.backward_road(Geometry(1, 2, 2, (Axis(6, 3),) * 2), DOUBLE, finite=finite)
            assert ({choice.road, *dict(choice.others)} == {"scattered"}) is not finite
    want = refconv.algorithms.conv2d_backward(dy, x, w, algorithm="direct", **options).dx
    np.testing.assert_array_equal(dx, want)
    assert np.isfinite(dx[:, 0]).all()


@pytest.mark.parametrize("road", [None, *ROADS])
@pytest.mark.parametrize("kind", ["object", "wide"])
def test_numbers_without_a_floating_point_type_never_take_shifted(road, kind, monkeypatch):
    def never(*_):
        raise AssertionError

    monkeypatch.setattr(shifted, "correlate", never)
    monkeypatch.setattr(shifted, "weights", never)
    rng = np.random.default_rng(0)
    x, w, dy = (rng.integers(-(2**28), 2**28, shape) for shape in ((2, 4, 7, 8), (4, 1, 3, 3), (2, 4, 4, 4)))
    x, w, dy = (a.astype(object) if kind == "object" else a for a in (x, w, dy))
    assert arithmetic_for("conv", 9, x, w).plain is None
    options = {"stride": 2, "padding": 1, "groups": 4}
    with engine(road=road):
        assert (refconv.conv(x, w, **options) == definition.conv(x, w, **options)).all()
        got, want = refconv.conv_backward(dy, x, w, **options), definition.conv_backward(dy, x, w, **options)
        assert all((a == b).all() for a, b in zip(got, want, strict=True))
        plan = Geometry(2, 4, 4, (Axis(7, 3, s=2), Axis(8, 3, s=2)), groups=4)
        for choice in (roads.forward_road(plan, Objects()), roads.weights_road(plan, Objects())):
            assert "shifted" not in {choice.road, *dict(choice.others)}


@pytest.mark.parametrize("road", ROADS)
def test_pixels_that_no_tap_reads_get_the_bias_alone(road):
    x, w, b = np.arange(1, 5).reshape(1, 1, 4), np.array([[[2]]]), np.array([7])
    with engine(road=road):
        assert refconv.conv_transpose1d(x, w, b, stride=3).tolist() == [[[9, 7, 7, 11, 7, 7, 13, 7, 7, 15]]]
        assert refconv.conv_transpose1d(x, w, stride=3).tolist() == [[[2, 0, 0, 4, 0, 0, 6, 0, 0, 8]]]


HUGE = 2**40


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(
    "options",
    [
        {"stride": HUGE, "dilation": HUGE, "padding": ((HUGE, HUGE),)},
        {"stride": HUGE + 1, "dilation": HUGE, "padding": ((HUGE, HUGE),)},
        {"stride": HUGE, "padding": ((HUGE, HUGE),)},
        {"stride": 3, "dilation": HUGE, "padding": ((HUGE, 1),)},
        {"dilation": 2**22, "stride": 2**21, "padding": ((2**22, 2**22),)},
    ],
)
def test_strides_and_dilations_of_any_size(road, options):
    """What lies between the taps, or between the windows, is never held."""
    case = Case((2, 2, 9), (2, 1, 2), (), options | {"groups": 2})
    n, k, (lo, hi) = 9, 2, options["padding"][0]
    out = output_size(n, k, options["stride"], options.get("dilation", 1), lo, hi)
    with engine(road=road, threads=2):
        check_convolution(replace(case, y_shape=(2, 2, out)))


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16, np.complex64])
@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_what_is_not_finite_stays_with_the_weights_that_meet_it(road, dtype, value):
    """Zeros between the runs of dy are no part of any sum, and so make no NaN."""
    x, w, dy = np.ones((1, 2, 6, 6), dtype), np.ones((2, 1, 3, 3), dtype), np.ones((1, 2, 4, 4), dtype)
    x[0, 0, 2, 5] = value  # only the last column's windows meet it, with their last tap
    with engine(road=road):
        dw = refconv.depthwise_conv2d_backward(dy, x, w).dw.astype(np.complex64)
    assert (dw[0, 0, :, :2] == 16).all()
    assert not np.isfinite(dw[0, 0, :, 2]).any()
    assert (dw[1] == 16).all()


@pytest.mark.parametrize("d", [1, 12, 24, 40])
def test_bands_leave_out_rows_of_padding(monkeypatch, d):
    """Of three taps along an axis of 24 the outer ones read padding alone for d of its windows each."""
    plan = Geometry(1, 2, 2, (Axis(24, 3, 1, d, d, d), Axis(5, 3, 1, 1, 1, 1)))
    x, w, y = (np.ones(shape) for shape in (plan.x_shape, plan.w_shape, plan.y_shape))
    counted, multiply = [], DOUBLE.multiply
    monkeypatch.setattr(
        DOUBLE, "multiply", lambda a, b, out=None: (counted.append(b.shape[-1]), multiply(a, b, out))[1], raising=False
    )
    with engine(road="bands"):
        contraction.forward(x, w, None, plan, DOUBLE, y)
        asked = sum(counted) / 24 / 5
        w[0, 0, 0, 0] = np.nan
        contraction.forward(x, w, None, plan, DOUBLE, y)
    assert asked == pytest.approx(3 - 2 * min(d, 24) / 24)
    assert sum(counted) / 24 / 5 - asked == pytest.approx(3)
    assert np.isnan(y[0, 0]).all()  # a padding zero is a sample, and NaN times zero is NaN


@pytest.mark.parametrize("weight", [2.0, np.inf])
def test_long_runs_are_for_finite_weights(monkeypatch, weight):
    taken, by_runs = [], scattered.by_runs
    monkeypatch.setattr(scattered, "by_runs", lambda *a: (taken.append(1), by_runs(*a))[1])
    plan = Geometry(2, 3, 8, (Axis(9, 3, 2, 1, 1, 1), Axis(11, 3, 2, 1, 1, 1)))
    dy, w, dx = np.zeros(plan.y_shape), np.full(plan.w_shape, weight), np.empty(plan.x_shape)
    dy[:, :, 2, 1] = 1
    with np.errstate(all="ignore"):
        scattered.scatter(by_group(dy, 1, 1), by_group(w, 1, 0), None, plan, DOUBLE, by_group(dx, 1, 1))
    assert bool(taken) is np.isfinite(weight).item()
    hit = np.zeros(dx.shape[2:], bool)
    hit[3:6, 1:4] = True
    if np.isfinite(weight):
        assert (dx[:, :, hit] == 8 * weight).all()
        assert (dx[:, :, ~hit] == 0).all()
    else:  # infinite from the one, NaN from zeros of dy
        assert not np.isfinite(dx).any()


def test_bands_of_padding_alone_add_nothing():
    plan = Geometry(1, 2, 3, (Axis(2, 2, 1, 1, 9, 9), Axis(3, 2)))
    rng = np.random.default_rng(0)
    x, w, dy = (rng.integers(-9, 9, shape).astype(float) for shape in (plan.x_shape, plan.w_shape, plan.y_shape))
    sizes = bands.sizes_of(plan, 8)._replace(rows=2)  # most tiles lie beside the input
    y, dw = np.full(plan.y_shape, np.nan), np.full(plan.w_shape, np.nan)
    by_channel = [by_group(a, 1, 1) for a in (x, dy, y)]
    bands.correlate(by_channel[0], by_group(w, 1, 0), None, plan, DOUBLE, by_channel[2], sizes)
    bands.weights(by_channel[1], by_channel[0], plan, DOUBLE, by_group(dw, 1, 0), sizes)
    how = {"padding": ((9, 9), (0, 0))}
    with engine(road="columns"):
        assert (y == refconv.conv2d(x, w, **how)).all()
        assert (dw == refconv.conv2d_backward(dy, x, w, **how).dw).all()
