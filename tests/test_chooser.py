"""The chooser takes the road that it should, and knows where each of them leads."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import refconv
from refconv.arithmetic import Axis, Geometry
from refconv.ops import bands, roads, shifted
from refconv.ops.dtypes import Floats
from refconv.ops.engine import ROADS, engine

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.speed.cases import BIG, CASES

DOUBLE = Floats(np.dtype(float))


def plan_of(case):
    axis = [Axis(n, case.k, case.s, case.d, case.p, case.p) for n in case.x[2:]]
    return Geometry(case.x[0], case.x[1], case.out, tuple(axis), case.groups)


EXPECTED = {
    # y, dx, dw
    "dense_3x3": ("bands", "bands", "bands"),
    "dense_dilated": ("bands", "bands", "bands"),
    "aspp_rate12": ("bands", "bands", "bands"),
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
    assert leads(Axis(9, 3), Axis(9, 3), filters=2**15)
    assert not leads(Axis(9, 3), Axis(9, 3), filters=2**16)  # the sums of a single channel's weights are too many
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


@pytest.mark.parametrize(("road", "backward"), [("columns", "scattered"), ("shifted", "shifted")])
def test_more_phases_than_are_worth_a_step_each_are_no_road(road, backward):
    """The last axis' stride left in place, which `shifted` may do, makes 9 of them."""
    x, w = np.arange(2 * 18 * 18).reshape(1, 2, 18, 18), np.arange(2 * 81).reshape(2, 1, 9, 9)
    kw = {"stride": 9, "groups": 2}  # 81 phases, of one tap each
    with refconv.engine(road=road):
        plan = refconv.explain("conv2d", x, w, **kw)
        assert (plan["y"].road, plan["dx"].road) == (road, backward)
        y = refconv.conv2d(x, w, **kw)
        dx = refconv.conv2d_backward(y, x, w, **kw).dx
    assert (y == refconv.algorithms.conv2d(x, w, **kw)).all()
    assert (dx == refconv.algorithms.conv2d_backward(y, x, w, **kw).dx).all()
