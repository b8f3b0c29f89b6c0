"""Dilation is a kernel filled with zeros."""

from __future__ import annotations

from refconv.arithmetic import Axis, effective_kernel_size, output_size, read_position
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import AXIS, symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive that dilation d is d - 1 zeros between neighbouring taps."""
    n, k, s, d, lo, hi, i, m = symbols("n k s d lo hi i m")
    span = effective_kernel_size(k, d)
    dense = Axis(n, span, s, 1, lo, hi)
    return Derivation(
        name="inflated_kernel",
        title="Dilation as a kernel filled with zeros",
        statement="A kernel of $k$ taps at dilation $d$ computes what an ordinary kernel does that has the same "
        "weights with $d - 1$ zeros between neighbours.",
        steps=numbered(
            [
                step(
                    "Tap $m$ of the dilated kernel reads where tap $m d$ of an ordinary one does.",
                    rf"{tex(AXIS.read(i, m))} = \left. {tex(read_position(i, m, s, 1, lo))} \right|_{{m \to m d}}",
                    Algebra((AXIS.read(i, m), dense.read(i, m * d))),
                ),
                step(
                    "So the ordinary kernel needs taps $0, \\ldots, d(k - 1)$: as many as the span, "
                    "which is why that is also called the effective kernel size.",
                    rf"\left(k - 1\right) d + 1 = {tex(span)}",
                    Algebra(((k - 1) * d + 1, span), (effective_kernel_size(span, 1), span)),
                ),
                step(
                    "Its output size is the same.",
                    rf"\mathrm{{out}} = {tex(AXIS.out)}",
                    Algebra((output_size(n, span, s, 1, lo, hi), AXIS.out)),
                ),
                step(
                    "With zeros at all taps that are no multiple of $d$, both compute the same sums.",
                    r"\sum_{m=0}^{k-1} w_m x_{i s + m d - \mathrm{lo}} = \sum_{m'=0}^{d(k-1)} w'_{m'} "
                    r"x_{i s + m' - \mathrm{lo}} \qquad w'_{m d} = w_m",
                    Counted(_same_sums, k=range(1, 6), s=range(1, 4), d=range(1, 6), i=range(5)),
                ),
            ]
        ),
        result={"span": span},
        arguments=(k, d),
        function="refconv.arithmetic.effective_kernel_size",
        references=(
            "F. Yu and V. Koltun, *Multi-scale context aggregation by dilated convolutions*, arXiv:1511.07122.",
        ),
        see_also=("output_size", "gridding", "receptive_field"),
    )


def _same_sums(k: int, s: int, d: int, i: int) -> bool:
    span = effective_kernel_size(k, d)
    filled = {m * d: m for m in range(k)}
    dilated = sorted((read_position(i, m, s, d), m) for m in range(k))
    dense = sorted((read_position(i, t, s), filled[t]) for t in range(span) if t in filled)
    return dilated == dense
