"""Costs are counted: every weight, and every product in the definition's list of terms, forward and backward."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product as combinations

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.algorithms import direct
from refconv.arithmetic import Axis, Cost, Geometry, convolution_cost, separable_cost, separable_plans
from refconv.arithmetic.cost import backward_cost, transposed_cost
from refconv.arithmetic.integers import product, ratio
from refconv.arithmetic.separable import separable_ratio, separable_wins
from refconv.arithmetic.traffic import Traffic, convolution_traffic, gradient_traffic, intensity
from refconv.ops import arguments
from refconv.ops.arguments import Options
from tests.draw import MODES, cases, draw_convolution, draw_transposed

AXIS_OPTIONS = ("stride", "dilation", "padding", "output_padding")


def plan_of(case):
    options = case.options
    along = zip(
        case.x_shape[2:], case.w_shape[2:], options["stride"], options["dilation"], options["padding"], strict=True
    )
    axes = tuple(Axis(n, k, s, d, lo, hi) for n, k, s, d, (lo, hi) in along)
    channels = case.x_shape[1], case.w_shape[0]
    return Geometry(case.x_shape[0], *channels, axes, options["groups"], options["padding_mode"])


plans = cases(draw_convolution).map(plan_of)


def products(plan):
    """Yield the indices (y, w, x) of every product whose tap reads the input, by loops."""
    zeros = plan.padding_mode == "zeros"
    for n, o, c in combinations(range(plan.batch), range(plan.filters), range(plan.channels // plan.groups)):
        for window in combinations(*[range(a.out) for a in plan.axes]):
            for tap in combinations(*[range(a.k) for a in plan.axes]):
                place = tuple(i * a.s + m * a.d - a.lo for i, m, a in zip(window, tap, plan.axes, strict=True))
                if not zeros or all(0 <= q < a.n for q, a in zip(place, plan.axes, strict=True)):
                    yield (n, o, window), (o, c, tap), (n, o // (plan.filters // plan.groups), c, place)


@given(cases(draw_convolution), st.booleans())
def test_macs_are_the_terms_of_the_definition(case, bias):
    x, w = case.integers(case.x_shape, case.w_shape)
    plan = arguments.convolution("conv", None, x, w, None, Options(**case.options)).plan
    cost = convolution_cost(plan, bias)
    assert cost.macs == sum(1 for _ in direct.terms(plan))
    assert cost.parameters == w.size + (case.w_shape[0] if bias else 0)
    assert cost.additions == (product(case.y_shape) if bias else 0)
    assert cost.flops == 2 * cost.macs + cost.additions


@given(plans)
def test_real_macs_are_the_products_with_the_input(plan):
    real = sum(1 for _ in products(plan))
    assert convolution_cost(plan, positions="real").macs == real
    assert transposed_cost(plan, positions="real").macs == real
    backward = backward_cost(plan, positions="real")
    assert (backward.dx.macs, backward.dw.macs) == (real, real)


def test_real_macs_of_every_small_axis():
    for n, k, s, d, lo, hi in combinations(
        range(1, 6), range(1, 4), range(1, 4), range(1, 4), range(-1, 4), range(-1, 4)
    ):
        axis = Axis(n, k, s, d, lo, hi)
        if axis.span <= axis.padded:
            plan = Geometry(1, 2, 3, (axis,))
            assert convolution_cost(plan, positions="real").macs == sum(1 for _ in products(plan))


@given(cases(draw_convolution))
def test_each_pass_makes_the_products_that_are_counted(case):
    """With ones for its operands a pass adds up ones: as many as it makes products with real pixels."""
    plan = plan_of(case)
    x, w, dy = (np.ones(shape, np.int64) for shape in (plan.x_shape, plan.w_shape, plan.y_shape))
    dx, dw, db = refconv.conv_backward(dy, x, w, bias=True, **case.options)
    backward = backward_cost(plan, positions="real")
    assert refconv.conv(x, w, **case.options).sum() == convolution_cost(plan, positions="real").macs
    assert (dx.sum(), dw.sum(), db.sum()) == (backward.dx.macs, backward.dw.macs, backward.db.additions)


@given(cases(draw_transposed))
def test_each_pass_of_the_transposed_convolution_too(case):
    along = zip(case.y_shape[2:], case.w_shape[2:], *(case.options[name] for name in AXIS_OPTIONS), strict=True)
    axes = tuple(Axis(n, k, s, d, lo, hi - a) for n, k, s, d, (lo, hi), a in along)
    plan = Geometry(case.x_shape[0], case.y_shape[1], case.x_shape[1], axes, case.options["groups"])
    assert (plan.x_shape, plan.w_shape, plan.y_shape) == (case.y_shape, case.w_shape, case.x_shape)
    x, w, dy = (np.ones(shape, np.int64) for shape in (case.x_shape, case.w_shape, case.y_shape))
    dx, dw, db = refconv.conv_transpose_backward(dy, x, w, bias=True, **case.options)
    forward = transposed_cost(plan, positions="real")
    backward = backward_cost(plan, positions="real", transposed=True)
    assert refconv.conv_transpose(x, w, **case.options).sum() == forward.macs
    assert (dx.sum(), dw.sum(), db.sum()) == (backward.dx.macs, backward.dw.macs, backward.db.additions)


def test_gradients_of_groups():
    """A depthwise convolution costs backward what it costs forward, not channels times as much."""
    plan = Geometry(2, 6, 6, (Axis(9, 3, s=2, lo=1, hi=1), Axis(7, 3)), groups=6)
    forward, backward = convolution_cost(plan), backward_cost(plan)
    assert forward.macs == 2 * 6 * 5 * 5 * 9
    assert backward == (Cost(0, forward.macs), Cost(0, forward.macs), Cost(0, 0, 2 * 6 * 5 * 5))
    assert backward_cost(plan, bias=False).db == Cost(0, 0)


@given(plans, st.booleans())
def test_transposed_macs_are_inputs_times_taps(plan, bias):
    cost = transposed_cost(plan, bias)
    inputs = plan.batch * plan.filters * product(plan.output_size)
    assert cost.macs == inputs * (plan.channels // plan.groups) * product(plan.kernel_size)
    assert cost.macs == convolution_cost(plan).macs
    assert cost.parameters == product(plan.w_shape) + (plan.channels if bias else 0)
    assert cost.additions == (product(plan.x_shape) if bias else 0)
    assert backward_cost(plan, bias, transposed=True).db.additions == cost.additions


def test_a_two_times_up_sampling_is_not_counted_four_times():
    """`nn.ConvTranspose2d(3, 5, 2, stride=2)` on 7x7: 49 inputs by 4 taps by 15 pairs of channels."""
    plan = Geometry(1, 5, 3, (Axis(14, 2, s=2), Axis(14, 2, s=2)))
    assert transposed_cost(plan).macs == 49 * 4 * 15


@pytest.mark.parametrize("word", ["some", "Real", None])
def test_positions_are_all_or_real(word):
    with pytest.raises(refconv.ArgumentError, match="positions"):
        convolution_cost(Geometry(1, 1, 1, (Axis(3, 3),)), positions=word)


def test_costs_add_up():
    assert Cost(1, 10, 2) + Cost(2, 20, 3) == Cost(3, 30, 5)


def test_a_framework_layer():
    """`nn.Conv2d(3, 16, 3, dilation=2)` on 32x32: 448 parameters, 28x28 out."""
    plan = Geometry(1, 3, 16, (Axis(32, 3, d=2), Axis(32, 3, d=2)))
    assert plan.output_size == (28, 28)
    assert convolution_cost(plan).parameters == 448


@pytest.mark.parametrize(
    ("size", "rate", "share"),
    [
        *((65, 1, 0.9796), (65, 6, 0.8807), (65, 12, 0.7690), (65, 18, 0.6649), (65, 24, 0.5683), (65, 65, 0.1111)),
        *((33, 6, 0.7723), (33, 12, 0.5739), (33, 18, 0.4050)),
    ],
)
def test_share_of_taps_on_real_pixels(size, rate, share):
    """Rates that reach over the border, as in DeepLab v3's Figure 4."""
    plan = Geometry(1, 8, 4, (Axis(size, 3, 1, rate, rate, rate),) * 2)
    ours = ratio(convolution_cost(plan, positions="real").macs, convolution_cost(plan).macs)
    assert round(float(ours), 4) == share


