"""What a caller said, turned into a plan and arrays in canonical order, or into an error. Nothing is validated twice.

Canonical order is N, C (or O, C/G) and then the spatial axes. What leaves this file can neither fail on shapes nor
needs to look at them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from numpy.typing import ArrayLike

from refconv.arithmetic.fit import check_addressable
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import choice, entries, integer, letters
from refconv.arithmetic.plan import convolution_axes, pooling_axes, transposed_axes
from refconv.errors import ShapeError
from refconv.ops.calls import Call, Windows
from refconv.ops.checks import (
    check_bias,
    check_channels,
    check_depthwise,
    check_pointwise,
    check_rank,
    check_shape,
    check_sizes,
    check_transposed_channels,
)
from refconv.ops.dtypes import common_type
from refconv.ops.elements import Array, check_numeric
from refconv.ops.layouts import Layout, parse
from refconv.ops.remembered import remembered

__all__ = [
    "Call",
    "Options",
    "Padding",
    "PerAxis",
    "Windows",
    "convolution",
    "depthwise",
    "folding",
    "pointwise",
    "pooling",
    "transposed",
    "unfolding",
    "upstream",
]

PerAxis: TypeAlias = int | Sequence[int]
"""One int for all spatial axes, or one for each."""

Padding: TypeAlias = int | str | Sequence[int | str | tuple[int, int]]
"""One int, word or ``(lo, hi)`` pair for all spatial axes, or one for each."""


class Options(NamedTuple):
    """The arguments that all convolutions share, as the caller gave them."""

    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: int = 1
    padding_mode: str = "zeros"
    layout: str = "NC*"
    kernel_layout: str = "OI*"
    output_padding: PerAxis = 0


@remembered(arrays=slice(2, 5))
def convolution(
    op: str,
    rank: int | None,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    options: Options,
    names: tuple[str, str, str] = ("w", "b", "x"),
) -> Call:
    """Return the checked call of a convolution; `rank` None takes x's, `names` are what the caller calls w and b."""
    axis_names, x_layout, x_array = _spatial(op, rank, x, options.layout)
    w_layout = parse(op, "kernel_layout", options.kernel_layout, "OI" + axis_names)
    w_array = _kernel(op, names[0], w, w_layout)
    groups = integer(op, "groups", options.groups, 1)
    mode = choice(op, "padding_mode", options.padding_mode, PADDING_MODES)
    check_channels(op, x_array.shape[1], w_array.shape[:2], groups, names)
    axes = convolution_axes(
        op, x_array.shape[2:], w_array.shape[2:], options.stride, options.padding, options.dilation, mode
    )
    plan = Geometry(x_array.shape[0], x_array.shape[1], w_array.shape[0], axes, groups, mode)
    call = Call(op, plan, x_array, w_array, _bias(op, names[1], b, plan.filters), x_layout, w_layout)
    return _possible(call, names[1])


@remembered(arrays=slice(2, 5))
def transposed(op: str, rank: int | None, x: ArrayLike, w: ArrayLike, b: ArrayLike | None, options: Options) -> Call:
    """Return the checked call of a transposed convolution: x is the plan's y, w reads from x's channels."""
    axis_names, x_layout, x_array = _spatial(op, rank, x, options.layout)
    # the letters are the caller's: I the channels of x, O those of the result; the plan sees them the other way
    w_layout = parse(op, "kernel_layout", options.kernel_layout, "IO" + axis_names)
    w_array = _kernel(op, "w", w, w_layout)
    groups = integer(op, "groups", options.groups, 1)
    check_transposed_channels(op, x_array.shape[1], w_array.shape[:2], groups)
    axes = transposed_axes(
        op,
        x_array.shape[2:],
        w_array.shape[2:],
        options.stride,
        options.padding,
        options.dilation,
        options.output_padding,
    )
    plan = Geometry(x_array.shape[0], w_array.shape[1] * groups, x_array.shape[1], axes, groups)
    return _possible(Call(op, plan, x_array, w_array, _bias(op, "b", b, plan.channels), x_layout, w_layout))


@remembered(arrays=slice(2, 5))
def depthwise(
    op: str,
    rank: int | None,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    options: Options,
    names: tuple[str, str, str] = ("w", "b", "x"),
) -> Call:
    """Return the checked call of a depthwise convolution: a grouped one, each channel its own group.

    Its w keeps the caller's axes (C, M, ...) in `w_layout`, while the plan and `w` have (C*M, 1, ...).
    """
    axis_names, x_layout, x_array = _spatial(op, rank, x, options.layout)
    w_layout = parse(op, "kernel_layout", options.kernel_layout, "CM" + axis_names)
    w_array = _kernel(op, names[0], w, w_layout)
    mode = choice(op, "padding_mode", options.padding_mode, PADDING_MODES)
    (batch, channels), (rows, multiplier) = x_array.shape[:2], w_array.shape[:2]
    check_depthwise(op, names[0], channels, rows)
    axes = convolution_axes(
        op, x_array.shape[2:], w_array.shape[2:], options.stride, options.padding, options.dilation, mode
    )
    plan = Geometry(batch, channels, channels * multiplier, axes, channels, mode)
    kernel = w_array.reshape(plan.w_shape)
    call = Call(op, plan, x_array, kernel, _bias(op, names[1], b, plan.filters), x_layout, w_layout)
    return _possible(call, names[1])


