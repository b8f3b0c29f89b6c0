"""Drawn cases: nothing is rejected, everything is drawn, and Hypothesis shrinks them."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from refconv.arithmetic.integers import product
from refconv.errors import ArgumentError
from refconv.oracle.cases import Case
from refconv.oracle.draw import draw_case, from_rng
from refconv.oracle.operations import OPERATIONS, operation
from refconv.oracle.strategies import cases
from refconv.oracle.suites.grid import drawn


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_draw_is_a_case(op):
    integer = from_rng(np.random.default_rng(3))
    for _ in range(300):
        case = draw_case(integer, op)
        assert min(case.y_shape) >= 1
        assert case.op == op
        assert case.purpose == "drawn"
        assert set(case.options) == set(case.operation.parameters)
        assert case.macs < 2_000_000
        assert case.name


@given(st.data(), st.sampled_from(sorted(OPERATIONS)))
def test_refconv_computes_what_is_drawn(data, op):
    case = data.draw(cases(op, fill="integers"))
    x, w, b, dy = case.arrays()
    y = case.operation.forward(x, w, b, **case.options)
    assert y.shape == case.y_shape == dy.shape
    assert np.array_equal(y, case.truth("y").value)
    assert Case.from_parameters(case.parameters()) == case


def parameters_of(op, count=600):
    integer = from_rng(np.random.default_rng(0))
    return [draw_case(integer, op) for _ in range(count)]


@pytest.mark.parametrize("op", ["conv2d", "conv_transpose2d", "depthwise_conv2d"])
def test_parameters_are_drawn_per_axis_and_per_side(op):
    drawn_cases = parameters_of(op)
    axes = [case.plan.axes for case in drawn_cases]
    for field in ("n", "k", "s", "d", "lo", "hi"):
        assert any(getattr(one, field) != getattr(other, field) for one, other in axes), field
        assert len({getattr(axis, field) for both in axes for axis in both}) >= 3, field
    assert any(axis.lo != axis.hi for both in axes for axis in both)
    assert any(axis.lo < 0 for both in axes for axis in both)
    words = {entry for case in drawn_cases for entry in case.options["padding"] if isinstance(entry, str)}
    assert words == {"valid", "same_upper", "same_lower"}
    assert {case.bias for case in drawn_cases} == {True, False}
    assert {case.x_shape[0] for case in drawn_cases} == {1, 2}
    if op != "conv_transpose2d":  # its plan has as many windows as x has samples
        assert any((axis.padded - axis.span) % axis.s for both in axes for axis in both)
    if op == "conv2d":
        assert {case.plan.groups for case in drawn_cases} == {1, 2, 3}
        assert {case.plan.padding_mode for case in drawn_cases} == {"zeros", "reflect", "replicate", "circular"}
    if op == "conv_transpose2d":
        extra = [a for case in drawn_cases for a in case.options["output_padding"]]
        assert set(extra) == {0, 1, 2}
        beyond = [
            (a, s)
            for case in drawn_cases
            for a, s in zip(case.options["output_padding"], case.options["stride"], strict=True)
        ]
        assert any(a >= s for a, s in beyond), "output padding below the dilation alone"


def test_what_is_chosen_is_not_drawn():
    case = find(cases("conv1d", fill="odd12", memory="fortran", precision="tf32", bias=False, seed=3), lambda _: True)
    assert (case.fill, case.memory, case.precision, case.bias, case.seed) == ("odd12", "fortran", "tf32", False, 3)


@pytest.mark.parametrize("op", ["conv2d", "conv_transpose1d", "pointwise_conv3d"])
def test_hypothesis_shrinks_to_small_cases(op):
    rank = operation(op).rank
    small = find(cases(op), lambda case: case.plan.axes[-1].s == 2 and case.plan.groups == 2)
    assert product(small.plan.kernel_size) == 1
    assert small.x_shape[:2] == (1, 2)
    assert all(axis.s == 1 for axis in small.plan.axes[: rank - 1])


def test_an_unknown_operation_is_told_before_anything_is_drawn():
    with pytest.raises(ArgumentError, match="no operation 'conv'"):
        cases("conv")


def test_without_hypothesis_the_way_to_get_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ImportError, match=r"pip install 'refconv\[hypothesis\]'"):
        cases("conv2d")


def test_drawn_cases_follow_the_seed():
    assert drawn("conv2d", 5, "float32", 1) == drawn("conv2d", 5, "float32", 1)
    assert drawn("conv2d", 5, "float32", 1) != drawn("conv2d", 5, "float32", 2)
    assert [case.fill for case in drawn("conv1d", 3, "float32", 0, ("integers", "zeros"))] == [
        "integers",
        "zeros",
        "integers",
    ]