def test_real_macs_in_symbols():
    """The size, rate, stride and padding may be symbols; the formula has the numbers' values."""
    n, s, d, p = sympy.symbols("n s d p", integer=True, positive=True)
    formula = convolution_cost(Geometry(1, 2, 4, (Axis(n, 3, s, d, p, p),)), positions="real").macs
    for values in combinations((1, 4, 5), (1, 3), range(1, 4), range(3)):
        axis = Axis(values[0], 3, values[1], values[2], values[3], values[3])
        if axis.span <= axis.padded:
            numbers = convolution_cost(Geometry(1, 2, 4, (axis,)), positions="real").macs
            assert formula.subs(dict(zip((n, s, d, p), values, strict=True))) == numbers


# --- separable ---


def test_separable_plans_and_ratio():
    dense = Geometry(2, 8, 16, (Axis(20, 3, s=2, d=2, lo=1, hi=0),), padding_mode="reflect")
    depthwise, pointwise = separable_plans(dense, 3)
    assert depthwise == Geometry(2, 8, 24, dense.axes, 8, "reflect")
    assert pointwise == Geometry(2, 24, 16, (Axis(dense.axes[0].out, 1),))
    assert separable_cost(dense, 3) == convolution_cost(depthwise) + convolution_cost(pointwise)
    with_bias, without = separable_cost(dense), separable_cost(dense, bias=False)
    assert with_bias.parameters - without.parameters == 8 + 16
    assert without.additions == 0
    assert separable_ratio(dense) == Fraction(1, 16) + Fraction(1, 3)


