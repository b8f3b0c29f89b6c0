"""Receptive fields are measured by asking which inputs an output can depend on."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from refconv.arithmetic import Axis, Layer, ReceptiveField, receptive_field

layers = st.lists(
    st.builds(Layer, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 3)), max_size=4
)


def measured(stack, i):
    """Follow output `i` back through the stack, tap by tap; the input is taken to go on for ever."""
    positions = {i}
    for layer in reversed(stack):
        positions = {p * layer.s + m * layer.d - layer.lo for p in positions for m in range(layer.k)}
    return min(positions), max(positions)


@given(layers, st.integers(0, 5))
def test_field_is_what_an_output_depends_on(stack, i):
    field = receptive_field(stack)
    first, last = measured(stack, i)
    assert field.region(i) == (first, last)
    assert field.size == last - first + 1
    assert field.jump == measured(stack, i + 1)[0] - first
    assert field.padding == -measured(stack, 0)[0]
    assert field.offset == Fraction(sum(measured(stack, 0)), 2)


def test_no_layer_and_one_layer():
    assert receptive_field([]) == ReceptiveField(1, 1, 0)
    assert receptive_field([Layer(3, d=6)]).size == 13
    assert ReceptiveField().through(Layer(5)) == ReceptiveField(5, 1, 0)
    assert ReceptiveField(4).offset == Fraction(3, 2)


def test_an_axis_is_a_layer():
    assert receptive_field([Axis(32, 3, 2, 1, 1, 1), Axis(16, 3)]) == receptive_field([Layer(3, 2, 1, 1), Layer(3)])


@pytest.mark.parametrize(
    ("rates", "sizes"),
    [([1, 1, 2, 4, 8, 16, 1], [3, 5, 9, 17, 33, 65, 67]), ([2, 2, 2], [5, 9, 13])],
    ids=["context module", "gridding"],
)
def test_published_stacks(rates, sizes):
    assert [receptive_field([Layer(3, d=d) for d in rates[: i + 1]]).size for i in range(len(rates))] == sizes


def test_formula_of_a_stack_in_symbols():
    k, s, d, e = sympy.symbols("k s d e", integer=True, positive=True)
    field = receptive_field([Layer(k, s, d), Layer(k, s, e, lo=1)])
    assert sympy.expand(field.size - (1 + (k - 1) * d + (k - 1) * e * s)) == 0
    assert field.jump == s**2
    assert field.padding == s
    assert sympy.simplify(field.offset - ((field.size - 1) / 2 - s)) == 0
