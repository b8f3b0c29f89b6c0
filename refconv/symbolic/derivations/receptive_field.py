"""The receptive field of one layer."""

from __future__ import annotations

from refconv.arithmetic import Layer, receptive_field
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import AXIS, symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive size, jump and offset of the field of one layer."""
    k, s, d, lo, i = symbols("k s d lo i")
    field = receptive_field([Layer(k, s, d, lo)])
    first, last = field.region(i)
    return Derivation(
        name="receptive_field",
        title="The receptive field of one layer",
        statement="Which input pixels can output $i$ of one layer depend on, how wide is that, and how does it move "
        "from one output to the next? Positions below 0 or beyond the input are padding.",
        steps=numbered(
            [
                step(
                    "Output $i$ reads from the position of its first tap to that of its last.",
                    rf"{tex(first)} \quad\ldots\quad {tex(last)}",
                    Algebra((AXIS.read(i, 0), first), (AXIS.read(i, k - 1), last)),
                ),
                step(
                    "Counting both ends, this is the span. Stride and padding do not enter.",
                    rf"\mathrm{{size}} = {tex(field.size)}",
                    Algebra((last - first + 1, field.size)),
                ),
                step(
                    "The next output's field lies a stride further on; the first one begins before the input by the "
                    "padding.",
                    rf"\mathrm{{jump}} = {tex(field.jump)} \qquad \mathrm{{padding}} = {tex(field.padding)}",
                    Algebra(
                        (field.region(i + 1)[0] - first, field.jump),
                        (-field.region(0)[0], field.padding),
                    ),
                ),
                step(
                    "The centre of the first field is the offset. It is 0 if the padding is half of the span "
                    "less 1. For an even span it lies between two pixels.",
                    rf"\mathrm{{offset}} = {tex(field.offset)}",
                    Algebra((2 * field.offset, field.region(0)[0] + field.region(0)[1])),
                ),
                step(
                    "Only $k$ of these pixels are read; with dilation the ones between are skipped. See "
                    "[gridding](gridding.md).",
                    r"\left| \lbrace i s + m d - \mathrm{lo} : m \lt k \rbrace \right| = k",
                    Counted(
                        lambda k, s, d, lo, i: (
                            len({Layer(k, s, d, lo).comb(i).positions[m] for m in range(k)}) == k
                            and Layer(k, s, d, lo).comb(i).positions[-1]
                            == receptive_field([Layer(k, s, d, lo)]).region(i)[1]
                        ),
                        k=range(1, 6),
                        s=range(1, 4),
                        d=range(1, 5),
                        lo=range(3),
                        i=range(4),
                    ),
                ),
            ]
        ),
        result={"size": field.size, "jump": field.jump, "padding": field.padding},
        arguments=(k, s, d, lo),
        function="refconv.arithmetic.receptive_field",
        see_also=("receptive_field_stack", "receptive_field_graph", "inflated_kernel"),
    )
