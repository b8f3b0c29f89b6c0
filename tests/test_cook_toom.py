"""Winograd's matrices are held to the definition, exactly; what they cost and how errors grow is counted."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.symbolic.winograd import cook_toom, default_points, growth, is_exact, multiplications

LAVIN_GRAY = {
    # (m, r): AT, G, BT as printed in arXiv:1509.09308 and its program, with the points 0, 1, -1, (2, -2,) infinity
    (2, 3): (
        [[1, 1, 1, 0], [0, 1, -1, -1]],
        [[1, 0, 0], ["1/2", "1/2", "1/2"], ["1/2", "-1/2", "1/2"], [0, 0, 1]],
        [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]],
    ),
    (4, 3): (
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]],
        [
            ["1/4", 0, 0],
            ["-1/6", "-1/6", "-1/6"],
            ["-1/6", "1/6", "-1/6"],
            ["1/24", "1/12", "1/6"],
            ["1/24", "-1/12", "1/6"],
            [0, 0, 1],
        ],
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ],
    ),
}


def definition(g, d):
    return [sum(g[j] * d[i + j] for j in range(len(g))) for i in range(len(d) - len(g) + 1)]


def correlated(g, d):
    """Correlate nested lists of any number of axes."""
    if not isinstance(g[0], list):
        return definition(g, d)
    outs = len(d) - len(g) + 1

    def added(parts):
        return [added(list(each)) for each in zip(*parts, strict=True)] if isinstance(parts[0], list) else sum(parts)

    return [added([correlated(g[j], d[i + j]) for j in range(len(g))]) for i in range(outs)]


@pytest.mark.parametrize(("m", "r"), list(product(range(1, 6), repeat=2)))
def test_every_tile_is_the_definition_for_all_numbers_at_once(m, r):
    g, d = sympy.symbols(f"g:{r}"), sympy.symbols(f"d:{m + r - 1}")
    AT, G, BT = (sympy.Matrix(matrix) for matrix in cook_toom(m, r))
    outputs = AT * (G * sympy.Matrix(g)).multiply_elementwise(BT * sympy.Matrix(d))
    assert [sympy.expand(y) for y in outputs] == [sympy.expand(y) for y in definition(g, d)]
    assert is_exact(cook_toom(m, r))


@settings(max_examples=40)
@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_any_different_points_will_do(m, r, data):
    points = data.draw(
        st.lists(
            st.fractions(-4, 4, max_denominator=5) | st.just(math.inf),
            min_size=m + r - 1,
            max_size=m + r - 1,
            unique=True,
        )
    )
    matrices = cook_toom(m, r, points)
    whole = st.integers(-99, 99)
    g, d = (data.draw(st.lists(whole, min_size=n, max_size=n)) for n in (r, m + r - 1))
    assert matrices(g, d) == definition(g, d)
    assert is_exact(matrices)


@pytest.mark.parametrize(("m", "r"), LAVIN_GRAY)
def test_the_published_matrices_up_to_signs(m, r):
    ours = cook_toom(m, r)
    theirs = [[[Fraction(entry) for entry in row] for row in matrix] for matrix in LAVIN_GRAY[m, r]]
    for a in range(m + r - 1):
        columns = [[[row[a] for row in AT], list(G[a]), list(BT[a])] for AT, G, BT in (ours, theirs)]
        signs = []
        for mine, published in zip(*columns, strict=True):
            assert mine in (published, [-entry for entry in published])
            signs.append(1 if mine == published else -1)
        assert math.prod(signs) == 1


def test_one_axis_inside_another():
    for m, r in product(range(1, 5), range(1, 4)):
        size = m + r - 1
        g = [[3 * a - 2 * b + 1 for b in range(r)] for a in range(r)]
        d = [[a * a - 5 * b + a * b for b in range(size)] for a in range(size)]
        assert cook_toom(m, r)(g, d) == correlated(g, d)
    g = [[[a + 2 * b - c for c in range(2)] for b in range(2)] for a in range(2)]
    d = [[[a * b - c * c for c in range(3)] for b in range(3)] for a in range(3)]
    assert cook_toom(2, 2)(g, d) == correlated(g, d)


class Counting:
    """A number that counts how often two of its kind are multiplied."""

    done = 0

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Counting(self.value + (other.value if isinstance(other, Counting) else other))

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Counting):
            Counting.done += 1
            other = other.value
        return Counting(self.value * other)

    __rmul__ = __mul__


def test_multiplications_are_counted():
    for m, r in product(range(1, 6), range(2, 5)):
        Counting.done = 0
        outputs = cook_toom(m, r)([Counting(3 * j - 1) for j in range(r)], [Counting(t) for t in range(m + r - 1)])
        assert [y.value for y in outputs] == definition([3 * j - 1 for j in range(r)], range(m + r - 1))
        assert multiplications(m, r) == (Counting.done, m * r)
    Counting.done = 0
    cook_toom(4, 3)([[Counting(1)] * 3] * 3, [[Counting(1)] * 6] * 6)
    assert multiplications(4, 3, rank=2) == (Counting.done, 144) == (36, 144)


def test_growth_bounds_what_is_added_up():
    for m, r in product(range(1, 5), range(1, 4)):
        AT, G, BT = matrices = cook_toom(m, r)
        largest = 0
        for g in product((1, -1), repeat=r):
            for d in product((1, -1), repeat=m + r - 1):
                products = [
                    sum(a * x for a, x in zip(taps, g, strict=True))
                    * sum(b * x for b, x in zip(inputs, d, strict=True))
                    for taps, inputs in zip(G, BT, strict=True)
                ]
                largest = max(largest, *(sum(abs(a * p) for a, p in zip(row, products, strict=True)) for row in AT))
        assert largest <= growth(matrices) * r
    assert growth(cook_toom(1, 1)) == 1
    assert growth(cook_toom(2, 3)) < growth(cook_toom(4, 3)) < growth(cook_toom(6, 3))


def test_whole_points_keep_fractions_in_the_taps():
    for m, r in product(range(1, 4), repeat=2):
        AT, _, BT = cook_toom(m, r, [*(0, 1, -1, 2, -2)[: m + r - 2], math.inf])
        assert all(entry.denominator == 1 for matrix in (AT, BT) for row in matrix for entry in row)


def test_default_points_are_different_and_small():
    points = default_points(40)
    assert len(set(points)) == 40
    assert points[:7] == (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2))
    assert default_points(0) == ()


def test_impossible_tiles_and_points_are_refused():
    for m, r in ((0, 3), (2, -1)):
        with pytest.raises(ArgumentError, match="at least 1"):
            cook_toom(m, r)
    for m, r in ((2.0, 3), (True, 3), (2, "3")):
        with pytest.raises(ArgumentTypeError, match="must be an int"):
            cook_toom(m, r)
    with pytest.raises(ArgumentError, match="more than 64"):
        cook_toom(64, 2)
    for points in ([0, 1], [0, 1, 1, 2], [0, 1, math.inf, math.inf], [0, 1, -1, 2, 3]):
        with pytest.raises(ArgumentError, match="different") as caught:
            cook_toom(2, 3, points)
        assert is_exact(cook_toom(2, 3, **caught.value.fixes[0]))
    for points in (["x", 0, 1, 2], [math.nan, 0, 1, 2], [-math.inf, 0, 1, 2], [None, 0, 1, 2]):
        with pytest.raises(ArgumentTypeError, match="numbers"):
            cook_toom(2, 3, points)


def test_a_wrong_matrix_is_noticed():
    matrices = cook_toom(3, 3)
    for which in ("AT", "G", "BT"):
        rows = [list(row) for row in getattr(matrices, which)]
        rows[1][1] += 1
        assert not is_exact(matrices._replace(**{which: tuple(map(tuple, rows))}))
