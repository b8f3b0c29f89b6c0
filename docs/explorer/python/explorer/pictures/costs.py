"""Parameters and MACs, layer by layer, beside those of the dense and of the separable form."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from explorer.stack import Stack, Step
from refconv.arithmetic.cost import Cost, convolution_cost, separable_cost, transposed_cost
from refconv.arithmetic.geometry import Geometry

__all__ = ["Costs", "costs_of", "picture", "total_of"]


class Costs(NamedTuple):
    """Of a layer as it is, dense, and depthwise-separable; None where there is no such form."""

    own: Cost
    dense: Cost | None = None
    separable: Cost | None = None


NOTHING = Cost(0, 0)


@lru_cache(maxsize=4096)
def costs_of(step: Step) -> Costs:
    """Return what a layer costs, and what it would cost without groups, and as a depthwise and a pointwise step.

    Pooling costs no MAC, and a transposed convolution is dense and has no other form here.
    """
    plans = [node.geometry for node in step.nodes if node.geometry is not None]
    if not plans:
        return Costs(NOTHING)
    if step.transposed:
        return Costs(transposed_cost(plans[0]))
    own = NOTHING
    for plan in plans:
        own = own + convolution_cost(plan)
    dense = Geometry(1, step.shape[0], step.result[0], plans[0].axes)
    multiplier = step.layer.m if step.layer.kind == "separable" else 1
    return Costs(own, convolution_cost(dense), separable_cost(dense, multiplier))


def total_of(stack: Stack) -> tuple[Cost, Cost, Cost]:
    """Return the sums over all layers; those without another form count as they are."""
    own, dense, separable = NOTHING, NOTHING, NOTHING
    for step in stack.steps:
        mine, one, other = costs_of(step)
        own, dense, separable = own + mine, dense + (one or mine), separable + (other or mine)
    return own, dense, separable


def picture(stack: Stack, at: int) -> dict[str, Any]:
    """Return the costs of each layer and of all of them."""
    own, dense, separable = total_of(stack)
    return {
        "title": f"{own.macs:,} MACs and {own.parameters:,} parameters in "
        + ("1 layer." if len(stack.steps) == 1 else f"{len(stack.steps)} layers, layer by layer."),
        "cut": None,
        "at": at,
        "layers": [_said(step) for step in stack.steps],
        "total": {**_numbers(own), "dense": _numbers(dense), "separable": _numbers(separable)},
    }


def _said(step: Step) -> dict[str, Any]:
    own, dense, separable = costs_of(step)
    return {
        "label": step.label,
        **_numbers(own),
        "dense": dense and _numbers(dense),
        "separable": separable and _numbers(separable),
    }


def _numbers(cost: Cost) -> dict[str, int]:
    return {"parameters": cost.parameters, "macs": cost.macs}
