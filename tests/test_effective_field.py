"""Closed forms against counted paths, in Fractions."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb, sqrt

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from refconv.arithmetic import (
    EffectiveField,
    GraphNode,
    Layer,
    Resampled,
    Transposed,
    effective_field,
    effective_fields,
    graph_fields,
    influence,
    moments,
    path_counts,
    receptive_field,
)
from tests.graphs import draw_read, seeded, unbounded

layers = st.lists(
    st.builds(Layer, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(-1, 3)), max_size=4
)


def every_path(reads, i):
    """Where each path ends, one by one."""
    ends = [i]
    for read in reversed(reads):
        ends = [position for reader in ends for position in unbounded(read, reader)]
    return ends


@given(layers)
def test_closed_form_is_that_of_all_paths(stack):
    ends = every_path(stack, 0)
    mean = Fraction(sum(ends), len(ends))
    variance = sum((end - mean) ** 2 for end in ends) / len(ends)
    assert effective_field(stack) == EffectiveField(mean, variance) == moments(influence(stack))
    assert effective_field(stack).mean == receptive_field(stack).offset


@given(st.randoms(use_true_random=False), st.integers(-3, 6))
def test_influence_counts_paths_through_anything(random, i):
    reads = [draw_read(random) for _ in range(random.randint(0, 4))]
    ends = every_path(reads, i)
    assert influence(reads, i) == {position: ends.count(position) for position in sorted(set(ends))}


def test_two_taps_again_and_again_are_binomial():
    counts = influence([Layer(2)] * 9)
    assert counts == {m: comb(9, m) for m in range(10)}
    assert effective_field([Layer(2)] * 9).deviation == sqrt(9 / 4)


def test_variance_in_symbols():
    k, s, d, p = sympy.symbols("k s d p", integer=True, positive=True)
    found = effective_field([Layer(k, s, d, lo=p), Layer(3, 1, d)])
    assert sympy.expand(found.variance - (d**2 * (k**2 - 1) / 12 + s**2 * d**2 * sympy.Rational(8, 12))) == 0
    assert sympy.expand(found.mean - (d * (k - 1) / 2 - p + s * d)) == 0
    for numbers in product((1, 2, 5), (1, 3), (1, 2), (1, 2)):
        values = dict(zip((k, s, d, p), numbers, strict=True))
        a, b, c, e = numbers
        exact = effective_field([Layer(a, b, c, lo=e), Layer(3, 1, c)])
        assert found.variance.subs(values) == sympy.Rational(exact.variance.numerator, exact.variance.denominator)
    # a number for every layer so far, then a symbol
    assert effective_field([Layer(3), Layer(k)]).variance == sympy.Rational(2, 3) + (k**2 - 1) / 12


def test_branches_and_axes_are_counted_apart():
    size = (9, 9)
    nodes = [
        GraphNode("x", size=size),
        GraphNode("wide", ("x",), (Layer(3, d=2, lo=2), Layer(1)), size),
        GraphNode("sum", ("x", "wide"), size=size),
    ]
    counts = path_counts(nodes, "sum", (4, 4))
    assert counts == {(2, 4): 1, (4, 4): 2, (6, 4): 1}
    assert moments(counts, axis=0) == EffectiveField(Fraction(4), Fraction(2))
    assert moments(counts, axis=1) == EffectiveField(Fraction(4), Fraction(0))


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_transposed_convolutions_leave_a_checkerboard_where_the_stride_does_not_divide_the_kernel(k):
    counts = [sum(influence([Transposed(k, s=2)], i).values()) for i in range(6)]
    assert (len(set(counts)) == 1) is (k % 2 == 0)


def draw_branching(random, rank):
    """A graph of windows whose joins are often of equal jumps, with something else among them now and then."""
    nodes = [GraphNode("x"), GraphNode("other")]
    for number in range(random.randint(1, 5)):
        s = random.randint(1, 2)
        inputs = tuple(random.choice(nodes[-3:]).name for _ in range(random.choice((1, 1, 2, 3))))

        def draw(s=s):
            return Layer(random.randint(1, 3), s, random.randint(1, 3), random.randint(-1, 2))

        reads = tuple(tuple(draw() for _ in range(rank)) for _ in inputs)
        if random.random() < 0.1:
            up = random.choice((Transposed(2, s=2), Resampled(1, 0, 2)))
            reads = tuple((up, *each[1:]) for each in reads)
        nodes.append(GraphNode(str(number), inputs, random.choice((reads, reads, reads[0], ())), None))
    return nodes


def all_paths(nodes, name, position):
    """Where all paths back from one position end, on an input without end."""
    if name == "x":
        return Counter({position: 1})
    node, ends = next(node for node in nodes if node.name == name), Counter()
    for number, inner in enumerate(node.inputs):
        for there in product(*map(unbounded, node.reads_of(number, len(position)), position)):
            ends.update(all_paths(nodes, inner, there))
    return ends


def hold_branches_against_paths(random):
    rank = random.choice((1, 1, 2))
    nodes = draw_branching(random, rank)
    fields, known = graph_fields(nodes, rank=rank), effective_fields(nodes, rank=rank)
    named = {node.name: node for node in nodes}
    reading = {name for name, each in fields.items() if any(field.reads or not field.defined for field in each.axes)}

    def resized_before(name):
        reads = [read for n in range(len(named[name].inputs)) for read in named[name].reads_of(n, rank)]
        mine = any(not isinstance(read, Layer) for read in reads)
        return mine or any(resized_before(inner) for inner in named[name].inputs if inner in reading)

    for name, found in known.items():
        ends = all_paths(nodes, name, (0,) * rank) if name in reading and len(nodes) < 7 else {}
        for axis, field in enumerate(fields[name].axes):
            if found[axis] is None:
                assert name not in reading or not field.defined or resized_before(name)
            elif ends:
                assert found[axis] == moments(ends, axis)


def test_closed_form_of_branches_is_that_of_all_paths():
    for seed in range(150):
        hold_branches_against_paths(seeded(seed))


@given(st.randoms(use_true_random=False))
def test_closed_form_of_any_branches_is_that_of_all_paths(random):
    hold_branches_against_paths(random)


def test_branches_in_symbols():
    k, d = sympy.symbols("k d", integer=True, positive=True)
    nodes = [GraphNode("x"), GraphNode("conv", ("x",), (Layer(k, d=d),)), GraphNode("sum", ("x", "conv"))]
    found = effective_fields(nodes)["sum"][0]
    for size, rate in product((1, 2, 5), (1, 3)):
        plain = [nodes[0], GraphNode("conv", ("x",), (Layer(size, d=rate),)), nodes[2]]
        exact = effective_fields(plain)["sum"][0]
        for symbolic, number in ((found.mean, exact.mean), (found.variance, exact.variance)):
            assert symbolic.subs({k: size, d: rate}) == sympy.Rational(number.numerator, number.denominator)
