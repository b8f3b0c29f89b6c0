"""Why Winograd's convolution works: Cook and Toom's multiplication of polynomials, transposed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from refconv.arithmetic import transposed_output_size
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex
from refconv.symbolic.winograd import CookToom, cook_toom, growth, is_exact, multiplications

__all__ = ["added_up", "derivation"]


def derivation() -> Derivation:
    """Derive F(m, r): m outputs of r taps with m + r - 1 multiplications."""
    m, r = symbols("m r")
    needed = transposed_output_size(m, r)  # as many inputs as a tile of m outputs reads
    grows = [(tile, growth(cook_toom(tile, 3))) for tile in (2, 4, 6)]
    small = range(1, 7)
    return Derivation(
        name="cook_toom",
        title="Winograd's convolution by Cook and Toom",
        statement="F(m, r) computes $m$ outputs of a correlation with $r$ taps, $y_i = \\sum_j g_j d_{i+j}$, with "
        "$m + r - 1$ multiplications instead of $m r$. Everything else is additions, and multiplications with "
        "constants.",
        given="stride 1, dilation 1. The points are different numbers, one of which may be infinity.",
        steps=numbered(
            [
                step(
                    "Take polynomials $u(x) = \\sum u_i x^i$ and $g(x) = \\sum g_j x^j$, and let $s_t$ be the "
                    "coefficients of their product. Then the correlation hides in it: both sides add up all "
                    "$u_i g_j d_{i+j}$.",
                    r"\sum_{i} u_i y_i = \sum_{t} s_t d_t, \qquad s(x) = u(x) g(x)",
                    Counted(_hides, m=small, r=small),
                ),
                step(
                    "The product has degree $m + r - 2$. It is known as soon as its values at $m + r - 1$ points are, "
                    "and each value takes **one** multiplication. At infinity the value is the leading coefficient.",
                    rf"s(p_a) = u(p_a) \cdot g(p_a), \qquad a = 1, \ldots, {tex(needed)}",
                    Algebra(((m - 1) + (r - 1) + 1, needed)),
                ),
                step(
                    "Lagrange's polynomials bring the coefficients back: $L_a$ is 1 at $p_a$ and 0 at the other finite "
                    "points. With infinity, the product of all $x - p_b$ takes care of the leading coefficient.",
                    r"s(x) = \sum_{a} s(p_a) L_a(x), \qquad L_a(x) = \prod_{b \neq a} \frac{x - p_b}{p_a - p_b}",
                    Counted(_brought_back, m=small, r=small),
                ),
                step(
                    "Put this in and read off the factor of $u_i$. Row $a$ of $B^T$ has the coefficients of "
                    "$\\prod (x - p_b)$, row $a$ of $G$ the powers of $p_a$ divided by $\\prod (p_a - p_b)$ (where "
                    "that is negative, both rows change their sign), row $i$ of $A^T$ the $i$-th powers of all "
                    "points.",
                    r"y = A^T \left[ \left(G g\right) \odot \left(B^T d\right) \right]",
                    Counted(
                        lambda m, r: (
                            is_exact(cook_toom(m, r)) and multiplications(m, r) == (len(cook_toom(m, r).G), m * r)
                        ),
                        m=range(1, 8),
                        r=range(1, 8),
                    ),
                ),
                step(
                    "Any points will do.",
                    r"\sum_{a} A^T_{i a} G_{a j} B^T_{a t} = \begin{cases} 1 & t = i + j \cr 0 & \text{else} "
                    r"\end{cases}",
                    Counted(_any_points, "different points", p=range(-3, 4), q=range(-3, 4), m=(2, 3), r=(1, 2)),
                ),
                step(
                    "For images, put one axis inside the other: a tile of F(m, r) by F(m, r) takes the square of the "
                    "multiplications, so the gain is squared too.",
                    r"Y = A^T \left[ \left(G g G^T\right) \odot \left(B^T d B\right) \right] A",
                    Counted(_two_axes, m=range(1, 5), r=range(1, 5)),
                ),
                step(
                    "The price is rounding. The numbers added up at the end can be larger than the definition's, by "
                    "this factor at most and along one axis; hence small points, small tiles, and no tile much "
                    "larger than 6.",
                    r"\max_i \frac{1}{r} \sum_a \left|A^T_{i a}\right| \sum_j \left|G_{a j}\right| \sum_t "
                    r"\left|B^T_{a t}\right|: \qquad "
                    + r" \qquad ".join(
                        rf"F({tile}, 3): {tex(bound.numerator)}"
                        + (f"/{tex(bound.denominator)}" if bound.denominator > 1 else "")
                        for tile, bound in grows
                    ),
                    Counted(_bounded, "taps and inputs of 1 and −1 in all combinations", m=range(1, 5), r=range(1, 4)),
                ),
            ]
        ),
        result={"multiplications": needed, "by_definition": m * r},
        arguments=(m, r),
        references=(
            "A. Lavin and S. Gray, *Fast algorithms for convolutional neural networks*, arXiv:1509.09308.",
            "S. Winograd, *Arithmetic complexity of computations*, 1980, shows that fewer multiplications cannot do.",
        ),
        see_also=("winograd_2_3", "winograd_4_3", "winograd_6_3"),
    )


def _numbers(m: int, r: int) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    u = [Fraction(3 * i - 4) for i in range(m)]
    return u, [Fraction(j * j - 5, 3) for j in range(r)], [Fraction(2 * t * t - 7 * t + 1) for t in range(m + r - 1)]


def _multiplied(u: list[Fraction], g: list[Fraction]) -> list[Fraction]:
    s = [Fraction(0)] * (len(u) + len(g) - 1)
    for (i, a), (j, b) in product(enumerate(u), enumerate(g)):
        s[i + j] += a * b
    return s


def _hides(m: int, r: int) -> bool:
    u, g, d = _numbers(m, r)
    y = [sum(g[j] * d[i + j] for j in range(r)) for i in range(m)]
    return sum(a * b for a, b in zip(u, y, strict=True)) == sum(
        a * b for a, b in zip(_multiplied(u, g), d, strict=True)
    )


def _brought_back(m: int, r: int) -> bool:
    u, g, _ = _numbers(m, r)
    AT, G, BT = cook_toom(m, r)
    at_points = [sum(AT[i][a] * u[i] for i in range(m)) * sum(G[a][j] * g[j] for j in range(r)) for a in range(len(G))]
    return [sum(at_points[a] * BT[a][t] for a in range(len(G))) for t in range(len(G))] == _multiplied(u, g)


def _any_points(p: int, q: int, m: int, r: int) -> bool | None:
    if p == q:
        return None
    points = [p, q, Fraction(7, 2), 9, -9][: m + r - 1]
    return is_exact(cook_toom(m, r, points)) if len(points) == m + r - 1 else None


def _two_axes(m: int, r: int) -> bool:
    size = m + r - 1
    g = [[Fraction(3 * a - 2 * b + 1) for b in range(r)] for a in range(r)]
    d = [[Fraction(a * a - 5 * b + a * b) for b in range(size)] for a in range(size)]
    y = [[sum(g[j][l] * d[i + j][t + l] for j in range(r) for l in range(r)) for t in range(m)] for i in range(m)]
    return cook_toom(m, r)(g, d) == y


def _bounded(m: int, r: int) -> bool:
    matrices = cook_toom(m, r)
    bound, signs = growth(matrices) * r, (1, -1)
    return all(
        added_up(matrices, g, d) <= bound for g in product(signs, repeat=r) for d in product(signs, repeat=m + r - 1)
    )


def added_up(matrices: CookToom, g: Sequence[int], d: Sequence[int]) -> Fraction:
    """Return the largest sum of sizes of what is added up to one output."""
    AT, G, BT = matrices
    products = [
        sum(a * x for a, x in zip(taps, g, strict=True)) * sum(b * x for b, x in zip(inputs, d, strict=True))
        for taps, inputs in zip(G, BT, strict=True)
    ]
    return max(sum((abs(w * p) for w, p in zip(row, products, strict=True)), Fraction(0)) for row in AT)
