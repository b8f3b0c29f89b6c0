"""What `refconv.explain` says of a call is what the engine does."""

from __future__ import annotations

import json
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.ops import contraction
from refconv.ops import engine as settings_module
from refconv.ops.engine import ROADS, Settings
from tests.draw import cases, draw_convolution, draw_transposed


@pytest.fixture(autouse=True)
def _nothing_asked():
    """Whatever the environment of the tests asks for."""
    token = settings_module._settings.set(Settings())
    yield
    settings_module._settings.reset(token)


@pytest.fixture
def taken(monkeypatch):
    """Return the list of roads taken from now on."""
    return spy(monkeypatch)


def spy(patch):
    taken = []

    def noted(name, function):
        return lambda *arguments: (taken.append(name), function(*arguments))[1]

    for name, road in contraction.ROADS.items():
        spied = SimpleNamespace(correlate=noted(name, road.correlate), weights=noted(name, road.weights))
        patch.setitem(contraction.ROADS, name, spied)
    patch.setattr(contraction, "scatter", noted("scattered", contraction.scatter))
    return taken


def of(road):
    """Return the roads that a result's computation takes, one after another: none for a dx that nothing reads."""
    on_its_own = [road.road] if road.tiles or road.road == "scattered" else []
    return [phase.road for phase in road.phases] or on_its_own


@given(cases(draw_convolution), st.sampled_from([None, *ROADS]), st.sampled_from([float, int, object, np.float16]))
def test_the_road_named_is_the_one_taken(case, road, dtype):
    x, w, dy = (a.astype(dtype) for a in case.integers(case.x_shape, case.w_shape, case.y_shape))
    with pytest.MonkeyPatch.context() as patch, refconv.engine(road=road):
        seen = spy(patch)
        plan = refconv.explain("conv", x, w, **case.options)
        refconv.conv(x, w, **case.options)
        assert seen == of(plan["y"])
        seen.clear()
        refconv.conv_backward(dy, x, w, **case.options)
        assert seen == of(plan["dx"]) + of(plan["dw"])
    assert [one.result for one in plan.roads] == ["y", "dx", "dw"]
    check_form(plan)


@given(cases(draw_transposed), st.sampled_from([None, *ROADS]), st.sampled_from([float, int, object]))
def test_likewise_of_a_transposed_convolution(case, road, dtype):
    x, w, dy = (a.astype(dtype) for a in case.integers(case.x_shape, case.w_shape, case.y_shape))
    with pytest.MonkeyPatch.context() as patch, refconv.engine(road=road):
        seen = spy(patch)
        plan = refconv.explain("conv_transpose", x, w, **case.options)
        refconv.conv_transpose(x, w, **case.options)
        assert seen == of(plan["y"])
        seen.clear()
        refconv.conv_transpose_backward(dy, x, w, **case.options)
        assert seen == of(plan["dx"]) + of(plan["dw"])
    assert [one.result for one in plan.roads] == ["y", "dx", "dw"]
    check_form(plan)


def check_form(plan):
    """The text and the dictionary hold it all; the latter is plain."""
    plain = plan.as_dict()
    assert json.loads(json.dumps(plain))["op"] == plain["op"] == plan.op
    assert [road["road"] for road in plain["roads"]] == [road.road for road in plan.roads]
    text = str(plan).splitlines()
    assert text[0] == plan.op
    for road in plan.roads:
        assert road.road in ROADS
        assert road.milliseconds >= 0
        (line,) = (line for line in text if line.startswith(f"  {road.result}: "))
        assert line.startswith(f"  {road.result}: {road.road}, {road.milliseconds:.3g} ms predicted")
        assert all(f"{name} {cost:.3g}" in line for name, cost in road.others.items())
        assert f"    {road.reason}" in text
        assert sum(line.startswith(f"    {road.result}, phase ") for line in text) == len(road.phases)
        if road.tiles:
            assert "    tiles: " + ", ".join(f"{name} {value}" for name, value in road.tiles.items()) in text


