"""A stack of layers has the output size of one layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Eq, floor

from refconv.arithmetic import Axis, Layer, output_size, receptive_field
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


@dataclass(frozen=True)
class _Mirrored:
    """A layer seen from the end of the input: there its padding is `hi`."""

    k: Any
    s: Any
    d: Any
    lo: Any


def derivation() -> Derivation:
    """Derive that two layers are one whose kernel is the receptive field and whose stride is the jump."""
    n, x, s, t = symbols("n x s t")
    names = [symbols(f"k{level} s{level} d{level} lo{level} hi{level}") for level in (1, 2)]
    inner = output_size(n, *names[0])
    outer = output_size(inner, *names[1])
    field = receptive_field(Layer(k, s, d, lo) for k, s, d, lo, _ in names)
    after = receptive_field(_Mirrored(k, s, d, hi) for k, s, d, _, hi in names).padding
    one = output_size(n, field.size, field.jump, 1, field.padding, after)
    strided = output_size(output_size(n, 1, s), 1, t)
    return Derivation(
        name="stack_as_one",
        title="A stack is sized like one layer",
        statement="Two layers, one after the other, have the output size of a *single* one: its kernel is as large as "
        "their receptive field, its stride is their jump, its padding their effective padding at either end. By "
        "repetition the same holds for any number of layers, and nothing is ever rounded twice.",
        given="what comes out of the first layer is the size that goes into the second.",
        steps=numbered(
            [
                step(
                    "Rounding down twice is rounding down once.",
                    rf"{tex(floor((floor(x / s)) / t))} = {tex(floor(x / (s * t)))}",
                    Proved(Eq(floor(floor(x / s) / t), floor(x / (s * t)))),
                ),
                step(
                    "For instance, a layer of stride $s$ and then one of stride $t$, each of one tap, keep as many "
                    "pixels as one of stride $s t$. Two strides of 2 are one of 4, at every size.",
                    rf"{tex(strided)} = {tex(output_size(n, 1, s * t))}",
                    Proved(Eq(strided, output_size(n, 1, s * t)), Eq(strided.subs({s: 2, t: 2}), output_size(n, 1, 4))),
                ),
                step(
                    "With kernels and padding: the effective padding after the input adds up as that before it does.",
                    rf"\mathrm{{size}} = {tex(field.size)} \qquad \mathrm{{jump}} = {tex(field.jump)} \qquad "
                    rf"\mathrm{{lo}} = {tex(field.padding)} \qquad \mathrm{{hi}} = {tex(after)}",
                    Algebra(
                        (_numerator(n, names), n + field.padding + after - field.size),
                        (field.padding, names[0][3] + names[0][1] * names[1][3]),
                        (after, names[0][4] + names[0][1] * names[1][4]),
                    ),
                ),
                step(
                    "Put into the size of one layer, it is the size of the two.",
                    rf"\mathrm{{out}}_2\left(\mathrm{{out}}_1(n)\right) = {tex(one)}",
                    Proved(Eq(outer, one)),
                ),
                step(
                    "For three layers, by numbers:",
                    r"\mathrm{out}_3\left(\mathrm{out}_2\left(\mathrm{out}_1(n)\right)\right) = \mathrm{out}(n)",
                    Counted(
                        _three,
                        "wherever every layer fits",
                        n=range(1, 31),
                        s=range(1, 4),
                        d=range(1, 3),
                        lo=range(2),
                        hi=range(2),
                        S=range(1, 4),
                        D=range(1, 3),
                        K=range(1, 4),
                    ),
                ),
            ]
        ),
        result={"out": one},
        arguments=(n, *(name for numbers in names for name in numbers)),
        function="refconv.arithmetic.output_size",
        see_also=("output_size", "receptive_field_stack", "halo"),
    )


def _numerator(n: Any, names: list[tuple[Any, ...]]) -> Any:
    """Return what is divided by both strides once the second layer's own terms are brought into the first's floor."""
    first, second = (Axis(n, *numbers) for numbers in names)
    return first.padded - first.span + first.s * (1 + second.lo + second.hi - second.span)


def _three(n: int, s: int, d: int, lo: int, hi: int, S: int, D: int, K: int) -> bool | None:
    stack = [(3, s, d, lo, hi), (K, S, D, hi, lo), (2, s, D, lo, lo)]
    size = n
    for numbers in stack:
        axis = Axis(size, *numbers)
        if axis.span > axis.padded:
            return None
        size = axis.out
    field = receptive_field(Layer(k, s, d, before) for k, s, d, before, _ in stack)
    after = receptive_field(Layer(k, s, d, behind) for k, s, d, _, behind in stack).padding
    return bool(size == output_size(n, field.size, field.jump, 1, field.padding, after))
