"""The cost of a depthwise-separable convolution."""

from __future__ import annotations

from itertools import product

from refconv.arithmetic import Axis, Geometry, convolution_cost, separable_cost, separable_plans, transposed_output_size
from refconv.arithmetic.integers import product as times
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols, windows
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation", "plan_of"]


def plan_of(N: object, C: object, O: object, taps: tuple[object, ...], sizes: tuple[object, ...]) -> Geometry:
    """Return the dense plan with these kernel and output sizes."""
    axes = tuple(Axis(transposed_output_size(out, k), k) for out, k in zip(sizes, taps, strict=True))
    return Geometry(N, C, O, axes)


def derivation() -> Derivation:
    """Derive parameters and MACs of depthwise, then pointwise."""
    N, C, O, KH, KW, OH, OW, M = symbols("N C O KH KW OH OW M")
    dense = plan_of(N, C, O, (KH, KW), (OH, OW))
    depthwise, pointwise = separable_plans(dense, M)
    first, second = (convolution_cost(plan, bias=False) for plan in (depthwise, pointwise))
    whole = separable_cost(dense, M, bias=False)
    return Derivation(
        name="separable_cost",
        title="The cost of a depthwise-separable convolution",
        statement="*Depthwise*: every input channel gets $M$ filters of its own, which see no other channel. "
        "*Pointwise*: a kernel of one tap mixes the channels. How many parameters and multiply-accumulates (MACs) "
        "is that?",
        given="no biases; every window counts all its taps, also those on padding. Stride, dilation and padding enter "
        "only through the output size OH, OW.",
        steps=numbered(
            [
                step(
                    "The depthwise kernel has one plane of taps for every channel and multiplier: $C$ groups.",
                    rf"\mathrm{{parameters}} = {tex(first.parameters)}",
                    Algebra((first.parameters, times(depthwise.w_shape)), (depthwise.group_channels, 1)),
                ),
                step(
                    "Each of its outputs takes one MAC per tap.",
                    rf"\mathrm{{MACs}} = {tex(first.macs)}",
                    Algebra((first.macs, times(depthwise.y_shape) * KH * KW)),
                ),
                step(
                    "The pointwise kernel is a matrix from $C M$ channels to $O$, applied at every position.",
                    rf"\mathrm{{parameters}} = {tex(second.parameters)} \qquad \mathrm{{MACs}} = {tex(second.macs)}",
                    Algebra((second.parameters, O * C * M), (second.macs, N * OH * OW * second.parameters)),
                ),
                step(
                    "Added up:",
                    rf"\mathrm{{parameters}} = {tex(whole.parameters.factor())} \qquad \mathrm{{MACs}} = "
                    rf"{tex(whole.macs.factor())}",
                    Algebra(
                        (first.parameters + second.parameters, whole.parameters), (first.macs + second.macs, whole.macs)
                    ),
                ),
                step(
                    "Counted one by one, from the list of (output, weight) pairs that meet:",
                    r"\mathrm{MACs} = \left| \text{pairs} \right|",
                    Counted(_pairs, C=range(1, 5), O=range(1, 5), k=range(1, 5), n=range(4, 8), M=range(1, 3)),
                ),
            ]
        ),
        result={"parameters": whole.parameters.factor(), "macs": whole.macs.factor()},
        arguments=(N, C, O, KH, KW, OH, OW, M),
        function="refconv.arithmetic.separable_cost",
        references=("A. Howard et al., *MobileNets*, arXiv:1704.04861; F. Chollet, *Xception*, arXiv:1610.02357.",),
        see_also=("separable_ratio",),
    )


def _pairs(C: int, O: int, k: int, n: int, M: int) -> bool:
    dense = Geometry(1, C, O, (Axis(n, k),))
    places = windows(dense.axes[0])
    depthwise = {(c, multiplier, i, m) for c, multiplier, i, m in product(range(C), range(M), range(places), range(k))}
    pointwise = {(o, c, i) for o, c, i in product(range(O), range(C * M), range(places))}
    weights = {(c, multiplier, m) for c, multiplier, _, m in depthwise} | {(o, c) for o, c, _ in pointwise}
    cost = separable_cost(dense, M, bias=False)
    return bool(cost.macs == len(depthwise) + len(pointwise) and cost.parameters == len(weights))
