"""Dense against depthwise-separable: parameters, MACs and their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from matplotlib.axes import Axes

from refconv.arithmetic import Geometry, convolution_cost, separable_plans, separable_ratio
from refconv.arithmetic.cost import Cost
from refconv.arithmetic.per_axis import entries, flag, integer
from refconv.arithmetic.plan import convolution_axes
from refconv.errors import ArgumentError
from refconv.plots.curves import draw_curves
from refconv.plots.layer_bars import short
from refconv.plots.style import GREY, INK, LINE, ORANGE, SKY, Drawing, in_style

__all__ = ["draw_cost_ratio", "draw_costs", "layer_plan"]

_PARTS = (("dense", LINE, ""), ("depthwise", ORANGE, "////"), ("pointwise", SKY, ""))


def layer_plan(
    channels: int,
    filters: int,
    kernel_size: int | Sequence[int] = 3,
    size: int | Sequence[int] = 56,
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = "same",
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    batch: int = 1,
) -> Geometry:
    """Return the plan of one convolution, of two axes where `size` is one number.

    Examples
    --------
    >>> layer_plan(3, 8, 3, 10).y_shape
    (1, 8, 10, 10)
    """
    op, listed = "layer_plan", entries(size)
    sizes = [size, size] if listed is None else listed
    axes = convolution_axes(op, sizes, kernel_size, stride, padding, dilation)
    numbers = {"channels": channels, "filters": filters, "groups": groups}
    given, wanted, parts = (integer(op, name, number, 1) for name, number in numbers.items())
    if given % parts or wanted % parts:
        problem = f"{parts} groups do not divide {given} channels and {wanted} filters."
        raise ArgumentError(op, problem, fix="Take groups that divide both.")
    return Geometry(integer(op, "batch", batch, 1), given, wanted, axes, parts)


@in_style
def draw_costs(
    channels: int,
    filters: int,
    kernel_size: int | Sequence[int] = 3,
    size: int | Sequence[int] = 56,
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = "same",
    dilation: int | Sequence[int] = 1,
    multiplier: int = 1,
    bias: bool = False,
) -> Drawing:
    """Draw parameters and MACs of a dense convolution against those of its depthwise-separable form.

    Parameters
    ----------
    channels, filters : int
        Input and output channels.
    kernel_size, size, stride, padding, dilation
        As for `refconv.conv`; `size` is that of the input, two axes of it where it is one number.
    multiplier : int
        Channels that the depthwise step makes of each.
    bias : bool
        Whether all of them have biases.

    Returns
    -------
    Drawing
        `shown` has the `Cost` of "dense", "depthwise", "pointwise" and "separable", and `ratio` for "parameters" and
        "macs": Fractions.

    Examples
    --------
    >>> drawing = draw_costs(64, 128)
    >>> drawing.shown["dense"].macs, drawing.shown["separable"].macs, drawing.shown["ratio"]["macs"]
    (231211008, 27496448, Fraction(137, 1152))
    """
    plan = layer_plan(channels, filters, kernel_size, size, stride=stride, padding=padding, dilation=dilation)
    multiplier, bias = integer("draw_costs", "multiplier", multiplier, 1), flag("draw_costs", "bias", bias)
    depthwise, pointwise = (convolution_cost(part, bias) for part in separable_plans(plan, multiplier))
    costs = {"dense": convolution_cost(plan, bias), "depthwise": depthwise, "pointwise": pointwise}
    ratios = {
        measure: separable_ratio(plan, multiplier, measure=measure, bias=bias) for measure in ("parameters", "macs")
    }
    drawing = Drawing(7.2, 2.75)
    kernel = "x".join(map(str, plan.kernel_size))
    title = f"{kernel} convolution, {channels} -> {filters} channels, {'x'.join(map(str, plan.size))} pixels"
    drawing.text(0.02, 0.95, title, va="top", size=11, weight="bold")
    for number, (measure, heading) in enumerate((("parameters", "parameters"), ("macs", "MACs"))):
        axes = drawing.add_axes((0.13 + 0.44 * number, 0.2, 0.41, 0.52))
        _bars(axes, costs, measure, ratios[measure], named=number == 0)
        axes.set_title(heading, size=10, weight="normal")
    _key(drawing)
    drawing.shown = {**costs, "separable": depthwise + pointwise, "ratio": ratios}
    return drawing


@in_style
def draw_cost_ratio(
    filters: Sequence[int] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
    kernel_sizes: Sequence[int] = (2, 3, 5, 7),
    *,
    channels: int = 64,
    size: int = 56,
    measure: str = "macs",
) -> Drawing:
    """Draw the cost of the depthwise-separable form over that of the dense one, against the number of filters.

    Below 1 the separable form is cheaper; without biases the ratio is that of `refconv.arithmetic.separable_ratio` and
    does not depend on channels or size.

    Examples
    --------
    >>> draw_cost_ratio([1, 64], [3]).shown["3x3"][1].round(3)
    array([1.111, 0.127])
    """
    for name, several in (("filters", filters), ("kernel_sizes", kernel_sizes)):
        if not entries(several):
            problem = f"{name} is {several!r}, but several numbers are needed."
            raise ArgumentError("draw_cost_ratio", problem, fix="Give a list, such as [1, 8, 64].")
    series = {}
    for k in kernel_sizes:
        ratios = [separable_ratio(layer_plan(channels, o, k, size), measure=measure) for o in filters]
        series[f"{k}x{k}"] = (list(filters), [float(ratio) for ratio in ratios])
    return draw_curves(
        series,
        log="both",
        xlabel="filters O",
        ylabel="separable / dense",
        title={"macs": "MACs", "parameters": "Parameters"}.get(measure, measure) + " of the separable form",
        marks={"equal": 1.0},
    )


def _bars(axes: Axes, costs: dict[str, Cost], measure: str, ratio: Fraction, *, named: bool) -> None:
    numbers = {name: float(getattr(cost, measure)) for name, cost in costs.items()}
    separable = numbers["depthwise"] + numbers["pointwise"]
    most = max(numbers["dense"], separable)
    left = 0.0
    for name, colour, hatch in _PARTS:
        row, start = (0, 0) if name == "dense" else (1, left)
        axes.barh(row, numbers[name], 0.6, left=start, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.6)
        left += 0 if name == "dense" else numbers[name]
    axes.text(numbers["dense"] + 0.02 * most, 0, short(numbers["dense"]), va="center", size=10)
    words = f"{short(separable)}: {float(ratio):.1%}"
    axes.text(separable + 0.02 * most, 1, words, va="center", size=10)
    axes.set(xlim=(0, most * max(1.5, 1.06 + 0.034 * len(words))), ylim=(1.5, -0.5), xticks=[])
    axes.set_yticks([0, 1], ["dense", "separable"] if named else ["", ""], size=10)
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)


def _key(drawing: Drawing) -> None:
    from matplotlib.patches import Patch

    patches = [Patch(facecolor=colour, hatch=hatch, edgecolor=GREY, label=name) for name, colour, hatch in _PARTS[1:]]
    drawing.legend(handles=patches, loc="lower left", bbox_to_anchor=(0.12, 0.0), ncols=2)
