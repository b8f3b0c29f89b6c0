"""The receptive field of a stack of layers."""

from __future__ import annotations

from itertools import permutations

import sympy

from refconv.arithmetic import Layer, ReceptiveField, receptive_field
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the recurrence and its solution, for three layers written out."""
    k, s, d, lo, i, size, jump, padding = symbols("k s d lo i size jump padding")
    below, layer = ReceptiveField(size, jump, padding), Layer(k, s, d, lo)
    comb, above = layer.comb(i), below.through(layer)
    first, last = below.region(comb.start)[0], below.region(comb.start + (k - 1) * d)[1]
    names = [symbols(f"k{level} s{level} d{level} lo{level}") for level in (1, 2, 3)]
    stack = receptive_field(Layer(*numbers) for numbers in names)
    sums = _sums([Layer(*numbers) for numbers in names])
    return Derivation(
        name="receptive_field_stack",
        title="The receptive field of a stack of layers",
        statement="Layer upon layer: which input pixels can output $i$ of the last one depend on? Written out for "
        "three layers, the first next to the input; `receptive_field` takes any number.",
        steps=numbered(
            [
                step(
                    "Say the fields below are known: *size*, *jump* and *padding*. One more layer reads some of their "
                    "outputs, so its field reaches from the first pixel of the first to the last pixel of the last.",
                    rf"{tex(first)} \quad\ldots\quad {tex(last)}",
                    Algebra((first, above.region(i)[0]), (last, above.region(i)[1])),
                ),
                step(
                    "So the size grows by the distance between the outer taps, measured in input pixels.",
                    rf"\mathrm{{size}}' = {tex(above.size)}",
                    Algebra((last - first + 1, above.size)),
                ),
                step(
                    "Neighbours move apart by the stride; padding counts in units of the jump below.",
                    rf"\mathrm{{jump}}' = {tex(above.jump)} \qquad \mathrm{{padding}}' = {tex(above.padding)}",
                    Algebra(
                        (above.region(i + 1)[0] - above.region(i)[0], above.jump), (-above.region(0)[0], above.padding)
                    ),
                ),
                step(
                    "From a single pixel (size 1, jump 1, padding 0) on, three times over, every layer adds its outer "
                    "taps' distance times the strides of all layers below it.",
                    rf"\mathrm{{size}} = 1 + \sum_{{l}} d_l \left(k_l - 1\right) \prod_{{i \lt l}} s_i = "
                    rf"{tex(stack.size)}",
                    Algebra((stack.size, sums[0]), (stack.jump, sums[1]), (stack.padding, sums[2])),
                ),
                step(
                    "Followed back tap by tap, every output's outermost pixels are just these.",
                    rf"\mathrm{{jump}} = {tex(stack.jump)} \qquad \mathrm{{padding}} = {tex(stack.padding)}",
                    Counted(
                        _followed_back,
                        k=range(1, 4),
                        s=range(1, 3),
                        d=range(1, 4),
                        lo=range(2),
                        K=range(1, 4),
                        S=range(1, 3),
                        D=range(1, 4),
                        i=range(3),
                    ),
                ),
                step(
                    "At stride 1 the order of the layers makes no difference. With strides it can: three taps at "
                    f"stride 2 and then five see {_in_turn(False)} pixels, the other way round {_in_turn(True)}.",
                    r"s_1 = s_2 = s_3 = 1: \qquad \mathrm{size} = 1 + \sum_{l} d_l \left(k_l - 1\right)",
                    Algebra(*_in_any_order(names), (_in_turn(False), 3 + (5 - 1) * 2), (_in_turn(True), 5 + (3 - 1))),
                ),
            ]
        ),
        result={"size": stack.size, "jump": stack.jump, "padding": stack.padding},
        arguments=tuple(name for numbers in names for name in numbers),
        function="refconv.arithmetic.receptive_field",
        references=(
            (
                "A. Araujo, W. Norris and J. Sim, *Computing receptive fields of convolutional neural networks*, "
                "Distill 2019 (there without dilation)."
            ),
        ),
        see_also=("receptive_field", "stack_as_one", "gridding", "halo"),
    )


def _sums(layers: list[Layer]) -> tuple[sympy.Expr, sympy.Expr, sympy.Expr]:
    size, jump, padding = sympy.Integer(1), sympy.Integer(1), sympy.Integer(0)
    for level, layer in enumerate(layers):
        jump = sympy.prod(below.s for below in layers[:level])
        size += (receptive_field([Layer(layer.k, d=layer.d)]).size - 1) * jump
        padding += layer.lo * jump
    return size, sympy.prod(layer.s for layer in layers), padding


def _in_any_order(names: list[tuple[sympy.Symbol, ...]]) -> list[tuple[sympy.Expr, sympy.Expr]]:
    layers = [Layer(k, d=d) for k, _, d, _ in names]
    return [(receptive_field(order).size, receptive_field(layers).size) for order in permutations(layers)]


def _in_turn(turned: bool) -> int:
    layers = [Layer(3, s=2), Layer(5)]
    return int(receptive_field(reversed(layers) if turned else layers).size)


def _followed_back(k: int, s: int, d: int, lo: int, K: int, S: int, D: int, i: int) -> bool:
    below, above = Layer(k, s, d, lo), Layer(K, S, D, lo)
    read = {q for p in above.comb(i).positions for q in below.comb(p).positions}
    return (min(read), max(read)) == receptive_field([below, above]).region(i)