FAMILIES = {
    "conv": ((2, 4, 9, 8), (6, 2, 3, 3), {"groups": 2, "stride": 2}),
    "conv_transpose": ((2, 4, 9, 8), (4, 3, 3, 3), {"groups": 2, "stride": 2}),
    "depthwise_conv": ((2, 4, 9, 8), (4, 2, 3, 3), {"padding": "same"}),
    "pointwise_conv": ((2, 4, 9, 8), (6, 4, 1, 1), {"stride": 2}),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_all_four_families(family, taken):
    x_shape, w_shape, options = FAMILIES[family]
    x, w = np.ones(x_shape), np.ones(w_shape)
    forward, backward = getattr(refconv, f"{family}2d"), getattr(refconv, f"{family}2d_backward")
    plan = refconv.explain(forward, x_shape, w_shape, **options)
    assert plan == refconv.explain(f"{family}2d", x, w, **options)
    assert plan.op == f"{family}2d"
    any_rank = refconv.explain(family, x, w_shape, **options)
    assert any_rank.roads == plan.roads
    y = forward(x, w, **options)
    assert taken == of(plan["y"])
    taken.clear()
    backward(y, x, w, **options)
    assert taken == of(plan["dx"]) + of(plan["dw"])
    check_form(plan)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_layouts_are_as_the_operation_takes_them(rank):
    axes = "DHW"[3 - rank :]
    sizes, threes = tuple(range(7, 7 + rank)), (3,) * rank
    plan = refconv.explain(f"conv{rank}d", (2, 4, *sizes), (6, 4, *threes))
    moved = {"layout": f"N{axes}C", "kernel_layout": f"{axes}IO"}
    assert refconv.explain(f"conv{rank}d", (2, *sizes, 4), (*threes, 4, 6), **moved) == plan


def test_reasons():
    shapes = (1, 8, 9, 9), (8, 8, 3, 3)
    chosen = refconv.explain("conv2d", *shapes)
    assert chosen["y"].reason == "it is expected to be the fastest: 8 filters to a group of 8, 9 taps"
    assert chosen["y"].road not in chosen["y"].others
    assert "1 filter to a group of 1" in refconv.explain("depthwise_conv1d", (1, 8, 9), (8, 1, 3))["y"].reason
    slowest = max(chosen["y"].others, key=chosen["y"].others.get)
    with refconv.engine(road=slowest):
        asked = refconv.explain("conv2d", *shapes)
    assert (asked["y"].road, asked["y"].reason) == (slowest, "it was asked for")
    fractions = np.full(shapes[0], Fraction(1, 3))
    for given_as in (refconv.explain("conv2d", fractions, shapes[1]), refconv.explain("conv2d", *shapes, dtype=object)):
        assert "no floating-point type" in given_as["y"].reason
        assert given_as["dx"].road == "scattered"
    single = refconv.explain("conv1d", (1, 8, 2**23), (8, 8, 2), dilation=2**22 - 5, stride=2)
    assert (single["y"].road, single["y"].others) == ("columns", {})
    assert single["y"].reason == "no other road leads there"


def test_numbers_are_looked_at_where_they_are_given(taken):
    """Wide integers have no floating-point type; their shapes alone do not say so."""
    rng = np.random.default_rng(0)
    x, w = rng.integers(2**28, 2**29, (1, 4, 9)), rng.integers(2**28, 2**29, (4, 1, 3))
    plan = refconv.explain("conv1d", x, w, groups=4)
    refconv.conv1d(x, w, groups=4)
    assert taken == of(plan["y"]) != ["shifted"]
    assert "no floating-point type" in plan["y"].reason


def test_errors_of_explain():
    with pytest.raises(refconv.ArgumentError, match="explain: operation") as error:
        refconv.explain("conv_2d", (1, 8, 9, 9), (8, 8, 3, 3))
    assert error.value.fixes == ({"operation": "conv2d"},)
    refconv.explain(**error.value.fixes[0], x=(1, 8, 9, 9), w=(8, 8, 3, 3))
    for wrong in (refconv.max_pool2d, "conv4d", "conv2d_backward", len, 3):
        with pytest.raises(refconv.ArgumentError, match="operation"):
            refconv.explain(wrong, (1, 8, 9, 9), (8, 8, 3, 3))
    with pytest.raises(refconv.ShapeError, match="conv2d"):
        refconv.explain("conv2d", (1, 8, 9, 9), (8, 7, 3, 3))
    with pytest.raises(refconv.ArgumentError, match="stride"):
        refconv.explain("conv2d", (1, 8, 9, 9), (8, 8, 3, 3), stride=0)
    for wrong in ({"size": 3}, {"b": None}, {"output_padding": 1}):
        with pytest.raises(refconv.ArgumentError, match="has no option"):
            refconv.explain("conv2d", (1, 8, 9, 9), (8, 8, 3, 3), **wrong)
    for shape in ((1, -2, 5, 5), (1, 2**40, 2**40, 5), (True, 8, 9, 9)):
        with pytest.raises(refconv.RefconvError, match="explain: x"):
            refconv.explain("conv2d", shape, (8, 8, 3, 3))
    with pytest.raises(refconv.ArgumentError, match="data type"):
        refconv.explain("conv2d", (1, 8, 9, 9), (8, 8, 3, 3), dtype="number")
    as_list = refconv.explain("conv2d", [1, np.int64(8), 9, 9], [8, 8, 3, 3])
    assert as_list == refconv.explain("conv2d", (1, 8, 9, 9), (8, 8, 3, 3))


def test_an_empty_batch():
    plan = refconv.explain("conv1d", (0, 2, 9), (2, 2, 3))
    assert [road.result for road in plan.roads] == ["y", "dx", "dw"]
    check_form(plan)


@pytest.mark.parametrize("road", [None, *ROADS])
def test_objects_and_integers_together(road, taken):
    x, w = np.arange(18, dtype=object).reshape(1, 2, 9), np.ones((2, 2, 3), int)
    for one, other in ((x, w), (x.astype(int), w.astype(object))):
        with refconv.engine(road=road):
            plan = refconv.explain("conv1d", one, other)
            taken.clear()
            y = refconv.conv1d(one, other)
            assert taken == of(plan["y"])
            taken.clear()
            refconv.conv1d_backward(y, one, other)
            assert taken == of(plan["dx"]) + of(plan["dw"])
