"""One tile of Winograd's convolution, written out."""

from __future__ import annotations

from fractions import Fraction
from math import lcm, prod
from typing import Any

import sympy

from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.cook_toom import added_up
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import matrix, name, tex
from refconv.symbolic.winograd import cook_toom, default_points, growth, multiplications

__all__ = ["derivation"]


def derivation(m: int, r: int) -> Derivation:
    """Write out F(m, r) and check it for all taps and inputs at once."""
    matrices = AT, G, BT = cook_toom(m, r)
    size = len(G)
    g, d = symbols(" ".join(f"g{j}" for j in range(r))), symbols(" ".join(f"d{t}" for t in range(size)))
    g = tuple(sympy.Symbol(str(each), integer=True) for each in g)
    d = tuple(sympy.Symbol(str(each), integer=True) for each in d)
    taps, inputs = (_times(G, g), _times(BT, d))
    outputs = _times(AT, [u * v for u, v in zip(taps, inputs, strict=True)])
    definition = [sum(g[j] * d[i + j] for j in range(r)) for i in range(m)]
    where, wholes = _whole(AT, G, BT, g, d)
    undone = {sympy.Symbol(product, integer=True): value for product, value in where.items()}
    (ours, theirs), (ours_2, theirs_2) = multiplications(m, r), multiplications(m, r, rank=2)
    points = ", ".join([*(str(point) for point in default_points(size - 1)), r"\infty"])
    return Derivation(
        name=f"winograd_{m}_{r}",
        title=f"Winograd's F({m}, {r})",
        statement=f"{m} outputs of a correlation with {r} taps from {size} inputs, with {ours} multiplications "
        f"instead of {theirs}; as a tile of two axes, {ours_2} instead of {theirs_2}. The method is derived in "
        "[cook_toom](cook_toom.md); here are its matrices.",
        steps=numbered(
            [
                step(
                    f"The points are ${points}$. Taps are multiplied with $G$: a row for each point.",
                    f"G = {matrix(G)}",
                    Algebra(*_powers(G, default_points(size - 1))),
                ),
                step(
                    "Inputs are multiplied with $B^T$: the coefficients of the polynomials that are 0 at all other "
                    "points.",
                    f"B^T = {matrix(BT)}",
                    Algebra(*_zeros(BT, default_points(size - 1))),
                ),
                step(
                    f"The {ours} products are added up to {m} outputs, with the powers of the points.",
                    f"A^T = {matrix(AT)}",
                    Algebra(*((AT[i][a], p**i) for a, p in enumerate(default_points(size - 1)) for i in range(m))),
                ),
                step(
                    "Multiplied out, with all taps and inputs symbols, every output is the definition's.",
                    rf"A^T \left[ \left(G g\right) \odot \left(B^T d\right) \right] = "
                    rf"\left({', '.join(map(tex, definition))}\right)"
                    if m * r <= 6
                    else r"\left( A^T \left[ \left(G g\right) \odot \left(B^T d\right) \right] \right)_i = "
                    rf"\sum_{{j}} g_j d_{{i+j}} \qquad i = 0, \ldots, {m - 1}",
                    Algebra(*zip(outputs, definition, strict=True)),
                ),
                step(
                    "For whole numbers, scale the rows of $G$ and $B^T$ until they are whole, and divide at the "
                    "end: no remainder is left, so nothing is rounded.",
                    rf"y_i = \frac{{1}}{{c_i}} \sum_a c_{{i a}} {name('p')}_a \qquad "
                    rf"c = \left({', '.join(str(divisor) for _, divisor in wholes)}\right)",
                    Algebra(*((whole.subs(undone), c * y) for (whole, c), y in zip(wholes, definition, strict=True))),
                ),
                step(
                    "The numbers added up at the end can be larger than the definition's, at most by this factor, and "
                    "rounding errors with them.",
                    rf"\max_i \frac{{1}}{{r}} \sum_a \left|A^T_{{i a}}\right| \sum_j \left|G_{{a j}}\right| \sum_t "
                    rf"\left|B^T_{{a t}}\right| = {tex(sympy.Rational(growth(matrices)))}",
                    Counted(
                        lambda taps, inputs: (
                            added_up(matrices, _signs(taps, r), _signs(inputs, size)) <= growth(matrices) * r
                        ),
                        "taps and inputs of 1 and −1, after the bits of these numbers",
                        taps=range(2 ** min(r, 4)),
                        inputs=range(2 ** min(size, 7)),
                    ),
                ),
            ]
        ),
        result={
            f"y{i}": sympy.floor(whole / c, evaluate=False) if c > 1 else whole for i, (whole, c) in enumerate(wholes)
        },
        where=where,
        arguments=(*g, *d),
        function="refconv.symbolic.winograd.cook_toom",
        references=(
            (
                "A. Lavin and S. Gray, *Fast algorithms for convolutional neural networks*, arXiv:1509.09308. Rows may "
                "differ from theirs in sign."
            ),
        ),
        see_also=("cook_toom",),
    )


def _times(rows: Any, vector: Any) -> list[Any]:
    return [sum(sympy.Rational(a) * x for a, x in zip(row, vector, strict=True)) for row in rows]


def _signs(number: int, count: int) -> list[int]:
    return [-1 if number >> bit & 1 else 1 for bit in range(count)]


def _powers(G: Any, points: tuple[Fraction, ...]) -> list[tuple[Any, Any]]:
    """Return the rows of G times the distances between points, to be the powers of the points."""
    distances = [prod(abs(p - q) for q in points if q != p) for p in points]
    rows = zip(G, points, distances, strict=False)  # infinity has a row of its own, the last
    return [(entry * distance, p**j) for row, p, distance in rows for j, entry in enumerate(row)] + [(G[-1][-1], 1)]


def _zeros(BT: Any, points: tuple[Fraction, ...]) -> list[tuple[Any, Any]]:
    """Return the values of the rows' polynomials at the points that are not their own, each to be 0."""
    values = [
        (sum(c * p**t for t, c in enumerate(row)), 0)
        for a, row in enumerate(BT)
        for b, p in enumerate(points)
        if a != b
    ]
    return values or [(BT[0][0], 1)]


def _whole(AT: Any, G: Any, BT: Any, g: Any, d: Any) -> tuple[dict[str, Any], list[tuple[Any, int]]]:
    """Return the products of whole numbers, and what is added up for each output, with its divisor."""
    where, scales = {}, []
    for a, (taps, inputs) in enumerate(zip(G, BT, strict=True)):
        scale = [lcm(*(entry.denominator for entry in row)) for row in (taps, inputs)]
        left, right = (
            sympy.Add(*(int(entry * factor) * x for entry, x in zip(row, vector, strict=True)))
            for row, vector, factor in ((taps, g, scale[0]), (inputs, d, scale[1]))
        )
        where[f"p{a}"] = sympy.Mul(left, right, evaluate=False)
        scales.append(scale[0] * scale[1])
    products = [sympy.Symbol(product, integer=True) for product in where]
    wholes = []
    for row in AT:
        weights = [entry / scale for entry, scale in zip(row, scales, strict=True)]
        divisor = lcm(*(weight.denominator for weight in weights))
        whole = sympy.Add(*(int(weight * divisor) * p for weight, p in zip(weights, products, strict=True)))
        wholes.append((whole, divisor))
    return where, wholes
