"""Figures of what a layer costs, as it is, dense and separable; refconv's own functions write the formulas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from explorer.figures.figure import figure
from explorer.stack import Step
from explorer.told import named
from refconv.arithmetic.cost import Cost, convolution_cost, separable_plans, transposed_cost
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import Integer
from refconv.arithmetic.separable import separable_wins

__all__ = ["cost_figures"]

Figures = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Worked(Axis):
    """An axis whose output size has been worked out, and has a name of its own in the formulas that use it."""

    windows: Integer = 0

    @property
    def out(self) -> Integer:
        """The number of windows."""
        return self.windows


@lru_cache(maxsize=256)
def cost_figures(step: Step) -> Figures:
    """Return parameters and MACs of a layer, and of the dense and the separable layer that could stand in its place."""
    if step.layer.kind == "max_pool":
        return []
    return _transposed(step) if step.transposed else _windowed(step)


def _windowed(step: Step) -> Figures:
    channels = named(step.shape[0], "C")
    dense = _dense(step, channels)
    own, real = _own(step, dense), convolution_cost(_plain(step), positions="real")
    found = [*_pair(own, "", ""), *_pair(convolution_cost(dense), "dense_", "dense ")]
    found.append(
        figure(
            "macs_on_pixels",
            "MACs on real pixels",
            real.macs,
            formula="MACs of the kernel, less those whose tap reads padding",
            filled=f"{real.macs:,} of {convolution_cost(_plain(step)).macs:,}",
        )
    )
    multiplier = named(step.layer.m, "m") if step.layer.kind == "separable" else 1
    depthwise, pointwise = separable_plans(dense, multiplier)
    separable = convolution_cost(depthwise) + convolution_cost(pointwise)
    found += _pair(separable, "separable_", "separable ")
    macs = convolution_cost(dense).macs
    wins = separable_wins(_numbers(dense), int(multiplier), bias=True)
    found.append(
        figure(
            "separable_ratio",
            "separable over dense, MACs",
            int(separable.macs) / int(macs),
            shown=f"{int(separable.macs) / int(macs):.4g}",
            formula="separable MACs / dense MACs",
            filled=f"{int(separable.macs)}/{int(macs)} = {int(separable.macs) / int(macs):.4g}",
        )
    )
    compared = f"{int(separable.macs)} {'<' if wins else '>='} {int(macs)}"
    found.append(
        figure(
            "separable_wins",
            "fewer MACs when separable",
            bool(wins),
            formula="separable MACs < dense MACs",
            filled=compared,
        )
    )
    return found


def _dense(step: Step, channels: Integer) -> Geometry:
    """Return the dense layer with as many filters, its numbers named."""
    axis, filters = step.axis, step.result[0]
    name = "(C*m)" if step.layer.kind == "depthwise" else "O"
    many = channels * named(step.layer.m, "m") if step.layer.kind == "depthwise" else named(filters, name)
    axes = tuple(Worked(axis.n, named(axis.k, f"K{end}"), windows=named(axis.out, f"O{end}")) for end in ("H", "W"))
    return Geometry(1, channels, many, axes)


def _own(step: Step, dense: Geometry) -> Cost:
    """Return what the layer itself costs."""
    layer = step.layer
    if layer.kind == "conv":
        groups = named(layer.g, "G")
        return convolution_cost(Geometry(1, dense.channels, dense.filters, dense.axes, groups))
    depthwise, pointwise = separable_plans(dense, named(layer.m, "m"))
    if layer.kind == "depthwise":
        return convolution_cost(depthwise)
    return convolution_cost(depthwise) + convolution_cost(pointwise)


def _plain(step: Step) -> Geometry:
    plan = step.nodes[0].geometry
    assert plan is not None  # noqa: S101 - poolings are not asked
    return plan


def _numbers(dense: Geometry) -> Geometry:
    axes = tuple(Axis(int(axis.n), int(axis.k)) for axis in dense.axes)
    return Geometry(1, int(dense.channels), int(dense.filters), axes)


def _transposed(step: Step) -> Figures:
    """Return the same for a transposed convolution, whose plan is that of its adjoint."""
    axis, layer = step.axis, step.layer
    axes = tuple(
        Worked(named(axis.n, f"O{end}"), named(axis.k, f"K{end}"), windows=named(axis.out, end)) for end in ("H", "W")
    )
    filters, channels = named(layer.o, "O"), named(step.shape[0], "C")
    return _pair(transposed_cost(Geometry(1, filters, channels, axes)), "", "")


def _pair(cost: Cost, prefix: str, word: str) -> Figures:
    return [
        figure(f"{prefix}parameters", f"{word}parameters", cost.parameters),
        figure(f"{prefix}macs", f"{word}MACs", cost.macs),
    ]
