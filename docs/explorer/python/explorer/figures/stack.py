"""Figures of the whole stack: its field, what one output reads of it, and what it costs."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from explorer.figures.figure import figure
from explorer.links import reached
from explorer.pictures.costs import costs_of, total_of
from explorer.stack import Stack, Step, field_through
from explorer.told import named
from refconv.arithmetic.coverage import first_hole, hdc_distance, hdc_passes, holes
from refconv.arithmetic.effective import effective_field
from refconv.arithmetic.integers import product
from refconv.arithmetic.receptive_field import Layer, ReceptiveField, receptive_field
from refconv.errors import RefconvError

__all__ = ["stack_figures"]

Figures = list[dict[str, Any]]

MOST = 100_000
"""Samples of a field whose holes are counted."""


def stack_figures(stack: Stack, levels: list[list[int]]) -> Figures:
    """Return the figures of a stack; `levels` are the paths to the chosen output, the input's first."""
    last = stack.steps[-1]
    up = any(step.transposed for step in stack.steps)
    found = [
        figure(
            "shape",
            "output",
            product(last.result),
            "C x H x W",
            about="stack",
            shown=" x ".join(map(str, last.result)),
        )
    ]
    found += _field_through(stack) if up else _field(stack)
    found += _read(levels[0])
    if not up:
        found += _gridding(stack.steps)
        found.append(_spread(stack))
    return [*found, *_costs(stack)]


def _field(stack: Stack) -> Figures:
    """Return the receptive field: the function that grows it tells its formula, layer by layer."""
    size, jump, before = ReceptiveField(), ReceptiveField(), ReceptiveField()
    for number, step in enumerate(stack.steps, start=1):
        axis = step.axis
        layer = Layer(*(named(getattr(axis, letter), f"{letter}{number}") for letter in ("k", "s", "d", "lo")))
        known = named(int(jump.jump), f"j{number}")
        size, before = (replace(each, jump=known).through(layer) for each in (size, before))
        jump = jump.through(layer)
    field = ReceptiveField(int(size.size), int(jump.jump), int(before.padding))
    first, last = field.region(0)
    offset = Fraction(field.offset)
    return [
        figure("receptive_field", "receptive field", size.size, "samples", about="stack"),
        figure("jump", "jump", jump.jump, "samples", about="stack"),
        figure("field_padding", "the first field begins before the input by", before.padding, "samples", about="stack"),
        figure(
            "offset",
            "offset: centre of the first field",
            offset,
            "samples",
            about="stack",
            formula="middle of its first and last sample",
            filled=f"({first} + {last})/2 = {offset}" if last >= 0 else f"({first} - {-last})/2 = {offset}",
        ),
    ]


def _field_through(stack: Stack) -> Figures:
    """Return the receptive field where something is up-sampled: outputs then differ, and the largest counts."""
    try:
        field = field_through(stack)
    except RefconvError as error:  # strides so unlike that too many outputs differ
        said = figure("receptive_field", "receptive field", None, "samples", about="stack", shown="not followed")
        return [{**said, "formula": str(error)}]
    sizes = ", ".join(map(str, field.sizes[:8])) + (", ..." if field.period > 8 else "")
    found = [
        figure("receptive_field", "receptive field", field.size, "samples", about="stack"),
        figure("jump", "jump, on average", Fraction(field.jump), "samples", about="stack", shown=str(field.jump)),
    ]
    found[0] |= {"formula": "the largest of the fields of neighbouring outputs", "filled": f"max({sizes})"}
    if field.offset is not None:
        offset = Fraction(field.offset)
        found.append(figure("offset", "offset: centre of the first field", offset, "samples", about="stack"))
    return found


def _read(counts: list[int]) -> Figures:
    """Return how many pixels of this input the chosen output reads, and how many it misses in between."""
    read = reached(counts)
    span = read[-1] - read[0] + 1 if read else 0
    missed = span * span - len(read) * len(read)
    return [
        figure(
            "pixels_read",
            "pixels that the output reads",
            len(read) * len(read),
            about="stack",
            formula="samples read along H * samples read along W",
            filled=f"{len(read)}*{len(read)} = {len(read) * len(read)}",
        ),
        figure(
            "holes",
            "pixels missed in between",
            missed,
            about="stack",
            formula="pixels from the first to the last that is read - pixels read",
            filled=f"{span}*{span} - {len(read)}*{len(read)} = {missed}",
        ),
    ]


def _gridding(steps: tuple[Step, ...]) -> Figures:
    """Return whether the stack reads all of its field, and what the criterion of hybrid rates says of it."""
    axes = [step.axis for step in steps]
    hole = first_hole(axes)
    verdict = "no sample is missed"
    if hole is not None:
        missed = f"{len(holes(axes))} missed, " if receptive_field(axes).size <= MOST else ""
        verdict = f"{missed}the first is sample {hole}"
    found = [
        figure(
            "gridding",
            "gridding",
            hole is not None,
            about="stack",
            shown="none" if hole is None else "yes",
            formula="some sample of the field of one output is never read, far from borders",
            filled=verdict,
        )
    ]
    kernels, strides = {axis.k for axis in axes}, {axis.s for axis in axes}
    if len(axes) > 1 and len(kernels) == 1 and strides == {1}:
        rates, k = [axis.d for axis in axes], axes[0].k
        distance, passes = hdc_distance(rates), hdc_passes(rates, k)
        found.append(
            figure(
                "hdc",
                "hybrid dilated convolution",
                passes,
                about="stack",
                shown=f"M2 = {distance}: {'passes' if passes else 'fails'}",
                formula="M2 <= k, a rule of thumb that errs both ways",
                filled=f"{distance} {'<=' if passes else '>'} {k}",
                source="arXiv:1702.08502",
            )
        )
    return found


def _spread(stack: Stack) -> dict[str, Any]:
    """Return how wide the influence on an output is, as a standard deviation."""
    spread = effective_field([step.axis for step in stack.steps])
    shown = f"{spread.deviation:.3g}"
    return figure(
        "deviation",
        "effective field, standard deviation",
        spread.deviation,
        "samples",
        about="stack",
        shown=shown,
        formula="sqrt of the variance of the sum of all layers' taps, each as likely as the other",
        filled=f"sqrt({spread.variance}) = {shown}",
        source="arXiv:1701.04128",
    )


def _costs(stack: Stack) -> Figures:
    each = [costs_of(step) for step in stack.steps]
    own, dense, separable = total_of(stack)
    return [
        _sum("total_parameters", "parameters, all layers", own.parameters, [cost.own.parameters for cost in each]),
        _sum("total_macs", "MACs, all layers", own.macs, [cost.own.macs for cost in each]),
        _sum(
            "total_dense_macs", "MACs, all layers dense", dense.macs, [(cost.dense or cost.own).macs for cost in each]
        ),
        _sum(
            "total_separable_macs",
            "MACs, all layers separable",
            separable.macs,
            [(cost.separable or cost.own).macs for cost in each],
        ),
    ]


def _sum(id: str, label: str, total: int, parts: list[int]) -> dict[str, Any]:  # noqa: A002 - the word of the page
    filled = f"{' + '.join(map(str, parts))} = {total}"
    return figure(id, label, total, about="stack", formula="sum over the layers", filled=filled)
