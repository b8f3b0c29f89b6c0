"""The receptive field where branches join."""

from __future__ import annotations

from typing import Any

from refconv.arithmetic import Axis, Field, Layer, join
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the field of a sum or concatenation of two branches."""
    k1, d1, lo1, k2, d2, lo2, s, i = symbols("k1 d1 lo1 k2 d2 lo2 s i")
    branches = [Field().through(Layer(k1, s, d1, lo1)), Field().through(Layer(k2, s, d2, lo2))]
    both, _ = join(branches)
    regions: Any = [branch.region(i) for branch in branches]
    (first1, last1), (first2, last2) = regions
    axes = [Axis(symbols("n")[0], k1, s, d1, lo1), Axis(symbols("n")[0], k2, s, d2, lo2)]
    s1, s2 = symbols("s1 s2")
    return Derivation(
        name="receptive_field_graph",
        title="The receptive field of a graph",
        statement="A network need not be a stack: branches split and join again, in a sum or a concatenation. "
        "Through a layer the field grows as in [a stack](receptive_field_stack.md); here is what happens at a join, "
        "for two branches of one layer each.",
        given="an input without end; the size of the field then does not depend on where one looks.",
        steps=numbered(
            [
                step(
                    "Output $i$ of either branch depends on a range of pixels.",
                    rf"\left[{tex(first1)},\ {tex(last1)}\right] \qquad \left[{tex(first2)},\ {tex(last2)}\right]",
                    Algebra(
                        *((first, axis.read(i, 0)) for (first, _), axis in zip(regions, axes, strict=True)),
                        *((last, axis.read(i, axis.k - 1)) for (_, last), axis in zip(regions, axes, strict=True)),
                    ),
                ),
                step(
                    "The join depends on all that either depends on: from the smaller first pixel to the larger last.",
                    rf"\mathrm{{padding}} = {tex(both.padding)} \qquad \mathrm{{size}} = {tex(both.size)}",
                    Counted(
                        _followed_back,
                        k1=range(1, 4),
                        d1=range(1, 4),
                        lo1=range(3),
                        k2=range(1, 4),
                        d2=range(1, 4),
                        lo2=range(3),
                        s=range(1, 3),
                        i=range(3),
                    ),
                ),
                step(
                    "This takes equal jumps. If they differ, the branches drift apart from output to output, and the "
                    "field has no size: it is *undefined*, and refconv says so instead of taking a maximum.",
                    rf"\mathrm{{first}}_1(i) - \mathrm{{first}}_2(i) = "
                    rf"{tex((s1 - s2) * i)} - \left({tex(lo1 - lo2)}\right)",
                    Counted(
                        _drifting,
                        k1=range(1, 4),
                        s1=range(1, 5),
                        lo1=range(2),
                        k2=range(1, 4),
                        s2=range(1, 5),
                        lo2=range(2),
                        i=range(4),
                    ),
                ),
                step(
                    "If the centres differ, the branches look at different places: the join is *misaligned*. At "
                    "$s = 1$, padding half of the span less 1 in every branch prevents it.",
                    rf"\mathrm{{offset}}_1 - \mathrm{{offset}}_2 = {tex(branches[0].offset - branches[1].offset)}",
                    Counted(
                        _aligned,
                        k1=range(1, 6),
                        d1=range(1, 4),
                        lo1=range(4),
                        k2=range(1, 6),
                        d2=range(1, 4),
                        lo2=range(4),
                    ),
                ),
            ]
        ),
        result={"size": both.size, "jump": both.jump, "padding": both.padding},
        arguments=(k1, d1, lo1, k2, d2, lo2, s),
        function="refconv.arithmetic.join",
        references=("`refconv.arithmetic.graph_fields` does this for any graph, up-sampling included.",),
        see_also=("receptive_field_stack", "gridding"),
    )


def _followed_back(k1: int, d1: int, lo1: int, k2: int, d2: int, lo2: int, s: int, i: int) -> bool:
    layers = Layer(k1, s, d1, lo1), Layer(k2, s, d2, lo2)
    field, _ = join(Field().through(layer) for layer in layers)
    read = {position for layer in layers for position in layer.comb(i).positions}
    return (min(read), max(read)) == field.region(i)


def _drifting(k1: int, s1: int, lo1: int, k2: int, s2: int, lo2: int, i: int) -> bool:
    layers = Layer(k1, s1, lo=lo1), Layer(k2, s2, lo=lo2)
    first, other = (min(layer.comb(i).positions) for layer in layers)
    said = join(Field().through(layer) for layer in layers)[0].defined == (s1 == s2)
    return said and first - other == (s1 - s2) * i - (lo1 - lo2)


def _aligned(k1: int, d1: int, lo1: int, k2: int, d2: int, lo2: int) -> bool:
    layers = Layer(k1, 1, d1, lo1), Layer(k2, 1, d2, lo2)
    _, alignment = join(Field().through(layer) for layer in layers)
    doubled = [min(reads) + max(reads) for reads in (layer.comb(0).positions for layer in layers)]
    return alignment.centres_equal == (doubled[0] == doubled[1])
