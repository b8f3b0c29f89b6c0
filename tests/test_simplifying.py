"""Simplified expressions are equal to what they were, and shorter where they should be."""

from __future__ import annotations

from itertools import product

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from refconv.arithmetic import output_size, pooled_output_size, same_padding
from refconv.networks import network, network_cost, resolve
from refconv.symbolic import parse, simplified, symbol

N = symbol("n")


@st.composite
def expressions(draw, depth=4):
    kind = draw(
        st.sampled_from(["n", "m", "number"] if depth == 0 else ["n", "+", "floor", "ceiling", "-", "*", "mod", "max"])
    )
    if kind in ("n", "m"):
        return symbol(kind)
    if kind == "number":
        return sympy.Integer(draw(st.integers(-5, 5)))
    below = draw(expressions(depth=depth - 1))
    if kind == "+":
        return below + draw(expressions(depth=depth - 1))
    if kind == "-":
        return -below
    if kind == "*":
        return draw(st.integers(-3, 3)) * below
    divisor = draw(st.integers(1, 6))
    shift = draw(st.integers(-3, 3))
    if kind == "mod":
        return sympy.Mod(below, divisor)
    if kind == "max":
        return sympy.Max(below, shift)
    return (sympy.floor if kind == "floor" else sympy.ceiling)((below + shift) / sympy.Integer(divisor))


@given(expressions())
def test_a_simplified_expression_is_equal(expression):
    short = simplified(expression)
    for n, m in product((1, 2, 3, 4, 7, 12, 35), (1, 2, 5, 6)):
        values = {symbol("n"): n, symbol("m"): m}
        assert sympy.sympify(expression).subs(values) == sympy.sympify(short).subs(values), (expression, short)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("floor(floor(floor(n/2)/2)/2)", "floor(n/8)"),
        ("floor((floor((n - 1)/2) + 1 - 1)/2) + 1", "ceil(n/4)"),
        ("0 - floor((0 - n)/3)", "ceil(n/3)"),
        ("ceil(ceil(n/2)/3)", "ceil(n/6)"),
        ("floor((floor(n/2) + 5)/3)", "floor((n + 10)/6)"),
        ("n + 1", "n + 1"),
    ],
)
def test_nested_roundings_are_one(long, short):
    assert simplified(parse(long)) == parse(short).doit()


def test_sizes_of_networks_come_out_short():
    assert resolve(network("vgg16"), (3, N, N))["pool5"].shape[1] != sympy.floor(N / 32)
    assert simplified(resolve(network("vgg16"), (3, N, N))["pool5"].shape[1]) == sympy.floor(N / 32)
    assert simplified(resolve(network("resnet50"), (3, N, N))["layer4.2.add"].shape[1]) == sympy.ceiling(N / 32)
    assert simplified(output_size(N, 3, 2, 1, *same_padding(N, 3, 2))) == sympy.ceiling(N / 2)
    assert simplified(pooled_output_size(N, 2, 2)) == sympy.floor(N / 2)


@pytest.mark.parametrize("name", ["resnet50", "mobilenet_v1", "xception"])
def test_costs_of_networks_stay_equal(name):
    long = network_cost(network(name), (3, N, N)).total.macs
    short = simplified(long)
    assert len(str(short)) < len(str(long))
    for n in (96, 131, 299):
        assert short.subs(N, n) == network_cost(network(name), (3, n, n)).total.macs
