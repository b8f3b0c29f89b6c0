"""What the demo found: as plain values for a program, and as lines of text for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from refconv.arithmetic import Cost, Geometry, convolution_cost, separable_cost, separable_plans
from refconv.errors import ShapeError

if TYPE_CHECKING:
    from examples import demo_checks as checks
    from examples import demo_layer as layer
    from examples import demo_photo as photo
else:
    import demo_checks as checks
    import demo_layer as layer


def facts(size: tuple[int, ...], dilation: int) -> dict[str, Any]:
    """Return sizes, receptive fields and costs of this layer and of a tutorial's example."""
    plan, tutorial = layer.dense_plan(size, dilation), layer.dense_plan((10, 10), 2, 64)
    return {
        "layer": {
            "kernel": layer.KERNEL,
            "dilation": dilation,
            "padding": plan.axes[0].lo,
            "multiplier": layer.MULTIPLIER,
        },
        "sizes": {"photograph": _sizes(plan, layer.MULTIPLIER), "tutorial": _sizes(tutorial, 1)},
        "receptive_fields": [_field(rates) for rates in checks.stacks(dilation)],
        "costs": {"photograph": _costs(plan, layer.MULTIPLIER), "tutorial": _costs(tutorial, 1)},
    }


def _sizes(plan: Geometry, multiplier: int) -> dict[str, tuple[int, ...] | None]:
    """Return the shape after every step, and that of the output without padding (None: the kernel does not fit)."""
    first, second = separable_plans(plan, multiplier)
    try:
        bare = layer.dense_plan(plan.size, plan.axes[0].d, plan.filters, padding=0).y_shape
    except ShapeError:
        bare = None
    return {
        "input": plan.x_shape,
        "padded": plan.unpadded().x_shape,
        "depthwise": first.y_shape,
        "pointwise": second.y_shape,
        "without_padding": bare,
    }


def _field(rates: list[int]) -> dict[str, Any]:
    """Return the receptive field of a stack, and how many of its pixels are read at all."""
    size = checks.field_sizes(rates)
    return {"rates": rates, "size": size, "read": int(np.count_nonzero(checks.reads(rates))), "of": prod(size)}


def _costs(plan: Geometry, multiplier: int) -> dict[str, Any]:
    """Return what the dense convolution costs, and what its separable form does."""
    dense, separable = convolution_cost(plan), separable_cost(plan, multiplier)
    return {
        "channels": (plan.channels, plan.filters),
        "multiplier": multiplier,
        "taps": prod(plan.kernel_size),
        "dense": _cost(dense),
        "separable": _cost(separable),
        "mac_ratio": str(Fraction(separable.macs, dense.macs)),
    }


def _cost(cost: Cost) -> dict[str, int]:
    return {"parameters": cost.parameters, "macs": cost.macs, "flops": cost.flops}


def heading(shown: photo.Photo, found: dict[str, Any]) -> Iterator[str]:
    """Yield what goes in, then sizes, receptive fields and costs, as text."""
    sizes, tutorial = found["sizes"]["photograph"], found["sizes"]["tutorial"]
    kernel, dilation, padding, _ = found["layer"].values()
    yield "A depthwise-separable dilated convolution on a photograph, forward and backward"
    yield ""
    yield f"Photograph            {shown.name}, {shown.pixels.shape[1]} x {shown.pixels.shape[0]} pixels, integers"
    if shown.note:
        yield f"                      ({shown.note})"
    yield f"Depthwise step        kernel {kernel[0]} x {kernel[1]}, dilation {dilation}, padding {padding}"
    yield f"                      two for each channel: {', '.join(layer.KERNELS)}"
    yield f"Pointwise step        mixes them into {', '.join(layer.MIXTURES)}"
    yield ""
    yield f"{'Sizes (N, C, H, W)':<22}{'this photograph':>20}{'a tutorial':>20}"
    for step in sizes:
        yield f"  {step.replace('_', ' '):<20}{_shape(sizes[step]):>20}{_shape(tutorial[step]):>20}"
    promised, given = _shape(tutorial["pointwise"]), _shape(tutorial["without_padding"])
    yield f"  The tutorial promises {promised}, but its code sets no padding and gives {given}."
    yield ""
    yield f"{'Receptive field':<22}{'rates':>10}{'pixels':>14}{'of them read':>17}"
    for name, field in zip(("this layer", "three like it", "three, growing"), found["receptive_fields"], strict=True):
        rates, size = ", ".join(map(str, field["rates"])), " x ".join(map(str, field["size"]))
        yield f"  {name:<20}{rates:>10}{size:>14}{field['read']:>7} of {field['of']:>6,}"
    yield ""
    yield f"{'Cost, with biases':<22}{'parameters':>10}{'MACs':>14}{'FLOPs':>16}"
    for name, cost in zip(("this layer", "the tutorial's"), found["costs"].values(), strict=True):
        yield from _cost_lines(name, cost)


def verdict(check: checks.Check) -> Iterator[str]:
    """Yield one check's outcome as text."""
    yield f"  {'ok' if check.passed else 'FAILED':<8}{check.what:<46}{check.equal:>10,} of {check.values:>10,} equal"
    if check.difference:
        yield f"          {check.difference}"


def _shape(shape: Iterable[int] | None) -> str:
    return "does not fit" if shape is None else f"({', '.join(map(str, shape))})"


def _cost_lines(name: str, cost: dict[str, Any]) -> Iterator[str]:
    channels = " -> ".join(map(str, cost["channels"]))
    yield f"  {name}, {channels} channels"
    for kind in ("dense", "separable"):
        parameters, macs, flops = cost[kind].values()
        yield f"    {kind:<18}{parameters:>10,}{macs:>14,}{flops:>16,}"
    factor = f"{cost['multiplier']} x " if cost["multiplier"] > 1 else ""
    formula = f"{factor}(1/{cost['channels'][1]} + 1/{cost['taps']})"
    ratio = Fraction(cost["mac_ratio"])
    yield f"    ratio             {formula} = {ratio}, or {float(ratio):.1%}, of MACs and of weights"