def pointwise(
    op: str,
    rank: int | None,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    options: Options,
    names: tuple[str, str, str] = ("w", "b", "x"),
) -> Call:
    """Return the checked call of a convolution whose kernel has one tap."""
    call = convolution(op, rank, x, w, b, options, names)
    check_pointwise(op, names[0], call.plan.kernel_size)
    return call


def _possible(call: Call, b_name: str = "b") -> Call:
    """Refuse sizes that no memory holds and types that do not go together, before anybody asks for them."""
    check_addressable(call.op, call.plan)
    common_type(call.op, call.x, call.w, call.b, b_name)
    return call


def upstream(op: str, dy: ArrayLike, layout: Layout, shape: tuple[int, ...], forward: str) -> Array:
    """Return dy in canonical order, once it has exactly the shape of the result it is the gradient of."""
    array = check_numeric(op, "dy", dy)
    check_shape(op, "dy", array.shape, layout.shape(shape), f"the result of {forward} with the same arguments")
    return layout.enter(array)


@remembered(arrays=slice(1, 2))
def unfolding(
    op: str, x: ArrayLike, kernel_size: PerAxis, how: tuple[PerAxis, Padding, PerAxis, str], layout: str
) -> Windows:
    """Return the checked call of im2col; `how` is stride, padding, dilation, padding_mode."""
    _, x_layout, x_array = _spatial(op, None, x, layout)
    plan = _window_plan(op, x_array.shape, kernel_size, how)
    check_addressable(op, plan)
    return Windows(op, plan, x_array, x_layout)


def folding(
    op: str,
    columns: ArrayLike,
    input_size: PerAxis,
    kernel_size: PerAxis,
    how: tuple[PerAxis, Padding, PerAxis, str],
    layout: str,
) -> Windows:
    """Return the checked call of col2im, whose x is the matrix of columns."""
    matrix = check_numeric(op, "columns", columns)
    check_rank(op, "columns", matrix.shape, "(N, C * taps, outputs)", 3)
    sizes = entries(input_size) or (input_size,)
    x_layout = parse(op, "layout", layout, "NC" + letters(len(sizes), op))
    one_channel = _window_plan(op, (matrix.shape[0], 1, *sizes), kernel_size, how)
    taps, outputs = one_channel.taps, product(one_channel.output_size)
    channels = matrix.shape[1] // taps
    expected = (matrix.shape[0], max(channels, 1) * taps, outputs)
    check_shape(op, "columns", matrix.shape, expected, f"im2col's result for {taps} taps and {outputs} windows")
    plan = Geometry(
        matrix.shape[0], channels, channels, one_channel.axes, channels, padding_mode=one_channel.padding_mode
    )
    check_addressable(op, plan)
    return Windows(op, plan, matrix, x_layout)


@remembered(arrays=slice(2, 3))
def pooling(
    op: str,
    rank: int | None,
    x: ArrayLike,
    kernel_size: PerAxis,
    how: tuple[PerAxis | None, Padding, PerAxis, bool],
    layout: str,
) -> Windows:
    """Return the checked call of a pooling; `how` is stride (None: the kernel size), padding, dilation, ceil_mode."""
    _, x_layout, x_array = _spatial(op, rank, x, layout)
    stride, padding, dilation, ceil_mode = how
    asked, axes = pooling_axes(
        op, x_array.shape[2:], kernel_size, kernel_size if stride is None else stride, padding, dilation, ceil_mode
    )
    batch, channels = x_array.shape[:2]
    plan = Geometry(batch, channels, channels, axes, channels)
    check_addressable(op, plan)
    return Windows(op, plan, x_array, x_layout, asked)


def _window_plan(
    op: str, shape: tuple[int, ...], kernel_size: PerAxis, how: tuple[PerAxis, Padding, PerAxis, str]
) -> Geometry:
    stride, padding, dilation, padding_mode = how
    mode = choice(op, "padding_mode", padding_mode, PADDING_MODES)
    axes = convolution_axes(op, shape[2:], kernel_size, stride, padding, dilation, mode)
    return Geometry(shape[0], shape[1], shape[1], axes, shape[1], mode)


def _spatial(op: str, rank: int | None, x: ArrayLike, layout: str) -> tuple[str, Layout, Array]:
    """Return the names of the spatial axes, the layout, and x in canonical order."""
    array = check_numeric(op, "x", x)
    if rank is None:
        rank = array.ndim - 2
        if rank < 1:
            raise ShapeError(
                op,
                f"x must have at least 3 axes (N, C, W), but its shape is {array.shape}.",
                fix="Add the axes that are missing, such as x[np.newaxis, np.newaxis].",
            )
    names = letters(rank, op)
    parsed = parse(op, "layout", layout, "NC" + names)
    check_rank(op, "x", array.shape, parsed.shown, 2 + rank)
    check_sizes(op, "x", array.shape, parsed.letters, allowed_empty="N")
    return names, parsed, parsed.enter(array)


def _kernel(op: str, name: str, w: ArrayLike, layout: Layout) -> Array:
    array = check_numeric(op, name, w)
    check_rank(op, name, array.shape, layout.shown, len(layout.letters))
    check_sizes(op, name, array.shape, layout.letters)
    return layout.enter(array)


def _bias(op: str, name: str, b: ArrayLike | None, count: int) -> Array | None:
    if b is None:
        return None
    array = check_numeric(op, name, b)
    check_bias(op, name, array.shape, count)
    return array
