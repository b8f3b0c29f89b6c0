"""The gradient for the bias is a sum."""

from __future__ import annotations

from refconv.arithmetic import Axis, Geometry, convolution_cost
from refconv.arithmetic.integers import product
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import fits, symbols
from refconv.symbolic.derivations.gradients import SEE_ALSO, of_weights
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive db as the sum of dy over the batch and all positions."""
    N, C, O, H, W, KH, KW, OH, OW = symbols("N C O H W KH KW OH OW")
    plan = Geometry(N, C, O, (Axis(H, KH), Axis(W, KW)))
    terms = N * OH * OW
    whole = convolution_cost(plan).additions / O
    return Derivation(
        name="bias_gradient",
        title="The gradient for the bias",
        statement="A bias is added to every output of its filter, in all samples and at all positions: its gradient is "
        "the sum of $dy$ over all of them.",
        steps=numbered(
            [
                step(
                    "The bias is a weight whose tap always reads 1: a channel of ones, a kernel of one tap. So its "
                    "gradient is that of a weight, with $x = 1$.",
                    r"db = \sum_{i} dy[i] \cdot 1",
                    Counted(
                        _of_ones, "wherever the kernel fits", n=range(1, 9), k=range(1, 5), s=range(1, 4), lo=range(3)
                    ),
                ),
                step(
                    "For each filter as many terms are added as there are outputs of it; the forward pass added the "
                    "bias to as many.",
                    rf"{tex(terms)} = \mathrm{{additions}} / O",
                    Algebra((whole, N * product(plan.output_size))),
                ),
            ]
        ),
        result={"terms": terms},
        arguments=(N, OH, OW),
        references=(SEE_ALSO,),
        see_also=("input_gradient", "weight_gradient"),
    )


def _of_ones(n: int, k: int, s: int, lo: int) -> bool | None:
    axis = Axis(n, k, s, lo=lo)
    if not fits(axis):
        return None
    dy = [3 * i * i - 4 * i + 2 for i in range(axis.out)]
    ones = Axis(axis.out, 1)
    return of_weights(dy, [1] * axis.out, ones) == [sum(dy)]
