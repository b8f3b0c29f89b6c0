"""Choose a road by name; everything else as in `refconv.conv` and its gradients."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.algorithms import direct, fft, im2col, inflated, shifted, space_to_batch, winograd
from refconv.algorithms.refusals import (
    TRANSFORMS,
    check_elements,
    check_finite,
    check_result,
    check_room,
    checked_tile,
)
from refconv.algorithms.together import with_bias
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.per_axis import choice, flag
from refconv.ops import arguments
from refconv.ops.arguments import Options, Padding, PerAxis
from refconv.ops.bilinear import Gradients, real_like
from refconv.ops.dtypes import arithmetic_for
from refconv.ops.elements import Array, conjugate
from refconv.ops.integers import fit
from refconv.ops.layouts import Layout
from refconv.ops.ranks import Ranked, per_rank

__all__ = [
    "ALGORITHMS",
    "conv",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv3d",
    "conv3d_backward",
    "conv_backward",
]

ALGORITHMS: dict[str, ModuleType] = {
    "direct": direct,
    "inflated": inflated,
    "im2col": im2col,
    "shifted": shifted,
    "space_to_batch": space_to_batch,
    "fft": fft,
    "winograd": winograd,
}
"""Each module has ``forward(x, w, b, plan)`` and ``gradients(dy, x, w, plan)``, in canonical order."""


def _conv(
    ranked: Ranked,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "OI*",
    algorithm: str = "direct",
    tile: PerAxis | None = None,
) -> Array:
    """Convolve by a road of your choice; otherwise `refconv.{op}`.

    Parameters
    ----------
    x : array_like, shape (N, C, {axes})
        Input.
    w : array_like, shape (O, C/G, {kernel})
        Filters.
    b, stride, padding, dilation, groups, padding_mode, layout, kernel_layout
        As for `refconv.{op}`.
    algorithm : str
        "direct" (the definition, loops), "inflated" (the kernel filled with zeros), "im2col", "shifted" (a sum over
        taps), "space_to_batch" (dilation as phases), "fft" or "winograd".
    tile : int or one per axis, optional
        For "winograd": outputs of one tile; by default 4 where there are up to 3 taps, else 2.

    Returns
    -------
    ndarray, shape (N, O, {out})
        Of `refconv.{op}`'s type, and equal to its result: exactly for integers, else up to rounding.

    Raises
    ------
    ArgumentError
        For an unknown algorithm; for infinities and NaN where they would reach outputs that do not read them
        ("inflated", "space_to_batch", "fft", "winograd"); for tiles that are too long; for numbers so large that a
        transform overflows. And all that `refconv.{op}` raises.
    DTypeError
        For "fft" of what is neither an integer, a float nor complex, and of objects with ints among floats.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.arange(5 ** {rank}).reshape(1, 1, {sizes}), np.ones((1, 1, {threes}), int)
    >>> (refconv.algorithms.{op}(x, w, algorithm="inflated", dilation=2) == refconv.{op}(x, w, dilation=2)).all()
    np.True_
    """
    road = ALGORITHMS[choice(ranked.op, "algorithm", algorithm, ALGORITHMS)]
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    call = arguments.convolution(ranked.op, ranked.rank, x, w, b, options)
    how = _checked(call.op, algorithm, tile, call.plan, {"x": call.x, "w": call.w})
    arithmetic = arithmetic_for(call.op, call.plan.taps, call.x, call.w, call.b)
    dtype = np.dtype(object) if arithmetic.result == np.int64 else arithmetic.accumulator
    offset = None if call.b is None else call.b.astype(dtype)
    transformed = algorithm in TRANSFORMS
    with np.errstate(all="ignore"):
        y = road.forward(call.x.astype(dtype), call.w.astype(dtype), None if transformed else offset, call.plan, **how)
        if transformed:  # what is not finite in a bias never went through the transform: it is no overflow
            check_result(call.op, algorithm, y)
            y = with_bias(y, offset)
    return _leave(call.op, y, arithmetic.result, call.x_layout)


def _conv_backward(
    ranked: Ranked,
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    layout: str = "NC*",
    kernel_layout: str = "OI*",
    bias: bool = True,
    algorithm: str = "direct",
    tile: PerAxis | None = None,
) -> Gradients:
    """Return the gradients for x, w and b by a road of your choice; otherwise `refconv.{op}`.

    Parameters
    ----------
    dy : array_like, shape (N, O, {out})
        Gradient for the result of `refconv.{forward}`.
    x, w, stride, padding, dilation, groups, padding_mode, layout, kernel_layout, bias
        As for `refconv.{op}`.
    algorithm : str
        "direct" (the definition, loops), "inflated" (the kernel filled with zeros), "im2col", "shifted" (a sum over
        taps), "space_to_batch" (dilation as phases), "fft" or "winograd".
    tile : int or one per axis, optional
        For "winograd": outputs of one tile; by default 4 where there are up to 3 taps, else 2.

    Returns
    -------
    Gradients
        ``(dx, dw, db)``, equal to `refconv.{op}`'s: exactly for integers, else up to rounding.

    Raises
    ------
    ArgumentError
        For an unknown algorithm; for infinities and NaN where they would reach outputs that do not read them
        ("inflated", "space_to_batch", "fft", "winograd"); for tiles that are too long; for numbers so large that a
        transform overflows. And all that `refconv.{op}` raises.
    DTypeError
        For "fft" of what is neither an integer, a float nor complex, and of objects with ints among floats.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> x, w = np.ones((1, 1, {sizes}), int), np.ones((1, 1, {threes}), int)
    >>> refconv.algorithms.{op}(refconv.{forward}(x, w), x, w, algorithm="im2col").db == [9 ** {rank}]
    array([ True])
    """
    road = ALGORITHMS[choice(ranked.op, "algorithm", algorithm, ALGORITHMS)]
    options = Options(stride, padding, dilation, groups, padding_mode, layout, kernel_layout)
    call = arguments.convolution(ranked.op, ranked.rank, x, w, None, options)
    upstream = arguments.upstream(call.op, dy, call.x_layout, call.plan.y_shape, ranked.forward)
    biased = flag(call.op, "bias", bias)
    how = _checked(call.op, algorithm, tile, call.plan, {"dy": upstream, "x": call.x, "w": call.w})
    kinds = [arithmetic_for(call.op, 1, upstream, operand) for operand in (call.w, call.x, upstream)]
    # one exact gradient among them asks for Python's numbers throughout
    exact = any(kind.result == np.int64 for kind in kinds)
    dtype = np.dtype(object) if exact else np.result_type(*(kind.accumulator for kind in kinds))
    with np.errstate(all="ignore"):
        dx, dw, db = road.gradients(
            upstream.astype(dtype), conjugate(call.x).astype(dtype), conjugate(call.w).astype(dtype), call.plan, **how
        )
    check_result(call.op, algorithm, dx, dw)
    return Gradients(
        dx=real_like(_leave(call.op, dx, kinds[0].result, call.x_layout), call.x),
        dw=real_like(_leave(call.op, dw, kinds[1].result, call.w_layout), call.w),
        db=_leave(call.op, db, kinds[2].result, Layout("O", "O")) if biased else None,
    )


def _checked(op: str, algorithm: str, tile: Any, plan: Geometry, operands: Mapping[str, Array]) -> dict[str, Any]:
    """Return what the road is to be told beside its operands, once it can do what is asked."""
    how = checked_tile(op, algorithm, tile, plan, operands)
    check_elements(op, algorithm, operands)
    check_finite(op, algorithm, operands)
    check_room(op, algorithm, operands, plan)
    return how


@np.errstate(all="ignore")
def _leave(op: str, result: Array, dtype: np.dtype, layout: Layout) -> Array:
    # a gradient of two real operands was computed beside complex ones: there is nothing in its imaginary part
    if result.dtype.kind == "c" and dtype.kind not in "cO":
        result = result.real
    # a gradient between integers comes back from Python's ints; every other cast is a rounding
    narrow = fit(op, result) if dtype == np.int64 else result.astype(dtype)
    return np.ascontiguousarray(layout.leave(narrow))


conv, conv1d, conv2d, conv3d = per_rank("conv{}", _conv)
conv_backward, conv1d_backward, conv2d_backward, conv3d_backward = per_rank("conv{}_backward", _conv_backward)
