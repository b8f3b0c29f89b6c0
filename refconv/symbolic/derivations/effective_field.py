"""How the influence of the pixels is spread over the receptive field."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product

import sympy

from refconv.arithmetic import Layer, effective_field, influence, receptive_field
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive mean and variance of the number of paths from a pixel to an output."""
    k, s, d, lo, m = symbols("k s d lo m")
    names = [symbols(f"k{level} s{level} d{level} lo{level}") for level in (1, 2)]
    effective, last_stride = effective_field(Layer(*numbers) for numbers in names), names[1][1]
    one = effective_field([Layer(k, s, d, lo)])
    mean = sympy.summation(m, (m, 0, k - 1)) / k
    square = sympy.summation(m**2, (m, 0, k - 1)) / k
    taps = effective_field([Layer(k)]).variance
    return Derivation(
        name="effective_field",
        title="The effective receptive field",
        statement="The receptive field says which pixels an output can depend on; how *much* does it depend on each? "
        "With equal weights as much as there are paths between the two, a tap in every layer. Most paths end near the "
        "centre, so the effective field is far smaller than the theoretical one.",
        given="an input without end, equal weights. Written out for two layers; `effective_field` takes any number. In "
        "whole numbers: twice the mean and twelve times the variance.",
        steps=numbered(
            [
                step(
                    "A path takes one tap in each layer, and ends at the sum of their distances, each in input pixels: "
                    "times the strides below.",
                    r"q = \sum_{l} \left(d_l m_l - \mathrm{lo}_l\right) \prod_{i \lt l} s_i",
                    Counted(_paths, "", **_RANGES),
                ),
                step(
                    "If all paths count alike, every tap of a layer is as likely as the others. Its mean and variance:",
                    rf"\frac{{1}}{{k}} \sum_{{m \lt k}} m = {tex((k - 1) / 2)} \qquad "
                    rf"\frac{{1}}{{k}} \sum_{{m \lt k}} m^2 - \left({tex((k - 1) / 2)}\right)^2 = {tex(taps)}",
                    Algebra((mean, (k - 1) / 2), (square - mean**2, taps)),
                ),
                step(
                    "A dilation stretches distances by $d$, so the variance by $d^2$; padding only moves the mean.",
                    rf"\mathrm{{mean}} = {tex(one.mean)} \qquad \mathrm{{variance}} = {tex(one.variance)}",
                    Algebra((one.mean, d * mean - lo), (one.variance, d**2 * (square - mean**2))),
                ),
                step(
                    "The choices in different layers are independent: means and variances add up, those of the second "
                    "layer measured in strides of the first.",
                    rf"\mathrm{{variance}} = {tex(effective.variance)}",
                    Counted(_moments, "", **_RANGES),
                ),
                step(
                    "With many layers the sum tends to a Gaussian. $L$ equal layers at stride 1 reach $L (k - 1) + 1$ "
                    "pixels, but the deviation grows only with the root of $L$:",
                    rf"\mathrm{{deviation}} = \sqrt{{L}} \cdot \sqrt{{{tex(taps)}}}",
                    Counted(_equal_layers, k=range(1, 6), L=range(1, 9)),
                ),
            ]
        ),
        result={
            "twice_mean": _times(2, effective.mean),
            "twelve_variances": _times(12, effective.variance),
        },
        arguments=(*names[0], *(each for each in names[1] if each != last_stride)),  # which moves nothing yet
        function="refconv.arithmetic.effective_field",
        references=(
            (
                "W. Luo et al., *Understanding the effective receptive field in deep convolutional neural networks*, "
                "arXiv:1701.04128, without stride and dilation."
            ),
        ),
        see_also=("receptive_field_stack", "gridding"),
    )


def _times(factor: int, expression: sympy.Expr) -> sympy.Expr:
    return sympy.Add(*(factor * term for term in sympy.Add.make_args(expression)))


_RANGES = {
    "k": range(1, 5),
    "s": range(1, 4),
    "d": range(1, 4),
    "K": range(1, 5),
    "D": range(1, 4),
    "lo": range(3),
}


def _paths(k: int, s: int, d: int, K: int, D: int, lo: int) -> bool:
    layers = [Layer(k, s, d, lo), Layer(K, 1, D, lo)]
    ends = Counter(p for q in layers[1].comb(0).positions for p in layers[0].comb(q).positions)
    sums = Counter(d * m - lo + s * (D * t - lo) for m, t in product(range(k), range(K)))
    return ends == sums == Counter(influence(layers))


def _moments(k: int, s: int, d: int, K: int, D: int, lo: int) -> bool:
    layers = [Layer(k, s, d, lo), Layer(K, 1, D, lo)]
    paths = influence(layers)
    total = sum(paths.values())
    mean = Fraction(sum(q * count for q, count in paths.items()), total)
    variance = sum(count * (q - mean) ** 2 for q, count in paths.items()) / total
    closed = effective_field(layers)
    return (mean, variance) == (closed.mean, closed.variance)


def _equal_layers(k: int, L: int) -> bool:
    layers, single = [Layer(k)] * L, effective_field([Layer(k)])
    reach = receptive_field(layers).size - 1 == L * (receptive_field([Layer(k)]).size - 1)
    return bool(reach and effective_field(layers).variance == L * single.variance)
