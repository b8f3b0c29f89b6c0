"""What the demo checks, exactly: the same integers by other roads, and the figures by counting."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import refconv
from refconv.algorithms import direct
from refconv.arithmetic import Layer, convolution_cost, receptive_field, separable_cost, separable_plans

if TYPE_CHECKING:
    from examples import demo_layer as layer
else:  # run as a script, this file's folder is on the path
    import demo_layer as layer


class Check(NamedTuple):
    """How many of the values that were compared are equal, and where the first other one is."""

    what: str
    values: int
    equal: int
    difference: str = ""

    @property
    def passed(self) -> bool:
        """Whether something was compared and all of it is equal."""
        return 0 < self.values == self.equal


def compare(what: str, found: dict[str, Any], expected: dict[str, Any]) -> Check:
    """Return the comparison of arrays under the same names, shapes included."""
    values = equal = 0
    difference = ""
    for name, wanted in expected.items():
        got, wanted = np.asarray(found[name]), np.asarray(wanted)  # noqa: PLW2901 - the same values as arrays
        values += wanted.size
        if got.shape != wanted.shape:
            difference = difference or f"{name} has the shape {got.shape}, not {wanted.shape}"
            continue
        same = np.asarray(got == wanted, bool)
        equal += int(same.sum())
        if not same.all():
            at = tuple(map(int, np.argwhere(~same)[0]))
            difference = difference or f"the first in {name}{list(at) or ''}: {got[at]}, not {wanted[at]}"
    return Check(what, values, equal, difference)


def reads(rates: list[int]) -> layer.Integers:
    """Return how often each pixel of its field enters one output of a stack: one output, sent all the way back."""
    seen: layer.Integers = np.ones((1, 1, 1, 1), np.int64)
    for rate in reversed(rates):
        seen = refconv.conv_transpose2d(seen, np.ones((1, 1, *layer.KERNEL), np.int64), dilation=rate)
    field: layer.Integers = seen[0, 0]
    return field


def stacks(dilation: int) -> list[list[int]]:
    """Return the rates of the stacks whose receptive fields are shown: this layer, and two of three layers."""
    return [[dilation], [dilation] * 3, [1, 2, 4]]


def field_sizes(rates: list[int]) -> tuple[int, ...]:
    """Return the receptive field of a stack of such layers along H and W, in pixels."""
    return tuple(receptive_field([Layer(k, d=rate) for rate in rates]).size for k in layer.KERNEL)


def check_all(x: layer.Integers, result: layer.Result, part: layer.Integers, dilation: int) -> Iterator[Check]:
    """Yield the checks: `part` of the photograph by loops, all of it (x) by other roads, the figures by counting."""
    here = layer.backward(layer.forward(part, dilation), part, dilation)
    looped = layer.by_loops(part, here.y, dilation)
    yield compare(
        f"{part.shape[3]} x {part.shape[2]} pixels: loops of the definition", here._asdict(), looped._asdict()
    )
    dense = layer.by_dense_kernel(x, result.y, dilation)
    yield compare("all pixels: one dense kernel, chain rule", result._asdict(), dense._asdict())
    squares = int((result.y * result.y).sum())
    found = {gradient: _euler(x, result, gradient) for gradient in ("dx", "dw_depthwise", "dw_pointwise")}
    yield compare("all pixels: <dy, y> from each gradient", found, dict.fromkeys(found, squares))
    yield _figures(part, dilation)


def _euler(x: layer.Integers, result: layer.Result, gradient: str) -> int:
    """Return <dy, y> from one gradient and those of the biases after it: y is linear in what these are for."""
    w = layer.W
    pairs = {
        "dx": [(result.dx, x), (result.db_depthwise, w.b_depthwise)],
        "dw_depthwise": [(result.dw_depthwise, w.depthwise), (result.db_depthwise, w.b_depthwise)],
        "dw_pointwise": [(result.dw_pointwise, w.pointwise)],
    }[gradient]
    return sum(int((a * b).sum()) for a, b in [*pairs, (result.db_pointwise, w.b_pointwise)])


def _figures(part: layer.Integers, dilation: int) -> Check:
    """Return the check of arithmetic's own figures: loop steps, arrays' shapes and the textbook ratio against them."""
    plan = layer.dense_plan(part.shape[2:], dilation)
    separable, weights = (separable_cost(plan, layer.MULTIPLIER, bias=bias) for bias in (True, False))
    ratio = layer.MULTIPLIER * (Fraction(1, plan.filters) + Fraction(1, prod(plan.kernel_size)))
    found: dict[str, Any] = {
        "MACs": separable.macs,
        "ratio of MACs": Fraction(separable.macs, convolution_cost(plan).macs),
        "ratio of weights": Fraction(weights.parameters, convolution_cost(plan, bias=False).parameters),
    }
    steps = separable_plans(plan, layer.MULTIPLIER)
    counted: dict[str, Any] = {
        "MACs": sum(1 for step in steps for _ in direct.terms(step)),
        "ratio of MACs": ratio,
        "ratio of weights": ratio,
    }
    for rates in stacks(dilation):
        found[f"field {rates}"], counted[f"field {rates}"] = field_sizes(rates), reads(rates).shape
    return compare("MACs, ratio and receptive fields: counted", found, counted)
