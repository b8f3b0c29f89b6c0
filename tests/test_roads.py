"""All roads lead to the definition, whoever chooses; and the chooser takes the one that it should."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import refconv
from refconv.arithmetic import Axis, Geometry, output_size
from refconv.ops import bands, contraction, roads, shifted, threads
from refconv.ops.dtypes import Floats, Objects, arithmetic_for
from refconv.ops.engine import ROADS, engine
from tests import definition
from tests.draw import Case, draw_convolution, draw_transposed, from_rng
from tests.test_definition import check_convolution, check_depthwise, check_transposed
from tests.test_tiles import forget

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.speed.cases import BIG, CASES

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


def plan_of(case):
    axis = [Axis(n, case.k, case.s, case.d, case.p, case.p) for n in case.x[2:]]
    return Geometry(case.x[0], case.x[1], case.out, tuple(axis), case.groups)


EXPECTED = {
    # y, dx, dw
    "dense_3x3": ("columns", "columns", "columns"),
    "dense_dilated": ("columns", "columns", "columns"),
    "aspp_rate12": ("columns", "columns", "columns"),
    "stem_7x7_s2": ("columns", "scattered", "columns"),
    "pointwise": ("columns", "columns", "columns"),
    "depthwise": ("shifted", "shifted", "shifted"),
    "depthwise_dilated": ("shifted", "shifted", "shifted"),
    "depthwise_s2": ("shifted", "shifted", "shifted"),
    "grouped32": ("columns", "columns", "shifted"),
    "big_7x7": ("bands", "bands", "bands"),
}


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("case", [*CASES, BIG], ids=lambda case: case.name)
def test_the_chooser_knows_the_nine_cases(case, count):
    plan = plan_of(case)
    with engine(threads=count):
        chosen = (
            roads.forward_road(plan, DOUBLE),
            roads.backward_road(plan, DOUBLE, finite=True),
            roads.weights_road(plan, DOUBLE),
        )
    assert tuple(choice.road for choice in chosen) == EXPECTED[case.name]
    for choice in chosen:
        assert choice.cost <= min((cost for _, cost in choice.others), default=choice.cost)
        assert [cost for _, cost in choice.others] == sorted(cost for _, cost in choice.others)


def test_a_strided_depthwise_convolution_leaves_its_stride_in_place():
    plan = plan_of(next(case for case in CASES if case.name == "depthwise_s2"))
    with engine(threads=2):
        assert roads.forward_road(plan, DOUBLE).sizes.every == 2
        assert roads.weights_road(plan, DOUBLE).sizes.every == 2
        backward = roads.backward_road(plan, DOUBLE, finite=True)
    assert [phase.choice.sizes.stuffed for phase in backward.phases] == [2, 2]  # one for each phase of the rows


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
def test_a_road_is_taken_wherever_it_leads(road):
    """Forced, a road is taken whatever it costs; where it does not lead the engine chooses."""
    dense, tall = Geometry(1, 4, 4, (Axis(9, 3), Axis(9, 3))), Geometry(1, 4, 4, (Axis(9, 1), Axis(9, 3)))
    with engine(road=road):
        forward, weights = roads.forward_road(dense, DOUBLE).road, roads.weights_road(dense, DOUBLE).road
        assert forward == weights == ("columns" if road == "scattered" else road)
        assert roads.backward_road(dense, DOUBLE, finite=True).road == road
        assert roads.forward_road(tall, DOUBLE).road == ("shifted" if road == "shifted" else "columns")


def test_where_bands_lead():
    def leads(*axes, channels=4, filters=4):
        return bands.sizes_of(Geometry(1, channels, filters, axes), 8) is not None

    assert leads(Axis(9, 3))
    assert leads(Axis(9, 2), Axis(9, 1, s=3))
    assert not leads(Axis(9, 3, s=2), Axis(9, 3))  # the first axis' stride
    assert not leads(Axis(9, 1), Axis(9, 3))  # one row has nothing to share
    assert leads(Axis(9, 3), Axis(9, 3), filters=2**16)
    assert not leads(Axis(9, 3), Axis(9, 3), filters=2**17)  # the sums of a single channel's weights are too many
    assert not leads(Axis(2**21, 2, d=2**20))  # a band would hold more than it may


def test_where_shifted_leads():
    def sizes(*axes, width=8, **how):
        return shifted.sizes_of(Geometry(1, 1, 1, axes), width, 1, **how)

    whole = sizes(Axis(64, 3), Axis(64, 3))
    assert whole.rows == 62
    cut = sizes(Axis(4096, 3), Axis(4096, 3))
    assert 1 <= cut.rows < 4094 / 16
    assert sizes(Axis(4096, 9, d=16), Axis(4096, 3)) is None  # 128 rows more for a few
    assert sizes(Axis(2, 2), Axis(2**20, 2)) is None  # a row is too long
    assert sizes(Axis(2**19, 2), width=16).rows < 2**19
    strided = Axis(64, 3, s=2)
    assert sizes(strided).every == 1
    assert (sizes(strided, in_place=True).every, sizes(Axis(64, 3), stuffed=2).stuffed) == (2, 2)


def test_dx_has_no_way_in_place_unless_all_phases_have():
    """A stride of rows whose phases' windows are too long for `shifted` to hold even one."""
    plan = Geometry(1, 2, 2, (Axis(8, 2, s=2), Axis(2**20, 3, s=2)), groups=2)
    choice = roads.backward_road(plan, DOUBLE, finite=True)
    assert {choice.road, *dict(choice.others)} == {"scattered", "columns"}


def test_dx_of_few_windows_on_many_pixels_is_not_looked_for_at_each_pixel():
    for cropped, ways in ((97, {"scattered"}), (2, {"scattered", "columns"})):
        choice = roads.backward_road(Geometry(1, 2, 2, (Axis(100, 3, hi=-cropped),)), DOUBLE, finite=True)
        assert {choice.road, *dict(choice.others)} == ways


@pytest.mark.parametrize("road", ROADS)
def test_pixels_that_no_tap_reads_get_the_bias_alone(road):
    x, w, b = np.arange(1, 5).reshape(1, 1, 4), np.array([[[2]]]), np.array([7])
    with engine(road=road):
        assert refconv.conv_transpose1d(x, w, b, stride=3).tolist() == [[[9, 7, 7, 11, 7, 7, 13, 7, 7, 15]]]
        assert refconv.conv_transpose1d(x, w, stride=3).tolist() == [[[2, 0, 0, 4, 0, 0, 6, 0, 0, 8]]]
