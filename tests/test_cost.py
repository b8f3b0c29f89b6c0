"""Costs are counted: every weight, and every product in the definition's list of terms."""

from __future__ import annotations

from fractions import Fraction

import sympy
from hypothesis import given
from hypothesis import strategies as st

from refconv.algorithms import direct
from refconv.arithmetic import Axis, Cost, Geometry, convolution_cost, separable_cost, separable_plans
from refconv.arithmetic.integers import product
from refconv.ops import arguments
from refconv.ops.arguments import Options
from tests.draw import cases, draw_convolution


@given(cases(draw_convolution), st.booleans())
def test_macs_are_the_terms_of_the_definition(case, bias):
    x, w = case.integers(case.x_shape, case.w_shape)
    plan = arguments.convolution("conv", None, x, w, None, Options(**case.options)).plan
    cost = convolution_cost(plan, bias)
    assert cost.macs == sum(1 for _ in direct.terms(plan))
    assert cost.parameters == w.size + (case.w_shape[0] if bias else 0)
    assert cost.additions == (product(case.y_shape) if bias else 0)
    assert cost.flops == 2 * cost.macs + cost.additions


def test_costs_add_up():
    assert Cost(1, 10, 2) + Cost(2, 20, 3) == Cost(3, 30, 5)


def test_a_framework_layer():
    """`nn.Conv2d(3, 16, 3, dilation=2)` on 32x32: 448 parameters, 28x28 out."""
    plan = Geometry(1, 3, 16, (Axis(32, 3, d=2), Axis(32, 3, d=2)))
    assert plan.output_size == (28, 28)
    assert convolution_cost(plan).parameters == 448


def test_separable_plans_and_ratio():
    dense = Geometry(2, 8, 16, (Axis(20, 3, s=2, d=2, lo=1, hi=0),), padding_mode="reflect")
    depthwise, pointwise = separable_plans(dense, 3)
    assert depthwise == Geometry(2, 8, 24, dense.axes, 8, "reflect")
    assert pointwise == Geometry(2, 24, 16, (Axis(dense.axes[0].out, 1),))
    assert separable_cost(dense, 3) == convolution_cost(depthwise) + convolution_cost(pointwise)
    with_bias, without = separable_cost(dense), separable_cost(dense, bias=False)
    assert with_bias.parameters - without.parameters == 8 + 16
    assert without.additions == 0
    ratio = Fraction(without.macs, convolution_cost(dense).macs)
    assert ratio == Fraction(1, 16) + Fraction(1, 3)


def test_ratio_in_symbols():
    """In MACs and in parameters alike, separable over dense is 1/O + 1/K^2."""
    n, c, o, k, d = sympy.symbols("n c o k d", integer=True, positive=True)
    dense = Geometry(1, c, o, (Axis(n, k, d=d), Axis(n, k, d=d)))
    ours, theirs = separable_cost(dense, bias=False), convolution_cost(dense, bias=False)
    expected = 1 / o + 1 / k**2
    assert sympy.simplify(ours.macs / theirs.macs - expected) == 0
    assert sympy.simplify(ours.parameters / theirs.parameters - expected) == 0