def test_groups_of_the_pointwise_step():
    """The super-separable convolution: each of g groups of channels is mixed on its own."""
    dense = Geometry(1, 12, 18, (Axis(9, 3), Axis(9, 3)))
    _, pointwise = separable_plans(dense, 2, 3)
    assert pointwise.w_shape == (18, 8, 1, 1)
    assert separable_ratio(dense, 2, 3) == 2 * (Fraction(1, 18) + Fraction(1, 27))


def test_ratio_in_symbols():
    """In MACs and in parameters alike, separable over dense is m (1/O + 1/(g K^2))."""
    n, c, o, k, d, m = sympy.symbols("n c o k d m", integer=True, positive=True)
    dense = Geometry(1, c, o, (Axis(n, k, d=d), Axis(n, k, d=d)))
    for measure in ("macs", "parameters"):
        assert sympy.simplify(separable_ratio(dense, m, measure=measure) - m * (1 / o + 1 / k**2)) == 0


def small_dense():
    """Yield dense plans with multipliers and pointwise groups, every divisible small one."""
    for k, o, dense_groups, m, g, lo in combinations(range(1, 5), range(1, 7), (1, 2, 3), (1, 2, 3), (1, 2, 3), (0, 3)):
        channels = 6
        if o % dense_groups == 0 and o % g == 0:
            axis = Axis(5, k, s=1 + o % 2, d=1 + k % 2, lo=lo, hi=lo // 2 + 2)
            yield Geometry(2, channels, o, (axis,), dense_groups, MODES[(k + o) % 2]), m, g


@pytest.mark.parametrize("measure", ["macs", "parameters", "flops"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("positions", ["all", "real"])
def test_separable_wins_exactly_where_it_is_cheaper(measure, bias, positions):
    seen = Counter()
    for dense, m, g in small_dense():
        options = dict(measure=measure, bias=bias, positions=positions)
        cheaper = separable_ratio(dense, m, g, **options) < 1
        assert separable_wins(dense, m, g, **options) == cheaper, (dense, m, g)
        seen[cheaper] += 1
    assert min(seen[True], seen[False]) > 20


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("measure", ["macs", "parameters", "flops"])
def test_the_condition_in_symbols_is_that_of_the_numbers(measure, bias):
    k, o, m, g = sympy.symbols("k o m g", integer=True, positive=True)
    condition = separable_wins(Geometry(1, 6, o, (Axis(9, k),)), m, g, measure=measure, bias=bias)
    for values in combinations(range(1, 5), (3, 6), (1, 2), (1, 3)):
        said = condition.subs(dict(zip((k, o, m, g), values, strict=True)))
        dense = Geometry(1, 6, values[1], (Axis(9, values[0]),))
        assert bool(said) == separable_wins(dense, values[2], values[3], measure=measure, bias=bias)


def test_measures_are_named():
    dense = Geometry(1, 6, 6, (Axis(9, 3),))
    for ask in (separable_ratio, separable_wins):
        with pytest.raises(refconv.ArgumentError, match="measure"):
            ask(dense, measure="seconds")


def test_no_ratio_to_nothing():
    """The one window's only tap reads padding."""
    dense = Geometry(1, 1, 1, (Axis(1, 1, s=3, lo=2, hi=0),))
    assert convolution_cost(dense, False, "real").macs == 0
    with pytest.raises(refconv.ArgumentError, match="no real pixel"):
        separable_ratio(dense, positions="real")


# --- memory traffic ---


@given(cases(draw_convolution), st.booleans())
def test_traffic_is_the_sizes_of_the_arrays(case, bias):
    x, w = case.integers(case.x_shape, case.w_shape)
    b = case.integers(case.w_shape[:1])[0] if bias else None
    y = refconv.conv(x, w, b, **case.options)
    plan, extra = plan_of(case), case.w_shape[0] if bias else 0
    moved = convolution_traffic(plan, bias)
    assert (moved.read, moved.written) == (x.size + w.size + extra, y.size)
    dx, dw, db = refconv.conv_backward(y, x, w, bias=bias, **case.options)
    parts = gradient_traffic(plan, bias)
    assert (parts.dx.read, parts.dx.written) == (y.size + w.size, dx.size)
    assert (parts.dw.read, parts.dw.written) == (x.size + y.size, dw.size)
    assert (parts.db.read, parts.db.written) == ((y.size, db.size) if bias else (0, 0))


@given(cases(draw_convolution))
def test_the_road_over_im2col_moves_its_matrix_twice(case):
    (x,) = case.integers(case.x_shape)
    options = {name: value for name, value in case.options.items() if name != "groups"}
    columns = refconv.im2col(x, case.w_shape[2:], **options)
    plan = plan_of(case)
    for transposed in (False, True):
        short, long = (convolution_traffic(plan, road=road, transposed=transposed) for road in ("ideal", "im2col"))
        assert (long.read - short.read, long.written - short.written) == (columns.size, columns.size)
        near, far = (gradient_traffic(plan, road=road, transposed=transposed) for road in ("ideal", "im2col"))
        for name in ("dx", "dw"):
            assert getattr(far, name).read - getattr(near, name).read == columns.size
            assert getattr(far, name).written - getattr(near, name).written == columns.size
        assert near.db == far.db


def test_traffic_of_the_adjoint_goes_the_other_way():
    plan = Geometry(2, 3, 5, (Axis(9, 3, s=2),))
    there, back = convolution_traffic(plan, False), convolution_traffic(plan, False, transposed=True)
    assert (back.activations_read, back.activations_written) == (there.activations_written, there.activations_read)
    assert convolution_traffic(plan, transposed=True).parameters_read == 45 + 3
    assert gradient_traffic(plan, False, transposed=True).dx.read == 2 * 3 * 9 + 45


def test_traffic_in_bytes_and_intensity():
    moved = Traffic(1, 2, 3, 4) + Traffic(10, 20, 30, 40)
    assert moved == Traffic(11, 22, 33, 44)
    assert moved.bytes(2) == 220
    assert intensity(6, 4) == Fraction(3, 2)
    with pytest.raises(refconv.ArgumentError, match="road"):
        convolution_traffic(Geometry(1, 1, 1, (Axis(3, 3),)), road="scenic")


def test_separable_has_the_lower_intensity():
    """Fewer FLOPs, and fewer for each byte."""
    dense = Geometry(1, 256, 256, (Axis(28, 3, lo=1, hi=1),) * 2)
    both = separable_plans(dense)
    moved = convolution_traffic(both[0], False) + convolution_traffic(both[1], False)
    ours = intensity(separable_cost(dense, bias=False).flops, moved.bytes())
    theirs = intensity(convolution_cost(dense, False).flops, convolution_traffic(dense, False).bytes())
    assert ours < theirs / 5
    x, w, y = 256 * 784, 256 * 256 * 9, 256 * 784
    assert theirs == Fraction(2 * y * 256 * 9, 4 * (x + w + y))


def test_intensity_in_symbols():
    c, n = sympy.symbols("c n", integer=True, positive=True)
    plan = Geometry(1, c, c, (Axis(n, 1), Axis(n, 1)))
    ours = intensity(convolution_cost(plan, False).flops, convolution_traffic(plan, False).bytes())
    assert sympy.simplify(ours - 2 * c**2 * n**2 / (4 * (2 * c * n**2 + c**2))) == 0
