"""The matrix whose columns are windows."""

from __future__ import annotations

from refconv.arithmetic import Axis, Geometry, convolution_cost
from refconv.arithmetic.integers import product
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import fits, symbols, triples, windows
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the shape of im2col and that a convolution is a matrix product with it."""
    N, C, O, H, W, KH, KW, OH, OW = symbols("N C O H W KH KW OH OW")
    plan = Geometry(N, C, O, (Axis(H, KH), Axis(W, KW)))
    rows = C * product(plan.kernel_size)
    out_h, out_w = plan.output_size
    macs = convolution_cost(plan, bias=False).macs
    per_image = macs / N
    return Derivation(
        name="im2col",
        title="im2col: a convolution as a matrix product",
        statement="*im2col* copies every window of the input into a column of a matrix. What is the matrix's shape, "
        "and why is the convolution its product with the kernel?",
        given="one group; stride, dilation and padding enter only through the output size OH, OW.",
        steps=numbered(
            [
                step(
                    "One column for every window, one row for every weight that a filter has. Row $(c, m)$ of column "
                    "$i$ holds what tap $m$ of window $i$ reads in channel $c$, along every axis:",
                    r"\mathrm{columns}[(c, m), i] = x[c, i s + m d - \mathrm{lo}]",
                    Counted(
                        _columns,
                        "wherever the kernel fits",
                        n=range(1, 8),
                        k=range(1, 4),
                        s=range(1, 4),
                        d=range(1, 4),
                        lo=range(3),
                        hi=range(3),
                    ),
                ),
                step(
                    "So there are $C$ times the taps rows, and as many columns as outputs.",
                    rf"\mathrm{{rows}} = {tex(rows)} \qquad \mathrm{{columns}} = {tex(OH * OW)}",
                    Algebra((rows, plan.taps), (out_h * out_w, product(plan.y_shape) / (N * O))),
                ),
                step(
                    "Written as a matrix with one row per filter, the kernel times this matrix is the convolution: the "
                    "same products, summed over the same $(c, m)$.",
                    r"y[o, i] = \sum_{(c, m)} w[o, (c, m)] \cdot \mathrm{columns}[(c, m), i]",
                    Counted(
                        _product,
                        "wherever the kernel fits",
                        n=range(1, 7),
                        k=range(1, 4),
                        s=range(1, 3),
                        d=range(1, 3),
                        lo=range(2),
                        channels=(1, 2),
                    ),
                ),
                step(
                    "The product of an $O \\times \\mathrm{rows}$ with a $\\mathrm{rows} \\times \\mathrm{columns}$ "
                    "matrix costs what the convolution costs, per image.",
                    rf"\mathrm{{MACs}} = {tex(O * rows * OH * OW)}",
                    Algebra((O * rows * out_h * out_w, per_image)),
                ),
            ]
        ),
        result={"rows": rows, "columns": OH * OW},
        arguments=(C, KH, KW, OH, OW),
        references=(
            (
                "K. Chellapilla, S. Puri and P. Simard, *High performance convolutional neural networks for "
                "document processing*, 2006."
            ),
        ),
        see_also=("col2im", "output_size", "weight_gradient"),
    )


def _columns(n: int, k: int, s: int, d: int, lo: int, hi: int) -> bool | None:
    axis = Axis(n, k, s, d, lo, hi)
    if not fits(axis):
        return None
    x = [3 * q + 1 for q in range(n)]
    padded = [0] * lo + x + [0] * hi
    starts = range(0, len(padded) - (k - 1) * d, s)
    copied = [padded[start : start + (k - 1) * d + 1 : d] for start in starts]  # windows, cut out of the padded input
    formula = [[x[q] if 0 <= (q := axis.read(i, m)) < n else 0 for m in range(k)] for i in range(axis.out)]
    return copied == formula


def _product(n: int, k: int, s: int, d: int, lo: int, channels: int) -> bool | None:
    axis = Axis(n, k, s, d, lo)
    if not fits(axis):
        return None
    x = [[7 * c + 3 * q * q - 5 for q in range(n)] for c in range(channels)]
    w = [[[o - 2 * m + c for m in range(k)] for c in range(channels)] for o in range(2)]
    columns = [
        [x[c][q] if 0 <= (q := axis.read(i, m)) < n else 0 for i in range(axis.out)]
        for c in range(channels)
        for m in range(k)
    ]
    matrix = [[weight for channel in kernel for weight in channel] for kernel in w]
    ours = [
        [sum(a * column[i] for a, column in zip(row, columns, strict=True)) for i in range(axis.out)] for row in matrix
    ]
    definition = [[0] * windows(axis) for _ in range(2)]
    for i, m, q in triples(axis):
        for o, c in ((o, c) for o in range(2) for c in range(channels)):
            definition[o][i] += w[o][c][m] * x[c][q]
    return ours == definition
