"""The numbered relationships of Dumoulin and Visin as special cases of three functions."""

from __future__ import annotations

from sympy import floor

from refconv.arithmetic import full_padding, output_size, pooled_output_size, transposed_output_size
from refconv.symbolic.derivations.checks import Algebra
from refconv.symbolic.derivations.common import DUMOULIN_VISIN, symbols
from refconv.symbolic.derivations.record import Derivation, numbered
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive R1-R15, each written as in the paper, from the general sizes."""
    n, k, s, d, p, a, h = symbols("n k s d p a h")
    full, odd = full_padding(k), 2 * h + 1
    paper = [
        ("R1, R2: stride 1, without padding and with.", {"R1": output_size(n, k), "R2": output_size(n, k, lo=p, hi=p)}),
        (
            "R3: *half* padding $\\lfloor k/2 \\rfloor$ keeps the size, if $k = 2h + 1$ is odd.",
            {"R3": output_size(n, odd, lo=odd // 2, hi=odd // 2)},
        ),
        ("R4: *full* padding counts every window that touches the input.", {"R4": output_size(n, k, 1, 1, *full)}),
        ("R5, R6: any stride.", {"R5": output_size(n, k, s), "R6": output_size(n, k, s, lo=p, hi=p)}),
        ("R7: a pooling is sized like a convolution without padding.", {"R7": pooled_output_size(n, k, s)}),
        (
            "R8, R9: transposed convolution, stride 1, without padding and with.",
            {"R8": transposed_output_size(n, k), "R9": transposed_output_size(n, k, lo=p, hi=p)},
        ),
        (
            "R10, R11: transposed, with half padding ($k = 2h + 1$) and with full padding.",
            {
                "R10": transposed_output_size(n, odd, lo=odd // 2, hi=odd // 2),
                "R11": transposed_output_size(n, k, 1, 1, *full),
            },
        ),
        (
            "R12, R13, R14: transposed, any stride; the last with output padding $a$.",
            {
                "R12": transposed_output_size(n, k, s),
                "R13": transposed_output_size(n, k, s, lo=p, hi=p),
                "R14": transposed_output_size(n, k, s, lo=p, hi=p, a=a),
            },
        ),
        ("R15: any dilation.", {"R15": output_size(n, k, s, d, p, p)}),
    ]
    theirs = {
        "R1": (n - k) + 1,
        "R2": (n - k) + 2 * p + 1,
        "R3": n,
        "R4": n + (k - 1),
        "R5": floor((n - k) / s) + 1,
        "R6": floor((n + 2 * p - k) / s) + 1,
        "R7": floor((n - k) / s) + 1,
        "R8": n + (k - 1),
        "R9": n + (k - 1) - 2 * p,
        "R10": n,
        "R11": n - (k - 1),
        "R12": s * (n - 1) + k,
        "R13": s * (n - 1) + k - 2 * p,
        "R14": s * (n - 1) + a + k - 2 * p,
        "R15": floor((n + 2 * p - k - (k - 1) * (d - 1)) / s) + 1,
    }
    steps = [
        (
            reason,
            r" \qquad ".join(rf"\mathrm{{{number}}} = {tex(theirs[number])}" for number in ours),
            Algebra(*((_flat(ours[number]), _flat(theirs[number])) for number in ours)),
        )
        for reason, ours in paper
    ]
    return Derivation(
        name="special_sizes",
        title="The relationships R1 to R15",
        statement="The fifteen numbered size formulas of the literature are special cases of three functions: "
        "`output_size`, `pooled_output_size` and `transposed_output_size`. Here $n$ is the input size (of the "
        "transposed convolution, from R8 to R14), $p$ the padding of either side.",
        steps=numbered(steps),
        result={number: ours[number] for _, ours in paper for number in ours},
        arguments=(n, k, s, d, p, a),
        function=None,
        references=(DUMOULIN_VISIN + ".",),
        see_also=("output_size", "transposed_size", "pooled_size"),
    )


def _flat(size: object) -> object:
    return size.replace(floor, lambda x: floor(x.expand().together()))  # type: ignore[attr-defined]
