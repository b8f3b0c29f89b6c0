"""Which road the engine takes for a call, and why: the choice of `refconv.ops.roads`, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import terms_per_pixel
from refconv.arithmetic.per_axis import choice, entries, integer
from refconv.errors import ArgumentError
from refconv.ops import arguments
from refconv.ops.arguments import Call, Options
from refconv.ops.dtypes import Arithmetic, arithmetic_for
from refconv.ops.roads import Choice, backward_road, forward_road, weights_road

__all__ = ["Explanation", "Road", "explain"]

_CHECKS: dict[str, Callable[..., Call]] = {
    "conv": arguments.convolution,
    "conv_transpose": arguments.transposed,
    "depthwise_conv": arguments.depthwise,
    "pointwise_conv": arguments.pointwise,
}
_SHARED = {"stride", "padding", "dilation", "layout", "kernel_layout"}
_OPTIONS = {
    "conv": {*_SHARED, "groups", "padding_mode"},
    "conv_transpose": {*_SHARED, "groups", "output_padding"},
    "depthwise_conv": {*_SHARED, "padding_mode"},
    "pointwise_conv": {"stride", "groups", "layout", "kernel_layout"},
}
OPERATIONS = tuple(f"{stem}{rank}" for stem in _CHECKS for rank in ("", "1d", "2d", "3d"))


@dataclass(frozen=True, slots=True)
class Road:
    """How one result is computed: the road, how it cuts the work, and what it is expected to cost.

    `milliseconds` are predicted, for the machine of docs/performance.md; `others` are the other roads' costs.
    """

    result: str
    road: str
    reason: str
    tiles: dict[str, int]
    milliseconds: float
    others: dict[str, float]
    phases: tuple[Road, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The roads of an operation's results: y, dx and dw. Printed, it is a text; `as_dict` is for a program."""

    op: str
    roads: tuple[Road, ...]

    def __getitem__(self, result: str) -> Road:
        """Return the road of "y", "dx" or "dw", or raise KeyError."""
        return {road.result: road for road in self.roads}[result]

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain numbers, strings, lists and dicts."""
        return asdict(self)

    def __str__(self) -> str:
        """Return a few lines for each result."""
        return "\n".join([self.op, *(line for road in self.roads for line in _lines(road))])


def explain(operation: str | Callable[..., Any], x: Any, w: Any, *, dtype: Any = None, **options: Any) -> Explanation:
    """Return which roads the engine takes for a convolution and its gradients, why, and in what pieces.

    Parameters
    ----------
    operation : str or function
        Such as ``"conv2d"`` or `refconv.depthwise_conv2d`: a convolution, of any rank.
    x, w : array_like, or sequence of int
        What the operation would be given, or only the shapes.
    dtype : numpy type, optional
        The type of what is given as a shape; default float64.
    options
        As the operation takes them: stride, padding, dilation, groups, layouts.

    Returns
    -------
    Explanation
        A `Road` each for y, dx and dw. Weights are taken to be finite (an infinite one leaves dx one road), and a dy of
        integers to be small (wide ones have no floating-point type).

    Raises
    ------
    ArgumentError
        For an operation that is no convolution; and all that the operation raises.

    See Also
    --------
    engine : to force a road, or the number of threads.

    Examples
    --------
    >>> import refconv
    >>> plan = refconv.explain("depthwise_conv2d", (4, 128, 56, 56), (128, 1, 3, 3), padding=1)
    >>> [(road.result, road.road) for road in plan.roads]
    [('y', 'shifted'), ('dx', 'shifted'), ('dw', 'shifted')]
    >>> plan["y"].milliseconds < plan["y"].others["columns"]
    True
    """
    named = operation if isinstance(operation, str) else getattr(operation, "__name__", operation)
    op = choice("explain", "operation", named, OPERATIONS)
    stem, rank = (op[:-2], int(op[-2])) if op[-1] == "d" and op[-2].isdigit() else (op, None)
    unknown = sorted(set(options) - _OPTIONS[stem])
    if unknown:
        known = ", ".join(sorted(_OPTIONS[stem]))
        raise ArgumentError("explain", f"{op} has no option {unknown[0]!r}.", fix=f"It has {known}; leave out a bias.")
    layouts = {"depthwise_conv": "CM*", "conv_transpose": "IO*"}
    settings = Options(**{"kernel_layout": layouts.get(stem, "OI*"), **options})
    call = _CHECKS[stem](op, rank, _given("x", x, dtype), _given("w", w, dtype), None, settings)
    plan, transposed = call.plan, stem == "conv_transpose"
    zero = np.zeros((), np.result_type(call.x, call.w))  # stands for dy: of the same type, and of no size
    pixels = np.broadcast_to(zero, plan.x_shape) if transposed else call.x
    windows = call.x if transposed else np.broadcast_to(zero, plan.y_shape)
    forward = arithmetic_for(op, plan.taps, pixels, call.w)
    adjoint = arithmetic_for(op, plan.group_filters * terms_per_pixel(plan), windows, call.w)
    weights = arithmetic_for(op, plan.batch * product(plan.output_size), windows, pixels)
    engine_plan = plan if plan.padding_mode == "zeros" else plan.unpadded()
    by_windows = _road("dx" if transposed else "y", forward_road(engine_plan, forward), engine_plan, forward)
    by_pixels = _road(
        "y" if transposed else "dx",
        backward_road(engine_plan, adjoint, finite=call.w.dtype != object),
        engine_plan,
        adjoint,
    )
    first, second = (by_pixels, by_windows) if transposed else (by_windows, by_pixels)
    return Explanation(op, (first, second, _road("dw", weights_road(engine_plan, weights), engine_plan, weights)))


def _given(name: str, value: Any, dtype: Any) -> ArrayLike:
    """Return an array, or for a shape one that has it and takes no memory."""
    sizes = entries(value) if isinstance(value, list | tuple) else None
    if not sizes or any(entries(size) is not None for size in sizes):
        given: ArrayLike = value
        return given
    shape = tuple(integer("explain", name, size, 0) for size in sizes)
    try:
        return np.broadcast_to(np.zeros((), np.float64 if dtype is None else dtype), shape)
    except (TypeError, ValueError) as error:
        raise ArgumentError(
            "explain", f"{name} has no array: {error}", fix="Give a shape that fits and a number type."
        ) from error


def _road(result: str, chosen: Choice, plan: Geometry, arithmetic: Arithmetic) -> Road:
    others = {road: cost / 1e6 for road, cost in reversed(chosen.others) if road != chosen.road}
    return Road(
        result,
        chosen.road,
        _reason(chosen, plan, arithmetic),
        {} if chosen.sizes is None else dict(chosen.sizes._asdict()),
        chosen.cost / 1e6,
        others,
        tuple(_road(f"{result}, phase {n}", p.choice, p.plan, arithmetic) for n, p in enumerate(chosen.phases)),
    )


def _reason(chosen: Choice, plan: Geometry, arithmetic: Arithmetic) -> str:
    filters = f"{plan.group_filters} filter{'s' * (plan.group_filters != 1)} to a group of {plan.group_channels}"
    if arithmetic.plain is None:
        return "the numbers have no floating-point type of their own, and only matrix products are made for such"
    if chosen.road != "scattered" and chosen.sizes is None and not chosen.phases:
        return "no window reads it, and nothing is to be computed"
    if not chosen.others:
        return "no other road leads there"
    if any(cost < chosen.cost for _, cost in chosen.others):
        return "it was asked for"
    return f"it is expected to be the fastest: {filters}, {product(plan.kernel_size)} taps"


def _lines(road: Road, indent: str = "  ") -> list[str]:
    cost = f"{road.milliseconds:.3g} ms predicted"
    others = ", ".join(f"{name} {cost:.3g}" for name, cost in sorted(road.others.items()))
    tiles = ", ".join(f"{name} {value}" for name, value in road.tiles.items())
    lines = [f"{indent}{road.result}: {road.road}, {cost}" + (f" ({others})" if others else "")]
    lines.append(f"{indent}  {road.reason}")
    if tiles:
        lines.append(f"{indent}  tiles: {tiles}")
    return lines + [line for phase in road.phases for line in _lines(phase, indent + "  ")]
