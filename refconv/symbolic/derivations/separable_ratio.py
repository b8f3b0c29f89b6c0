"""When a depthwise-separable convolution is cheaper than a dense one."""

from __future__ import annotations

import sympy
from sympy import Lt

from refconv.arithmetic import convolution_cost, separable_cost
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.derivations.separable_cost import plan_of
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the ratio of the costs, and exactly when it is below 1."""
    N, C, O, KH, KW, OH, OW, M, T = symbols("N C O KH KW OH OW M T")
    plan = plan_of(N, C, O, (KH, KW), (OH, OW))
    dense, separable = convolution_cost(plan, bias=False), separable_cost(plan, M, bias=False)
    ratio = M * (1 / O + 1 / (KH * KW))
    saved = sympy.cancel((dense.parameters - separable.parameters) / C)  # per input channel
    remains = sympy.limit(1 / O + 1 / T, O, sympy.oo)
    in_taps = O * T - M * (T + O)
    return Derivation(
        name="separable_ratio",
        title="When separable is cheaper",
        statement="A depthwise-separable convolution against the dense one that it stands in for: what part of the "
        "cost remains, and when is it a gain at all?",
        given="no biases. $T = KH \\cdot KW$ is the number of taps, $O$ the filters, $M$ the depth multiplier.",
        steps=numbered(
            [
                step(
                    "Divide the [separable cost](separable_cost.md) by the dense one. All but taps, filters and "
                    "multiplier cancels, for MACs and parameters alike.",
                    rf"\frac{{\mathrm{{separable}}}}{{\mathrm{{dense}}}} = {tex(ratio)}",
                    Algebra((separable.macs / dense.macs, ratio), (separable.parameters / dense.parameters, ratio)),
                ),
                step(
                    "It is a gain if this is less than 1; multiplied by $O T$, in whole numbers:",
                    rf"{tex(M * (T + O))} \lt {tex(O * T)}",
                    Algebra((saved, in_taps.subs(T, KH * KW)), (1 - ratio.subs(KH * KW, T), in_taps / (O * T))),
                ),
                step(
                    "For $M = 1$ this factors.",
                    rf"{tex(O * T)} - \left({tex(T + O)}\right) = {tex((T - 1) * (O - 1))} - 1",
                    Algebra((in_taps.subs(M, 1), (T - 1) * (O - 1) - 1)),
                ),
                step(
                    "So with one filter, or a kernel of one tap, separable never pays; at two and two it costs the "
                    "same; in every other case it is cheaper.",
                    r"M = 1: \quad \text{cheaper} \Longleftrightarrow \left(T - 1\right) \left(O - 1\right) \gt 1",
                    Counted(_pays, O=range(1, 129), T=range(1, 50)),
                ),
                step(
                    "A multiplier as large as the taps, or as the filters, eats up the whole gain.",
                    r"M \ge \min(T, O) \quad\Longrightarrow\quad M \left(T + O\right) \gt O T",
                    Counted(
                        lambda M, O, T: M * (T + O) > O * T if min(T, O) <= M else None,
                        "M ≥ min(T, O)",
                        M=range(1, 33),
                        O=range(1, 33),
                        T=range(1, 33),
                    ),
                ),
                step(
                    "With many filters $1/T$ remains: for a 3 by 3 kernel a ninth. Fewer MACs are not less time: a "
                    "depthwise step does little with every number it loads.",
                    rf"\lim_{{O \to \infty}} \left({tex(1 / O + 1 / T)}\right) = {tex(remains)}",
                    Algebra((remains, 1 / T)),
                ),
            ]
        ),
        result={"cheaper": Lt(sympy.factor(separable.parameters / C), sympy.cancel(dense.parameters / C))},
        arguments=(O, KH, KW, M),
        references=("A. Howard et al., *MobileNets*, arXiv:1704.04861, gives the ratio for $M = 1$.",),
        see_also=("separable_cost",),
    )


def _pays(O: int, T: int) -> bool:
    separable, dense = T + O, O * T
    if O == T == 2:
        return separable == dense
    return separable < dense if min(O, T) > 1 else separable > dense
